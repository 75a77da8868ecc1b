"""Opus: heard whole at any frame size, what is lost said again by the next packet or guessed."""

import os
import random

import numpy as np
import pytest
from numpy.typing import NDArray

from sip_gateway.audio import opus
from sip_gateway.audio.codecs import DECODED, OPUS, Coding, Decoder
from sip_gateway.rtp.clock import CallClock
from sip_gateway.rtp.media_format import MediaFormat
from sip_gateway.rtp.outputs import Lost, Pressed, Step
from sip_gateway.rtp.packet import Packet, build
from sip_gateway.rtp.receiver import LegReceiver
from sip_gateway.sip import negotiate, sdp
from tests.mutations import mutate
from tests.opus_encoder import OpusEncoder

pytestmark = pytest.mark.skipif(
    not opus.available() and not os.environ.get("CI"), reason="no libopus (Debian: libopus0)"
)

Samples = NDArray[np.int16]
DELAYS = range(60, 260, 4)
"""Samples, of the encoder's look-ahead and filters, which the mode it chooses makes longer."""


def voice(seconds: float, *, rate_hz: int = 16_000) -> Samples:
    """A low tone with harmonics, as a voice has: Opus codes it as speech."""
    at = np.arange(round(seconds * rate_hz)) / rate_hz
    pitch = 140 + 30 * np.sin(2 * np.pi * 2.3 * at)
    phase = 2 * np.pi * np.cumsum(pitch) / rate_hz
    said = sum(np.sin(n * phase) / n for n in range(1, 12))
    return np.asarray(5000 * said * (1 + 0.5 * np.sin(2 * np.pi * 3 * at)), dtype=np.int16)


def sent(packets: list[bytes], *, ms: int = 20) -> list[bytes]:
    return [
        build(Packet(111, n == 0, n, n * ms * 48, 1, payload)) for n, payload in enumerate(packets)
    ]


def listen(datagrams: list[bytes], *, ms: int = 20) -> list[Step | Lost | Pressed]:
    media = MediaFormat("OPUS", 111, None, 48_000)
    receiver = LegReceiver(media, clock=CallClock(), jitter_s=0.06)
    heard: list[Step | Lost | Pressed] = []
    for n, data in enumerate(datagrams):
        now = 100 + n * ms / 1000
        if data:
            receiver.receive_timer(now=now)
            receiver.receive_datagram(data, now=now)
        heard += receiver.take()
    receiver.flush()
    return heard + receiver.take()


def sound(heard: list[Step | Lost | Pressed]) -> Samples:
    return np.frombuffer(b"".join(s.pcm for s in heard if isinstance(s, Step)), "<i2")


def likeness(one: Samples, other: Samples) -> float:
    return float(np.corrcoef(one.astype(float), other.astype(float))[0, 1])


def delayed_likeness(said: Samples, found: Samples) -> float:
    return max(likeness(said[:-delay], found[delay:]) for delay in DELAYS)


@pytest.mark.parametrize("ms", [10, 20, 40, 60])
def test_packets_of_every_length_are_heard_whole(ms: int) -> None:
    said = voice(1.2)
    heard = listen(sent(OpusEncoder(bitrate=32_000).packets(said, size=16 * ms), ms=ms), ms=ms)
    assert not [item for item in heard if isinstance(item, Lost)]
    assert {item.rate_hz for item in heard if isinstance(item, Step)} == {16_000}
    found = sound(heard)
    assert len(found) == len(said)
    assert delayed_likeness(said, found) > 0.75


def test_stereo_is_heard_as_one_channel() -> None:
    said = voice(1.0)
    stereo = np.column_stack((said, said)).reshape(-1)
    packets = OpusEncoder(channels=2, bitrate=48_000).packets(stereo, size=640)
    assert delayed_likeness(said, sound(listen(sent(packets)))) > 0.75


def test_a_lost_packet_that_the_next_one_repeats_is_no_loss() -> None:
    packets = OpusEncoder(bitrate=24_000, fec=1, loss=20).packets(voice(2.0))
    whole = sound(listen(sent(packets)))
    datagrams = sent(packets)
    for n in (30, 50, 70):
        datagrams[n] = b""
    heard = listen(datagrams)
    assert not [item for item in heard if isinstance(item, Lost)]
    for n in (30, 50, 70):
        at = slice(320 * n, 320 * (n + 1))
        assert likeness(whole[at], sound(heard)[at]) > 0.8


def test_without_fec_a_loss_is_said_and_guessed_for_200_ms() -> None:
    packets = OpusEncoder(bitrate=24_000).packets(voice(2.0))
    datagrams = sent(packets)
    datagrams[40:60] = [b""] * 20
    heard = listen(datagrams)
    assert [item for item in heard if isinstance(item, Lost)] == [Lost(800, 1200)]
    found = sound(heard)
    assert len(found) == 32_000
    assert not found[16 * 800 : 16 * 1000].any(), "what no guess reaches is silent"
    assert abs(found[16 * 1000 : 16 * 1040]).max() > 500


def test_of_several_lost_packets_only_the_last_is_repeated() -> None:
    packets = OpusEncoder(bitrate=24_000, fec=1, loss=20).packets(voice(2.0))
    datagrams = sent(packets)
    datagrams[50:53] = [b""] * 3
    heard = listen(datagrams)
    assert [item for item in heard if isinstance(item, Lost)] == [Lost(1000, 1040)]
    assert len(sound(heard)) == 32_000


def test_a_sender_that_falls_silent_loses_nothing() -> None:
    packets = OpusEncoder(bitrate=24_000, dtx=1).packets(
        np.concatenate((voice(0.6), np.zeros(16_000, np.int16), voice(0.4)))
    )
    assert min(map(len, packets)) <= 2
    # Sequence numbers are of what is sent; timestamps run on (RFC 7587 section 3.1.3).
    numbered = [(n, payload) for n, payload in enumerate(packets) if len(payload) > 2]
    assert len(numbered) < len(packets) - 20
    datagrams = [b""] * len(packets)
    for sequence, (n, payload) in enumerate(numbered):
        datagrams[n] = build(Packet(111, False, sequence, n * 960, 1, payload))
    heard = listen(datagrams)
    assert not [item for item in heard if isinstance(item, Lost)]
    starts = [item.start_ms for item in heard if isinstance(item, Step)]
    assert starts[-1] == 1900


@pytest.mark.parametrize("payload", [b"", b"\x00", b"\xff" * 5, bytes(range(200)), b"\x4b" * 1400])
def test_what_is_no_opus_is_no_sound_of_any_length(payload: bytes) -> None:
    decoder = Decoder(OPUS)
    for _ in range(3):
        decoder.recover(payload, ticks=480)
        pcm = decoder.decode(payload, most_ticks=1600)
        assert len(pcm) % decoder.tick_bytes == 0 and len(pcm) <= 3840


def test_mutated_packets_harm_nothing() -> None:
    chance = random.Random(7587)
    seeds = [
        payload
        for size in (160, 320, 960)
        for payload in OpusEncoder(bitrate=24_000, fec=1, loss=20).packets(voice(0.5), size=size)
    ]
    decoder = Decoder(OPUS)
    for _ in range(2000):
        payload = mutate(chance.choice(seeds), chance)
        found = decoder.recover(payload, ticks=chance.choice([0, 160, 480, 2000]))
        pcm = decoder.decode(payload, most_ticks=1600)
        assert len(pcm) % 4 == 0 and len(pcm) <= 3840 and len(found.pcm) <= 6400
    heard = [decoder.decode(payload, most_ticks=1600) for payload in seeds[50:75]]
    assert {len(pcm) for pcm in heard} == {640}, "and it goes on as before"


@pytest.mark.parametrize("ticks", [0, 1, 19, 20, 160, 333, 1600, 100_000])
def test_what_stands_in_for_a_loss_is_no_longer_than_it(ticks: int) -> None:
    encoder, decoder = OpusEncoder(bitrate=24_000, fec=1, loss=20), Decoder(OPUS)
    packets = encoder.packets(voice(1.0))
    for payload in packets[:30]:
        decoder.decode(payload, most_ticks=1600)
    found = decoder.recover(packets[31], ticks=ticks)
    assert len(found.pcm) <= decoder.tick_bytes * min(ticks, 1600)
    assert found.sure_ticks <= min(ticks, 160)


def test_other_codecs_make_nothing_of_a_loss() -> None:
    assert Decoder(Coding("PCMU")).recover(b"\xff" * 160, ticks=160) == opus.NOTHING


# Offers.

HEAD = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
OFFER = (
    HEAD + "m=audio 4000 RTP/AVP 96 0 97 101\r\na=rtpmap:96 opus/48000/2\r\n"
    "a=fmtp:96 stereo=1;sprop-stereo=1;usedtx=1\r\na=rtpmap:97 telephone-event/48000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\n"
)


def test_opus_is_answered_as_we_like_it_with_events_on_its_clock() -> None:
    offer = sdp.parse(OFFER.encode())
    taken = negotiate.lines(offer, {})
    media = negotiate.answer(offer, taken, ports={0: 20_000})
    text = sdp.build(sdp.Session(tuple(media)), address="192.0.2.9").decode()
    assert "m=audio 20000 RTP/AVP 96 97\r\n" in text
    assert "a=rtpmap:96 opus/48000/2\r\n" in text
    assert "a=fmtp:96 maxplaybackrate=16000;stereo=0;useinbandfec=1\r\n" in text


def test_without_the_library_the_next_codec_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(negotiate, "DECODED", tuple(c for c in DECODED if c != OPUS))
    assert negotiate.lines(sdp.parse(OFFER.encode()), {})[0].codec.name == "PCMU"
    alone = OFFER.replace("RTP/AVP 96 0 97 101", "RTP/AVP 96")
    assert negotiate.lines(sdp.parse(alone.encode()), {}) == {}
    assert "OPUS" not in [codec.name for codec in negotiate.offer_line(20_000).codecs]
