"""Draws each day's sample for review, once the day is over and its calls are finished."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, Self

import msgspec
from psycopg.rows import args_row

from analytics.batch import NO_DAY
from analytics.compliance.cases import UNAVAILABLE
from analytics.compliance.counts import SQL, midnight
from analytics.compliance.risk import weight
from analytics.compliance.sample import draw, shares
from analytics.sql import queries
from analytics.store.connection import Connection, Connections
from redaction.events import RedactedWord

AUDIT = queries("speech")["audit"]
BACK = timedelta(days=3)
"""Days longer ago are drawn only when somebody asks for them."""

GRACE = timedelta(hours=2)
"""After midnight (UTC), so that the day's last calls are finished."""

MARGIN = timedelta(seconds=10)
"""A call that was finished just now may not be visible yet: it is for the next draw."""

_FETCHED = 500
_WORDS: msgspec.json.Decoder[list[RedactedWord]] = msgspec.json.Decoder(list[RedactedWord])


class Wanted(NamedTuple):
    """A day of a tenant, and how many segments of it are to be reviewed."""

    tenant_id: str
    day: date
    size: int


class Drew(NamedTuple):
    """What came of a draw."""

    number: int
    segments: int
    """That it was drawn from."""

    drawn: int


class _Row(NamedTuple):
    call_id: str
    segment_id: str
    policy_version: str
    words: str


class _Unit(NamedTuple):
    """A segment that can be drawn; without its words, since a day has many."""

    call_id: str
    segment_id: str
    policy_version: str


class _Due(NamedTuple):
    tenant_id: str
    day: date


class _Newest(NamedTuple):
    number: int
    calls_until: datetime


@dataclass(slots=True)
class _Stratum:
    """Segments with masked spans, or those without."""

    units: list[_Unit] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    spans: int = 0

    def add(self, unit: _Unit, words: Sequence[RedactedWord]) -> None:
        """One more."""
        self.units.append(unit)
        self.weights.append(weight(words))
        self.spans += masked_spans(words)


class Draws:
    """Both methods raise Unavailable when the database is away."""

    def __init__(self, dsn: str) -> None:
        self._connections = Connections(dsn, most=2)

    @classmethod
    async def connect(cls, dsn: str) -> Self:
        """Connects by itself, now or as soon as the server is there."""
        draws = cls(dsn)
        await draws._connections.open()
        return draws

    async def close(self) -> None:
        """Disconnect."""
        await self._connections.close()

    async def due(self, *, now: datetime, tenant_id: str = "") -> list[_Due]:
        """Tenants and days, lately over, with finished calls of which nothing was drawn."""
        before = midnight((now - GRACE).astimezone(UTC).date())
        wanted = {
            "since": before - BACK,
            "before": before,
            "until": now - MARGIN,
            "tenant_id": tenant_id,
        }
        async with self._connections.transaction() as connection:
            cursor = connection.cursor(row_factory=args_row(_Due))
            return await (await cursor.execute(SQL["undrawn"], wanted)).fetchall()

    async def draw(self, wanted: Wanted, *, now: datetime, actor: str) -> Drew:
        """Draw from the calls that were finished since the day was last drawn."""
        async with self._connections.transaction() as connection:
            await connection.execute(SQL["alone"], (wanted.tenant_id,))
            cursor = connection.cursor(row_factory=args_row(_Newest))
            await cursor.execute(SQL["newest_draw"], wanted._asdict())
            last = await cursor.fetchone() or _Newest(0, datetime.fromtimestamp(0, UTC))
            stretch = {"since": last.calls_until, "until": now - MARGIN}
            masked, clean = await _strata(connection, wanted, stretch=stretch)
            number = last.number + 1
            sizes = shares(wanted.size, masked=len(masked.units), clean=len(clean.units))
            drawn = 0
            for stratum, is_masked, size in ((masked, True, sizes[0]), (clean, False, sizes[1])):
                row = {**wanted._asdict(), **stretch, "number": number, "masked": is_masked}
                drawn += await _draw(connection, stratum, size, row={**row, "now": now})
            drew = Drew(number, len(masked.units) + len(clean.units), drawn)
            did = {
                "tenant_id": wanted.tenant_id,
                "now": now,
                "actor": actor,
                "action": "review.drawn",
                "subject": wanted.day.isoformat(),
                "detail": msgspec.json.encode(drew._asdict()).decode(),
            }
            await connection.execute(AUDIT, did)
        return drew


def masked_spans(words: Sequence[RedactedWord]) -> int:
    """Tokens that hide something of what was said."""
    return sum(word.kind not in (None, UNAVAILABLE) for word in words)


async def _strata(
    connection: Connection, wanted: Wanted, *, stretch: dict[str, datetime]
) -> tuple[_Stratum, _Stratum]:
    """The segments with masked spans, and those without; what was withheld whole is in neither."""
    masked, clean = _Stratum(), _Stratum()
    starts = midnight(wanted.day)
    # A call_id may have been made on the day before the call was answered.
    days = [NO_DAY, *(wanted.day + timedelta(days=off) for off in (-1, 0, 1))]
    frame = {
        **stretch,
        "tenant_id": wanted.tenant_id,
        "days": days,
        "starts": starts,
        "ends": starts + timedelta(days=1),
    }
    async with connection.cursor("frame", row_factory=args_row(_Row)) as cursor:
        cursor.itersize = _FETCHED
        await cursor.execute(SQL["frame"], frame)
        async for row in cursor:
            words = _WORDS.decode(row.words)
            if all(word.kind == UNAVAILABLE for word in words):
                continue
            (masked if masked_spans(words) else clean).add(_Unit(*row[:3]), words)
    return masked, clean


async def _draw(
    connection: Connection, stratum: _Stratum, size: int, *, row: dict[str, object]
) -> int:
    """Draw from one stratum, and write down what was drawn from what."""
    seed = _seed(row)
    sample = draw(stratum.weights, size, seed=seed)
    counted = {"segments": len(stratum.units), "spans": stratum.spans, "drawn": len(sample)}
    await connection.execute(SQL["drew"], {**row, **counted, "seed": seed})
    for place, one in enumerate(sample):
        unit = stratum.units[one.at]._asdict()
        await connection.execute(
            SQL["drawn"], {**row, **unit, "place": place, "inclusion": one.inclusion}
        )
    return len(sample)


def _seed(row: dict[str, object]) -> str:
    names = ("tenant_id", "day", "number", "masked")
    return hashlib.sha256("/".join(str(row[name]) for name in names).encode()).hexdigest()[:16]
