"""Asterisk's two ways: whose leg a UUID is, and what is answered in which form."""

from uuid import UUID

import pytest

from sip_gateway.streams import audiosocket
from sip_gateway.streams.about import BadMessage
from sip_gateway.streams.settings import AudioSocket
from tests.recorded_streams import told
from tests.stream_dialects import TOKENS, session, uuid_of

RANDOM = UUID("6f1c2b7e-0d1a-4a8f-9a35-2c6a1f0e7b41")
START = "MEDIA_START channel_id:1.2 format:ulaw optimal_frame_size:160 ptime:20"


def test_a_signed_uuid_is_what_the_published_dialplan_makes() -> None:
    # By hand: printf 'KEY-0123456789ab' | sha1sum
    made = audiosocket.proof(b"0d5e0d5e0d5e0d5e", "0123456789ab")
    assert made == "b0f5508ee83613a1da2"
    whose = audiosocket.signed({"pbx": b"0d5e0d5e0d5e0d5e"})
    assert whose(UUID("01234567-89ab-b0f5-508e-e83613a1da21")) == (
        "01234567-89ab-b0f5-508e-e83613a1da20",
        "agent",
    )


def test_each_key_of_several_opens() -> None:
    keys = {"old": b"k" * 32, **TOKENS}
    for token in ("k" * 32, TOKENS["AC00000000000000000000000000000001"].decode()):
        made = UUID(uuid_of("c-1", "2", token))
        assert audiosocket.signed(keys)(made).leg == "mixed"


@pytest.mark.parametrize("digit", range(12, 31))
def test_a_uuid_changed_in_any_digit_of_its_proof_opens_nothing(digit: int) -> None:
    made = UUID(uuid_of("c-1", "0")).hex
    other = made[:digit] + ("0" if made[digit] != "0" else "1") + made[digit + 1 :]
    with pytest.raises(BadMessage):
        audiosocket.signed(TOKENS)(UUID(other))


def test_unsigned_uuids_tell_the_leg_or_are_a_call_of_their_own() -> None:
    assert audiosocket.of_leg(RANDOM) == (str(RANDOM)[:-1] + "0", "agent")
    assert audiosocket.of_anybody(RANDOM) == (str(RANDOM), "mixed")
    with pytest.raises(BadMessage):
        audiosocket.of_leg(UUID(int=3))


def test_unsigned_uuids_need_networks() -> None:
    AudioSocket(uuid="any", networks=("10.0.0.0/8",))
    with pytest.raises(ValueError, match="need networks"):
        AudioSocket(uuid="legs")


def test_a_connection_that_hangs_up_before_any_audio_was_no_call() -> None:
    playing = session("audiosocket")
    playing.receive_audio(b"\1\0\x10" + UUID(uuid_of("c", "0")).bytes, now=0.0)
    assert playing.opened
    playing.receive_audio(b"\0\0\0", now=0.0)
    assert playing.closed and playing.take() == []


def test_a_closed_connection_is_not_yet_a_hangup() -> None:
    playing = session("audiosocket")
    playing.receive_audio(b"\1\0\x10" + UUID(uuid_of("c", "2")).bytes, now=0.0)
    playing.receive_audio(b"\x10\0\x10" + bytes(16), now=0.0)
    playing.receive_close()
    assert [event.split()[0] for event in told(playing.take())] == ["opened", "audio"]
    assert not playing.closed


def test_what_says_no_uuid_is_known_by_its_first_byte() -> None:
    playing = session("audiosocket")
    playing.receive_audio(b"G", now=0.0)
    assert playing.broke == "the UUID comes first"


@pytest.mark.parametrize(
    ("start", "hangup"),
    [
        (START, "HANGUP"),
        (
            '{"event":"MEDIA_START","channel_id":"1.2","format":"ulaw"}',
            '{"command":"HANGUP"}',
        ),
    ],
)
def test_a_call_that_is_over_for_us_is_hung_up_in_the_peers_form(start: str, hangup: str) -> None:
    playing = session("chan_websocket")
    playing.receive_text(start)
    assert playing.to_send() == []
    playing.disconnect("completed", "over")
    assert playing.to_send() == [hangup]


def test_what_does_not_concern_us_is_passed_over_in_both_forms() -> None:
    playing = session("chan_websocket")
    playing.receive_text(START)
    for text in ("QUEUE_DRAINED", "ERROR x", "", '{"event":"STATUS","queue_length":3}'):
        playing.receive_text(text)
    assert not playing.closed
    assert told(playing.take()) == ["opened 1.2 speaker PCMU"]
