"""Places the test calls through a running appliance and collects what comes out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import psycopg

from analytics.events import TranscriptDocument
from trunkline.api_client import Access, ApiClient, ApiError
from trunkline.evaluate.cost import Cost, cpu_by_part, process_table, used
from trunkline.evaluate.delays import Shown
from trunkline.evaluate.placing import Address, NotPlaced, Placed, place
from trunkline.evaluate.prepare import TestCall
from trunkline.evaluate.recorder import CaptionRecorder
from trunkline.evaluate.score import CallScore, Heard, score_call
from trunkline.evaluate.stored import stored_texts

FINISHED_WITHIN_S = 60.0
CONNECTS_WITHIN_S = 10.0
POLL_S = 0.25
STAGGER_S = 0.7
"""Between the starts of calls placed together: callers do not dial in step."""

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Target:
    """The appliance under test."""

    access: Access
    sip: Address
    dsn: str
    endpoint_ms: int
    """Silence that ends an utterance, as configured there."""

    state_dir: str = ""
    """Its folder, which its processes name; empty: not on this machine, its CPU is not told."""


class Outcome(NamedTuple):
    """What came of a run."""

    scores: list[CallScore]
    cost: Cost | None


async def evaluate(
    calls: Sequence[TestCall],
    target: Target,
    *,
    parallel: int,
    report: Report,
    with_text: bool = False,
) -> Outcome:
    """Place every call, `parallel` at a time, then score them all.

    Scoring waits for the last call to end, so as not to take its CPU. What was said stands in the
    scores of synthetic calls, of others only `with_text`.
    """
    before = cpu_by_part(process_table(), target.state_dir) if target.state_dir else {}
    heard = await hear_all(calls, target, parallel=parallel, report=report)
    after = cpu_by_part(process_table(), target.state_dir) if target.state_dir else {}
    report("scoring")
    scores = [
        await asyncio.to_thread(_score, call, one, target=target, with_text=with_text)
        for call, one in zip(calls, heard, strict=True)
    ]
    speech_ms = sum(score.measures.speech_ms for score in scores)
    return Outcome(scores, Cost(used(before, after), speech_ms / 1000) if after else None)


def _score(call: TestCall, heard: Heard | str, *, target: Target, with_text: bool) -> CallScore:
    if isinstance(heard, str):
        return CallScore(name=call.reference.name, problem=heard)
    return score_call(
        call.reference,
        heard,
        audible=call.audible,
        endpoint_ms=target.endpoint_ms,
        with_text=with_text or call.reference.synthetic,
    )


async def hear_all(
    calls: Sequence[TestCall], target: Target, *, parallel: int, report: Report
) -> list[Heard | str]:
    """For each call what came out, or why nothing did."""
    slots = asyncio.Semaphore(parallel)
    async with recording(target.access) as recorder, asyncio.TaskGroup() as tasks:

        async def one(at: int, call: TestCall) -> Heard | str:
            async with slots:
                await asyncio.sleep((at % parallel) * STAGGER_S)
                report(f"placing {call.reference.name} ({at + 1} of {len(calls)})")
                return await hear(call, target, shown=recorder.shown)

        hearing = [tasks.create_task(one(at, call)) for at, call in enumerate(calls)]
    return [task.result() for task in hearing]


@contextlib.asynccontextmanager
async def recording(access: Access) -> AsyncIterator[CaptionRecorder]:
    """Captions of all calls, from now on until the end of the block."""
    recorder = CaptionRecorder(access)
    stop = asyncio.Event()
    task = asyncio.create_task(recorder.run(stop))
    try:
        await asyncio.wait_for(recorder.connected.wait(), CONNECTS_WITHIN_S)
        yield recorder
    except TimeoutError:
        raise ApiError(f"{access.captions_url} does not answer") from None
    finally:
        stop.set()
        await task


async def hear(call: TestCall, target: Target, *, shown: dict[str, list[Shown]]) -> Heard | str:
    """Place one call, wait until it is stored, and collect everything."""
    try:
        placed = await place(call, target.sip)
        document = await finished(target.access, placed)
        stored = await stored_texts(target.dsn, placed.call_id)
    except (NotPlaced, ApiError) as error:
        return str(error)
    except psycopg.Error as error:
        return f"the database does not answer ({type(error).__name__})"
    return Heard(
        call_id=placed.call_id,
        started_at=placed.started_at,
        document=document,
        shown=tuple(shown[placed.call_id]),
        stored=stored,
    )


async def finished(access: Access, placed: Placed) -> TranscriptDocument:
    """The call's transcript, once its summary says that it is complete."""
    deadline = asyncio.get_running_loop().time() + FINISHED_WITHIN_S
    with ApiClient(access) as api:
        while asyncio.get_running_loop().time() < deadline:
            with contextlib.suppress(ApiError):
                document = await asyncio.to_thread(api.transcript, placed.call_id)
                if document.summary is not None:
                    return document
            await asyncio.sleep(POLL_S)
    raise ApiError(f"not finished {FINISHED_WITHIN_S:.0f} s after its end")
