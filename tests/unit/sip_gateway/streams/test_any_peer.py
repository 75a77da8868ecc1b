"""Of every dialect: nothing that a peer can say breaks a session, however it is cut."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sip_gateway.streams.heard import StreamAudio, StreamEvent
from tests.recorded_streams import give, lines, messages, names
from tests.stream_dialects import EVERY, session

# Hypothesis makes its table of characters within the first example, seconds on a busy machine.
FEW = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
WHOLE = {
    dialect: [message for message, _ in messages(lines(dialect, name))]
    for dialect in EVERY
    for name in names(dialect)
    if name in ("whole_call", "stereo", "mixed")
}


@st.composite
def spoiled(draw: st.DrawFn, text: str) -> str:
    """The message with one of its fields, however deep, taken away or replaced."""
    message = msgspec.json.decode(text)
    at = message
    while isinstance(at, dict) and at:
        name = draw(st.sampled_from(sorted(at)))
        if isinstance(at[name], dict) and at[name] and draw(st.booleans()):
            at = at[name]
            continue
        if draw(st.booleans()):
            del at[name]
        else:
            at[name] = draw(VALUES)
        break
    return msgspec.json.encode(message).decode()


@pytest.mark.parametrize("dialect", EVERY)
@FEW
@given(data=st.data())
def test_nothing_that_a_peer_can_say_breaks_a_session(dialect: str, data: st.DataObject) -> None:
    playing = session(dialect)
    events: list[StreamEvent] = []
    now = 0.0
    for message in WHOLE[dialect]:
        how = data.draw(
            st.sampled_from(["as it is", "spoiled", "cut", "noise", "json", "left out"])
        )
        if how == "spoiled" and isinstance(message, str):
            message = data.draw(spoiled(message))
        elif how == "cut" and message is not None:
            message = message[: data.draw(st.integers(0, len(message)))]
        elif how == "noise":
            message = data.draw(st.binary(max_size=40) | st.text(max_size=40))
        elif how == "json":
            message = msgspec.json.encode(data.draw(VALUES)).decode()
        elif how == "left out":
            continue
        now += data.draw(st.floats(0, 10))
        give(playing, message, now=now)
        events += playing.take()
        playing.to_send()
    playing.receive_close()
    playing.disconnect("completed", "over")
    assert playing.closed
    begun = [type(event).__name__ for event in events].count("StreamOpened")
    assert begun <= 1 and (begun or not events)


@pytest.mark.parametrize("dialect", EVERY)
def test_what_is_nested_beyond_reason_ends_the_session(dialect: str) -> None:
    for text in ("[" * 60_000, '{"event":' * 10_000, '{"x":' + "[" * 60_000):
        playing = session(dialect)
        playing.receive_text(text)
        assert playing.take() == [] and playing.closed


def summed(events: list[StreamEvent]) -> list[StreamEvent | dict[int, bytes]]:
    """The events with each stretch of audio put together by channel."""
    said: list[StreamEvent | dict[int, bytes]] = []
    for event in events:
        if not isinstance(event, StreamAudio):
            said.append(event)
            continue
        if not said or not isinstance(said[-1], dict):
            said.append({})
        stretch = said[-1]
        assert isinstance(stretch, dict)
        stretch[event.channel] = stretch.get(event.channel, b"") + event.payload
    return said


BINARY = [
    (dialect, name)
    for dialect in ("audiosocket", "chan_websocket", "freeswitch", "jambonz", "vonage", "stream")
    for name in names(dialect)
    if not name.startswith("broken")
]


@pytest.mark.parametrize(("dialect", "name"), BINARY)
@FEW
@given(data=st.data())
def test_binary_audio_may_be_cut_anywhere(dialect: str, name: str, data: st.DataObject) -> None:
    whole, cut = session(dialect), session(dialect)
    for message, now in messages(lines(dialect, name)):
        give(whole, message, now=now)
        if isinstance(message, bytes):
            places = sorted(data.draw(st.sets(st.integers(0, len(message)), max_size=4)))
            for start, end in zip([0, *places], [*places, len(message)], strict=True):
                give(cut, message[start:end], now=now)
        else:
            give(cut, message, now=now)
    assert summed(cut.take()) == summed(whole.take())


@pytest.mark.parametrize("name", names("audiosocket"))
@FEW
@given(data=st.data())
def test_the_bytes_of_a_tcp_connection_may_be_cut_anywhere(name: str, data: st.DataObject) -> None:
    said = [message for message, _ in messages(lines("audiosocket", name))]
    sent = b"".join(message for message in said if isinstance(message, bytes))
    whole, cut = session("audiosocket"), session("audiosocket")
    whole.receive_audio(sent, now=1.0)
    places = sorted(data.draw(st.sets(st.integers(0, len(sent)), max_size=12)))
    for start, end in zip([0, *places], [*places, len(sent)], strict=True):
        cut.receive_audio(sent[start:end], now=1.0)
    assert summed(cut.take()) == summed(whole.take())
    assert (cut.closed, cut.broke) == (whole.closed, whole.broke)


@pytest.mark.parametrize("dialect", EVERY)
@FEW
@given(data=st.data())
def test_it_does_not_matter_when_the_events_are_taken(dialect: str, data: st.DataObject) -> None:
    often, once = session(dialect), session(dialect)
    events: list[StreamEvent] = []
    for message, now in messages(lines(dialect, data.draw(st.sampled_from(names(dialect))))):
        give(often, message, now=now)
        give(once, message, now=now)
        if data.draw(st.booleans()):
            events += often.take()
    assert events + often.take() == once.take()
