"""Signed HTTP requests: HMAC-SHA256 message signatures (RFC 9421), as Genesys AudioHook sends them.

Genesys follows draft-ietf-httpbis-message-signatures-11, whose `@request-target` is the path with
the query; the rest is as in the RFC.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import NamedTuple

REQUIRED = (
    "@request-target",
    "@authority",
    "audiohook-organization-id",
    "audiohook-session-id",
    "audiohook-correlation-id",
    "x-api-key",
)
LONGEST_AGE_S = 10
SKEW_S = 3
SHORTEST_NONCE = 22

_MEMBER = re.compile(
    r'\s*([a-z*][a-z0-9_.*-]*)=(\((?:"[^"\\]*"(?: +|(?=\))))*\)(?:;[a-z]+=(?:"[^"\\]*"|\d+))*)\s*'
)
_SIGNATURE = re.compile(r"\s*([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/=]*):\s*")
_PARAMETER = re.compile(r';([a-z]+)=(?:"([^"\\]*)"|(\d+))')


class NotSigned(Exception):
    """The request is not signed as it must be; the message says why, without any secret."""


class SignedRequest(NamedTuple):
    """What of a request is signed; names of headers in lower case."""

    target: str
    """Path with query."""

    headers: Mapping[str, str]


class Signature(NamedTuple):
    """What a request's signature says of itself."""

    components: tuple[str, ...]
    parameters: dict[str, str]
    input: str
    """The component list with its parameters, as sent."""

    value: bytes


class Verifier:
    """Knows the keys, and the nonces of the last moments: a request counts once."""

    def __init__(self, secrets: Mapping[str, bytes]) -> None:
        self._secrets = secrets
        self._nonces: dict[tuple[str, str], float] = {}

    def verify(self, request: SignedRequest, *, now: float) -> None:
        """NotSigned unless an API key of ours signed it just now. `now`: seconds since 1970."""
        signature = read_signature(request.headers)
        missing = [name for name in REQUIRED if name not in signature.components]
        if missing:
            raise NotSigned(f"{missing[0]} is not signed")
        parameters = signature.parameters
        _check_time(parameters, now)
        key_id, nonce = parameters.get("keyid", ""), parameters.get("nonce", "")
        if key_id != request.headers.get("x-api-key") or len(nonce) < SHORTEST_NONCE:
            raise NotSigned("keyid is not the API key, or the nonce is too short")
        if parameters.get("alg", "hmac-sha256") != "hmac-sha256":
            raise NotSigned("alg is not hmac-sha256")
        # An unknown key costs as much time as a known one.
        secret = self._secrets.get(key_id, b"")
        said = hmac.new(secret, signature_base(request, signature), hashlib.sha256).digest()
        if not hmac.compare_digest(said, signature.value) or key_id not in self._secrets:
            raise NotSigned("the signature is not by a key known here")
        self._count_once(key_id, nonce, now=now)

    def _count_once(self, key_id: str, nonce: str, *, now: float) -> None:
        oldest = now - LONGEST_AGE_S - 2 * SKEW_S
        self._nonces = {seen: at for seen, at in self._nonces.items() if at >= oldest}
        if (key_id, nonce) in self._nonces:
            raise NotSigned("the request was seen before")
        self._nonces[key_id, nonce] = now


def read_signature(headers: Mapping[str, str]) -> Signature:
    """The first signature of a request; NotSigned if there is none, or it is malformed."""
    described = _MEMBER.match(headers.get("signature-input", ""))
    if described is None:
        raise NotSigned("Signature-Input is missing or malformed")
    label, text = described.groups()
    parts = map(_SIGNATURE.fullmatch, headers.get("signature", "").split(","))
    values = {part[1]: part[2] for part in parts if part}
    try:
        value = base64.b64decode(values[label], validate=True)
    except (KeyError, binascii.Error):
        raise NotSigned("Signature is missing or malformed") from None
    names, _, _ = text.partition(")")
    components = tuple(re.findall(r'"([^"]*)"', names))
    parameters = {name: text or digits for name, text, digits in _PARAMETER.findall(text)}
    return Signature(components, parameters, text, value)


def signature_base(request: SignedRequest, signature: Signature) -> bytes:
    """What is signed (RFC 9421 section 2.5)."""
    lines = [f'"{name}": {_component(request, name)}' for name in signature.components]
    return "\n".join([*lines, f'"@signature-params": {signature.input}']).encode()


def _component(request: SignedRequest, name: str) -> str:
    if name == "@request-target":
        return request.target
    value = request.headers.get("host" if name == "@authority" else name)
    if value is None:
        raise NotSigned("a signed header is missing")
    return value.lower() if name == "@authority" else value.strip()


def _check_time(parameters: Mapping[str, str], now: float) -> None:
    created = int(parameters.get("created", 0))
    expires = int(parameters.get("expires", 0)) or created + LONGEST_AGE_S
    if not now - LONGEST_AGE_S - SKEW_S <= created <= now + SKEW_S or expires < now - SKEW_S:
        raise NotSigned("the signature is too old, or from the future")
