"""Brings stored calls of a tenant to its policy: what that masks besides is masked everywhere."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from analytics.again import Changes, Job
from analytics.batch import CallKey
from analytics.retraction import Changed, Masked, Origin, Retraction, StillLive
from analytics.store import Store
from redaction.call.written import written
from redaction.policy.again import NotJudged, Stricter, judge_again
from redaction.policy.prepared_policy import Policy

log = logging.getLogger(__name__)

TRIES = 5
"""Reviewers may mask words of the same call at the same moment."""


class Pace(NamedTuple):
    """How fast it may go."""

    per_minute: int
    """Calls, at most."""
    wait_for_turn: Callable[[], bool]
    """Blocks while live calls need the machine; False if the run is to end."""


class Again:
    """One run over the calls of a job. `tell` is told of every call that was looked at."""

    def __init__(
        self, store: Store, policy: Policy, *, pace: Pace, tell: Callable[[int], None]
    ) -> None:
        self._store = store
        self._policy = policy
        self._pace = pace
        self._tell = tell
        self.failed = 0
        """Calls that could not be judged; they keep their policy's version, and are tried again by
        the next job."""

    async def try_out(self, job: Job) -> Changes:
        """What a run would change."""
        segments, calls, kinds = 0, 0, Counter[str]()
        async for call_id in job.stale():
            try:
                found = await self._judge(CallKey(job.scope.tenant_id, call_id))
            except NotJudged:
                self._fail(CallKey(job.scope.tenant_id, call_id))
                continue
            calls += bool(found)
            segments += len(found)
            kinds.update(token.kind or "" for one in found for token in one.new)
            self._tell(job.calls + 1)
        return Changes(calls, segments, dict(sorted(kinds.items())))

    async def run(self, job: Job) -> Changes:
        """Mask what the policy masks besides; what all runs of the job have changed."""
        origin = Origin(job.made_by, "policy", self._policy.version)
        async for call_id in job.stale():
            began = time.monotonic()
            await self._apply(CallKey(job.scope.tenant_id, call_id), origin)
            self._tell(job.calls + 1)
            spent_s = time.monotonic() - began
            await asyncio.sleep(max(0.0, 60 / self._pace.per_minute - spent_s))
        await job.finish()
        return await job.changes()

    async def _apply(self, key: CallKey, origin: Origin) -> None:
        for _ in range(TRIES):
            try:
                retractions = [_retraction(one) for one in await self._judge(key)]
                await self._store.retract(key, retractions, origin=origin, now=datetime.now(UTC))
                return
            except Changed:
                continue
            except (NotJudged, StillLive):
                break
        self._fail(key)

    async def _judge(self, key: CallKey) -> Sequence[Stricter]:
        """In a thread: a long call takes seconds."""
        await asyncio.to_thread(self._pace.wait_for_turn)
        finals = await self._store.finals(*key)
        return await asyncio.to_thread(judge_again, self._policy, finals)

    def _fail(self, key: CallKey) -> None:
        self.failed += 1
        log.error("a stored call cannot be redacted again", extra={"call_id": key.call_id})


def _retraction(one: Stricter) -> Retraction:
    said = one.final
    return Retraction(
        said.segment_id,
        said.revision,
        one.words,
        written(one.words, language=said.language) if said.written else "",
        tuple(
            Masked(start_ms=token.start_ms, end_ms=token.end_ms, kind=token.kind or "")
            for token in one.new
        ),
    )
