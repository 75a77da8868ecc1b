"""Which peers are let in (`[sip_gateway.peers]`), and what the others get: no socket, no clock.

Anybody can send to an open port, and scanners do so all day. What is refused in silence is neither
parsed nor looked at, and what is remembered of its senders is bounded.
"""

import ipaddress
from collections.abc import Callable
from typing import NamedTuple

from sip_gateway.peers.bucket import Buckets
from sip_gateway.peers.settings import Peers
from sip_gateway.sip.flow import Flow, Outgoing, answer_to, stamp_via
from sip_gateway.sip.message import Request, reply
from sip_gateway.sip.parsing import Malformed, parse
from sip_gateway.sip.screening import abilities

REMEMBERED = 4096
"""Addresses whose networks were looked up."""

LINE_EVERY_S = 60.0
LINES_AT_ONCE = 60.0
"""Of all sources together: whoever forges addresses must not fill the log."""

BURST = 5.0
"""Answers that an address gets at once."""


class TurnedAway(NamedTuple):
    """A peer that was refused, for the log: at most one line a source a minute."""

    host: str
    reason: str
    """`network`, `transport` or `certificate`."""


class Gate:
    """Contract: ask `drops` of each datagram and `admits` of each connection; give `answer` the
    datagrams that were not dropped; then drain `turned_away`."""

    def __init__(
        self, peers: Peers, *, listen_host: str, tally: Callable[[str, str], None]
    ) -> None:
        self._peers = peers
        self._here = listen_host
        self._tally = tally
        self._networks = [ipaddress.ip_network(network) for network in peers.networks]
        self._names = frozenset(name.lower() for name in peers.certificate_names)
        self._looked_up: dict[str, bool] = {}
        self._answers = Buckets(peers.refusals_per_s, burst=BURST)
        self._lines = Buckets(1 / LINE_EVERY_S, burst=1.0)
        self._all_lines = Buckets(LINES_AT_ONCE / LINE_EVERY_S, burst=LINES_AT_ONCE)
        self._turned_away: list[TurnedAway] = []

    def is_here(self, host: str) -> bool:
        """Whether it is this machine, which needs no permission."""
        if not self._peers.this_machine:
            return False
        return host in (self._here, "::1") or host.startswith("127.")

    def vouched_for(self, flow: Flow) -> bool:
        """Whether nothing more has to be proved: this machine, or a certificate that we know."""
        return self.is_here(flow.remote_host) or (flow.transport == "tls" and bool(self._names))

    def drops(self, host: str, *, now: float) -> bool:
        """Whether a datagram of this address is not worth looking at."""
        reason = self._why_not("udp", host)
        if not reason:
            return False
        self._refused(host, reason, now)
        if self._peers.refuse == "silence" and self._peers.options == "refuse":
            return True
        return not self._answers.take(host, now=now)

    def admits(self, flow: Flow, names: frozenset[str] | None, *, now: float) -> bool:
        """Whether a connection may stay; `names` are its certificate's, None before it was seen."""
        reason = self._why_not(flow.transport, flow.remote_host)
        if not reason and names is not None and self._names and not self.is_here(flow.remote_host):
            reason = "" if self._names & names else "certificate"
        if reason:
            self._refused(flow.remote_host, reason, now)
        return not reason

    def answer(self, data: bytes, flow: Flow) -> list[Outgoing] | None:
        """What the sender of a datagram gets if it is none of our peers; None for those."""
        if flow.transport != "udp" or not self._why_not("udp", flow.remote_host):
            return None
        try:
            message = parse(data)
        except Malformed:
            return []
        if not isinstance(message, Request) or message.method == "ACK":
            return []
        if message.method == "OPTIONS" and self._peers.options == "answer":
            status, headers = 200, abilities()
        elif self._peers.refuse == "403":
            status, headers = 403, []
        else:
            return []
        stamp_via(message, flow)
        # Nothing is kept of it: a repeat gets the same again, from the same few words.
        tag = f"{hash((message.call_id, message.via.branch)) & 0xFFFFFFFFFFFF:012x}"
        response = reply(message, status, tag=tag, headers=headers)
        return [answer_to(message, flow, bytes(response))]

    def turned_away(self) -> list[TurnedAway]:
        """What to log; empties itself."""
        out, self._turned_away = self._turned_away, []
        return out

    def _why_not(self, transport: str, host: str) -> str:
        if self.is_here(host):
            return ""
        if self._networks and not self._in_networks(host):
            return "network"
        return "" if transport in self._peers.transports else "transport"

    def _in_networks(self, host: str) -> bool:
        known = self._looked_up.get(host)
        if known is None:
            if len(self._looked_up) >= REMEMBERED:
                self._looked_up.clear()
            try:
                address = ipaddress.ip_address(host)
            except ValueError:
                return False
            known = any(address in network for network in self._networks)
            self._looked_up[host] = known
        return known

    def _refused(self, host: str, reason: str, now: float) -> None:
        self._tally("peers", reason)
        if self._lines.take(host, now=now) and self._all_lines.take("", now=now):
            self._turned_away.append(TurnedAway(host, reason))
