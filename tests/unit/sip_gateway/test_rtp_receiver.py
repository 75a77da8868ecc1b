"""One leg's receiver at the end of a link that drops, repeats, reorders and lies."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip_gateway.audio.g711 import decode, transcode
from sip_gateway.rtp.clock import CallClock
from sip_gateway.rtp.media_format import MediaFormat
from sip_gateway.rtp.outputs import Lost, Pressed
from sip_gateway.rtp.packet import Packet, build
from tests.rtp_stream import (
    Delivery,
    Heard,
    Listener,
    hear,
    on_time,
    packets,
    speech,
)

SECOND = speech(1000)


def event(sequence: int, timestamp: int, *, duration: int, end: bool = False) -> Packet:
    body = struct.pack("!BBH", 5, 0x8A if end else 0x0A, duration)
    return Packet(101, False, sequence, timestamp, 1, body)


def key_press(sequence: int, timestamp: int) -> list[Packet]:
    """100 ms of a key: four packets, then the end three times."""
    growing = [event(sequence + n, timestamp, duration=160 * (n + 1)) for n in range(4)]
    ends = [event(sequence + 4 + n, timestamp, duration=800, end=True) for n in range(3)]
    return growing + ends


def assert_time_never_shifts(heard: Heard, sent: bytes) -> None:
    """Every byte heard is the byte sent at that time, or silence."""
    for n, byte in enumerate(heard.audio()):
        assert byte in (0xFF, sent[n] if n < len(sent) else 0xFF)


def test_what_is_sent_is_heard_in_steps_of_100_ms() -> None:
    heard = hear(on_time(packets(SECOND)))
    assert [step.start_ms for step in heard.steps] == list(range(0, 1000, 100))
    assert heard.audio() == SECOND
    assert heard.lost == []


def test_in_order_audio_waits_for_nothing_but_the_start() -> None:
    listener = Listener().listen(on_time(packets(SECOND)))
    assert listener.heard.steps[-1].start_ms == 900
    assert listener.heard.steps[-1].arrived_at == pytest.approx(100.98)


@given(st.lists(st.floats(0, 0.055), min_size=50, max_size=50), st.sets(st.integers(0, 49)))
def test_any_reordering_and_repetition_within_the_jitter_window_gives_identical_audio(
    delays: list[float], repeated: set[int]
) -> None:
    sent = on_time(packets(SECOND))
    late = [Delivery(d.at + delays[n], d.data) for n, d in enumerate(sent)]
    again = [Delivery(late[n].at + delays[-n], late[n].data) for n in repeated]
    heard = hear(sorted(late + again))
    assert heard.audio() == SECOND
    assert heard.lost == []


@given(
    st.sets(st.integers(1, 98), max_size=60),
    st.lists(st.floats(0, 0.055), min_size=100, max_size=100),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFFFFFF),
)
def test_loss_is_told_to_the_millisecond_and_time_never_shifts(
    dropped: set[int], delays: list[float], sequence: int, timestamp: int
) -> None:
    sent = speech(2000)
    stream = on_time(packets(sent, sequence=sequence, timestamp=timestamp))
    kept = [Delivery(d.at + delays[n], d.data) for n, d in enumerate(stream) if n not in dropped]
    listener = Listener().listen(sorted(kept))
    heard = listener.finish()
    assert heard.lost_ms() == 20 * len(dropped)
    assert listener.receiver.counts.lost == len(dropped)
    lost = {ms // 20 for gap in heard.lost for ms in range(gap.start_ms, gap.end_ms, 20)}
    assert lost == dropped
    wanted = bytearray(sent)
    for n in dropped:
        wanted[n * 160 : (n + 1) * 160] = b"\xff" * 160
    assert heard.audio() == bytes(wanted)


@given(st.data())
def test_whatever_a_link_does_time_never_shifts(data: st.DataObject) -> None:
    delays = data.draw(st.lists(st.floats(0, 0.5), min_size=50, max_size=50))
    kept = data.draw(st.sets(st.integers(1, 49)))
    stream = on_time(packets(SECOND))
    # The first packet sets the clock: it comes first.
    link = [stream[0], *(Delivery(stream[n].at + delays[n], stream[n].data) for n in kept)]
    listener = Listener().listen(sorted(link))
    heard = listener.finish()
    assert_time_never_shifts(heard, SECOND)
    starts = [step.start_ms for step in heard.steps]
    assert starts == sorted(starts)


def test_a_packet_later_than_the_window_is_lost_and_counted_late() -> None:
    stream = on_time(packets(SECOND))
    stream[10] = Delivery(stream[10].at + 0.2, stream[10].data)
    listener = Listener().listen(sorted(stream))
    assert listener.finish().lost == [Lost(200, 220)]
    counts = listener.receiver.counts
    assert (counts.lost, counts.late, counts.duplicate) == (1, 1, 0)


def test_a_stalled_network_loses_nothing_and_shifts_nothing() -> None:
    stream = on_time(packets(SECOND))
    stalled = [d if n < 20 else Delivery(d.at + 3.0, d.data) for n, d in enumerate(stream)]
    heard = hear(stalled)
    assert heard.audio() == SECOND
    assert heard.lost == []


def test_sequence_and_timestamp_wrap_unheard() -> None:
    heard = hear(on_time(packets(SECOND, sequence=0xFFF0, timestamp=0xFFFFF000)))
    assert heard.audio() == SECOND
    assert heard.lost == []


def test_a_jump_of_the_timestamp_without_a_missing_packet_is_silence_not_loss() -> None:
    first, second = packets(SECOND[:4000]), packets(SECOND[4000:], sequence=25, timestamp=10000)
    heard = hear(on_time(first) + on_time(second, start_s=101.25))
    assert heard.audio()[:4000] == SECOND[:4000]
    assert heard.audio()[10000:14000] == SECOND[4000:]
    assert set(heard.audio()[4000:10000]) == {0xFF}
    assert heard.lost == []


def test_comfort_noise_is_silence_not_loss() -> None:
    noise = [Packet(13, False, 25 + n, 4000 + n * 800, 1, b"\x40") for n in range(5)]
    speech_again = packets(SECOND[4000:], sequence=30, timestamp=8000)
    heard = hear(
        on_time(packets(SECOND[:4000]))
        + [Delivery(100.5 + n * 0.1, build(p)) for n, p in enumerate(noise)]
        + on_time(speech_again, start_s=101.0)
    )
    assert heard.audio() == SECOND[:4000] + b"\xff" * 4000 + SECOND[4000:]
    assert heard.lost == []


def test_a_packet_lost_at_the_end_of_a_pause_costs_its_own_time_only() -> None:
    second = packets(SECOND[4000:], sequence=25, timestamp=20000)[1:]
    heard = hear(on_time(packets(SECOND[:4000])) + on_time(second, start_s=102.52))
    assert heard.lost == [Lost(2500, 2520)]


def test_a_long_pause_is_skipped_not_filled() -> None:
    second = packets(SECOND[4000:], sequence=25, timestamp=8 * 60_000)
    heard = hear(on_time(packets(SECOND[:4000])) + on_time(second, start_s=160.0))
    assert [s.start_ms for s in heard.steps] == [*range(0, 500, 100), *range(60_000, 60_500, 100)]
    assert [s.joined for s in heard.steps] == [False, *[True] * 4, False, *[True] * 4]


def test_an_outage_of_seconds_is_one_loss() -> None:
    whole = speech(10_000)
    stream = on_time(packets(whole))
    heard = hear(stream[:100] + stream[400:])
    assert heard.lost == [Lost(2000, 8000)]
    assert heard.audio()[64_000:] == whole[64_000:]


def test_a_leg_that_starts_later_starts_when_it_came() -> None:
    clock = CallClock()
    Listener(clock=clock).listen(on_time(packets(SECOND)))
    late = Listener(clock=clock).listen(on_time(packets(SECOND, timestamp=99), start_s=100.7))
    assert [step.start_ms for step in late.finish().steps] == list(range(700, 1700, 100))


def test_a_stray_source_is_not_heard() -> None:
    stray = on_time(packets(speech(1000, seed=8), ssrc=2, sequence=500), start_s=100.005)
    listener = Listener().listen(sorted(on_time(packets(SECOND)) + stray))
    assert listener.finish().audio() == SECOND
    assert listener.receiver.counts.wrong_ssrc == 50


def test_a_source_that_persists_after_the_first_has_gone_is_followed_from_its_first_packet() -> (
    None
):
    other = speech(1000, seed=8)
    stream = on_time(packets(SECOND)) + on_time(
        packets(other, ssrc=2, sequence=9000, timestamp=77), start_s=101.5
    )
    heard = hear(stream)
    assert heard.audio()[:8000] == SECOND
    assert heard.audio()[12_000:20_000] == other
    assert heard.lost == []


def test_after_a_re_invite_another_source_is_followed_at_once() -> None:
    other = speech(100, seed=8)
    listener = Listener().listen(on_time(packets(SECOND)))
    listener.receiver.unlock()
    listener.listen(on_time(packets(other, ssrc=2, sequence=9, timestamp=7), start_s=101.02))
    heard = listener.finish()
    assert heard.audio()[8000:8800] == other
    assert heard.lost == []


def test_a_source_that_starts_over_is_followed_by_its_arrival() -> None:
    other = speech(1000, seed=8)
    again = packets(other, sequence=40_000, timestamp=5)
    heard = hear(on_time(packets(SECOND)) + on_time(again, start_s=101.5))
    assert heard.audio()[12_000:20_000] == other
    assert heard.lost == []


def test_nothing_is_heard_on_hold_and_nothing_missed_is_called_lost() -> None:
    whole = speech(3000)
    stream = on_time(packets(whole))
    listener = Listener().listen(stream[:50])
    listener.receiver.hold()
    listener.listen(stream[50:100])
    listener.receiver.resume()
    heard = listener.listen(stream[100:]).finish()
    assert heard.audio() == whole[:8000] + b"\xff" * 8000 + whole[16000:]
    assert heard.lost == []
    assert listener.receiver.counts.held == 50


def test_a_phone_that_stops_its_timestamps_on_hold_comes_back_in_its_place() -> None:
    listener = Listener().listen(on_time(packets(SECOND)))
    listener.receiver.hold()
    listener.receiver.resume()
    again = packets(SECOND, sequence=50, timestamp=8000)
    heard = listener.listen(on_time(again, start_s=110.0)).finish()
    assert heard.steps[10].start_ms == 10_000


@given(st.sets(st.integers(0, 6), max_size=6))
def test_a_key_press_is_counted_once_as_long_as_one_packet_of_it_comes(dropped: set[int]) -> None:
    press = [p for n, p in enumerate(key_press(25, 4000)) if n not in dropped]
    after = packets(SECOND[4000:], sequence=32, timestamp=5120)
    heard = hear(
        on_time(packets(SECOND[:4000]))
        + on_time(press, start_s=100.5)
        + on_time(after, start_s=100.66)
    )
    assert len(heard.pressed) == 1
    assert heard.pressed[0].start_ms == 500
    assert heard.audio()[5120:9120] == SECOND[4000:]


def test_key_presses_say_when_and_how_many_never_which() -> None:
    heard = hear(
        on_time(packets(SECOND[:4000]))
        + on_time(key_press(25, 4000), start_s=100.5)
        + on_time(key_press(32, 5600), start_s=100.7)
    )
    assert heard.pressed == [Pressed(500, 600), Pressed(700, 800)]
    assert Pressed._fields == ("start_ms", "end_ms", "key")


def test_a_key_held_beyond_the_duration_field_is_one_press() -> None:
    long = [
        event(0, 0, duration=0xFFFF),
        event(1, 0xFFFF, duration=160),
        event(2, 0xFFFF, duration=320),
        event(3, 0xFFFF, duration=320, end=True),
    ]
    assert len(hear(on_time(long)).pressed) == 1


def test_garbage_is_counted_and_harms_nothing() -> None:
    stream = on_time(packets(SECOND))
    rubbish = [Delivery(100.1 + n / 1000, bytes([n] * n)) for n in range(40)]
    listener = Listener().listen(sorted(stream + rubbish))
    assert listener.finish().audio() == SECOND
    assert listener.receiver.counts.malformed == 40


def test_a_change_of_law_in_mid_call_changes_nothing_that_is_heard() -> None:
    listener = Listener().listen(on_time(packets(SECOND[:4000])))
    listener.receiver.change_media(MediaFormat("PCMA", 8))
    a_law = [
        p._replace(payload_type=8, payload=transcode(p.payload, "PCMU", to="PCMA"))
        for p in packets(SECOND[4000:], sequence=25, timestamp=4000)
    ]
    heard = listener.listen(on_time(a_law, start_s=100.5)).finish()
    assert heard.audio()[:4000] == SECOND[:4000]
    both = [np.frombuffer(decode(g, "PCMU"), "<i2").astype(int) for g in (heard.audio(), SECOND)]
    assert abs(both[0] - both[1]).max() < 1100, "one step of quantisation"


def test_interarrival_jitter_is_that_of_rfc_3550() -> None:
    steady = Listener().listen(on_time(packets(SECOND)))
    stream = on_time(packets(speech(4000)))
    shaken = [Delivery(d.at + 0.010 * (n % 2), d.data) for n, d in enumerate(stream)]
    assert steady.receiver.jitter_ms < 0.1
    assert Listener().listen(shaken).receiver.jitter_ms == pytest.approx(10, abs=0.2)
