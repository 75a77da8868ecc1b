"""Our registrations with carriers: kept up, and known again in the calls that they bring."""

import hmac
from collections.abc import Mapping

from sip_gateway.caller.digest import Login, Proofs
from sip_gateway.calls.line import Note
from sip_gateway.inline.board import Purpose
from sip_gateway.inline.pings import NO_CALL, Pings
from sip_gateway.inline.registration import LINE, Registering, Registration, Then
from sip_gateway.inline.settings import Inline
from sip_gateway.inline.target import Way
from sip_gateway.inline.wires import Wires
from sip_gateway.sip.address import parse_name_addr, parse_sip_uri
from sip_gateway.sip.exchange import Tally
from sip_gateway.sip.flow import Flow, Hop
from sip_gateway.sip.message import Request, Response


class Registrations:
    """Contract: after every call, drain `notes`; call `wake` at `next_timer`."""

    def __init__(
        self, settings: Inline, pings: Pings, *, wires: Wires[Purpose], tally: Tally
    ) -> None:
        self._settings = settings
        self._pings = pings
        self._wires = wires
        self._tally = tally
        self._logins: Mapping[str, Login] = {}
        self._all: list[Registration] = []
        self._bound_by: dict[str, Way] = {}
        self._asked: dict[str, Registering] = {}
        self._notes: list[Note] = []

    def log_in(self, logins: Mapping[str, Login]) -> None:
        """The passwords, by the name of the registration."""
        self._logins = logins
        self._all = [
            Registration(of, logins[of.name], token=self._wires.token)
            for of in self._settings.registrations
            if of.name in logins
        ]

    def up(self) -> int:
        """How many carriers know where we are."""
        return sum(registration.bound for registration in self._all)

    def proofs(self, domain: str) -> Proofs | None:
        """What proves us to a carrier, in one call; None if it is none of ours."""
        for registration in self._all:
            if domain in (registration.domain, registration.target.host):
                return Proofs(self._logins[registration.name])
        return None

    # Calls that come.

    def brought(self, request: Request, flow: Flow) -> Registration | None:
        """The registration by which a call comes: our Contact is its Request-URI."""
        try:
            uri = parse_sip_uri(request.uri)
        except ValueError:
            return None
        told = uri.params.get(LINE) or ""
        for registration in self._all:
            if hmac.compare_digest(told.encode(), registration.line.encode()):
                return registration
            # Some leave the parameters out: then it is who they are that counts.
            by = self._bound_by.get(registration.name)
            theirs = by is not None and flow.remote_host in self._hosts(registration)
            if theirs and uri.user == registration.user:
                return registration
        return None

    def _hosts(self, registration: Registration) -> set[str]:
        ways = self._pings.ways([registration.target.text])
        return {way.flow.remote_host for way in ways}

    # Registering.

    def wake(self, *, now: float) -> None:
        """Register where it is time to."""
        for registration in self._all:
            if registration.lapse(now=now):
                self._say(registration, "lapsed")
            if registration.due(now=now):
                self._ask(registration, now)

    def came(self, purpose: Registering, response: Response | None, *, now: float) -> None:
        """What a REGISTER led to; None: nothing."""
        registration, was = purpose.registration, purpose.registration.bound
        then = registration.answered(purpose.request, response, now=now)
        if then is Then.AGAIN:
            self._send(registration, purpose.way, now)
        elif then is Then.NEXT:
            self._ask(registration, now)
        elif registration.bound and not was:
            self._say(registration, "registered")
            self._bound_by[registration.name] = purpose.way
        elif response is not None and response.status >= 300 and not registration.current:
            self._tally("inline", "register_failed")
            self._notes.append(Note("registration refused", NO_CALL, str(response.status)))

    def unreachable(self, flow: Flow, port: int, *, now: float) -> None:
        """Nobody took a connection there."""
        for purpose in list(self._asked.values()):
            if purpose.way.flow.leads_to(flow, port):
                self.came(purpose, None, now=now)

    def gone(self, flow: Flow, *, now: float) -> None:
        """A connection is over: where we registered by it, we do so anew, by another."""
        for registration in self._all:
            way = self._bound_by.get(registration.name)
            there = way is not None and way.flow.leads_to(flow, flow.remote_port)
            if there and registration.bound:
                registration.hurry(now=now)

    def leave(self, *, now: float) -> None:
        """Take the bindings away: calls are to go elsewhere."""
        for registration in self._all:
            way = self._bound_by.get(registration.name)
            if registration.bound and way is not None:
                registration.bound = False
                request = self._request(registration, way, over=True)
                proofs = self.proofs(registration.domain)
                hop = Hop(way.flow, way.flow.remote_port)
                self._wires.forget(request, hop, now=now, proofs=proofs)

    def next_timer(self) -> float | None:
        """When `wake` must be called next."""
        timers = (registration.next_timer() for registration in self._all)
        return min((at for at in timers if at is not None), default=None)

    def notes(self) -> list[Note]:
        """What to log; empties itself."""
        out, self._notes = self._notes, []
        return out

    def _ask(self, registration: Registration, now: float) -> None:
        ways = self._pings.usable(self._pings.ways([registration.target.text]))
        way = registration.way(ways, now=now)
        if way is None:
            self._tally("inline", "register_failed")
        else:
            self._send(registration, way, now)

    def _send(self, registration: Registration, way: Way, now: float) -> None:
        request = self._request(registration, way)
        purpose = self._asked[registration.name] = Registering(registration, way, request)
        self._wires.send(request, Hop(way.flow, way.flow.remote_port), purpose, now=now)

    def _request(self, registration: Registration, way: Way, *, over: bool = False) -> Request:
        host = registration.host or way.flow.local_host
        return registration.request(way, host=host, branch=self._wires.branch(), over=over)

    def _say(self, registration: Registration, what: str) -> None:
        self._tally("inline", what)
        self._notes.append(Note(f"carrier: {what}", NO_CALL, registration.name))


def dialled(request: Request, registration: Registration) -> str:
    """Whom a call by registration is for: the Request-URI is our Contact, so that others say it."""
    for value in (request.headers.get("P-Called-Party-ID"), request.headers.get("To")):
        try:
            user = parse_sip_uri(parse_name_addr(value or "").uri).user
        except ValueError:
            continue
        if user:
            return f"sip:{user}@{registration.domain}"
    return f"sip:{registration.user}@{registration.domain}"
