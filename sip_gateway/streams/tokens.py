"""Connections that show a token: as bearer (RFC 6750), as password (RFC 7617), or in the URL."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qs

from sip_gateway.streams.signature import NotSigned, SignedRequest

LONGEST_AUTHORIZATION = 4096


class Tokens:
    """Who may come in: tokens by the name of their holder."""

    def __init__(self, tokens: Mapping[str, bytes]) -> None:
        self._tokens = tokens

    def verify(self, request: SignedRequest) -> None:
        """NotSigned unless a token of ours comes with the request."""
        name, token = _shown(request)
        known = [
            hmac.compare_digest(ours, token) and name in ("", holder)
            for holder, ours in self._tokens.items()
        ]
        if not any(known):
            raise NotSigned("no token that is known here")


def _shown(request: SignedRequest) -> tuple[str, bytes]:
    """The holder, where it is told, and the token."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    value = value.strip()
    if len(value) > LONGEST_AUTHORIZATION:
        raise NotSigned("Authorization is too long")
    if scheme.lower() == "bearer":
        return "", value.encode()
    if scheme.lower() == "basic":
        try:
            name, _, password = base64.b64decode(value, validate=True).partition(b":")
            return name.decode(), password
        except (binascii.Error, UnicodeError, ValueError):
            raise NotSigned("Authorization is malformed") from None
    in_url = parse_qs(request.target.partition("?")[2]).get("token", [""])
    return "", in_url[0].encode(errors="replace")
