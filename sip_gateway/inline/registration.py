"""One registration with a carrier (RFC 3261 section 10): no socket, no clock."""

import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from sip_gateway.caller.digest import Login, Proofs
from sip_gateway.inline.settings import Registered
from sip_gateway.inline.target import Way, read
from sip_gateway.sip.address import host_port, parse_name_addr, parse_sip_uri
from sip_gateway.sip.message import Headers, Request, Response

REFRESHED_AT = 0.75
"""Of the time that a binding is granted for."""

SHORTEST_S, LONGEST_S = 5.0, 86_400.0
SOON_S = 1.0
AGAIN_S, AGAIN_MOST_S = 5.0, 300.0
"""After a failure, twice as long each time."""

TRY_NEXT = frozenset({408, 500, 502, 503, 504})
"""Of these another server of the carrier may know better."""

LINE = "line"
"""The parameter of our Contact that comes back in the Request-URI of a call."""

_SECONDS = re.compile(r"\s*(\d{1,9})")


class Then(Enum):
    """What is to be done after an answer."""

    NOTHING = "nothing"
    AGAIN = "again"  # ask the same server once more, now
    NEXT = "next"  # ask the next one


class Registration:
    """Contract: when `due`, take a `way`, send its `request`, and say `answered` or `lost`; then do
    what those say, and call `lapse` at `next_timer`."""

    def __init__(self, settings: Registered, login: Login, *, token: Callable[[], str]) -> None:
        self.name = settings.name
        self.user = settings.user
        self.target = read(settings.registrar)
        self.domain = settings.domain or self.target.host
        self.host = settings.host
        self.bound = False
        words = f"{self.user}@{self.domain}".encode()
        # The same after a restart, so that no binding of before leads nowhere; guessed by nobody.
        self.line = hmac.digest(login.password.encode(), words, "sha256").hex()[:24]
        self.current = ""
        """The branch of the request that is on its way; empty if none is."""

        self._proofs = Proofs(login)
        self._token = token
        self._call_id, self._tag = token(), token()
        self._cseq = 0
        self._wanted_s = settings.expires_s
        self._ask_at = 0.0
        self._bound_until = 0.0
        self._failures = 0
        self._left: list[Way] | None = None

    def due(self, *, now: float) -> bool:
        """Whether it is time to register, or to do it again."""
        return not self.current and now >= self._ask_at

    def way(self, ways: Sequence[Way], *, now: float) -> Way | None:
        """Which of the carrier's servers to ask; None, and a pause, if all have been asked."""
        left = [way for way in (ways if self._left is None else self._left) if way in ways]
        if not left:
            self._pause(now, AGAIN_S)
            return None
        self._left = left[1:]
        return left[0]

    def request(self, way: Way, *, host: str, branch: str, over: bool = False) -> Request:
        """A REGISTER; `over`: that takes the binding away."""
        self.current = "" if over else branch
        self._cseq += 1
        flow, expires_s = way.flow, 0 if over else self._wanted_s
        ours = host_port(host, flow.local_port)
        address = f"<sip:{self.user}@{self.domain}>"
        fields = [
            ("Via", f"SIP/2.0/{flow.transport.upper()} {ours};branch={branch};rport"),
            ("Max-Forwards", "70"),
            ("From", f"{address};tag={self._tag}"),
            ("To", address),
            ("Call-ID", f"{self._call_id}@{host}"),
            ("CSeq", f"{self._cseq} REGISTER"),
            ("Contact", f"{self._contact(ours, flow.transport)};expires={expires_s}"),
            ("Expires", str(expires_s)),
            ("User-Agent", "Trunkline"),
        ]
        scheme = "sips" if self.target.sips else "sip"
        request = Request(Headers(fields), b"", "REGISTER", f"{scheme}:{self.domain}")
        self._proofs.prove(request)
        return request

    def _contact(self, ours: str, transport: str) -> str:
        scheme = "sips" if self.target.sips else "sip"
        spoken = "" if self.target.sips or transport == "udp" else f";transport={transport}"
        return f"<{scheme}:{self.user}@{ours}{spoken};{LINE}={self.line}>"

    def answered(self, request: Request, response: Response | None, *, now: float) -> Then:
        """What a request led to; None: nothing."""
        if request.via.branch != self.current:
            return Then.NOTHING
        self.current = ""
        if response is None or response.status in TRY_NEXT:
            return Then.NEXT
        if self._proofs.answered(response, request, cnonce=self._token()):
            return Then.AGAIN
        if response.status == 423 and self._take_longer(response):
            return Then.AGAIN
        granted_s = self._granted(response) if response.status < 300 else 0
        if not granted_s:
            self._pause(now, AGAIN_S)
            return Then.NOTHING
        self.bound, self._failures, self._left = True, 0, None
        self._ask_at = now + max(granted_s * REFRESHED_AT, SHORTEST_S)
        self._bound_until = now + max(granted_s, SHORTEST_S)
        return Then.NOTHING

    def hurry(self, *, now: float) -> None:
        """Register again soon, whatever time is left."""
        self._ask_at = min(self._ask_at, now + SOON_S)

    def lapse(self, *, now: float) -> bool:
        """True once, when the binding is over without a new one."""
        over = self.bound and now >= self._bound_until
        self.bound = self.bound and not over
        return over

    def next_timer(self) -> float | None:
        """When `lapse` must be called, or it is `due`."""
        timers = [] if self.current else [self._ask_at]
        timers += [self._bound_until] if self.bound else []
        return min(timers, default=None)

    def _pause(self, now: float, pause_s: float) -> None:
        self._left = None
        self._ask_at = now + min(pause_s * 2**self._failures, AGAIN_MOST_S)
        self._failures = min(self._failures + 1, 10)

    def _take_longer(self, response: Response) -> bool:
        """The carrier wants no binding as short as ours; once, and within reason."""
        least = _seconds(response.headers.get("Min-Expires"))
        if not self._wanted_s < least <= LONGEST_S:
            return False
        self._wanted_s = least
        return True

    def _granted(self, response: Response) -> int:
        """For how long our binding is good; the response lists all there are."""
        for value in response.headers.all("Contact"):
            try:
                contact = parse_name_addr(value)
                line = parse_sip_uri(contact.uri).params.get(LINE)
            except ValueError:
                continue
            if line == self.line and "expires" in contact.params:
                return _seconds(contact.params["expires"])
        return _seconds(response.headers.get("Expires")) or self._wanted_s


@dataclass(slots=True, eq=False)
class Registering:
    """A REGISTER on its way."""

    registration: Registration
    way: Way
    request: Request


def _seconds(text: str | None) -> int:
    found = _SECONDS.match(text or "")
    return int(found[1]) if found else 0
