"""Each recorded conversation comes to what it says; none that is broken goes on."""

import pytest

from sip_gateway.streams.dialect import StreamSession
from sip_gateway.streams.heard import StreamEvent
from tests.recorded_streams import give, lines, messages, names, told
from tests.stream_dialects import EVERY, session

RECORDINGS = [(dialect, name) for dialect in EVERY for name in names(dialect)]


def played(dialect: str, name: str) -> tuple[list[str], StreamSession]:
    """What the conversation came to, and its session."""
    recording = lines(dialect, name)
    playing = session(dialect, query=recording[0].query)
    events: list[StreamEvent] = []
    for message, now in messages(recording):
        give(playing, message, now=now)
        events += playing.take()
    return told(events), playing


@pytest.mark.parametrize(("dialect", "name"), RECORDINGS)
def test_a_recording_comes_to_what_it_says(dialect: str, name: str) -> None:
    events, playing = played(dialect, name)
    expected = lines(dialect, name)[-1].told
    assert expected is not None
    assert events == list(expected)
    broken = name.startswith("broken")
    assert playing.closed == (broken or expected[-1].startswith("ended"))
    assert bool(playing.broke) == broken


@pytest.mark.parametrize("dialect", EVERY)
def test_each_dialect_has_valid_and_broken_recordings(dialect: str) -> None:
    broken = [name for name in names(dialect) if name.startswith("broken")]
    assert len(broken) >= 3 and len(names(dialect)) >= len(broken) + 3


def test_what_breaks_our_own_protocol_is_told_why() -> None:
    playing = session("stream")
    playing.receive_text('{"type":"start","conversation":"c","parties":[],"secret":"4111"}')
    (answer,) = playing.to_send()
    assert answer == '{"type":"error","info":"one or two parties, with a channel each"}'
    assert playing.closed


def test_our_own_protocol_answers_start_and_ping() -> None:
    playing = session("stream")
    playing.receive_text('{"type":"ping"}')
    playing.receive_text('{"type":"start","conversation":"c","parties":[{"role":"agent"}]}')
    assert playing.to_send() == ['{"type":"pong"}', '{"type":"started"}']


def test_a_decoders_words_are_not_sent_back() -> None:
    playing = session("stream")
    playing.receive_text('{"type":"start","conversation":4111111111111111}')
    (answer,) = playing.to_send()
    assert "4111" not in answer and "not a message" in answer


def test_a_fork_without_metadata_is_described_by_its_url() -> None:
    playing = session("freeswitch", query="?uuid=u-1&rate=16000&mix=stereo&queue=billing")
    playing.receive_audio(bytes(1280), now=1.0)
    assert playing.take() == []  # metadata may be on their way
    playing.receive_close()
    assert told(playing.take()) == [
        "opened u-1 customer+agent L16 queue billing",
        "audio 0 20 ms",
        "audio 1 20 ms",
        "ended end",
    ]


def test_an_empty_message_at_a_graceful_shutdown_is_nothing() -> None:
    playing = session("freeswitch", query="?uuid=u-1")
    for data in (bytes(320), b"", b""):
        playing.receive_audio(data, now=1.0)
    playing.receive_close()
    assert told(playing.take()) == ["opened u-1 customer PCMU", "audio 0 20 ms", "ended end"]


def test_a_url_alone_describes_a_fork_once_a_second_came_without_metadata() -> None:
    playing = session("freeswitch", query="?uuid=u-1&rate=16k")
    for n in range(60):
        playing.receive_audio(bytes(640), now=0.02 * n)
    assert told(playing.take()) == ["opened u-1 customer L16", "audio 0 1200 ms"]
    playing.receive_text('{"uuid":"u-2"}')
    assert not playing.closed and playing.take() == []


def test_metadata_come_before_what_the_url_says() -> None:
    playing = session("freeswitch", query="?uuid=u-1&mix=stereo&rate=nonsense")
    playing.receive_text('{"uuid":"u-2","rate":8000}')
    assert told(playing.take()) == ["opened u-2 customer+agent PCMU"]


@pytest.mark.parametrize("dialect", ["vonage", "freeswitch", "jambonz", "stream", "chan_websocket"])
def test_a_closed_connection_ends_what_has_no_stop(dialect: str) -> None:
    name = [name for name in names(dialect) if not name.startswith("broken")][-1]
    playing = session(dialect, query=lines(dialect, name)[0].query)
    for message, now in messages(lines(dialect, name)):
        if not playing.opened:
            give(playing, message, now=now)
    playing.receive_close()
    assert told(playing.take())[-1:] == ["ended end"] and playing.closed
    playing.receive_close()
    assert playing.take() == []


@pytest.mark.parametrize("dialect", ["twilio", "signalwire", "telnyx"])
def test_a_closed_connection_without_stop_waits_for_the_next(dialect: str) -> None:
    playing = session(dialect)
    for message, now in list(messages(lines(dialect, "whole_call")))[:2]:
        give(playing, message, now=now)
    playing.take()
    playing.receive_close()
    assert playing.take() == []
