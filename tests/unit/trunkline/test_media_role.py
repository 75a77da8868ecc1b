"""What the media role puts on the bus, and in which order, with speech written beforehand."""

import asyncio
from datetime import UTC, datetime

import msgspec
import numpy as np
from prometheus_client import CollectorRegistry

from sip_gateway.events import (
    CALLS_TOPIC,
    AudioFrame,
    CallEnded,
    CallEvent,
    LegLeft,
    SegmentSpeaker,
    SpeakersCorrected,
)
from sip_gateway.media.sinks import JoinedLeg
from triton_models.events import RAW_TOPIC, RawEvent, RawTranscript
from triton_models.options import LegOptions
from triton_models.scripted import Line, ScriptedSpeech
from trunkline.bus.memory import MemoryBus
from trunkline.roles.heard import HeardAudio, Published
from trunkline.roles.outgoing import Outgoing

NOW = datetime(2024, 5, 1, tzinfo=UTC)
LEG = JoinedLeg("default", "call", "call-0", 0, "customer")
SCRIPT = {0: [Line(0, 400, "good morning to you"), Line(500, 900, "my card number please")]}


class NotedBus(MemoryBus):
    """A bus that knows the order over all its topics."""

    def __init__(self) -> None:
        super().__init__()
        self.published: list[CallEvent | RawEvent] = []

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        await super().publish(topic, key, value)
        kinds = {CALLS_TOPIC: CallEvent, RAW_TOPIC: RawEvent}
        self.published.append(msgspec.json.decode(value, type=kinds[topic]))


def frame(start_ms: int) -> AudioFrame:
    return AudioFrame(
        tenant_id="default",
        call_id="call",
        leg_id="call-0",
        start_ms=start_ms,
        rate_hz=16_000,
        pcm=np.zeros(1600, "<i2").tobytes(),
        captured_at=NOW,
    )


async def run_call(bus: NotedBus) -> list[tuple[str, int | None, int]]:
    """A leg says its script and ends; returns which segments were said to be open."""
    speech = ScriptedSpeech(SCRIPT)
    outgoing = Outgoing(bus, registry=CollectorRegistry())
    published = Published(outgoing, speech)
    audio = HeardAudio(speech, options=lambda leg: LegOptions())
    noted: list[tuple[str, int | None, int]] = []
    async with asyncio.TaskGroup() as tasks:
        outgoing.start(tasks)
        receiving = tasks.create_task(published.receive_results(lambda *told: noted.append(told)))
        audio.start_leg(LEG)
        for start_ms in range(0, 800, 100):
            audio.feed(frame(start_ms))
            await asyncio.sleep(0)
        await audio.end_leg(LEG.leg_id)
        published.publish(
            LegLeft(tenant_id="default", call_id="call", leg_id="call-0", at_ms=800, reason="bye")
        )
        await published.finish(
            CallEnded(tenant_id="default", call_id="call", ended_at=NOW, ended_ms=800, reason="bye")
        )
        receiving.cancel()
    return noted


async def test_every_final_is_published_before_the_transcript_and_then_the_call_ends() -> None:
    bus = NotedBus()
    await run_call(bus)
    said = [type(event).__name__ for event in bus.published if type(event) is not RawTranscript]
    assert said == ["LegLeft", "RawTranscriptEnded", "CallEnded"]
    last = [type(event).__name__ for event in bus.published[-2:]]
    assert last == ["RawTranscriptEnded", "CallEnded"]
    finals = [e for e in bus.published if isinstance(e, RawTranscript) and e.is_final]
    assert [" ".join(word.text for word in final.words) for final in finals] == [
        "good morning to you",
        "my card number please",
    ]
    assert {(final.speaker, final.language) for final in finals} == {("customer", "en")}


async def test_a_segment_is_open_from_its_first_partial_until_its_final_is_durable() -> None:
    assert await run_call(NotedBus()) == [
        ("call-0", 0, 0),
        ("call-0", None, 400),
        ("call-0", 500, 400),
        ("call-0", None, 900),
    ]


async def test_the_end_of_a_call_waits_for_a_bus_that_is_away() -> None:
    bus = NotedBus()
    bus.go_away()
    running = asyncio.create_task(run_call(bus))
    for _ in range(50):
        await asyncio.sleep(0)
    assert not running.done()
    await bus.come_back()
    await running
    assert isinstance(bus.published[-1], CallEnded)


async def test_corrected_speakers_are_said_before_the_call_ends() -> None:
    bus = NotedBus()
    corrected = SpeakersCorrected(
        tenant_id="default",
        call_id="call",
        leg_id="call-0",
        segments=(SegmentSpeaker("call-0/000000000", "speaker_2"),),
    )
    outgoing = Outgoing(bus, registry=CollectorRegistry())
    known = {"call": [corrected]}
    published = Published(outgoing, ScriptedSpeech({}), corrections=lambda id: known.pop(id, []))
    async with asyncio.TaskGroup() as tasks:
        outgoing.start(tasks)
        await published.finish(
            CallEnded(tenant_id="default", call_id="call", ended_at=NOW, ended_ms=800, reason="bye")
        )
        await outgoing.close(wait_s=1.0)
    told = [e for e in bus.published if isinstance(e, SpeakersCorrected | CallEnded)]
    assert told[0] == corrected and isinstance(told[-1], CallEnded)
