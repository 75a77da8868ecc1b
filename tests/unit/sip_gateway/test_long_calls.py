"""A leg over an hour: clocks that drift, silence that is not sent, media that comes and goes."""

from collections.abc import Iterator

import pytest

from sip_gateway.audio.g711 import encode
from sip_gateway.media.leg import SUSPENDED_S
from sip_gateway.rtp.clock import CallClock
from sip_gateway.rtp.media_format import MediaFormat
from sip_gateway.rtp.outputs import Lost, Pressed, Step
from sip_gateway.rtp.packet import Packet, build
from sip_gateway.rtp.receiver import LegReceiver
from tests.rtp_stream import Delivery, Listener, on_time, packets, speech

HOUR_S = 3600
PAYLOAD = speech(20)
LONG = speech(60)
ULAW = MediaFormat("PCMU", 0, 101)


def hour(ppm: float, *, sequence: int = 65000) -> Iterator[Delivery]:
    """An hour of packets of 60 ms by the sender's clock, which runs fast by so much."""
    for n in range(HOUR_S * 1000 // 60):
        packet = Packet(0, n == 0, (sequence + n) & 0xFFFF, n * 480 & 0xFFFFFFFF, 1, LONG)
        yield Delivery(100 + n * 0.06 / (1 + ppm / 1e6), build(packet))


@pytest.mark.parametrize("ppm", [200, -200])
def test_a_clock_that_drifts_for_an_hour_costs_no_sample_and_no_delay(ppm: float) -> None:
    receiver = LegReceiver(ULAW, clock=CallClock(), jitter_s=0.06)
    steps, worst_s = 0, 0.0
    for at, data in hour(ppm):
        receiver.receive_datagram(data, now=at)
        for item in receiver.take():
            assert isinstance(item, Step)
            assert item.start_ms == 100 * steps
            assert item.joined or steps == 0
            steps += 1
            if steps > 1:  # the very first packet is waited with, for one that was sent before it
                worst_s = max(worst_s, at - item.arrived_at)
    assert steps == HOUR_S * 10
    assert worst_s < 0.001, "each step leaves with the packet that completes it"
    assert (receiver.counts.lost, receiver.counts.late) == (0, 0)
    # The leg's clock is its sender's: an hour of it is off by what the sender's is.
    assert receiver.position_ms == HOUR_S * 1000


@pytest.mark.parametrize("ppm", [200, -200])
def test_silence_suppression_does_not_hide_drift(ppm: float) -> None:
    listener = Listener()
    talk = [d for n, d in enumerate(hour(ppm)) if n % 500 < 100 and n < 20_000]
    numbered = []
    for n, (at, data) in enumerate(talk):  # what is not sent takes no sequence numbers
        numbered.append(Delivery(at, data[:2] + (n & 0xFFFF).to_bytes(2, "big") + data[4:]))
    listener.listen(numbered)
    heard = listener.finish()
    assert heard.lost == []
    starts = [step.start_ms for step in heard.steps if not step.joined]
    assert starts == [30_000 * n for n in range(40)]


def test_comfort_noise_between_words_keeps_the_clock_and_is_no_loss() -> None:
    sent, sequence = [], 0
    for second in range(60):
        for n in range(50):
            timestamp = (second * 50 + n) * 160
            at = 100 + (second * 50 + n) * 0.02
            if n < 25:
                packet = Packet(0, n == 0, sequence, timestamp, 1, PAYLOAD)
            elif n % 5 == 0:
                packet = Packet(13, False, sequence, timestamp, 1, b"\x40")
            else:
                continue
            sequence += 1
            sent.append(Delivery(at, build(packet)))
    listener = Listener().listen(sent)
    heard = listener.finish()
    assert heard.lost == []
    assert listener.receiver.counts.lost == 0
    assert [step.start_ms for step in heard.steps][:20] == [100 * n for n in range(20)]
    noisy = encode(heard.steps[7].pcm, "PCMU")
    assert set(noisy) == {0xFF}, "noise for comfort is silence to a recogniser"


def test_media_that_stops_for_minutes_comes_back_at_its_time() -> None:
    first = on_time(packets(speech(1000)))
    later = on_time(packets(speech(1000), sequence=50, timestamp=180 * 8000 + 8000), start_s=281.0)
    listener = Listener().listen([*first, *later])
    heard = listener.finish()
    assert heard.lost == []
    assert [s.start_ms for s in heard.steps] == [
        *range(0, 1000, 100),
        *range(181_000, 182_000, 100),
    ]


def test_media_that_stops_and_comes_back_with_its_timestamps_stopped() -> None:
    # Of another source: a phone that was moved, a gateway that restarted.
    first = on_time(packets(speech(1000)))
    later = on_time(packets(speech(1000), ssrc=9, timestamp=5, sequence=77), start_s=281.0)
    listener = Listener().listen([*first, *later])
    starts = [step.start_ms for step in listener.finish().steps]
    assert starts == [*range(0, 1000, 100), *range(181_000, 182_000, 100)]


def test_nothing_is_lost_while_packets_stop_and_next_to_nothing_waits() -> None:
    receiver = LegReceiver(ULAW, clock=CallClock(), jitter_s=0.06)
    out: list[Step | Lost | Pressed] = []
    for at, data in on_time(packets(speech(950))):
        receiver.receive_datagram(data, now=at)
        out += receiver.take()
    receiver.receive_timer(now=100.95 + SUSPENDED_S)
    assert [type(item) for item in out + receiver.take()] == [Step] * 9
    receiver.flush()
    (rest,) = receiver.take()
    assert isinstance(rest, Step)
    assert rest.start_ms == 900
