"""The recogniser dies in mid-call: what was said meanwhile is in the transcript all the same."""

import asyncio
import json
import os
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry

from sip_gateway.events import CALLS_TOPIC, AudioFrame, CallEnded, CallEvent, Gap, GapFilled
from sip_gateway.journal.reader import JournalReader
from sip_gateway.journal.sink import JournaledAudio
from sip_gateway.journal.writer import JournalWriter, Limits
from sip_gateway.media.sinks import JoinedLeg
from tests.services.speech import CALL as CLIP
from tests.services.speech import STEP, TritonServer, leg_audio
from triton_models.client import TritonSpeech
from triton_models.events import RAW_TOPIC, RawEvent, RawTranscript, RawTranscriptEnded
from triton_models.options import LegOptions
from triton_models.speech import LegStream
from trunkline.bus.memory import MemoryBus
from trunkline.recovery.missed import Missed
from trunkline.recovery.pending import Pending
from trunkline.recovery.recovery import Journal, Recovery
from trunkline.roles.heard import HeardAudio, Published
from trunkline.roles.outgoing import Outgoing

pytestmark = pytest.mark.timeout(180)

KEY = bytes(range(32))
CALL = "0190a1b2c3d47e8f9a0b1c2d3e4f5061"
LEG = JoinedLeg("t", CALL, f"{CALL}-0", 0, "agent")
UNTIL_S = 36.0
SPEED = 3.0

Told = CallEvent | RawEvent


def frame(start_ms: int, samples: NDArray[np.int16]) -> AudioFrame:
    return AudioFrame(
        tenant_id="t",
        call_id=CALL,
        leg_id=LEG.leg_id,
        start_ms=start_ms,
        rate_hz=16_000,
        pcm=samples.tobytes(),
        captured_at=datetime.now(UTC),
    )


def gap(start_ms: int, end_ms: int, *, why: str) -> Gap:
    return Gap(
        tenant_id="t",
        call_id=CALL,
        leg_id=LEG.leg_id,
        start_ms=start_ms,
        end_ms=end_ms,
        why=why,
    )


class NotedBus(MemoryBus):
    """A bus that knows the order over all its topics."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Told] = []

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        await super().publish(topic, key, value)
        kinds = {CALLS_TOPIC: CallEvent, RAW_TOPIC: RawEvent}
        self.told.append(msgspec.json.decode(value, type=kinds[topic]))


class Line:
    """A media worker without its sockets: journal, recogniser, recovery, bus."""

    def __init__(self, url: str, folder: Path) -> None:
        registry = CollectorRegistry()
        self.bus = NotedBus()
        self.speech = TritonSpeech(url=url, registry=registry)
        writer = JournalWriter(folder, key=KEY, registry=registry, limits=Limits(keep_free_mb=0))
        self.journal = Journal(writer, JournalReader(folder, key=KEY), Pending(folder))
        self.recovery = Recovery(self.speech, self.journal, wait_s=60.0, registry=registry)
        self.outgoing = Outgoing(self.bus, registry=registry)
        self.published = Published(self.outgoing, self.speech, recovery=self.recovery)
        heard = HeardAudio(self.speech, options=lambda leg: LegOptions(), recovery=self.recovery)
        self.audio = JournaledAudio(heard, writer)
        self.open: dict[str, tuple[int | None, int]] = {}

    async def play(self, samples: NDArray[np.int16], *, start_ms: int = 0) -> None:
        """Feed a leg's audio at a multiple of its own pace."""
        for at in range(0, len(samples), STEP):
            self.audio.feed(frame(start_ms + at // 16, samples[at : at + STEP]))
            await asyncio.sleep(0.1 / SPEED)

    async def until_in_mid_utterance(self) -> None:
        """Wait until somebody has said some words and goes on."""
        async with asyncio.timeout(60):
            while not any(_goes_on(event) for event in self.bus.told[-1:]):
                await asyncio.sleep(0.02)

    async def end(self) -> None:
        """The call is over."""
        await self.audio.end_leg(LEG.leg_id)
        now = datetime.now(UTC)
        await self.published.finish(
            CallEnded(tenant_id="t", call_id=CALL, ended_at=now, ended_ms=0, reason="bye")
        )

    @property
    def finals(self) -> list[RawTranscript]:
        """The newest final of each segment, in the order of speech."""
        newest: dict[str, RawTranscript] = {}
        for event in self.bus.told:
            if isinstance(event, RawTranscript) and event.is_final:
                known = newest.setdefault(event.segment_id, event)
                newest[event.segment_id] = max(known, event, key=lambda e: e.revision)
        return sorted(newest.values(), key=lambda final: final.start_ms)


def _goes_on(event: Told) -> bool:
    return isinstance(event, RawTranscript) and not event.is_final and len(event.words) >= 4


@asynccontextmanager
async def line(url: str, folder: Path) -> AsyncIterator[Line]:
    """Ready to hear; not ended where the test does not end it: as if it was killed then."""
    made = Line(url, folder)
    async with asyncio.timeout(60):
        while not made.speech.ready:
            await asyncio.sleep(0.05)
    async with asyncio.TaskGroup() as tasks:
        made.outgoing.start(tasks)
        note = made.open
        running = [
            tasks.create_task(
                made.published.receive_results(
                    lambda leg_id, since_ms, safe_ms: note.update({leg_id: (since_ms, safe_ms)})
                )
            ),
            tasks.create_task(made.recovery.run(made.published.publish_recovered)),
        ]
        made.audio.start_leg(LEG)
        yield made
        for task in running:
            task.cancel()
    await made.speech.close()


def spoken(finals: Iterable[RawTranscript]) -> list[str]:
    """Their words, plainly written."""
    text = " ".join(word.text for final in finals for word in final.words).lower()
    return re.findall(r"[a-z0-9']+", text)


def reference() -> Counter[str]:
    """What the agent says in the part that is played, but for numbers, which may be digits."""
    turns = json.loads(CLIP.with_suffix(".json").read_text())["turns"]
    said = [t["text"] for t in turns if t["channel"] == 0 and t["end_ms"] < UNTIL_S * 1000]
    return Counter(re.findall(r"[a-z']+", " ".join(said).lower()))


async def test_no_word_is_lost_when_the_recogniser_is_killed(
    triton: TritonServer, tmp_path: Path
) -> None:
    audio = leg_audio("agent", end_s=UNTIL_S)
    async with line(triton.url, tmp_path / "whole") as undisturbed:
        await undisturbed.play(audio)
        await undisturbed.end()
    async with line(triton.url, tmp_path / "killed") as killed:
        playing = asyncio.create_task(killed.play(audio))
        await killed.until_in_mid_utterance()
        os.kill(triton.pid, signal.SIGKILL)
        await playing
        await killed.end()
    gaps = [event for event in killed.bus.told if isinstance(event, Gap)]
    filled = [event for event in killed.bus.told if isinstance(event, GapFilled)]
    assert gaps and {told.why for told in gaps} == {"recogniser_unavailable"}
    assert {(f.start_ms, f.until_ms) for f in filled} >= {(g.start_ms, g.end_ms) for g in gaps}
    recovered = [final for final in killed.finals if final.recovered]
    assert recovered and not any(final.recovered for final in undisturbed.finals)
    assert {final.leg_id for final in killed.finals} == {LEG.leg_id}
    # The kill cost nothing: every word of the reference that is heard without it is there.
    missing = reference() - Counter(spoken(killed.finals))
    assert not missing - (reference() - Counter(spoken(undisturbed.finals)))
    for before, after in zip(killed.finals, killed.finals[1:], strict=False):
        assert before.end_ms <= after.start_ms + 100
    ends = [type(event).__name__ for event in killed.bus.told[-2:]]
    assert ends == [RawTranscriptEnded.__name__, CallEnded.__name__]
    assert killed.journal.reader.is_closed(CALL)


async def test_a_worker_that_takes_the_call_up_recognises_what_the_dead_one_had_not_finished(
    triton: TritonServer, tmp_path: Path
) -> None:
    audio = leg_audio("agent", end_s=UNTIL_S)
    half = len(audio) // 2 // STEP * STEP
    async with line(triton.url, tmp_path) as dead:
        await dead.play(audio[:half])
        # Killed here: what is under way to the recogniser comes back to nobody.
        said, (since_ms, safe_ms) = dead.finals, dead.open[LEG.leg_id]
        dead.journal.writer.flush_leg(LEG.leg_id)
        await dead.journal.writer.written()
    half_ms = half // 16
    async with line(triton.url, tmp_path) as heir:
        # As `MediaLeg.missed` says it at the first audio after the restart.
        start_ms = safe_ms if since_ms is None else since_ms
        heir.published.publish(gap(start_ms, half_ms, why="worker_restarted"))
        await heir.play(audio[half:], start_ms=half_ms)
        await heir.end()
    assert any(isinstance(event, GapFilled) for event in heir.bus.told)
    whole = spoken([*said, *heir.finals])
    missing = reference() - Counter(whole)
    assert sum(missing.values()) <= 2, missing
    assert any(final.segment_id == f"{LEG.leg_id}/{start_ms:09d}" for final in heir.finals)


async def test_gaps_that_a_dead_worker_was_filling_are_filled_by_its_heir(
    triton: TritonServer, tmp_path: Path
) -> None:
    audio = leg_audio("agent", end_s=8.0)
    limits = Limits(keep_free_mb=0)
    writer = JournalWriter(tmp_path, key=KEY, registry=CollectorRegistry(), limits=limits)
    writer.start_leg(LEG.leg_id, call_id=CALL, channel=0)
    for at in range(0, len(audio), STEP):
        writer.append(frame(at // 16, audio[at : at + STEP]))
    writer.close()
    left = Missed(
        leg_id=LEG.leg_id,
        start_ms=500,
        end_ms=7000,
        why="recogniser_unavailable",
        from_ms=500,
    )
    Pending(tmp_path).write(CALL, [left])
    async with line(triton.url, tmp_path) as heir:
        await heir.end()
    (filled,) = (event for event in heir.bus.told if isinstance(event, GapFilled))
    assert (filled.start_ms, filled.until_ms) == (500, 7000)
    assert "this call may be recorded" in " ".join(spoken(heir.finals))
    assert all(final.recovered for final in heir.finals)
    assert Pending(tmp_path).read(CALL) == []


async def test_the_end_of_a_call_waits_for_recovery_no_longer_than_it_may(tmp_path: Path) -> None:
    """No recogniser ever comes: the gap stays, and is kept for nobody."""
    registry = CollectorRegistry()
    speech = TritonSpeech(url="127.0.0.1:9", registry=registry)
    writer = JournalWriter(tmp_path, key=KEY, registry=registry, limits=Limits(keep_free_mb=0))
    journal = Journal(writer, JournalReader(tmp_path, key=KEY), Pending(tmp_path))
    recovery = Recovery(speech, journal, wait_s=0.2, registry=registry)
    said: list[RawTranscript | GapFilled] = []
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(recovery.run(said.append))
        writer.start_leg(LEG.leg_id, call_id=CALL, channel=0)
        recovery.start_leg(LegStream("t", CALL, LEG.leg_id, 0, "agent", "en"))
        writer.append(frame(0, leg_audio("agent", end_s=2.0)))
        writer.flush_leg(LEG.leg_id)
        await writer.written()
        recovery.note(gap(0, 2_000, why="recogniser_unavailable"))
        assert [left.end_ms for left in Pending(tmp_path).read(CALL)] == [2_000]
        async with asyncio.timeout(10):
            await recovery.finish(CALL)
        running.cancel()
    assert said == [] and journal.reader.is_closed(CALL)
    name = "trunkline_listen_recovery_given_up_ms_total"
    assert registry.get_sample_value(name) == 2_000
    await speech.close()
