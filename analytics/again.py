"""Jobs that judge stored calls again: which calls, how far, what came of it; in Postgres."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import NamedTuple, Self, cast

import psycopg

from analytics.batch import day_of
from analytics.sql import queries
from analytics.store.connection import Connection, translated

AGAIN = queries("again")
PAGE = 100


class Scope(NamedTuple):
    """Which calls, and the policy that they are brought to."""

    tenant_id: str
    policy_version: str
    from_at: datetime | None = None
    """Calls that started at or after this."""
    to_at: datetime | None = None
    """Calls that started before this."""
    only_call_id: str = ""


class Changes(NamedTuple):
    """What was masked, or would be."""

    calls: int
    segments: int
    kinds: dict[str, int]
    """Spans of each kind."""


class Busy(Exception):
    """Another process does the same for this tenant."""


class Job:
    """A job that goes on where it was left: after a kill nothing is done twice or left out.

    What a call's retraction changes is written with the call; here is only how far the job got. A
    call that was done but not noted is found to be done when it is looked at again.
    """

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection = connection
        self.scope = scope
        self.job_id = 0
        """0 until `begin`: a job that is only tried out."""

        self.calls = 0
        """Looked at because another policy had judged them."""

        self._last_call_id = ""

    @classmethod
    @asynccontextmanager
    async def opened(cls, dsn: str, scope: Scope) -> AsyncIterator[Self]:
        """Connected, and the only one of its tenant; Busy, Unavailable."""
        with translated():
            connection = await psycopg.AsyncConnection.connect(dsn, autocommit=True)
        async with connection:
            job = cls(connection, scope)
            locked = await job._rows("lock", (scope.tenant_id,))
            if not locked[0][0]:
                raise Busy
            yield job

    async def begin(self) -> bool:
        """Take up the unfinished job of this scope, or a new one; whether it was taken up."""
        values = self.scope._asdict()
        found = await self._rows("resume", values)
        row = found[0] if found else (await self._rows("begin", values))[0]
        self.job_id, self._last_call_id, self.calls = cast(tuple[int, str, int], row)
        return bool(found)

    @property
    def made_by(self) -> str:
        """As its retractions have it."""
        return f"redact-again:{self.job_id}"

    async def stale(self) -> AsyncIterator[str]:
        """The calls to judge, oldest first. Each counts as done when the next is asked for."""
        after = self._last_call_id
        while page := await self._page(after):
            days: list[date] = sorted({day_of(call_id) for call_id in page})
            values = {**self.scope._asdict(), "calls": page, "days": days}
            for (call_id,) in await self._rows("stale", values):
                yield cast(str, call_id)
                self.calls += 1
                await self._note(cast(str, call_id))
            after = page[-1]
            await self._note(after)

    async def finish(self) -> None:
        """Nothing is left."""
        await self._rows("finish", {"job_id": self.job_id})

    async def changes(self) -> Changes:
        """What this job has masked, over all its runs."""
        values = {"tenant_id": self.scope.tenant_id, "made_by": self.made_by}
        rows = await self._rows("changes", values)
        kinds = Counter(cast(str, kind) for _, _, kind in rows)
        calls = {call_id for call_id, _, _ in rows}
        segments = {segment_id for _, segment_id, _ in rows}
        return Changes(len(calls), len(segments), dict(sorted(kinds.items())))

    async def _page(self, after: str) -> list[str]:
        rows = await self._rows("calls", {**self.scope._asdict(), "after": after, "limit": PAGE})
        return [cast(str, call_id) for (call_id,) in rows]

    async def _note(self, last_call_id: str) -> None:
        if self.job_id:
            noted = {"job_id": self.job_id, "last_call_id": last_call_id, "calls": self.calls}
            await self._rows("progress", noted)

    async def _rows(
        self, name: str, values: Sequence[object] | Mapping[str, object]
    ) -> list[tuple[object, ...]]:
        with translated():
            cursor = await self._connection.execute(AGAIN[name], values)
            return await cursor.fetchall() if cursor.description else []
