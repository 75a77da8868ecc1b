"""A paused call in the media worker, on real sockets: nothing passes, whatever the peer does."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from sip_gateway.events import DtmfPressed, Gap, LegHeld, LegResumed
from sip_gateway.rtp.packet import build
from sip_gateway.settings import Pause as PauseSettings
from sip_gateway.settings import Settings
from sip_gateway.worker_protocol import (
    CallOpened,
    ClockStarted,
    CloseCall,
    FromWorker,
    Pause,
    PauseChanged,
    PauseLegs,
    ResumeLegs,
    UpdateLegs,
)
from tests.keyed import event_packets
from tests.media_line import Phone, Worker, open_call, running_worker, two_legs
from tests.rtp_stream import packets, speech

CALL = "0" * 31 + "1"
AGENT, CUSTOMER = f"{CALL}-0", f"{CALL}-1"


def settings(**pause: object) -> Settings:
    return Settings(
        listen_host="127.0.0.1",
        rtp_port_first=42_000,
        rtp_port_last=42_199,
        pause=msgspec.convert(pause, PauseSettings),
    )


def stretch(from_ms: int, ms: int) -> list[bytes]:
    """So much of a stream."""
    at = from_ms // 20
    return [build(p) for p in packets(speech(ms), timestamp=from_ms * 8, sequence=at)]


async def told(worker: Worker, kind: type[FromWorker]) -> FromWorker:
    """The next message of a kind."""
    while not isinstance(message := await worker.signalling.hear(), kind):
        pass
    return message


def said(worker: Worker, leg_id: str) -> list[tuple[str, str]]:
    """Held and resumed, and why, of one leg."""
    return [
        (type(event).__name__, getattr(event, "why", ""))
        for event in worker.sink.events
        if isinstance(event, LegHeld | LegResumed) and event.leg_id == leg_id
    ]


def who(worker: Worker, leg_id: str) -> list[str]:
    """Who held and resumed one leg."""
    return [
        event.by
        for event in worker.sink.events
        if isinstance(event, LegHeld | LegResumed) and event.leg_id == leg_id
    ]


async def test_nothing_passes_between_the_moment_of_the_request_and_the_resume(
    tmp_path: Path,
) -> None:
    async with running_worker(tmp_path, settings()) as worker:
        ports = await worker.signalling.open(open_call(CALL))
        phone = Phone(ports[CUSTOMER])
        phone.send(*stretch(0, 1000))
        clock = await told(worker, ClockStarted)
        assert isinstance(clock, ClockStarted)
        await worker.until(lambda: len(worker.sink.heard_ms(CUSTOMER)) == 10)
        asked_at = clock.clock_started_at + timedelta(milliseconds=1)
        worker.signalling.say(PauseLegs(call_id=CALL, at=asked_at, why="api", by="k1"))
        changed = await told(worker, PauseChanged)
        assert isinstance(changed, PauseChanged) and changed.pause is not None
        assert abs(changed.pause.since - asked_at) <= timedelta(milliseconds=1)
        assert changed.pause.by == "k1"
        assert worker.sink.paused == [(AGENT, 1), (CUSTOMER, 1)], "what came late is forgotten"
        assert said(worker, CUSTOMER) == said(worker, AGENT) == [("LegHeld", "api")]
        phone.send(*stretch(1000, 1000))
        received = "trunkline_sip_gateway_rtp_packets_total"
        await worker.until(lambda: worker.count(received, result="received") >= 100)
        assert worker.sink.heard_ms(CUSTOMER)[-1] == 900
        worker.signalling.say(ResumeLegs(call_id=CALL, by="k2"))
        changed = await told(worker, PauseChanged)
        assert isinstance(changed, PauseChanged) and changed.pause is None
        assert who(worker, CUSTOMER) == ["k1", "k2"]
        (_, resumed_ms), (_, other_ms) = worker.sink.resumed
        gaps = [event for event in worker.sink.events if isinstance(event, Gap)]
        assert [(g.leg_id, g.start_ms, g.end_ms, g.why) for g in gaps] == [
            (AGENT, 1, resumed_ms, "paused"),
            (CUSTOMER, 1, other_ms, "paused"),
        ]
        later = resumed_ms // 20 * 20 + 4000
        phone.send(*stretch(later, 500))
        await worker.until(lambda: worker.sink.heard_ms(CUSTOMER)[-1] > 900)
        assert worker.sink.heard_ms(CUSTOMER)[10] >= resumed_ms
        assert said(worker, CUSTOMER)[-1] == ("LegResumed", "api")
        assert worker.count("trunkline_sip_gateway_pauses_total", why="api") == 1


async def test_a_re_invite_does_not_end_a_pause_and_a_leg_that_joins_is_paused(
    tmp_path: Path,
) -> None:
    async with running_worker(tmp_path, settings()) as worker:
        ports = await worker.signalling.open(open_call(CALL))
        worker.signalling.say(PauseLegs(call_id=CALL, at=datetime.now(UTC), why="api"))
        await told(worker, PauseChanged)
        agent, customer = two_legs(CALL)
        held = msgspec.structs.replace(customer, held=True)
        third = msgspec.structs.replace(customer, leg_id=f"{CALL}-2", channel=2)
        for legs in ((agent, held), (agent, customer, third)):
            worker.signalling.say(UpdateLegs(call_id=CALL, legs=legs))
            opened = await told(worker, CallOpened)
            assert isinstance(opened, CallOpened)
            ports |= opened.rtp_ports
        for port in ports.values():
            Phone(port).send(*stretch(0, 1000))
        received = "trunkline_sip_gateway_rtp_packets_total"
        await worker.until(lambda: worker.count(received, result="received") >= 150)
        assert worker.sink.frames == []
        assert said(worker, CUSTOMER) == [("LegHeld", "api")]
        assert said(worker, f"{CALL}-2") == [("LegHeld", "api")]


async def test_a_call_taken_up_again_is_paused_as_it_was_and_a_hold_outlives_the_pause(
    tmp_path: Path,
) -> None:
    async with running_worker(tmp_path, settings()) as worker:
        agent, customer = two_legs(CALL)
        legs = (agent, msgspec.structs.replace(customer, held=True))
        since = datetime.now(UTC) - timedelta(seconds=5)
        opening = msgspec.structs.replace(
            open_call(CALL, legs, resumed=True),
            clock_started_at=since - timedelta(seconds=10),
            pause=Pause(since=since, why="api"),
        )
        ports = await worker.signalling.open(opening)
        assert worker.sink.paused == [(AGENT, 10_000), (CUSTOMER, 10_000)]
        assert said(worker, AGENT) == [("LegHeld", "api")]
        Phone(ports[AGENT]).send(*stretch(15_000, 1000))
        received = "trunkline_sip_gateway_rtp_packets_total"
        await worker.until(lambda: worker.count(received, result="received") >= 50)
        assert worker.sink.frames == []
        worker.signalling.say(ResumeLegs(call_id=CALL))
        await told(worker, PauseChanged)
        assert said(worker, AGENT)[-1] == ("LegResumed", "api")
        assert said(worker, CUSTOMER)[-2:] == [
            ("LegResumed", "api"),
            ("LegHeld", "recording_pause"),
        ]
        assert who(worker, CUSTOMER)[-1] == "siprec"


async def test_a_leg_that_ends_in_a_pause_says_what_was_not_heard(tmp_path: Path) -> None:
    async with running_worker(tmp_path, settings()) as worker:
        ports = await worker.signalling.open(open_call(CALL))
        Phone(ports[AGENT]).send(*stretch(0, 1000))
        clock = await told(worker, ClockStarted)
        assert isinstance(clock, ClockStarted)
        worker.signalling.say(PauseLegs(call_id=CALL, at=clock.clock_started_at, why="api"))
        await told(worker, PauseChanged)
        await asyncio.sleep(0.05)  # so long a gap
        worker.signalling.say(CloseCall(call_id=CALL, reason="bye"))
        await worker.until(lambda: "CallEnded" in worker.sink.names(CALL))
        gaps = [event for event in worker.sink.events if isinstance(event, Gap)]
        assert {(gap.leg_id, gap.start_ms, gap.why) for gap in gaps} == {
            (AGENT, 0, "paused"),
            (CUSTOMER, 0, "paused"),
        }
        names = worker.sink.names(CALL)
        assert names.index("Gap") < names.index("LegLeft")


async def test_the_agents_keys_pause_and_resume_and_a_pause_ends_by_itself(tmp_path: Path) -> None:
    keys = settings(pause_keys="*7", resume_keys="*8", longest_s=1.0)
    async with running_worker(tmp_path, keys) as worker:
        ports = await worker.signalling.open(open_call(CALL))
        phone = Phone(ports[AGENT])
        phone.send(*stretch(0, 500))
        phone.send(*event_packets("*7", from_ms=500))
        changed = await told(worker, PauseChanged)
        assert isinstance(changed, PauseChanged) and changed.pause is not None
        assert changed.pause.why == "dtmf"
        phone.send(*event_packets("*8", from_ms=1000, sequence=200))
        changed = await told(worker, PauseChanged)
        assert isinstance(changed, PauseChanged) and changed.pause is None
        phone.send(*event_packets("*7", from_ms=1500, sequence=300))
        await told(worker, PauseChanged)
        changed = await told(worker, PauseChanged)
        assert isinstance(changed, PauseChanged) and changed.pause is None, "after longest_s"
        pressed = [event for event in worker.sink.events if isinstance(event, DtmfPressed)]
        assert sum(event.count for event in pressed) == 6
        assert who(worker, CUSTOMER) == ["agent", "agent", "agent", "time"]


async def test_digits_of_the_customer_pause_the_call_and_it_goes_on_after_the_last(
    tmp_path: Path,
) -> None:
    rule = settings(pause_on_digits=4, digits_over_s=1.0)
    async with running_worker(tmp_path, rule) as worker:
        ports = await worker.signalling.open(open_call(CALL))
        Phone(ports[AGENT]).send(*event_packets("1111", from_ms=0))
        Phone(ports[CUSTOMER]).send(*stretch(0, 500))
        Phone(ports[CUSTOMER]).send(*event_packets("424242", from_ms=500))
        changed = await told(worker, PauseChanged)
        assert isinstance(changed, PauseChanged) and changed.pause is not None
        assert (changed.pause.why, changed.pause.by_digits) == ("dtmf", True)
        changed = await told(worker, PauseChanged)
        assert isinstance(changed, PauseChanged) and changed.pause is None
        assert [leg_id for leg_id, _ in worker.sink.paused] == [AGENT, CUSTOMER]
