"""Who may open a stream: signatures of Twilio's, tokens of the others'."""

import pytest

from sip_gateway.streams import twilio
from sip_gateway.streams.signature import NotSigned, SignedRequest
from tests.stream_dialects import (
    DIALECTS,
    HOLDER,
    PUBLIC,
    TOKEN,
    TOKENS,
    basic,
    headers,
    twilio_signature,
)

BY_TOKEN = [name for name in DIALECTS if name != "twilio"]


@pytest.mark.parametrize("name", DIALECTS)
def test_nobody_comes_in_without_a_proof(name: str) -> None:
    with pytest.raises(NotSigned):
        DIALECTS[name].admit(SignedRequest(f"/{name}", {"host": "voice.example.com"}), 0.0)


@pytest.mark.parametrize("name", BY_TOKEN)
@pytest.mark.parametrize(
    "shown", [f"Bearer {TOKEN}", f"bearer  {TOKEN}", basic(), basic("", TOKEN)]
)
def test_a_token_opens(name: str, shown: str) -> None:
    DIALECTS[name].admit(SignedRequest(f"/{name}", {"authorization": shown}), 0.0)


@pytest.mark.parametrize("name", BY_TOKEN)
def test_a_token_in_the_url_opens_where_no_header_can_be_set(name: str) -> None:
    DIALECTS[name].admit(SignedRequest(f"/{name}?x=1&token={TOKEN}", {}), 0.0)


@pytest.mark.parametrize(
    "shown",
    [
        "Bearer ", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}0", "Bearer \u00fc", TOKEN, "Basic",
        "Basic !!", "Basic gICA", basic("somebody", TOKEN), basic(HOLDER, ""),
        "Bearer " + 9999 * "x",
    ],
)  # fmt: skip
def test_no_other_token_opens(shown: str) -> None:
    with pytest.raises(NotSigned) as refused:
        DIALECTS["stream"].admit(SignedRequest("/stream", {"authorization": shown}), 0.0)
    assert TOKEN not in str(refused.value)


def test_twilios_signature_is_over_the_url_that_twilio_was_given() -> None:
    # By hand: printf 'wss://voice.example.com/twilio?a=1' | openssl dgst -sha1 -hmac TOKEN -binary
    target = "/twilio?a=1"
    assert headers("twilio", target)["x-twilio-signature"] == "C8di294A3Lf1r5g6hriKGlCuUYA="
    admit = DIALECTS["twilio"].admit
    admit(SignedRequest(target, headers("twilio", target)), 0.0)
    for other in ("/twilio?a=2", "/twilio"):
        with pytest.raises(NotSigned):
            admit(SignedRequest(other, headers("twilio", target)), 0.0)


def test_without_a_public_url_the_host_is_signed() -> None:
    signed = {"x-twilio-signature": twilio_signature("wss://stream.example.com:8443/twilio")}
    request = SignedRequest("/twilio", {**signed, "host": "stream.example.com:8443"})
    twilio.verify(request, TOKENS, public_url="")
    with pytest.raises(NotSigned):
        twilio.verify(request, TOKENS, public_url=PUBLIC)


def test_a_slash_that_twilio_added_does_not_matter() -> None:
    signed = {"x-twilio-signature": twilio_signature(PUBLIC + "/twilio/?a=1")}
    twilio.verify(SignedRequest("/twilio?a=1", signed), TOKENS, public_url=PUBLIC + "/")


def test_another_accounts_signature_is_refused() -> None:
    signed = {"x-twilio-signature": twilio_signature(PUBLIC + "/twilio", token="other")}
    with pytest.raises(NotSigned):
        twilio.verify(SignedRequest("/twilio", signed), TOKENS, public_url=PUBLIC)
