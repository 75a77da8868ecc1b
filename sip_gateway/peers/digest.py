"""Digest authentication of new calls (RFC 3261 section 22, RFC 7616, RFC 8760): no socket, no
clock.

A challenge costs no memory: its nonce is signed, and tells when it was made. Only who knew a
password makes us remember something, the count of each nonce, against replays.
"""

import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import NamedTuple

from sip_gateway.peers.bucket import Buckets
from sip_gateway.sip.address import parse_sip_uri
from sip_gateway.sip.exchange import Tally
from sip_gateway.sip.flow import Flow
from sip_gateway.sip.message import Request
from sip_gateway.sip.parsing import split_values
from sip_gateway.sip.screening import Refusal

NONCE_S = 300.0
"""A nonce older than this is answered with a new one (`stale`)."""

REMEMBERED = 4096
"""Nonces in use. Those issued before one that was forgotten are stale."""

FAILURES = 5.0
FAILURES_PER_S = 0.1
"""Wrong passwords an address may send; beyond it nothing of it is checked."""

_HASHES = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}
_PARAM = re.compile(
    r'\s*([A-Za-z0-9_*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))\s*\Z', re.DOTALL
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_COUNT = re.compile(r"[0-9A-Fa-f]{8}\Z")


class User(NamedTuple):
    """Who may place calls."""

    password: str
    md5: bool = False
    """Its software knows no better hash."""

    def __repr__(self) -> str:
        return "User()"


class _Nonce(NamedTuple):
    issued_at: float
    ours: bool


class Login:
    """Asks new calls for a user and its password. Times are seconds on one monotonic clock.

    `vouched_for` names those that need not be asked; `secret` is new in every process.
    """

    def __init__(
        self,
        users: Mapping[str, User],
        *,
        realm: str,
        secret: bytes,
        vouched_for: Callable[[Flow], bool],
        tally: Tally,
    ) -> None:
        self._users = users
        self._vouched_for = vouched_for
        self._realm = realm
        self._secret = secret
        self._tally = tally
        self._issued = 0
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._stale_before = float("-inf")
        self._failures = Buckets(FAILURES_PER_S, burst=FAILURES)
        self._algorithms = ["SHA-256"]
        if any(user.md5 for user in users.values()):
            self._algorithms.append("MD5")

    def refusal(self, request: Request, flow: Flow, *, now: float) -> Refusal | None:
        """Why the request is refused, or what it is asked; None if it may come in."""
        if self._vouched_for(flow):
            return None
        host, given = flow.remote_host, self._credentials(request)
        if given is None:
            return self._challenge(request, now=now)
        if self._failures.empty(host, now=now):
            self._tally("peers", "failures")
            return Refusal(403)
        if not self._is_right(request, given):
            self._failures.take(host, now=now)
            self._tally("peers", "password")
            return self._challenge(request, now=now)
        if not self._is_fresh(given["nonce"], int(given["nc"], 16), now=now):
            self._tally("peers", "stale")
            return self._challenge(request, now=now, stale=True)
        return None

    def tag(self, request: Request) -> str:
        """The To tag of a refusal, which nothing is kept of (RFC 3261 section 8.2.7)."""
        return self._sign(f"tag {request.call_id} {request.via.branch}")[:16]

    def _challenge(self, request: Request, *, now: float, stale: bool = False) -> Refusal:
        """One header for each algorithm, the best first (RFC 8760 section 2.4)."""
        self._issued += 1
        stamp = f"{now:.3f}.{self._issued:x}"
        nonce = f"{stamp}.{self._sign(stamp)}"
        rest = f'realm="{self._realm}", nonce="{nonce}", qop="auth"'
        rest += ", stale=true" if stale else ""
        ways = [f"Digest {rest}, algorithm={name}" for name in self._hashes_for(request)]
        return Refusal(401, "", [("WWW-Authenticate", way) for way in ways])

    def _hashes_for(self, request: Request) -> list[str]:
        """Those of the caller's own user, if From names it: software that has MD5 only may give up
        when it reads another name (libre 1.1 does). Else all."""
        try:
            user = self._users.get(parse_sip_uri(request.from_.uri).user)
        except ValueError:
            user = None
        if user is None:
            return self._algorithms
        return ["MD5"] if user.md5 else ["SHA-256"]

    def _credentials(self, request: Request) -> dict[str, str] | None:
        """Those for our realm."""
        for value in request.headers.all("Authorization"):
            scheme, _, rest = value.strip().partition(" ")
            given = params(rest) if scheme.lower() == "digest" else {}
            if given.get("realm") == self._realm:
                return given
        return None

    def _is_right(self, request: Request, given: Mapping[str, str]) -> bool:
        """Whether it was made with the user's password, for whatever nonce.

        The digest URI is taken as told: proxies rewrite the Request-URI (RFC 3261 section 22.4).
        """
        algorithm = given.get("algorithm", "MD5").upper()
        complete = given.get("qop") == "auth" and given.get("cnonce") and given.get("uri")
        if algorithm not in _HASHES or not complete or not _COUNT.match(given.get("nc", "")):
            return False
        name = given.get("username", "")
        known = self._users.get(name)
        # An unknown user takes as long as a wrong password.
        user = known or User(self._secret.hex(), md5=True)

        def digest(*parts: str) -> str:
            return _HASHES[algorithm](":".join(parts).encode()).hexdigest()

        whose = digest(name, self._realm, user.password)
        what = digest(request.method, given["uri"])
        proof = (given.get("nonce", ""), given["nc"], given["cnonce"], "auth")
        wanted = digest(whose, *proof, what)
        same = hmac.compare_digest(wanted.encode(), given.get("response", "").lower().encode())
        return same and known is not None and (algorithm != "MD5" or known.md5)

    def _is_fresh(self, nonce: str, count: int, *, now: float) -> bool:
        """Whether the nonce is one of ours, young, and not used so often yet."""
        issued_at = self._issued_at(nonce)
        if issued_at is None or now - issued_at > NONCE_S or issued_at <= self._stale_before:
            return False
        if count <= self._counts.get(nonce, 0):
            return False
        self._counts[nonce] = count
        self._counts.move_to_end(nonce)
        if len(self._counts) > REMEMBERED:
            forgotten, _ = self._counts.popitem(last=False)
            self._stale_before = max(self._stale_before, self._issued_at(forgotten) or 0.0)
        return True

    def _issued_at(self, nonce: str) -> float | None:
        stamp, _, signature = nonce.rpartition(".")
        if not hmac.compare_digest(self._sign(stamp).encode(), signature.encode()):
            return None
        return float(stamp.rpartition(".")[0])

    def _sign(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()[:32]


def params(text: str) -> dict[str, str]:
    """Those of a challenge or of credentials; empty if one is unreadable or there twice."""
    read: dict[str, str] = {}
    for part in split_values(text):
        found = _PARAM.match(part)
        if not found or found[1].lower() in read:
            return {}
        quoted = found[2]
        read[found[1].lower()] = found[3] if quoted is None else _ESCAPE.sub(r"\1", quoted)
    return read
