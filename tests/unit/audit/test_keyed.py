"""The keys that the canary's customer presses: sent as phones do, found wherever they stay."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from sip_gateway.audio import g711
from sip_gateway.caller.keys import ENDS, EVERY, HELD, event_packets, length_ms
from sip_gateway.caller.plan import Keys
from trunkline.audit.canary_call import built_in, canary_call
from trunkline.audit.keyed import AS_EVENTS, AS_TONES, QUIET_MS, Keyed, audible_tones, with_keys
from trunkline.audit.live import needles
from trunkline.audit.planted import SOUND, Planted

PACKET = 160


@pytest.fixture
def keyed(tmp_path: Path) -> Keyed:
    return with_keys(canary_call(*built_in()), tmp_path)


def leg(keyed: Keyed, channel: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.int16]], int]:
    samples, rate_hz = soundfile.read(keyed.call.wav, dtype="int16")
    return samples[:, channel], rate_hz


def test_tones_are_found_where_they_are_and_not_in_speech(keyed: Keyed) -> None:
    customer, rate_hz = leg(keyed, 1)
    agent, _ = leg(keyed, 0)
    tones = keyed.spans[1]
    first, last = (ms * rate_hz // 1000 for ms in (tones.start_ms, tones.end_ms))
    assert audible_tones(customer[first:last], rate_hz) >= 2 * len(AS_TONES)
    # Far softer, as a gateway may leave a rest of them.
    assert audible_tones((customer[first:last] * 0.03).astype(np.int16), rate_hz) > 0
    silenced = customer.copy()
    silenced[first:last] = 0
    assert audible_tones(silenced, rate_hz) == audible_tones(agent, rate_hz) == 0
    assert audible_tones(customer[:10], rate_hz) == 0


def test_speech_follows_the_keys_so_that_a_recording_is_not_silent_there(keyed: Keyed) -> None:
    customer, rate_hz = leg(keyed, 1)
    behind = customer[(keyed.spans[1].end_ms + QUIET_MS) * rate_hz // 1000 :]
    assert np.abs(behind).max() > 1000
    assert keyed.call.reference.duration_ms == len(customer) * 1000 // rate_hz
    (pressed,) = keyed.call.keys
    assert pressed.keys == AS_EVENTS and pressed.at_ms == keyed.from_ms
    assert {span.canonical for span in keyed.spans} == {AS_EVENTS, AS_TONES}


def test_a_key_is_six_packets_of_one_event_in_place_of_audio() -> None:
    packets = event_packets([Keys("5#", 1000, stream=1)], stream=1)
    assert event_packets([Keys("5#", 1000, stream=1)], stream=0) == {}
    five = [packets[50 + n] for n in range(HELD + ENDS)]
    assert {one.began_at for one in five} == {50}
    assert [one.payload.hex() for one in five] == [
        *("050a00a0", "050a0140", "050a01e0"),
        *("058a01e0", "058a01e0", "058a01e0"),
    ]
    assert packets[50 + EVERY].payload[0] == 11 and packets[50 + EVERY].began_at == 50 + EVERY
    assert len(packets) == 2 * (HELD + ENDS) and length_ms("5#") == 400


def test_the_calls_sound_is_known_again_as_it_was_sent_and_as_it_is_decoded(keyed: Keyed) -> None:
    found = needles(keyed.call)
    assert len(found) == 2 * len(keyed.call.reference.pii)
    planted = Planted((), sounds=found)
    customer, rate_hz = leg(keyed, 1)
    assert rate_hz == g711.RATE_HZ
    sent = g711.encode(customer.tobytes(), "PCMU")
    of_customer = sum(span.channel == 1 for span in keyed.call.reference.pii)
    assert planted.sounds_in(sent) == of_customer
    assert planted.anywhere(b"..." + g711.decode(sent, "PCMU")) == {SOUND}
    assert planted.anywhere(sent[::-1]) == set()
