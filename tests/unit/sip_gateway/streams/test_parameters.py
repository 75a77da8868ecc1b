"""What a platform passes on becomes an attribute of its call, if the operator named it."""

import json
from collections.abc import Mapping

import pytest

from sip_gateway.siprec import document, metadata
from sip_gateway.streams.audiohook import AudioHookSession
from sip_gateway.streams.bridge import Bridge
from sip_gateway.streams.dialect import StreamSession
from sip_gateway.streams.heard import StreamOpened, StreamParty
from sip_gateway.streams.parameters import chosen, parameters
from tests.stream_dialects import session

OWN = {"UCID": "000117322", "agent_id": 4711, "secret": {"deep": "x"}}
TOLD = {"ucid": "000117322", "agent_id": "4711"}


def opened(playing: StreamSession, *messages: Mapping[str, object] | str) -> dict[str, str]:
    """What the stream told when it opened."""
    for message in messages:
        playing.receive_text(message if isinstance(message, str) else json.dumps(message))
    found = [event for event in playing.take() if isinstance(event, StreamOpened)]
    assert len(found) == 1, playing.broke
    return dict(found[0].told)


def test_twilio_and_signalwire_tell_custom_parameters() -> None:
    for name in ("twilio", "signalwire"):
        start = {"callSid": "CA1", "accountSid": "AC1", "customParameters": OWN}
        told = opened(session(name), {"event": "start", "start": start})
        assert told == {**TOLD, "callsid": "CA1", "accountsid": "AC1"}


def test_telnyx_tells_them_and_the_numbers() -> None:
    start = {"call_control_id": "v3:1", "from": "+12025550143", "custom_parameters": OWN}
    told = opened(session("telnyx"), {"event": "start", "start": start})
    assert told == {**TOLD, "call_control_id": "v3:1", "from": "+12025550143"}


def test_vonage_tells_its_headers() -> None:
    about = {"content-type": "audio/l16;rate=16000", "conversation": "C"}
    assert TOLD.items() <= opened(session("vonage"), {**about, **OWN}).items()


def test_freeswitch_tells_metadata_before_the_url_and_never_the_key() -> None:
    playing = session("freeswitch", query="?ucid=other&dnis=100&token=do-not-tell")
    told = opened(playing, {"uuid": "u-1", **OWN})
    assert told == {**TOLD, "uuid": "u-1", "dnis": "100"}


def test_jambonz_tells_its_metadata_before_the_calls_own() -> None:
    told = opened(session("jambonz"), {"callSid": "c-1", "from": "100", "metadata": OWN})
    assert told == {**TOLD, "callsid": "c-1", "from": "100"}


def test_asterisk_tells_the_url_and_channel_variables() -> None:
    playing = session("chan_websocket", query="?conversation=c-1&dnis=100")
    start = {"event": "MEDIA_START", "format": "ulaw", "channel_variables": OWN}
    assert opened(playing, start) == {**TOLD, "conversation": "c-1", "dnis": "100"}


def test_our_own_protocol_has_a_place_for_them() -> None:
    start = {"type": "start", "conversation": "c", "parties": [{"role": "agent"}]}
    assert opened(session("stream"), {**start, "attributes": OWN}) == TOLD


@pytest.mark.parametrize("config", [OWN, None, "UCID=1", [1]])
def test_audiohook_tells_its_configuration_and_the_customers_number(config: object) -> None:
    media = {"type": "audio", "format": "PCMU", "channels": ["external"], "rate": 8000}
    told = opened(
        AudioHookSession(organization_id="org"),
        {
            "version": "2", "id": "s-1", "type": "open", "seq": 1,
            "parameters": {
                "organizationId": "org", "conversationId": "c-1", "media": [media],
                "participant": {"id": "p-1", "ani": "+12025550143", "dnis": "+12025550100"},
                "customConfig": config,
            },
        },
    )  # fmt: skip
    own = TOLD if config is OWN else {}
    assert told == {**own, "id": "p-1", "ani": "+12025550143", "dnis": "+12025550100"}


def test_what_is_long_or_not_printable_is_left_out_not_cut() -> None:
    odd = {"a": "x" * 201, "b": "x" * 200, "c": "a\r\nX-Evil: 1", "d": "", "e": True, "f": None}
    assert dict(parameters(json.dumps(odd))) == {"b": "x" * 200}


def test_only_what_the_operator_named_goes_further() -> None:
    told = parameters(json.dumps({"UCID": "1", "ani": "+12025550143"}))
    assert chosen(told, ["ucid", "gcid"]) == (("ucid", "1"),)
    assert chosen(told, []) == ()
    many = parameters(json.dumps({f"n{n}": "x" for n in range(100)}))
    assert len(chosen(many, [name for name, _ in many])) == 16


def test_it_is_in_the_metadata_of_the_call_as_any_recorders_is() -> None:
    told = (("ucid", 'a<b>&"c"'), ("ani", "+12025550143"))
    stream = StreamOpened("c-1", (StreamParty("agent"),), told=told)
    dial = Bridge(stream, sip=("", 0), dialect="stream", attributes=["UCID"]).dial
    assert dial.attributes == (("ucid", 'a<b>&"c"'),)
    written = document.write("c-1", [], extensions=dial.attributes)
    assert metadata.read(written).extensions == dial.attributes
