"""All transactions of one endpoint: matching, timers and where their messages go (RFC 3261 17)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from sip_gateway.sip.address import host_port
from sip_gateway.sip.deadlines import Deadlines
from sip_gateway.sip.dialog import DialogId
from sip_gateway.sip.flow import Flow, Hop, Outgoing, answer_to
from sip_gateway.sip.message import MAGIC_COOKIE, Request, Response, reply
from sip_gateway.sip.transaction import (
    INVITE_SERVER,
    NON_INVITE_CLIENT,
    NON_INVITE_SERVER,
    State,
    Transaction,
)

MAX_TRANSACTIONS = 20_000
"""Beyond it new calls are refused at once, and nothing is kept of them. Beyond twice as many all
is dropped: peers repeat it, attackers do not matter."""

OVERLOADED = (("Retry-After", "5"),)

Tally = Callable[[str, str], None]
"""Counts one occurrence: what, and of which kind."""


class Key(NamedTuple):
    """What matches a request to its transaction (section 17.2.3)."""

    branch: str
    sent_by: str
    method: str


class Merge(NamedTuple):
    """What two copies of one INVITE share when they came by two paths (section 8.2.2.2)."""

    call_id: str
    from_tag: str
    cseq: int


@dataclass(slots=True, eq=False)
class Exchange:
    """A transaction with the request it is about."""

    key: Key
    request: Request
    flow: Flow
    transaction: Transaction
    dialog_id: DialogId | None = None
    """The dialog that an INVITE or UPDATE belongs to."""

    connect_port: int = 0
    """Of a request of ours: where the next hop listens."""


class Exchanges:
    """The transaction layer.

    Contract: after every call, send all of `to_send`; call `wake` at `next_timer`.
    """

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._server: dict[Key, Exchange] = {}
        self._client: dict[Key, Exchange] = {}
        self._merges: dict[Merge, Exchange] = {}
        self._deadlines: Deadlines[Key] = Deadlines()
        self._outgoing: list[Outgoing] = []

    def turns_away(self, request: Request, flow: Flow) -> bool:
        """Whether there is no room for a request any more; a call there is goes on, and may end."""
        most = 2 * MAX_TRANSACTIONS if request.to.tag else MAX_TRANSACTIONS
        if len(self._server) < most:
            return False
        self._tally("refusals", "overload")
        if len(self._server) < 2 * MAX_TRANSACTIONS and request.method != "CANCEL":
            # The same tag for a repeat, of which nothing is known either (section 8.2.7).
            tag = f"{hash((request.call_id, request.via.branch)) & 0xFFFFFFFFFFFF:012x}"
            response = reply(request, 503, tag=tag, headers=OVERLOADED)
            self.send_stateless(request, flow, response)
        return True

    def find(self, request: Request, method: str = "") -> Exchange | None:
        """The server transaction of a request; of a CANCEL or ACK, that of its INVITE."""
        return self._server.get(key_of(request, method or request.method))

    def merged(self, exchange: Exchange) -> bool:
        """True for a later copy of an INVITE that came another way."""
        return self._merges.get(merge_of(exchange.request)) is not exchange

    def receive(self, request: Request, flow: Flow, *, now: float) -> Exchange:
        """Begin the server transaction of a new request."""
        table = INVITE_SERVER if request.method == "INVITE" else NON_INVITE_SERVER
        transaction = Transaction(table, reliable=flow.reliable, now=now)
        exchange = Exchange(key_of(request, request.method), request, flow, transaction)
        self._server[exchange.key] = exchange
        if request.method == "INVITE" and not request.to.tag:
            self._merges.setdefault(merge_of(request), exchange)
        return exchange

    def respond(self, exchange: Exchange, response: Response, *, now: float) -> None:
        """Send a response in its transaction."""
        exchange.transaction.send_response(response.status, bytes(response), now=now)
        self.settle(exchange, now=now)

    def repeat(self, exchange: Exchange, *, now: float) -> None:
        """The request came again."""
        self._tally("retransmissions", "received")
        exchange.transaction.receive_request(now=now)
        self.settle(exchange, now=now)

    def confirm(self, exchange: Exchange, *, now: float) -> None:
        """The ACK of a refusal came."""
        exchange.transaction.receive_ack(now=now)
        self.settle(exchange, now=now)

    def send_stateless(self, request: Request, flow: Flow, response: Response) -> None:
        """Answer outside any transaction: to what is too broken to have one."""
        self._outgoing.append(answer_to(request, flow, bytes(response)))

    def send_again(self, exchange: Exchange, data: bytes) -> None:
        """A 2xx that its dialog repeats."""
        self._outgoing.append(answer_to(exchange.request, exchange.flow, data))

    def request(self, request: Request, hop: Hop, *, now: float) -> Exchange:
        """Send a request of ours, not an INVITE."""
        transaction = Transaction(NON_INVITE_CLIENT, reliable=hop.flow.reliable, now=now)
        key = key_of(request, request.method)
        exchange = Exchange(key, request, hop.flow, transaction, connect_port=hop.connect_port)
        self._client[exchange.key] = exchange
        transaction.send_request(bytes(request), now=now)
        self.settle(exchange, now=now)
        return exchange

    def receive_response(self, response: Response, *, now: float) -> Exchange | None:
        """Match a response; returns our request if this is its first final response."""
        exchange = self._client.get(key_of(response, response.cseq.method))
        if exchange is None:
            return None
        final = exchange.transaction.receive_response(response.status, now=now)
        self.settle(exchange, now=now)
        return exchange if final else None

    def wake(self, *, now: float) -> list[Exchange]:
        """Run what is due; returns our requests that nobody answered."""
        unanswered: list[Exchange] = []
        for key in self._deadlines.due(now=now):
            exchange = self._server.get(key) or self._client.get(key)
            if exchange is None:
                continue
            waiting = exchange.transaction.state in (State.TRYING, State.PROCEEDING)
            self.settle(exchange, now=now)
            if waiting and exchange.transaction.state is State.TERMINATED:
                unanswered.append(exchange)
        return unanswered

    def settle(self, exchange: Exchange, *, now: float) -> None:
        """Take over what a transaction sends and its next timer; forget it if it is over."""
        transaction = exchange.transaction
        before = transaction.repeats
        for data in transaction.to_send(now=now):
            if exchange.key in self._client:
                self._outgoing.append(Outgoing(exchange.flow, data, exchange.connect_port))
            else:
                self.send_again(exchange, data)
        for _ in range(transaction.repeats - before):
            self._tally("retransmissions", "sent")
        over = transaction.state is State.TERMINATED
        self._deadlines.set(exchange.key, None if over else transaction.next_timer())
        if over:
            self._server.pop(exchange.key, None)
            self._client.pop(exchange.key, None)
            if self._merges.get(merge_of(exchange.request)) is exchange:
                del self._merges[merge_of(exchange.request)]

    def unanswered(self) -> int:
        """How many requests of ours still wait for their final response."""
        waiting = (State.TRYING, State.PROCEEDING)
        return sum(ours.transaction.state in waiting for ours in self._client.values())

    def to_send(self) -> list[Outgoing]:
        """What to send now; empties itself."""
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    def next_timer(self) -> float | None:
        """When `wake` must be called next."""
        return self._deadlines.next()


def key_of(message: Request | Response, method: str) -> Key:
    """The transaction a message belongs to."""
    via = message.via
    sent_by = host_port(via.host.lower(), via.port or 5060)
    if via.branch.startswith(MAGIC_COOKIE) and len(via.branch) > len(MAGIC_COOKIE):
        return Key(via.branch, sent_by, method)
    # Peers of RFC 2543 have no unique branch: their requests match by what stays the same.
    old = f"{message.call_id} {message.from_.tag} {message.cseq.number} {via.branch}"
    return Key(old, sent_by, method)


def merge_of(request: Request) -> Merge:
    """What the copies of one request share."""
    return Merge(request.call_id, request.from_.tag, request.cseq.number)
