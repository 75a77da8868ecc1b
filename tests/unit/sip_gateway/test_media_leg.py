"""A leg in the media worker: frames at 16 kHz, events, and what a restart makes of it."""

from datetime import UTC, datetime

import numpy as np

from sip_gateway.events import AudioFrame, DtmfPressed, Gap
from sip_gateway.media.leg import MediaLeg, new_leg
from sip_gateway.media.sinks import JoinedLeg
from sip_gateway.rtp.clock import CallClock
from sip_gateway.settings import Pause, Settings
from sip_gateway.worker_protocol import LegSpec
from tests.rtp_stream import Delivery, on_time, packets, speech

EPOCH_S = 1_700_000_000.0
JOINED = JoinedLeg("default", "call", "call-0", 0, "agent")


def spec(*, codec: str = "PCMU", held: bool = False) -> LegSpec:
    return LegSpec(leg_id="call-0", channel=0, role="agent", codec=codec, payload_type=0, held=held)


PLAIN = Settings(pause=Pause(silence_tones=False))
"""Without any audio being held back."""


def leg(
    clock: CallClock | None = None, *, held: bool = False, settings: Settings = PLAIN
) -> MediaLeg:
    return new_leg(
        spec(held=held),
        JOINED,
        clock=clock or CallClock(),
        settings=settings,
        wall=lambda at: datetime.fromtimestamp(EPOCH_S + at, UTC),
    )


def listen(to: MediaLeg, deliveries: list[Delivery]) -> None:
    for at, data in deliveries:
        to.receive_datagram(data, now=at)


def test_frames_are_100_ms_at_16_khz_and_say_when_their_last_packet_came() -> None:
    heard = leg()
    listen(heard, on_time(packets(speech(300))))
    frames = [frame for frame in heard.take() if isinstance(frame, AudioFrame)]
    assert [(f.start_ms, f.rate_hz, len(f.pcm)) for f in frames] == [
        (0, 16_000, 3200),
        (100, 16_000, 3200),
        (200, 16_000, 3200),
    ]
    assert frames[1].captured_at == datetime.fromtimestamp(EPOCH_S + 100.18, UTC)
    assert np.abs(np.frombuffer(frames[1].pcm, "<i2")).max() > 1000


def test_loss_is_a_gap() -> None:
    heard = leg()
    stream = on_time(packets(speech(1000)))
    listen(heard, stream[:10] + stream[15:])
    heard.flush()
    gaps = [item for item in heard.take() if isinstance(item, Gap)]
    assert [(g.start_ms, g.end_ms, g.why) for g in gaps] == [(200, 300, "lost_packets")]
    left = heard.said_left(reason="bye")
    assert (left.at_ms, left.packets_received, left.packets_lost) == (1000, 45, 5)


def test_a_leg_whose_packets_stop_suspends_once_and_goes_on_later() -> None:
    heard = leg()
    listen(heard, on_time(packets(speech(1000))))
    assert not heard.suspends(now=101.5)
    assert heard.suspends(now=102.0)
    assert not heard.suspends(now=103.0)
    listen(heard, on_time(packets(speech(1000), sequence=50, timestamp=40_000), start_s=105.0))
    heard.flush()
    assert not heard.suspends(now=106.0)
    frames = [frame for frame in heard.take() if isinstance(frame, AudioFrame)]
    assert frames[-1].start_ms == 5900


def test_a_leg_taken_up_again_says_what_it_missed() -> None:
    heard = leg(CallClock(started_at=70.0))
    heard.missed_since_ms = 28_500
    listen(heard, on_time(packets(speech(200), sequence=900, timestamp=77)))
    first, *rest = heard.take()
    assert isinstance(first, Gap)
    assert (first.start_ms, first.end_ms, first.why) == (28_500, 30_000, "worker_restarted")
    assert [type(item) for item in rest] == [AudioFrame, AudioFrame]


def test_a_leg_taken_up_again_and_never_heard_has_missed_all_of_it() -> None:
    heard = leg(CallClock(started_at=70.0))
    heard.missed_since_ms = 28_500
    assert [(gap.start_ms, gap.end_ms) for gap in heard.missed(40_000)] == [(28_500, 40_000)]
    assert heard.missed(50_000) == []
    assert heard.said_left(reason="bye").at_ms == 40_000


def test_hold_stops_at_the_sample_and_resume_comes_back_in_its_place() -> None:
    heard = leg()
    whole = on_time(packets(speech(3000)))
    listen(heard, whole[:48])
    heard.change(spec(held=True))
    assert heard.held
    listen(heard, whole[48:100])
    heard.change(spec())
    listen(heard, whole[100:])
    heard.flush()
    frames = [frame for frame in heard.take() if isinstance(frame, AudioFrame)]
    last, first = frames[9], frames[10]
    assert (last.start_ms, first.start_ms) == (900, 2000)
    assert not np.frombuffer(last.pcm, "<i2")[1400:].any()


def test_a_key_press_is_told_without_the_key() -> None:
    assert set(DtmfPressed.__struct_fields__) == {
        "tenant_id", "call_id", "leg_id", "start_ms", "end_ms", "count"
    }  # fmt: skip
