"""What of a stream's description goes into the call: nothing that a header cannot hold."""

import pytest

from sip_gateway.calls.hints import QUEUE, VIA
from sip_gateway.streams.bridge import Bridge
from sip_gateway.streams.heard import StreamOpened, StreamParty

AGENT = StreamParty("agent", "Ann")


def bridge(*parties: StreamParty, queue: str = "") -> Bridge:
    """Of a conversation of these."""
    return Bridge(
        StreamOpened("c-1", parties, queue=queue), sip=("127.0.0.1", 5060), dialect="stream"
    )


@pytest.mark.parametrize(
    ("queue", "header"),
    [
        ("billing", ((QUEUE, "billing"),)),
        ("", ()),
        ("a\r\nX-Evil: 1", ()),
        ("K\u00fcche", ()),
        ("x" * 65, ()),
    ],
)
def test_a_queue_becomes_a_header_if_it_can(
    queue: str, header: tuple[tuple[str, str], ...]
) -> None:
    assert bridge(AGENT, queue=queue).dial.headers == ((VIA, "stream"), *header)


def test_a_name_cannot_leave_its_quotes() -> None:
    evil = StreamParty("customer", 'Jo" <sip:evil@x>\r\nX-Evil: 1\\' + 100 * "x")
    (party, _) = bridge(evil, AGENT).dial.parties
    assert party.name.startswith("Jo sip:evil@xX-Evil: 1x") and len(party.name) == 64


@pytest.mark.parametrize(
    ("parties", "aors"),
    [
        ((StreamParty("customer", "Jo", "+12025550143"), AGENT),
         ["tel:+12025550143", "sip:agent@stream.invalid"]),
        ((StreamParty("customer", "Jo", "+12025550143"),), ["sip:customer@stream.invalid"]),
        ((StreamParty("customer", "", "+12025550143"),), ["tel:+12025550143"]),
        ((StreamParty("speaker"),), ["sip:speaker@stream.invalid"]),
    ],
)  # fmt: skip
def test_the_role_can_be_told_from_the_name_or_the_address(
    parties: tuple[StreamParty, ...], aors: list[str]
) -> None:
    assert [party.aor for party in bridge(*parties).dial.parties] == aors


@pytest.mark.parametrize(
    ("said", "aor"),
    [
        ("tel:+12025550143", "tel:+12025550143"),
        ("+1-202-555-0143", "tel:+12025550143"),
        ("(202) 555.0143", "tel:2025550143"),
        ("sip:+12025550143@sbc.example.com;user=phone", "tel:+12025550143"),
        ("sip:jordan@example.com", "sip:customer@stream.invalid"),
        ("anonymous", "sip:customer@stream.invalid"),
    ],
)
def test_a_number_is_one_however_a_platform_writes_it(said: str, aor: str) -> None:
    (party,) = bridge(StreamParty("customer", "", said)).dial.parties
    assert party.aor == aor
