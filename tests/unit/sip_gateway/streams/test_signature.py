"""Signed requests: by Genesys's own published example, and spoiled in each part."""

import base64

import pytest

from sip_gateway.streams.signature import NotSigned, SignedRequest, Verifier

KEY = "SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh"
SECRET = base64.b64decode("TXlTdXBlclNlY3JldEtleVRlbGxOby0xITJAMyM0JDU=")
TARGET = "/api/v1/voicebiometrics/ws"
CREATED = 1641013200
HEADERS = {
    "host": "audiohook.example.com",
    "audiohook-organization-id": "d7934305-0972-4844-938e-9060eef73d05",
    "audiohook-session-id": "30b0e395-84d3-4570-ac13-9a62d8f514c0",
    "audiohook-correlation-id": "e160e428-53e2-487c-977d-96989bf5c99d",
    "x-api-key": KEY,
    "signature": "sig1=:NZBwyBHRRyRoeLqy1IzOa9VYBuI8TgMFt2GRDkDuJh4=:",
    "signature-input": 'sig1=("@request-target" "@authority" "audiohook-organization-id" '
    '"audiohook-session-id" "audiohook-correlation-id" "x-api-key");'
    f'keyid="{KEY}";nonce="VGhpc0lzQVVuaXF1ZU5vbmNl";alg="hmac-sha256";'
    f"created={CREATED};expires=3282026430",
}
"""The example of the AudioHook documentation."""


def verify(headers: dict[str, str], *, target: str = TARGET, now: float = CREATED + 1) -> None:
    Verifier({KEY: SECRET}).verify(SignedRequest(target, headers), now=now)


def test_the_documented_example_is_signed() -> None:
    verify(HEADERS)


@pytest.mark.parametrize("name", [name for name in HEADERS if name != "signature-input"])
def test_any_other_value_of_a_signed_header_is_refused(name: str) -> None:
    with pytest.raises(NotSigned):
        verify(HEADERS | {name: HEADERS[name].replace("6", "7", 1) + "x"})


@pytest.mark.parametrize("name", HEADERS)
def test_a_request_that_lacks_a_header_is_refused(name: str) -> None:
    with pytest.raises(NotSigned):
        verify({key: value for key, value in HEADERS.items() if key != name})


def test_another_path_is_refused() -> None:
    with pytest.raises(NotSigned):
        verify(HEADERS, target="/elsewhere")


@pytest.mark.parametrize("now", [CREATED + 14, CREATED - 4])
def test_an_old_request_or_one_from_the_future_is_refused(now: float) -> None:
    with pytest.raises(NotSigned, match="too old"):
        verify(HEADERS, now=now)


@pytest.mark.parametrize("component", ['"@authority" ', '"x-api-key"', '"@request-target" '])
def test_each_component_must_be_signed(component: str) -> None:
    described = HEADERS["signature-input"].replace(component, "")
    with pytest.raises(NotSigned):
        verify(HEADERS | {"signature-input": described})


def test_a_request_counts_once() -> None:
    verifier = Verifier({KEY: SECRET})
    verifier.verify(SignedRequest(TARGET, HEADERS), now=CREATED + 1)
    with pytest.raises(NotSigned, match="seen before"):
        verifier.verify(SignedRequest(TARGET, HEADERS), now=CREATED + 2)


def test_no_secret_of_an_unknown_key_lets_anyone_in() -> None:
    with pytest.raises(NotSigned):
        Verifier({}).verify(SignedRequest(TARGET, HEADERS), now=CREATED + 1)
