"""AudioHook sessions without a socket."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip_gateway.streams.audiohook import NULL_ID, AudioHookSession
from sip_gateway.streams.heard import (
    StreamAudio,
    StreamEnded,
    StreamLost,
    StreamOpened,
    StreamPaused,
    StreamResumed,
)

BOTH = {"type": "audio", "format": "PCMU", "channels": ["external", "internal"], "rate": 8000}
CUSTOMER = {**BOTH, "channels": ["external"]}
L16 = {**BOTH, "format": "L16"}


class Peer:
    """Says what it is told, with the numbers that the protocol wants."""

    def __init__(self) -> None:
        self.session = AudioHookSession(organization_id="org")
        self._seq = 0

    def say(self, kind: str, parameters: object = None, **changes: object) -> list[dict[str, Any]]:
        self._seq += 1
        message = {
            "version": "2", "id": "s-1", "type": kind, "seq": self._seq, "serverseq": 0,
            "position": "PT0S", "parameters": parameters or {},
        }  # fmt: skip
        self.session.receive_text(msgspec.json.encode(message | changes).decode())
        return [msgspec.json.decode(text) for text in self.session.to_send()]

    def open(self, *media: object, **changes: object) -> list[dict[str, Any]]:
        parameters: dict[str, object] = {
            "organizationId": "org",
            "conversationId": "c-1",
            "participant": {"id": "p", "ani": "+12025550143", "aniName": "Jordan", "dnis": ""},
            "media": media or (CUSTOMER, BOTH),
        }
        return self.say("open", parameters | changes)


def test_both_channels_are_taken_where_they_are_offered() -> None:
    peer = Peer()
    (opened,) = peer.open()
    assert opened["type"] == "opened" and opened["parameters"]["media"] == [BOTH]
    (event,) = peer.session.take()
    assert isinstance(event, StreamOpened)
    assert [party.role for party in event.parties] == ["customer", "agent"]


def test_channels_are_parted_sample_by_sample() -> None:
    peer = Peer()
    peer.open()
    peer.session.take()
    peer.session.receive_audio(b"aAbBcC")
    assert peer.session.take() == [StreamAudio(0, b"abc"), StreamAudio(1, b"ABC")]


def test_a_session_from_its_pause_to_its_end() -> None:
    peer = Peer()
    peer.open()
    peer.session.take()
    peer.say("paused")
    peer.session.receive_audio(b"zz")
    peer.say("resumed", {"start": "PT1S", "discarded": "PT2S"})
    peer.say("discarded", {"start": "PT3S", "discarded": "PT1.5S"})
    assert [message["type"] for message in peer.say("ping")] == ["pong"]
    assert [message["type"] for message in peer.say("close", {"reason": "end"})] == ["closed"]
    assert peer.session.take() == [
        StreamPaused(), StreamResumed(), StreamLost(0, 12000), StreamLost(1, 12000),
        StreamEnded("end"),
    ]  # fmt: skip
    assert peer.session.closed


def test_a_probe_is_answered_and_is_no_conversation() -> None:
    peer = Peer()
    (opened,) = peer.open(conversationId=NULL_ID)
    assert opened["type"] == "opened"
    peer.session.receive_audio(b"aA")
    peer.say("close")
    assert peer.session.take() == [] and peer.session.closed


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"seq": 5}, "seq"),
        ({"serverseq": 9}, "serverseq"),
        ({"id": "s 1"}, "id"),
        ({"version": "3"}, "not a message"),
        ({"parameters": {}}, "not a message"),
    ],
)
def test_what_breaks_the_protocol_is_answered_with_disconnect(
    changes: dict[str, object], why: str
) -> None:
    peer = Peer()
    (answer,) = peer.say("open", **changes)
    assert (answer["type"], answer["parameters"]["reason"]) == ("disconnect", "error")
    assert why in answer["parameters"]["info"]
    assert peer.session.take() == []


def test_another_organization_than_the_signed_one_is_unauthorized() -> None:
    (answer,) = Peer().open(organizationId="other")
    assert answer["parameters"]["reason"] == "unauthorized"


def test_a_stream_without_mu_law_is_refused_in_words() -> None:
    (answer,) = Peer().open(L16)
    assert "PCMU" in answer["parameters"]["info"]


def test_audio_before_open_or_of_half_a_sample_is_refused() -> None:
    early = Peer()
    early.session.receive_audio(b"aA")
    assert "disconnect" in early.session.to_send()[0]
    odd = Peer()
    odd.open()
    odd.session.take()
    odd.session.receive_audio(b"abc")
    assert "disconnect" in odd.session.to_send()[0] and odd.session.take() == []


def test_messages_of_later_versions_are_passed_over() -> None:
    peer = Peer()
    peer.open()
    peer.session.take()
    assert peer.say("playback_started", {"anything": [1]}) == []
    assert peer.say("dtmf", {"digit": "4"}) == [] and peer.session.take() == []


@pytest.mark.parametrize(
    ("discarded", "samples"), [("PT.5S", 4000), ("PT0.0S", 0), ("PT1.25S", 10000)]
)
def test_a_duration_is_one_in_every_form_of_the_platform(discarded: str, samples: int) -> None:
    peer = Peer()
    peer.open()
    peer.session.take()
    peer.say("discarded", {"start": "PT.02S", "discarded": discarded})
    assert peer.session.take() == [StreamLost(0, samples), StreamLost(1, samples)]


def test_what_the_platform_does_not_know_is_null_or_empty() -> None:
    peer = Peer()
    nobody = {"id": "p", "ani": None, "aniName": None, "dnis": None}
    peer.open(language=None, participant=nobody, inputVariables={}, customConfig=None)
    (event,) = peer.session.take()
    assert isinstance(event, StreamOpened)
    assert (event.language, event.parties[0].name, event.parties[0].aor) == ("", "", "")


FIELDS = ["version", "id", "type", "seq", "parameters", "media"]
TEXTS = st.one_of(
    st.text(max_size=200),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
            st.sampled_from(FIELDS) | st.text(max_size=5), inner, max_size=6,
        ),
        max_leaves=20,
    ).map(lambda value: msgspec.json.encode(value).decode()),
)  # fmt: skip


@given(st.lists(TEXTS | st.binary(max_size=50), max_size=12), st.booleans())
def test_nothing_that_a_peer_can_say_breaks_a_session(
    messages: list[str | bytes], opened: bool
) -> None:
    peer = Peer()
    if opened:
        peer.open()
    for message in messages:
        if isinstance(message, str):
            peer.session.receive_text(message)
        else:
            peer.session.receive_audio(message)
    answers = [msgspec.json.decode(text) for text in peer.session.to_send()]
    assert [answer["seq"] for answer in answers] == list(
        range(1 + opened, len(answers) + 1 + opened)
    )
    heard = [event for event in peer.session.take() if isinstance(event, StreamAudio)]
    assert sum(len(event.payload) * (-1) ** event.channel for event in heard) == 0
