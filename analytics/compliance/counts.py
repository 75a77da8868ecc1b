"""Reads the counts of the compliance view, as the tenant of whoever asks."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, TypeVar

import msgspec
from psycopg.rows import args_row

from analytics.compliance.documents import (
    DayCount,
    KindCount,
    MarkCount,
    PolicySpan,
    PolicyVersion,
    ReviewCount,
    Summary,
)
from analytics.compliance.estimate import Reviewed, Stratum, estimate
from analytics.sql import queries
from analytics.store.connection import Connection

SQL = queries("compliance")
AS_TENANT = queries("read")["as_tenant"]


class Period(NamedTuple):
    """Whose days, from the first to the last, both included."""

    tenant_id: str
    first: date
    last: date

    @property
    def wanted(self) -> Mapping[str, object]:
        """As the queries name it."""
        return {
            **self._asdict(),
            "since": midnight(self.first),
            "until": midnight(self.last + timedelta(days=1)),
        }


class _Stratum(NamedTuple):
    day: date
    number: int
    masked: bool


class _StratumRow(NamedTuple):
    day: date
    number: int
    masked: bool
    segments: int
    spans: int
    drawn: int


class _ReviewRow(NamedTuple):
    day: date
    number: int
    masked: bool
    state: str
    inclusion: float
    spans: int
    false_alarms: int
    missed: int


class _MarkRow(NamedTuple):
    mark: str
    kind: str
    marks: int
    due: int


class _OpenRow(NamedTuple):
    calls: int
    oldest_at: datetime | None


Row = TypeVar("Row", bound=msgspec.Struct)


def midnight(day: date) -> datetime:
    """When a UTC day begins."""
    return datetime.combine(day, time(), UTC)


async def summary(connection: Connection, period: Period, *, now: datetime) -> Summary:
    """Everything that the view shows."""
    await connection.execute(AS_TENANT, (period.tenant_id,))
    wanted = period.wanted
    days = await _rows(connection, "days", wanted, made=DayCount)
    kinds = await _rows(connection, "kinds", wanted, made=KindCount)
    policies = await _rows(connection, "policies", wanted, made=PolicyVersion)
    history = await _rows(connection, "history", wanted, made=PolicySpan)
    cursor = connection.cursor(row_factory=args_row(_OpenRow))
    opened = await (await cursor.execute(SQL["open"], wanted)).fetchone()
    assert opened is not None
    return Summary(
        tenant_id=period.tenant_id,
        first=period.first,
        last=period.last,
        made_at=now,
        total=total(days),
        days=tuple(days),
        kinds=tuple(kinds),
        policies=tuple(policies),
        history=tuple(history),
        open_calls=opened.calls,
        oldest_open_at=opened.oldest_at,
        reviews=await _reviews(connection, wanted),
    )


def total(days: Sequence[DayCount]) -> DayCount:
    """All days as one."""
    names = [name for name in DayCount.__struct_fields__ if name != "day"]
    return DayCount(day=None, **{name: sum(getattr(d, name) for d in days) for name in names})


async def _reviews(connection: Connection, wanted: Mapping[str, object]) -> ReviewCount:
    strata_cursor = connection.cursor(row_factory=args_row(_StratumRow))
    strata = await (await strata_cursor.execute(SQL["strata"], wanted)).fetchall()
    review_cursor = connection.cursor(row_factory=args_row(_ReviewRow))
    reviews = await (await review_cursor.execute(SQL["reviewed"], wanted)).fetchall()
    mark_cursor = connection.cursor(row_factory=args_row(_MarkRow))
    marks = await (await mark_cursor.execute(SQL["marks"], wanted)).fetchall()
    done: defaultdict[_Stratum, list[Reviewed]] = defaultdict(list)
    for row in reviews:
        if row.state == "done":
            reviewed = Reviewed(row.inclusion, row.spans, row.false_alarms, row.missed)
            done[_Stratum(*row[:3])].append(reviewed)
    states = [row.state for row in reviews]
    return ReviewCount(
        drawn=len(reviews),
        open=states.count("open"),
        done=states.count("done"),
        unclear=states.count("unclear"),
        marks=tuple(MarkCount(mark=m.mark, kind=m.kind, count=m.marks) for m in marks),
        waiting=await waiting(connection, str(wanted["tenant_id"])),
        not_masked_yet=sum(m.due for m in marks),
        estimates=estimate((Stratum(*row[3:]), done[_Stratum(*row[:3])]) for row in strata),
    )


async def waiting(connection: Connection, tenant_id: str) -> int:
    """How many reviews are open."""
    row = await (await connection.execute(SQL["left"], (tenant_id,))).fetchone()
    assert row is not None
    return int(str(row[0]))


async def _rows(
    connection: Connection, name: str, wanted: Mapping[str, object], *, made: type[Row]
) -> list[Row]:
    """Each row as a document whose fields are the columns, in order."""
    names = made.__struct_fields__
    rows = await (await connection.execute(SQL[name], wanted)).fetchall()
    return [msgspec.convert(dict(zip(names, row, strict=True)), made) for row in rows]
