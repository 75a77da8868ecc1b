"""Answering a challenge (RFC 3261 section 22.2, RFC 7616, RFC 8760): no socket, no clock."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from sip_gateway.peers.digest import params

_HASHES = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}
"""The best first."""

FIELDS = {401: ("WWW-Authenticate", "Authorization")}
FIELDS[407] = ("Proxy-Authenticate", "Proxy-Authorization")
"""Header of the challenge, and of its answer, by status."""


class Login(NamedTuple):
    """Who the caller is to say it is."""

    user: str
    password: str

    def __repr__(self) -> str:
        return "Login()"


def credentials(
    challenges: Sequence[str], login: Login, *, method: str, uri: str, cnonce: str
) -> str:
    """The value of the answer's header; empty if no challenge can be answered."""
    found: dict[str, tuple[dict[str, str], bool]] = {}
    for challenge in challenges:
        scheme, _, rest = challenge.strip().partition(" ")
        read = params(rest) if scheme.lower() == "digest" else {}
        qops = [qop.strip() for qop in read.get("qop", "").split(",") if qop.strip()]
        if read.get("nonce") and (not qops or "auth" in qops):
            found.setdefault(read.get("algorithm", "MD5").upper(), (read, bool(qops)))
    for algorithm in _HASHES:
        if algorithm in found:
            read, has_qop = found[algorithm]
            proof = _Proof(algorithm, cnonce if has_qop else "")
            return proof.value(read, login, method=method, uri=uri)
    return ""


class _Proof(NamedTuple):
    algorithm: str
    cnonce: str
    """Empty: as in RFC 2069, for a challenge without `qop`."""

    def value(self, read: dict[str, str], login: Login, *, method: str, uri: str) -> str:
        realm, nonce = read.get("realm", ""), read["nonce"]
        whose = self._digest(login.user, realm, login.password)
        freshness = ("00000001", self.cnonce, "auth") if self.cnonce else ()
        response = self._digest(whose, nonce, *freshness, self._digest(method, uri))
        fields = {"username": login.user, "realm": realm, "nonce": nonce, "uri": uri}
        fields |= {"response": response}
        if "opaque" in read:
            fields["opaque"] = read["opaque"]
        quoted = [f'{name}="{_escaped(value)}"' for name, value in fields.items()]
        quoted.append(f"algorithm={self.algorithm}")
        if self.cnonce:
            quoted += [f'cnonce="{self.cnonce}"', "qop=auth", "nc=00000001"]
        return f"Digest {', '.join(quoted)}"

    def _digest(self, *parts: str) -> str:
        return _HASHES[self.algorithm](":".join(parts).encode()).hexdigest()


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
