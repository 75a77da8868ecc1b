"""Answering challenges (RFC 3261 section 22, RFC 7616, RFC 8760): no socket, no clock."""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from sip_gateway.peers.digest import params
from sip_gateway.sip.message import Request, Response

_HASHES = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}
"""The best first."""

FIELDS = {401: ("WWW-Authenticate", "Authorization")}
FIELDS[407] = ("Proxy-Authenticate", "Proxy-Authorization")
"""Header of the challenge, and of its answer, by status."""

IN_A_ROW = 4
"""Challenges without anything else between them: a far end that is never content is given up."""


class Login(NamedTuple):
    """Who the caller is to say it is."""

    user: str
    password: str

    def __repr__(self) -> str:
        return "Login()"


@dataclass(slots=True)
class _Realm:
    """A challenge that can be answered, for as many requests as its nonce is good for."""

    realm: str
    nonce: str
    algorithm: str
    opaque: str | None
    cnonce: str
    """Empty: as in RFC 2069, for a challenge without `qop`."""

    used: int = 0


class Proofs:
    """What is known of those who ask who we are: a proxy, the far end, or both.

    Contract: `prove` each request that may carry a proof; give each response to `answered`, which
    says whether the request is to be sent again, as a new one.
    """

    def __init__(self, login: Login) -> None:
        self._login = login
        self._realms: dict[tuple[str, str], _Realm] = {}
        """By the header of the answer, and the realm."""

        self._in_a_row = 0

    def prove(self, request: Request) -> None:
        """Add what is asked by those who asked before: a nonce serves until it is refused."""
        for field, realm in self._realms.items():
            request.headers.add(field[0], self._value(realm, request.method, request.uri))

    def answered(self, response: Response, request: Request, *, cnonce: str) -> bool:
        """Whether `request` may be tried again, because of what its response told."""
        fields = FIELDS.get(response.status)
        if fields is None:
            self._in_a_row = 0
            self._take_next(response)
            return False
        self._in_a_row += 1
        if self._in_a_row > IN_A_ROW:
            return False
        challenges = [_digest(value) for value in response.headers.all(fields[0])]
        realms = {read.get("realm", "") for read in challenges}
        return any(
            [self._take(challenges, (fields[1], realm), request, cnonce) for realm in realms]
        )

    def _take(
        self, challenges: list[dict[str, str]], key: tuple[str, str], request: Request, cnonce: str
    ) -> bool:
        """Learn a realm's new challenge; False if it is one that we have just answered in vain."""
        usable = {
            read.get("algorithm", "MD5").upper(): read
            for read in reversed(challenges)
            if read.get("realm", "") == key[1] and read.get("nonce") and _has_qop(read) is not None
        }
        algorithm = next((name for name in _HASHES if name in usable), "")
        if not algorithm:
            return False
        read, known = usable[algorithm], self._realms.get(key)
        fresh = known is not None and known.used == 1 and key[0] in request.headers
        if fresh and read.get("stale", "").lower() != "true":
            del self._realms[key]
            return False
        with_qop = cnonce if _has_qop(read) else ""
        opaque = read.get("opaque")
        self._realms[key] = _Realm(key[1], read["nonce"], algorithm, opaque, with_qop)
        return True

    def _take_next(self, response: Response) -> None:
        """The far end wants another nonce from now on (RFC 7616 section 3.5)."""
        told = response.headers.get("Authentication-Info")
        if told and (nonce := params(told).get("nextnonce")):
            for (field, _), realm in self._realms.items():
                if field == "Authorization":
                    realm.nonce, realm.used = nonce, 0

    def _value(self, realm: _Realm, method: str, uri: str) -> str:
        realm.used += 1
        count = f"{realm.used:08x}"
        freshness = (count, realm.cnonce, "auth") if realm.cnonce else ()
        whose = _hash(realm, self._login.user, realm.realm, self._login.password)
        response = _hash(realm, whose, realm.nonce, *freshness, _hash(realm, method, uri))
        fields = {"username": self._login.user, "realm": realm.realm, "nonce": realm.nonce}
        fields |= {"uri": uri, "response": response}
        if realm.opaque is not None:
            fields["opaque"] = realm.opaque
        quoted = [f'{name}="{_escaped(value)}"' for name, value in fields.items()]
        quoted.append(f"algorithm={realm.algorithm}")
        if realm.cnonce:
            quoted += [f'cnonce="{realm.cnonce}"', "qop=auth", f"nc={count}"]
        return f"Digest {', '.join(quoted)}"


def _digest(challenge: str) -> dict[str, str]:
    scheme, _, rest = challenge.strip().partition(" ")
    return params(rest) if scheme.lower() == "digest" else {}


def _has_qop(read: dict[str, str]) -> bool | None:
    """Whether it wants `qop=auth`; None if it wants something that we cannot."""
    kinds = [kind.strip() for kind in read.get("qop", "").split(",") if kind.strip()]
    return None if kinds and "auth" not in kinds else bool(kinds)


def _hash(realm: _Realm, *parts: str) -> str:
    return _HASHES[realm.algorithm](":".join(parts).encode()).hexdigest()


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
