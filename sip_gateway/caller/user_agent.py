"""The calling side of one call (RFC 3261 sections 12 to 15, RFC 7866 for a recording session).

One call, one dialog, no registration: no socket, no clock.
"""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from sip_gateway.caller.digest import Login, Proofs
from sip_gateway.caller.invite import InviteClient, cancel
from sip_gateway.sip.address import host_port, parse_name_addr, parse_sip_uri
from sip_gateway.sip.message import MAGIC_COOKIE, Headers, Request, Response, reply
from sip_gateway.sip.transaction import NON_INVITE_CLIENT, State, Transaction

CALL_ID_HEADER = "X-Trunkline-Call-ID"
ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE"


class Stage(Enum):
    """Where the call stands."""

    CALLING = "calling"
    ANSWERED = "answered"
    ENDING = "ending"  # we sent BYE or CANCEL
    ENDED = "ended"
    REFUSED = "refused"


class Ends(NamedTuple):
    """Who talks to whom."""

    transport: str
    local_host: str
    local_port: int
    target: str
    """The Request-URI."""

    caller: str
    """The From header without its tag."""

    headers: tuple[tuple[str, str], ...] = ()
    """Of every INVITE, besides those it must have."""

    login: Login | None = None
    """Who we are, to whoever asks by digest."""


class _Pending(NamedTuple):
    """A request of ours, no INVITE, with its transaction."""

    request: Request
    transaction: Transaction


class Body(NamedTuple):
    """A message body with its type."""

    content_type: str
    content: bytes


class CallingAgent:
    """Contract: after every call, send all of `to_send`, then sleep until `next_timer`.

    `tokens` gives random strings, a new one each time. Times are seconds on one monotonic clock.
    """

    def __init__(self, ends: Ends, *, siprec: bool, tokens: Sequence[str]) -> None:
        self.stage = Stage.CALLING
        self.refusal: Response | None = None
        self.answer: Response | None = None
        """The newest 2xx of an INVITE."""

        self.no_answer = False
        self.ended_by_far_end = False
        self.call_id, self._tag, self._branch = tokens[:3]
        self._ends = ends
        self._siprec = siprec
        self._cseq = 0
        self._branches = 0
        self._proofs = Proofs(ends.login) if ends.login else None
        self._reliable = ends.transport != "udp"
        self._invite: InviteClient | None = None
        self._acks: dict[int, bytes] = {}
        self._others: dict[str, _Pending] = {}
        self._bye = b""
        self._outgoing: list[bytes] = []
        self._remote_target = ends.target
        self._routes: list[str] = []
        self._to = f"<{ends.target}>"

    @property
    def negotiating(self) -> bool:
        """True while an INVITE waits for its final response."""
        waiting = (State.TRYING, State.PROCEEDING)
        return self._invite is not None and self._invite.state in waiting

    def invite(self, body: Body, *, now: float) -> None:
        """Start the call, or change its media (re-INVITE)."""
        request = self._request("INVITE", body)
        self._invite = InviteClient(request, reliable=self._reliable, now=now)

    def hang_up(self, *, now: float) -> None:
        """End the call: BYE, or CANCEL while it is not answered."""
        if self.stage is Stage.ANSWERED:
            self._start("BYE", self._request("BYE"), now=now)
        elif self.stage is Stage.CALLING and self._invite:
            self._start("CANCEL", cancel(self._invite.request), now=now)
        else:
            return
        self.stage = Stage.ENDING

    def reconnected(self) -> None:
        """The link broke and is back: what waits for an answer may not have arrived."""
        if "BYE" in self._others and self.stage is Stage.ENDING:
            self._outgoing.append(self._bye)

    def receive_message(self, message: Request | Response, *, now: float) -> None:
        """Take what the far end sent."""
        if message.call_id != self.call_id:
            if isinstance(message, Request) and message.method != "ACK":
                self._outgoing.append(bytes(reply(message, 481, tag=self._tag)))
        elif isinstance(message, Request):
            self._receive_request(message)
        elif message.cseq.method == "INVITE":
            self._receive_invite_response(message, now=now)
        else:
            self._receive_other_response(message, now=now)

    def to_send(self, *, now: float) -> list[bytes]:
        """What is due now; empties itself."""
        outgoing, self._outgoing = self._outgoing, []
        if self._invite:
            outgoing += self._invite.to_send(now=now)
            if self._invite.timed_out:
                self._invite = None
                self._give_up()
        for method, (_, other) in list(self._others.items()):
            before = other.state
            outgoing += other.to_send(now=now)
            if other.state is State.TERMINATED:
                del self._others[method]
                if before in (State.TRYING, State.PROCEEDING):
                    self._give_up()
        return outgoing

    def next_timer(self) -> float | None:
        """When `to_send` must be called next."""
        timers = [other.transaction.next_timer() for other in self._others.values()]
        timers += [self._invite.next_timer()] if self._invite else []
        return min((t for t in timers if t is not None), default=None)

    def _give_up(self) -> None:
        """The far end does not answer at all."""
        self.no_answer = True
        self.stage = Stage.ENDED

    def _receive_other_response(self, response: Response, *, now: float) -> None:
        method = response.cseq.method
        pending = self._others.get(method)
        if pending is None or response.via.branch != pending.request.via.branch:
            return
        final = pending.transaction.receive_response(response.status, now=now)
        if not final or method != "BYE":
            return
        if self._asked(response, pending.request):
            self._start("BYE", self._request("BYE"), now=now)
        else:
            self.stage = Stage.ENDED

    def _receive_invite_response(self, response: Response, *, now: float) -> None:
        current = self._invite
        if current is None or response.via.branch != current.request.via.branch:
            if response.status >= 200 and (ack := self._acks.get(response.cseq.number)):
                self._outgoing.append(ack)
            return
        if not current.receive_response(response, now=now) or response.status < 200:
            return
        if response.status < 300:
            self._asked(response, current.request)
            self._accept(response, now=now)
        elif self.stage is not Stage.ENDING and self._asked(response, current.request):
            self._outgoing += current.to_send(now=now)  # the ACK
            theirs = current.request
            self.invite(Body(theirs.headers.get("Content-Type") or "", theirs.body), now=now)
        elif self.stage is Stage.ANSWERED:
            self.refusal = response  # of a re-INVITE: the call goes on as it was
        else:
            self.refusal = response
            self.stage = Stage.ENDED if self.stage is Stage.ENDING else Stage.REFUSED

    def _asked(self, response: Response, request: Request) -> bool:
        """Whether the far end wants a proof that we have not given it yet."""
        cnonce = f"{self._branch}{self._branches}"
        proofs = self._proofs
        return proofs is not None and proofs.answered(response, request, cnonce=cnonce)

    def _ack(self, number: int) -> Request:
        """The ACK of a 2xx: it proves what its INVITE proved (section 22.1)."""
        ack = self._request("ACK", cseq=number)
        assert self._invite is not None
        for name in ("Authorization", "Proxy-Authorization"):
            for value in self._invite.request.headers.all(name):
                ack.headers.add(name, value)
        return ack

    def _accept(self, response: Response, *, now: float) -> None:
        number = response.cseq.number
        if number not in self._acks:
            self._learn_dialog(response)
            self._acks[number] = bytes(self._ack(number))
            self.answer = response
        self._outgoing.append(self._acks[number])
        if self.stage is Stage.CALLING:
            self.stage = Stage.ANSWERED
        elif self.stage is Stage.ENDING and "BYE" not in self._others:
            # The answer crossed our CANCEL (section 9.1).
            self._start("BYE", self._request("BYE"), now=now)

    def _learn_dialog(self, response: Response) -> None:
        """Route set and remote target of a 2xx (section 12.1.2)."""
        if not self._acks:
            self._to = response.headers.get("To") or self._to
            self._routes = response.headers.all("Record-Route")[::-1]
        if contact := response.headers.get("Contact"):
            self._remote_target = parse_name_addr(contact).uri

    def _receive_request(self, request: Request) -> None:
        if request.method == "ACK":
            return
        known = request.to.tag == self._tag
        status = 200 if known and request.method in ("BYE", "OPTIONS", "UPDATE") else 481
        if known and status != 200:
            status = 488 if request.method == "INVITE" else 405
        self._outgoing.append(
            bytes(reply(request, status, tag=self._tag, headers=[("Allow", ALLOW)]))
        )
        if request.method == "BYE" and known and self.stage is not Stage.ENDED:
            self.stage = Stage.ENDED
            self.ended_by_far_end = True

    def _start(self, method: str, request: Request, *, now: float) -> None:
        transaction = Transaction(NON_INVITE_CLIENT, reliable=self._reliable, now=now)
        transaction.send_request(bytes(request), now=now)
        self._others[method] = _Pending(request, transaction)
        self._bye = bytes(request) if method == "BYE" else self._bye

    def _request(self, method: str, body: Body | None = None, *, cseq: int = 0) -> Request:
        if not cseq:
            self._cseq += 1
        self._branches += 1
        branch = f"{MAGIC_COOKIE}{self._branch}.{self._branches}"
        ends = self._ends
        sent_by = host_port(ends.local_host, ends.local_port)
        uri, routes = self._request_line()
        fields = [
            ("Via", f"SIP/2.0/{ends.transport.upper()} {sent_by};branch={branch};rport"),
            *routes,
            ("Max-Forwards", "70"),
            ("From", f"{ends.caller};tag={self._tag}"),
            ("To", self._to),
            ("Call-ID", self.call_id),
            ("CSeq", f"{cseq or self._cseq} {method}"),
            ("User-Agent", "Trunkline"),
        ]
        if method == "INVITE":
            fields += self._invite_fields(sent_by)
        if body:
            fields.append(("Content-Type", body.content_type))
        request = Request(Headers(fields), body.content if body else b"", method, uri)
        if self._proofs is not None and method != "ACK":
            self._proofs.prove(request)
        return request

    def _invite_fields(self, sent_by: str) -> list[tuple[str, str]]:
        contact = f"<sip:{sent_by};transport={self._ends.transport}>"
        fields = [("Contact", contact), ("Allow", ALLOW), *self._ends.headers]
        if self._siprec:
            fields[0] = ("Contact", f"{contact};+sip.src")
            fields.append(("Require", "siprec"))
        return fields

    def _request_line(self) -> tuple[str, list[tuple[str, str]]]:
        """Request-URI and Route headers (section 12.2.1.1)."""
        if not self._routes:
            return self._remote_target, []
        first = parse_name_addr(self._routes[0]).uri
        if "lr" in parse_sip_uri(first).params:
            return self._remote_target, [("Route", route) for route in self._routes]
        strict = [*self._routes[1:], f"<{self._remote_target}>"]
        return first, [("Route", route) for route in strict]
