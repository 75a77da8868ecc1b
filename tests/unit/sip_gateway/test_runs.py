"""Taken in runs and prepared for many legs at once, everything is heard as it is one by one."""

import struct
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip_gateway.audio.resample import Upsampler
from sip_gateway.audio.tones import BLOCK, HOP, ToneFinder, tones_likely, too_quiet
from sip_gateway.events import AudioFrame
from sip_gateway.media.ahead import look_ahead
from sip_gateway.media.leg import Heard, MediaLeg, new_leg
from sip_gateway.media.sinks import JoinedLeg
from sip_gateway.rtp.clock import CallClock
from sip_gateway.rtp.media_format import MediaFormat
from sip_gateway.rtp.packet import Packet, build
from sip_gateway.rtp.receiver import LegReceiver
from sip_gateway.settings import Settings
from sip_gateway.worker_protocol import LegSpec
from tests.keyed import Samples, as_g711, keyed, tone
from tests.rtp_stream import Delivery, on_time, packets, speech

FORMATS = [
    (MediaFormat("PCMU", 0, 101), 160),
    (MediaFormat("G722", 9, 101), 160),
    (MediaFormat("L16", 96, 101, 16_000), 640),
]


class Link(NamedTuple):
    """What is done to each packet."""

    kept: list[bool]
    again: list[bool]
    delays: list[int]
    """In packets."""

    marked: list[bool]
    strays: list[bool]
    """A packet of another source behind it."""


def a_link(seed: int) -> Link:
    """Each mishap seldom, some links without any of a kind."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(20, 80))

    def seldom() -> list[bool]:
        return [bool(x) for x in rng.random(count) < rng.choice([0.0, 0.05, 0.2])]

    late = [int(x) for x in rng.integers(1, 5, count) * np.array(seldom())]
    return Link([not x for x in seldom()], seldom(), late, seldom(), seldom())


def through(link: Link, media: MediaFormat, size: int) -> list[Delivery]:
    """A stream at the end of such a link, with two key presses in its midst."""
    rng = np.random.default_rng(5)
    step = 20 * media.clock_hz // 1000
    stream = []
    for n in range(len(link.kept)):
        payload, kind = rng.bytes(size), media.payload_type
        if n in (17, 18):
            payload, kind = struct.pack("!BBH", 5, 0x8A if n == 18 else 0x0A, step), 101
        head = kind, link.marked[n], (65_520 + n) & 0xFFFF
        sent = Packet(*head, (0xFFFFF000 + n * step) & 0xFFFFFFFF, 7, payload)
        at = 100.0 + 0.02 * (n + link.delays[n]) + 0.0001 * link.delays[n]
        copies = link.kept[n] + link.again[n] if n else 1
        stream += [Delivery(at + 0.001 * copy, build(sent)) for copy in range(copies)]
        if link.strays[n]:
            stream.append(Delivery(at + 0.002, build(sent._replace(ssrc=8))))
    return sorted(stream)


def receiver(media: MediaFormat) -> LegReceiver:
    return LegReceiver(media, clock=CallClock(), jitter_s=0.06)


@given(st.integers(0, 1 << 32), st.sampled_from(FORMATS), st.integers(1, 12))
def test_a_run_is_heard_as_its_packets_one_by_one(
    seed: int, format_: tuple[MediaFormat, int], most: int
) -> None:
    stream = through(a_link(seed), *format_)
    sizes = np.random.default_rng(seed).integers(1, most + 1, len(stream))
    one, many = receiver(format_[0]), receiver(format_[0])
    heard: tuple[list[object], list[object]] = ([], [])
    at = 0
    for size in sizes:
        some = [(data, arrived) for arrived, data in stream[at : at + size]]
        at += size
        for data, arrived in some:
            one.receive_datagram(data, now=arrived)
        begin = 0
        while (begin := many.receive_run(some, begin)) < len(some):
            many.receive_datagram(some[begin][0], now=some[begin][1])
            begin += 1
        for receiver_, out in zip((one, many), heard, strict=True):
            out += receiver_.take()
            assert receiver_.heard_at == one.heard_at
    one.flush()
    many.flush()
    assert heard[1] + many.take() == heard[0] + one.take()
    for name in one.counts.__slots__:
        assert getattr(many.counts, name) == getattr(one.counts, name), name
    assert many.reception.block() == one.reception.block()
    assert many.jitter_ms == pytest.approx(one.jitter_ms)
    assert (many.position_ms, many.mos) == (one.position_ms, one.mos)


def test_what_plainly_follows_is_taken_in_one_run() -> None:
    stream = [(data, at) for at, data in on_time(packets(speech(1000)))]
    listener = receiver(MediaFormat("PCMU", 0, 101))
    for data, at in stream[:5]:
        listener.receive_datagram(data, now=at)
    assert listener.receive_run(stream, 5) == 50


def a_leg() -> MediaLeg:
    joined = JoinedLeg("default", "call", "call-0", 0, "agent")
    spec = LegSpec(leg_id="call-0", channel=0, role="agent", codec="PCMU", payload_type=0)
    return new_leg(
        spec,
        joined,
        clock=CallClock(),
        settings=Settings(),
        wall=lambda at: datetime.fromtimestamp(1_700_000_000 + at, UTC),
    )


def listen(legs: list[MediaLeg], lines: list[bytes], *, ahead: bool) -> list[list[Heard]]:
    heard: list[list[Heard]] = [[] for _ in legs]
    streams = [[(d, at) for at, d in on_time(packets(line))] for line in lines]
    for begin in range(0, max(map(len, streams)), 7):
        for leg, stream in zip(legs, streams, strict=True):
            leg.receive_datagrams(stream[begin : begin + 7])
        if ahead:
            look_ahead(legs)
        for leg, out in zip(legs, heard, strict=True):
            out += leg.take()
    return heard


def test_many_legs_at_once_hear_what_each_hears_alone() -> None:
    keys = as_g711(np.concatenate([np.zeros(4000), keyed("4711", ms=60), np.zeros(4000)]))
    lines = [speech(1500, seed=n) for n in range(20)] + [keys, speech(600), keys[1234:]]
    apart = listen([a_leg() for _ in lines], lines, ahead=False)
    at_once = listen([a_leg() for _ in lines], lines, ahead=True)
    pressed = 0
    for one, many in zip(apart, at_once, strict=True):
        assert [type(item) for item in one] == [type(item) for item in many]
        for a, b in zip(one, many, strict=True):
            if isinstance(a, AudioFrame) and isinstance(b, AudioFrame):
                assert (a.start_ms, a.captured_at) == (b.start_ms, b.captured_at)
                apart_by = np.frombuffer(a.pcm, "<i2").astype(int) - np.frombuffer(b.pcm, "<i2")
                assert np.abs(apart_by).max() <= 1, "one in the last place: sums in another order"
            else:
                assert a == b
                pressed += 1
    assert pressed >= 8


@given(st.integers(0, 3000), st.integers(255, 900), st.sampled_from("147*258"))
def test_no_tone_is_passed_over_wherever_it_falls(at: int, samples: int, symbol: str) -> None:
    sound: Samples = keyed(symbol, ms=samples / 8, pause_ms=0)
    line = np.zeros(4000)
    line[at : at + len(sound)] = sound[: 4000 - at]
    pcm = line.astype(np.int16)
    careful, quick = ToneFinder(), ToneFinder()
    for begin in range(0, 4000, 800):
        part = pcm[begin : begin + 800]
        careful.receive(part, start=begin)
        ready = quick.line_with(part.tobytes(), start=begin)
        if ready is not None and not tones_likely([ready])[0]:
            assert quick.receive_toneless(ready) == begin + 800
        else:
            quick.receive(part, start=begin)
        assert quick.spans == careful.spans
    assert BLOCK + HOP == 255, "as long as a tone must be for two blocks"


@given(st.floats(-47.0, -35.0), st.floats(-9.0, 9.0), st.sampled_from("147*258"))
def test_no_tone_is_too_quiet_to_be_looked_for(dbov: float, twist_db: float, symbol: str) -> None:
    sound = tone(symbol, ms=100, dbov=dbov, twist_db=twist_db)
    pcm = np.rint(sound).astype(np.int16)
    found = ToneFinder()
    found.receive(pcm, start=0)
    if found.finish() or found.spans:
        assert not too_quiet(pcm.tobytes())


def test_a_silent_leg_is_not_searched() -> None:
    rng = np.random.default_rng(1)
    assert too_quiet(bytes(1600))
    assert too_quiet(rng.normal(0, 30, 800).astype(np.int16).tobytes()), "a line's own noise"
    assert not too_quiet(np.full(800, -32768, np.int16).tobytes())


def test_what_was_prepared_for_other_audio_is_not_used() -> None:
    rng = np.random.default_rng(1)
    first, second = (rng.integers(-9000, 9000, 800).astype("<i2").tobytes() for _ in range(2))
    upsampler, other = Upsampler(), Upsampler()
    upsampler.note([second], [b"\0" * 3200])
    assert upsampler.process(first) == other.process(first)
    assert upsampler.process(second) == other.process(second)
