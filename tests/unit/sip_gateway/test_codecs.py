"""Codecs: what is taken of an offer, and what is heard of each by recogniser and journal."""

from datetime import UTC, datetime

import numpy as np
import pytest
from G722 import G722  # type: ignore[import-not-found]
from numpy.typing import NDArray

from sip_gateway.audio.codecs import DECODED, OPUS, Coding, Decoder, at_rate
from sip_gateway.audio.g711 import encode
from sip_gateway.events import AudioFrame
from sip_gateway.journal.gather import Gathering, laid_out, rate_of
from sip_gateway.journal.record import Stretch
from sip_gateway.media.leg import new_leg
from sip_gateway.media.sinks import JoinedLeg
from sip_gateway.rtp.clock import CallClock
from sip_gateway.rtp.keys import KeyRules
from sip_gateway.rtp.media_format import MediaFormat
from sip_gateway.rtp.outputs import Lost, Pressed, Step
from sip_gateway.rtp.packet import Packet, build
from sip_gateway.rtp.receiver import LegReceiver
from sip_gateway.settings import Settings
from sip_gateway.sip import negotiate, sdp
from sip_gateway.worker_protocol import LegSpec
from tests.keyed import tone
from tests.opus_encoder import OpusEncoder

Samples = NDArray[np.int16]
EACH = pytest.mark.parametrize("coding", DECODED, ids=str)
SILENT_IN_LOSS = pytest.mark.parametrize(
    "coding", [coding for coding in DECODED if coding != OPUS], ids=str
)


def sweep(rate_hz: int, seconds: float = 2.0) -> Samples:
    """A tone that rises to nearly half the rate: wide where the codec is."""
    at = np.arange(round(rate_hz * seconds)) / rate_hz
    top = 0.4 * rate_hz
    return (9000 * np.sin(2 * np.pi * (300 + top / seconds / 2 * at) * at)).astype(np.int16)


def coded(samples: Samples, coding: Coding) -> list[bytes]:
    """Payloads of 20 ms."""
    if coding.name == "G722":
        whole, size = bytes(G722(16_000, 64_000).encode(samples)), 160
    elif coding == OPUS:
        return OpusEncoder(bitrate=64_000).packets(samples)
    elif coding.name == "L16":
        whole, size = samples.astype(">i2").tobytes(), 2 * coding.clock_hz // 50
    else:
        whole, size = encode(samples.tobytes(), coding.name), 160
    return [whole[at : at + size] for at in range(0, len(whole), size)]


def datagrams(payloads: list[bytes], coding: Coding, *, timestamp: int = 0) -> list[bytes]:
    step = coding.clock_hz // 50
    return [
        build(Packet(96, n == 0, n, (timestamp + n * step) % 2**32, 1, payload))
        for n, payload in enumerate(payloads)
    ]


def listen(
    coding: Coding, sent: list[bytes], *, keys: KeyRules | None = None
) -> list[Step | Lost | Pressed]:
    media = MediaFormat(coding.name, 96, 101, coding.clock_hz)
    receiver = LegReceiver(media, clock=CallClock(), jitter_s=0.06, keys=keys or KeyRules())
    heard: list[Step | Lost | Pressed] = []
    for n, data in enumerate(sent):
        if data:
            receiver.receive_timer(now=100 + n / 50)
            receiver.receive_datagram(data, now=100 + n / 50)
        heard += receiver.take()
    receiver.flush()
    return heard + receiver.take()


def sound(heard: list[Step | Lost | Pressed]) -> Samples:
    return np.frombuffer(b"".join(s.pcm for s in heard if isinstance(s, Step)), "<i2")


@EACH
def test_a_leg_is_heard_at_the_rate_of_its_codec(coding: Coding) -> None:
    samples = sweep(coding.rate_hz)
    heard = listen(coding, datagrams(coded(samples, coding), coding, timestamp=2**32 - 5000))
    assert [item.start_ms for item in heard if isinstance(item, Step)] == list(range(0, 2000, 100))
    found = sound(heard)
    assert len(found) == len(samples)
    delay = {"G722": 22, "OPUS": 104}.get(coding.name, 0)  # samples: its filters'
    one, other = samples[: len(samples) - delay].astype(float), found[delay:].astype(float)
    assert np.corrcoef(one, other)[0, 1] > 0.98
    if coding.name == "L16":
        assert np.array_equal(found, samples)


@SILENT_IN_LOSS
def test_a_loss_is_said_and_silent_in_every_codec(coding: Coding) -> None:
    sent = datagrams(coded(sweep(coding.rate_hz), coding), coding)
    heard = listen(coding, [*sent[:10], *[b""] * 5, *sent[15:]])
    assert [item for item in heard if isinstance(item, Lost)] == [Lost(200, 300)]
    per_ms = coding.rate_hz // 1000
    assert not sound(heard)[200 * per_ms : 300 * per_ms].any()
    assert len(sound(heard)) == 2000 * per_ms


@EACH
def test_keys_are_found_and_silenced_in_every_codec(coding: Coding) -> None:
    quiet = np.zeros(4000, np.int16)
    narrow = np.concatenate((quiet, np.asarray(tone("5", ms=200)).astype(np.int16), quiet))
    wide = narrow
    if coding.rate_hz == 16_000:
        at = np.arange(2 * len(narrow)) / 2
        wide = np.interp(at, np.arange(len(narrow)), narrow).astype(np.int16)
    wide = wide[: len(wide) // (coding.rate_hz // 50) * (coding.rate_hz // 50)]
    rules = KeyRules(find_tones=True, read=True)
    heard = listen(coding, datagrams(coded(wide, coding), coding), keys=rules)
    (pressed,) = [item for item in heard if isinstance(item, Pressed)]
    assert pressed.key is not None
    assert pressed.key.among("5")
    assert abs(pressed.start_ms - 500) <= 40
    assert abs(sound(heard)).max() < 500, "the tone has gone"


def test_an_event_on_a_clock_of_16_khz_lasts_as_long_as_it_says() -> None:
    coding = Coding("L16", 16_000)
    sent = datagrams(coded(sweep(16_000, 1.0), coding), coding)
    event = bytes([5, 0x80]) + (1600).to_bytes(2, "big")
    for n in range(20, 25):
        sent[n] = build(Packet(101, n == 20, n, 20 * 320, 1, event))
    (pressed,) = [item for item in listen(coding, sent) if isinstance(item, Pressed)]
    assert (pressed.start_ms, pressed.end_ms) == (400, 500)


@EACH
@pytest.mark.parametrize("size", [0, 1, 3, 7, 161, 5000])
def test_payloads_of_any_size_are_whole_ticks(coding: Coding, size: int) -> None:
    decoder = Decoder(coding)
    pcm = decoder.decode(b"\x12" * size, most_ticks=1600)
    assert len(pcm) % decoder.tick_bytes == 0
    assert len(pcm) <= 1600 * decoder.tick_bytes


def test_a_codec_may_change_in_mid_call_with_rate_and_clock() -> None:
    first, second = Coding("PCMU"), Coding("L16", 16_000)
    receiver = LegReceiver(MediaFormat("PCMU", 96), clock=CallClock(), jitter_s=0.06)
    sent = datagrams(coded(sweep(8_000, 1.0), first), first)
    sent += datagrams(coded(sweep(16_000, 1.0), second), second, timestamp=777)
    heard: list[Step | Lost | Pressed] = []
    for n, data in enumerate(sent):
        if n == 50:
            receiver.change_media(MediaFormat("L16", 96, None, 16_000))
            receiver.unlock()
        if n >= 50:
            data = data[:2] + n.to_bytes(2, "big") + data[4:]
        receiver.receive_datagram(data, now=100 + n / 50)
        heard += receiver.take()
    receiver.flush()
    steps = [item for item in heard + receiver.take() if isinstance(item, Step)]
    assert [step.start_ms for step in steps] == list(range(0, 2000, 100))
    assert [step.rate_hz for step in steps][:9] == [8_000] * 9
    assert [step.rate_hz for step in steps][11:] == [16_000] * 9
    assert not [item for item in heard if isinstance(item, Lost)]


def test_a_seam_keeps_its_length() -> None:
    pcm = sweep(8_000, 0.1).tobytes()
    wide = at_rate(pcm, 8_000, to_hz=16_000)
    assert len(wide) == 2 * len(pcm)
    assert at_rate(wide, 16_000, to_hz=8_000) == pcm


# The journal.


def test_the_journal_keeps_each_rate_and_reads_a_mixed_leg_at_the_higher() -> None:
    gathering = Gathering()
    narrow, wide = Stretch(0, 8_000, sweep(8_000, 0.3)), Stretch(300, 16_000, sweep(16_000, 0.3))
    stretches = [*gathering.add(narrow), *gathering.add(wide), *gathering.flush()]
    assert [(s.start_ms, s.rate_hz, len(s.samples)) for s in stretches] == [
        (0, 8_000, 2400),
        (300, 16_000, 4800),
    ]
    assert rate_of(stretches) == 16_000
    whole = laid_out(stretches, start_ms=0, end_ms=600)
    assert np.array_equal(whole[:4800:2], narrow.samples)
    assert np.array_equal(whole[4800:], wide.samples)


# Offers.

HEAD = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"


def chosen(formats: str, *maps: str) -> tuple[str, int, int | None] | None:
    body = HEAD + f"m=audio 4000 RTP/AVP {formats}\r\n"
    body += "".join(f"a=rtpmap:{line}\r\n" for line in maps)
    line = negotiate.lines(sdp.parse(body.encode()), {}).get(0)
    if line is None:
        return None
    events = line.telephone_event
    return line.codec.name, line.codec.rate_hz, events.payload_type if events else None


@pytest.mark.parametrize(
    ("formats", "maps", "answer"),
    [
        ("9 0 8", (), ("G722", 8000, None)),
        ("8 9", (), ("PCMA", 8000, None)),
        ("96 9 101", ("96 AMR-WB/16000", "101 telephone-event/8000"), ("G722", 8000, 101)),
        ("96 0", ("96 L16/16000",), ("L16", 16000, None)),
        ("96 0", ("96 L16/16000/1",), ("L16", 16000, None)),
        ("96 0", ("96 L16/44100",), ("PCMU", 8000, None)),
        ("96 0", ("96 L16/16000/2",), ("PCMU", 8000, None)),
        (
            "96 101 102",
            ("96 L16/16000", "101 telephone-event/8000", "102 telephone-event/16000"),
            ("L16", 16000, 102),
        ),
        ("96 18", ("96 AMR-WB/16000",), None),
    ],
)
def test_the_first_of_the_peers_codecs_that_we_decode_is_answered(
    formats: str, maps: tuple[str, ...], answer: tuple[str, int, int | None] | None
) -> None:
    assert chosen(formats, *maps) == answer


def test_wideband_goes_to_the_recogniser_untouched() -> None:
    coding = Coding("L16", 16_000)
    spec = LegSpec(
        leg_id="call-0", channel=0, role="agent", codec="L16", payload_type=96, clock_hz=16_000
    )
    leg = new_leg(
        spec,
        JoinedLeg("default", "call", "call-0", 0, "agent"),
        clock=CallClock(),
        settings=Settings(),
        wall=lambda at: datetime.fromtimestamp(at, UTC),
    )
    samples = sweep(16_000)
    for n, data in enumerate(datagrams(coded(samples, coding), coding)):
        leg.receive_datagram(data, now=100 + n / 50)
    leg.flush()
    frames = [item for item in leg.take() if isinstance(item, AudioFrame)]
    assert {(frame.rate_hz, frame.line_hz) for frame in frames} == {(16_000, 16_000)}
    assert b"".join(frame.pcm for frame in frames) == samples.tobytes()
    left = leg.said_left(reason="bye")
    assert left.mos is not None
    assert left.mos > 4.3
