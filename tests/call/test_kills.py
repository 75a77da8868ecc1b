"""What survives the end of one of the appliance's processes, or of all of them, in mid-call."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.webhook_receiver import Receiver
from tests.clips import WHOLE, clip
from tests.services.appliance import TestAppliance, appliance, eventually, truth
from tests.services.captions import Watcher, watching

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(420)]

FROM_MS = 43_300
"""The call is played from here, two sentences before a silence of 5 s: what is killed in it is
back soon, or has waiting for it what is said after."""

EARLIER_MS = 31_500
"""From here, twelve seconds more, where who is killed hears the call and starts slowly."""

Kill = tuple[str, tuple[str, ...], Callable[[TestAppliance], Awaitable[bool]]]


def _role(name: str) -> Kill:
    async def back(line: TestAppliance) -> bool:
        return await line.ready(name)

    return name, (f"trunkline run {name}",), back


async def _triton_back(line: TestAppliance) -> bool:
    return bool(line.pids("bin/tritonserver")) and await line.ready("listen")


KILLS: list[Kill] = [
    *(_role(name) for name in ("redact", "store", "serve", "deliver", "listen")),
    ("media worker", ("trunkline run media",), lambda line: line.ready("listen")),
    ("triton", ("bin/tritonserver",), _triton_back),
]
HEARS = {"listen", "media worker", "triton"}


@pytest.mark.parametrize(("name", "words", "back"), KILLS, ids=[kill[0] for kill in KILLS])
async def test_a_kill_in_mid_call_loses_nothing_that_comes_after(
    line: TestAppliance, tmp_path: Path, name: str, words: tuple[str, ...], back: Any
) -> None:
    """Kill one process while two calls run; what is spoken after its return is stored, once."""
    files = clip(tmp_path, EARLIER_MS if name in HEARS else FROM_MS)
    async with watching(line) as watcher:
        calls = [asyncio.create_task(line.call(*files)) for _ in range(2)]
        await eventually(lambda: _heard(watcher, calls=2), seconds=60, what="both calls are heard")
        old = line.kill(*words)
        await eventually(
            lambda: _returned(line, words, old=old, back=back), seconds=40, what=f"{name} is back"
        )
        for call in calls:
            await _told_whole(line, await call, name)


async def _heard(watcher: Watcher, *, calls: int) -> bool:
    finals = {m["call_id"] for m in watcher.messages if m["type"] == "segment" and m["is_final"]}
    live = {m["call_id"] for m in watcher.messages if m["type"] == "call"}
    return len(finals & live) >= calls


async def _returned(
    line: TestAppliance, words: tuple[str, ...], *, old: list[int], back: Any
) -> bool:
    return bool(set(line.pids(*words)) - set(old)) and bool(await back(line))


async def _told_whole(line: TestAppliance, call_id: str, killed: str) -> None:
    """The call ended; its last turns are there, once; what is missing is said to be."""
    document = await line.transcript(call_id)
    text = " ".join(s["text"] for s in document["segments"]).lower()
    assert text.count("next payment is due") == 1
    ids = [s["segment_id"] for s in document["segments"]]
    assert len(ids) == len(set(ids))
    by_leg: dict[str, list[tuple[int, int]]] = {}
    for segment in document["segments"]:
        by_leg.setdefault(segment["leg_id"], []).append((segment["start_ms"], segment["end_ms"]))
    for spans in by_leg.values():
        spans.sort()
        assert all(a[1] <= b[0] + 100 for a, b in zip(spans, spans[1:], strict=False))
    if killed in HEARS - {"triton"}:
        # What was journaled is recovered; the rest is what came while no worker listened.
        assert {gap["why"] for gap in document["gaps"]} == {"worker_restarted"}
    else:
        assert not document["gaps"]
    if killed not in HEARS:
        turns = truth("d01_bank_card")["turns"]
        said = [t for t in turns if t["start_ms"] > FROM_MS and t["words"] > 3]
        assert len(document["segments"]) >= len(said)


async def test_sigterm_in_mid_call_ends_the_call_and_stores_what_was_said(
    tmp_path: Path, receiver: Receiver
) -> None:
    async with appliance(tmp_path, receiver) as line:
        async with watching(line) as watcher:
            call = asyncio.create_task(line.call(*WHOLE))
            await eventually(lambda: _heard(watcher, calls=1), seconds=60, what="the call is heard")
            assert await line.stop() == 0
            finals = [m for m in watcher.messages if m["type"] == "segment" and m["is_final"]]
        with contextlib.suppress(AssertionError):  # the caller says that the far end hung up
            await call
    async with appliance(tmp_path, receiver) as line:
        (stored,) = (await line.get("/v1/calls")).json()["calls"]
        assert stored["state"] == "ended"
        document = await line.transcript(stored["call_id"])
        assert document["summary"]["reason"] == "shutdown"
        begins = document["segments"][0]["text"].lower()
        unheard = any(gap["start_ms"] < FROM_MS for gap in document["gaps"])
        assert "thank you for calling" in begins or unheard
        stored_ids = {segment["segment_id"] for segment in document["segments"]}
        assert {final["segment_id"] for final in finals} <= stored_ids
