"""INVITE client transaction (RFC 3261 section 17.1.1 with RFC 6026): no socket, no clock."""

from sip_gateway.sip.message import Headers, Request, Response
from sip_gateway.sip.transaction import GIVE_UP, T1, Input, State, Table, kind_of

TIMER_D = 32.0  # seconds; how long repeats of a refusal are acknowledged over UDP

INVITE_CLIENT: Table = {
    State.TRYING: {  # "Calling" in the RFC's figure
        Input.PROVISIONAL: State.PROCEEDING,
        Input.SUCCESS: State.ACCEPTED,
        Input.FAILURE: State.COMPLETED,
        Input.REPEAT: State.TRYING,  # A
        Input.TIMEOUT: State.TERMINATED,  # B
    },
    State.PROCEEDING: {
        Input.PROVISIONAL: State.PROCEEDING,
        Input.SUCCESS: State.ACCEPTED,
        Input.FAILURE: State.COMPLETED,
    },
    State.ACCEPTED: {
        Input.SUCCESS: State.ACCEPTED,
        Input.TIMEOUT: State.TERMINATED,  # M
    },
    State.COMPLETED: {
        Input.FAILURE: State.COMPLETED,
        Input.TIMEOUT: State.TERMINATED,  # D
    },
    State.TERMINATED: {},
}


class InviteClient:
    """One INVITE until its final response.

    Contract: after every call, send all of `to_send`, then sleep until `next_timer`.
    Times are seconds on one monotonic clock; this class never reads it.
    """

    def __init__(self, request: Request, *, reliable: bool, now: float) -> None:
        self.request = request
        self.state = State.TRYING
        self.timed_out = False
        self._reliable = reliable
        self._outgoing = [bytes(request)]
        self._interval = T1
        self._repeat_at = None if reliable else now + T1
        self._timeout_at: float | None = now + GIVE_UP

    def receive_response(self, response: Response, *, now: float) -> bool:
        """True if the transaction's user must see the response: a provisional, the first refusal,
        and every 2xx, each of which wants its ACK."""
        before = self.state
        if not self._step(kind_of(response.status)):
            return False
        if self.state is State.COMPLETED:
            self._outgoing.append(bytes(refusal_ack(self.request, response)))
        if self.state is not before:
            self._repeat_at = None
            linger = {State.ACCEPTED: GIVE_UP, State.COMPLETED: TIMER_D}.get(self.state)
            self._timeout_at = None if linger is None else now + linger
            if self.state is State.COMPLETED and self._reliable:
                self.state = State.TERMINATED
            return True
        return response.status < 300

    def to_send(self, *, now: float) -> list[bytes]:
        """What is due now; empties itself."""
        if self._timeout_at is not None and now >= self._timeout_at:
            self.timed_out = self.state is State.TRYING
            self._timeout_at = self._repeat_at = None
            self._step(Input.TIMEOUT)
        elif self._repeat_at is not None and now >= self._repeat_at:
            self._interval *= 2
            self._repeat_at = now + self._interval
            self._outgoing.append(bytes(self.request))
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    def next_timer(self) -> float | None:
        """When `to_send` must be called next."""
        return min((t for t in (self._repeat_at, self._timeout_at) if t is not None), default=None)

    def _step(self, what: Input) -> bool:
        following = INVITE_CLIENT[self.state].get(what)
        if following is None:
            return False
        self.state = following
        return True


def refusal_ack(invite: Request, response: Response) -> Request:
    """The ACK of a 3xx-6xx (section 17.1.1.3): the INVITE's own Via and the response's To."""
    fields = [
        ("Via", invite.headers.get("Via") or ""),
        ("Max-Forwards", "70"),
        ("From", invite.headers.get("From") or ""),
        ("To", response.headers.get("To") or ""),
        ("Call-ID", invite.call_id),
        ("CSeq", f"{invite.cseq.number} ACK"),
    ]
    fields += [("Route", route) for route in invite.headers.all("Route")]
    return Request(Headers(fields), b"", "ACK", invite.uri)


def cancel(invite: Request) -> Request:
    """The CANCEL of an INVITE that was not answered yet (section 9.1)."""
    fields = [(name, invite.headers.get(name) or "") for name in ("Via", "From", "To", "Call-ID")]
    fields += [("CSeq", f"{invite.cseq.number} CANCEL"), ("Max-Forwards", "70")]
    fields += [("Route", route) for route in invite.headers.all("Route")]
    return Request(Headers(fields), b"", "CANCEL", invite.uri)
