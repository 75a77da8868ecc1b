"""The transactions of calls that pass through us, both ways (RFC 3261 section 17).

What a request of ours is for is kept with it, and handed back with each response.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from sip_gateway.caller.digest import Proofs
from sip_gateway.caller.invite import InviteClient, cancel
from sip_gateway.inline.proving import again
from sip_gateway.sip.deadlines import Deadlines
from sip_gateway.sip.exchange import Exchange, Exchanges, Tally
from sip_gateway.sip.flow import Flow, Hop, Outgoing, answer_to
from sip_gateway.sip.message import MAGIC_COOKIE, Request, Response
from sip_gateway.sip.transaction import GIVE_UP, State

OURS = f"{MAGIC_COOKIE}-line-"
"""Begins the branch of each request that we forward, and of none besides."""

RINGS_S = 600.0
"""From the last provisional response of a far end until it is given up (timer C, section 16.8)."""

Purpose = TypeVar("Purpose")


@dataclass(slots=True)
class _Invite(Generic[Purpose]):
    client: InviteClient
    hop: Hop
    purpose: Purpose
    cancelled: bool = False


class _Provable(NamedTuple):
    request: Request
    hop: Hop
    proofs: Proofs


class Came(NamedTuple, Generic[Purpose]):
    """What a request of ours led to."""

    purpose: Purpose
    response: Response | None
    """None: nobody answered."""


class Wires(Generic[Purpose]):
    """Contract: after every call, send all of `to_send`; call `wake` at `next_timer`."""

    def __init__(self, tally: Tally, token: Callable[[], str]) -> None:
        self.served = Exchanges(tally)
        """Requests of the parties, and those of ours that are no INVITE."""

        self.token = token
        self._invites: dict[str, _Invite[Purpose]] = {}
        self._others: dict[str, Purpose] = {}
        self._provable: dict[str, _Provable] = {}
        self._deadlines: Deadlines[str] = Deadlines()
        self._outgoing: list[Outgoing] = []

    def branch(self) -> str:
        """For the next request of ours."""
        return OURS + self.token()

    def is_ours(self, branch: str) -> bool:
        """Whether an INVITE with this branch is on its way from us."""
        return branch in self._invites

    def send(self, request: Request, hop: Hop, purpose: Purpose, *, now: float) -> None:
        """Send a request, an INVITE or another."""
        if request.method == "INVITE":
            client = InviteClient(request, reliable=hop.flow.reliable, now=now)
            self._invites[request.via.branch] = _Invite(client, hop, purpose)
            self._settle(request.via.branch, now)
            return
        self._others[request.via.branch] = purpose
        self.served.request(request, hop, now=now)

    def forget(
        self, request: Request, hop: Hop, *, now: float, proofs: Proofs | None = None
    ) -> None:
        """Send a request whose outcome nobody waits for; who asks for a proof gets it."""
        if proofs is not None:
            self._provable[request.via.branch] = _Provable(request, hop, proofs)
        self.served.request(request, hop, now=now)

    def cancel(self, branch: str, fields: list[tuple[str, str]], *, now: float) -> bool:
        """Take an INVITE back; False while nothing came of it, because none may be sent then."""
        invite = self._invites.get(branch)
        if invite is None or invite.client.state is not State.PROCEEDING:
            return False
        request = cancel(invite.client.request)
        for name, value in fields:
            request.headers.add(name, value)
        self.served.request(request, invite.hop, now=now)
        invite.cancelled = True
        self._deadlines.set(branch, now + GIVE_UP)
        return True

    def acknowledge(self, ack: bytes, hop: Hop) -> None:
        """Send the ACK of a 2xx, which is in no transaction."""
        self._outgoing.append(Outgoing(hop.flow, ack, hop.connect_port))

    def repeat(self, exchange: Exchange, data: bytes) -> None:
        """Send a 2xx of ours again."""
        self._outgoing.append(answer_to(exchange.request, exchange.flow, data))

    def receive(self, response: Response, *, now: float) -> Came[Purpose] | None:
        """Match a response; what is to be made of it, if anything."""
        branch = response.via.branch
        if response.cseq.method == "INVITE":
            invite = self._invites.get(branch)
            if invite is None:
                return None
            seen = invite.client.receive_response(response, now=now)
            self._settle(branch, now)
            return Came(invite.purpose, response) if seen else None
        if self.served.receive_response(response, now=now) is None:
            return None
        if provable := self._provable.pop(branch, None):
            self._prove(provable, response, now)
            return None
        if response.cseq.method == "CANCEL" or branch not in self._others:
            return None
        return Came(self._others.pop(branch), response)

    def _prove(self, provable: "_Provable", response: Response, now: float) -> None:
        request, hop, proofs = provable
        branch = self.branch()
        new = again(request, response, proofs, token=self.token, branch=branch)
        if new is not None:
            self.forget(new, hop, now=now, proofs=proofs)

    def refused(self, flow: Flow, port: int) -> list[Came[Purpose]]:
        """Nobody took the connection: what was to go there has failed, if nothing came of it."""
        found = []
        for invite in self._invites.values():
            there = (invite.hop.flow.transport, invite.hop.flow.remote_host)
            same = there == (flow.transport, flow.remote_host) and invite.hop.connect_port == port
            if same and invite.client.state is State.TRYING:
                found.append(Came(invite.purpose, None))
        return found

    def wake(self, *, now: float) -> list[Came[Purpose]]:
        """Run what is due; what nobody answered."""
        came = []
        for ours in self.served.wake(now=now):
            self._provable.pop(ours.request.via.branch, None)
            purpose = self._others.pop(ours.request.via.branch, None)
            if purpose is not None and ours.request.method != "CANCEL":
                came.append(Came(purpose, None))
        for branch in self._deadlines.due(now=now):
            invite = self._invites.get(branch)
            if invite is None:
                continue
            if invite.client.state is State.PROCEEDING:
                came += self._rang_out(branch, invite, now)
                continue
            self._settle(branch, now)
            if invite.client.timed_out:
                came.append(Came(invite.purpose, None))
        return came

    def _rang_out(self, branch: str, invite: _Invite[Purpose], now: float) -> list[Came[Purpose]]:
        """The far end neither answers nor gives up, not even after CANCEL."""
        if not invite.cancelled:
            self.cancel(branch, [], now=now)
            return [Came(invite.purpose, None)]
        del self._invites[branch]
        return []

    def unanswered(self) -> int:
        """How many BYEs, and whatever else nobody waits for, still want their response."""
        return self.served.unanswered() - len(self._others)

    def to_send(self) -> list[Outgoing]:
        """What to send now; empties itself."""
        outgoing, self._outgoing = self._outgoing, []
        return outgoing + self.served.to_send()

    def next_timer(self) -> float | None:
        """When `wake` must be called next."""
        timers = (self.served.next_timer(), self._deadlines.next())
        return min((at for at in timers if at is not None), default=None)

    def _settle(self, branch: str, now: float) -> None:
        invite = self._invites[branch]
        for data in invite.client.to_send(now=now):
            self._outgoing.append(Outgoing(invite.hop.flow, data, invite.hop.connect_port))
        over = invite.client.state is State.TERMINATED
        if invite.client.state is not State.PROCEEDING:
            self._deadlines.set(branch, None if over else invite.client.next_timer())
        elif not invite.cancelled:
            self._deadlines.set(branch, now + RINGS_S)
        if over:
            del self._invites[branch]
