"""Which targets there are, by which ways each is reached, and which of these answer OPTIONS."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from sip_gateway.calls.line import Note
from sip_gateway.inline.board import Ping, Purpose
from sip_gateway.inline.health import TargetHealth
from sip_gateway.inline.lookup import Server, in_order
from sip_gateway.inline.settings import Inline
from sip_gateway.inline.target import Way
from sip_gateway.inline.wires import Came, Wires
from sip_gateway.sip.address import host_port
from sip_gateway.sip.exchange import Tally
from sip_gateway.sip.flow import Flow, Hop
from sip_gateway.sip.message import Headers, Request

NO_CALL = ""


class Reached(NamedTuple):
    """A server of a target, with the flows to its addresses."""

    server: Server
    flows: tuple[Flow, ...]


class Pings:
    """Contract: after every call, drain `notes`; call `wake` at `next_timer`."""

    def __init__(self, settings: Inline, *, wires: Wires[Purpose], tally: Tally) -> None:
        self.targets = {target.text: target for target in settings.targets}
        """By name."""

        self._settings = settings
        self._servers: dict[str, tuple[Reached, ...]] = {}
        """Of each target; one that is not here has not been found."""

        self._health: dict[Way, TargetHealth] = {}
        self._wires = wires
        self._tally = tally
        self._notes: list[Note] = []

    def found(self, name: str, servers: Sequence[Reached]) -> None:
        """A target's servers; those known before keep what is known of them."""
        target = self.targets[name]
        self._servers[name] = tuple(servers)
        ways = {Way(target, flow) for server in servers for flow in server.flows}
        for gone in [way for way in self._health if way.target is target and way not in ways]:
            del self._health[gone]
        for new in ways - self._health.keys():
            self._health[new] = TargetHealth(
                every_s=self._settings.ping_every_s,
                down_after=self._settings.down_after,
                up_after=self._settings.up_after,
                now=0.0,
            )

    def ways(self, names: Iterable[str]) -> list[Way]:
        """All that lead to these targets, in the order of one call."""
        return [
            Way(self.targets[name], flow)
            for name in names
            for server in self._in_order(name)
            for flow in server.flows
        ]

    def _in_order(self, name: str) -> list[Reached]:
        known = {reached.server: reached for reached in self._servers.get(name, ())}
        ordered = in_order(known, chance=lambda most: int(self._wires.token(), 16) % (most + 1))
        return [known[server] for server in ordered]

    def usable(self, ways: Sequence[Way]) -> list[Way]:
        """Those that can be tried, in order."""
        return [way for way in ways if (health := self._health.get(way)) and health.up]

    def up(self) -> int:
        """How many targets can be tried."""
        return len({way.target for way, health in self._health.items() if health.up})

    def names_at(self, host: str, port: int) -> frozenset[str]:
        """Whom a certificate that is shown at an address must name."""
        return frozenset(
            way.target.host
            for way in self._health
            if (way.flow.transport, way.flow.remote_host, way.flow.remote_port)
            == ("tls", host, port)
        )

    def answered(self, way: Way, status: int) -> None:
        """It gave a final response, to whatever; 408 says that it did not."""
        if health := self._health.get(way):
            self._note(health, lambda: health.answered(status))

    def came(self, came: Came[Purpose]) -> None:
        """What an OPTIONS led to; that it led to nothing was noticed before."""
        purpose, response = came
        if isinstance(purpose, Ping) and response is not None:
            self.answered(purpose.way, response.status)

    def unreachable(self, flow: Flow, port: int) -> None:
        """Nobody took a connection there."""
        for way, health in self._health.items():
            if way.flow.leads_to(flow, port):
                self._note(health, health.unreachable)

    def wake(self, *, now: float) -> None:
        """Ask whom it is time to ask."""
        for way, health in self._health.items():
            was = health.up
            health.wake(now=now)
            self._say(health, was)
            if health.due(now=now):
                health.asked(now=now)
                hop = Hop(way.flow, way.flow.remote_port)
                self._wires.send(self._request(way), hop, Ping(way), now=now)

    def next_timer(self) -> float | None:
        """When `wake` must be called next."""
        timers = (health.next_timer() for health in self._health.values())
        return min((at for at in timers if at is not None), default=None)

    def notes(self) -> list[Note]:
        """What to log; empties itself."""
        out, self._notes = self._notes, []
        return out

    def _request(self, way: Way) -> Request:
        (target, flow), token = way, self._wires.token
        uri = target.uri("")
        host = host_port(flow.local_host, flow.local_port)
        via = f"SIP/2.0/{flow.transport.upper()} {host};branch={self._wires.branch()};rport"
        fields = [
            ("Via", via),
            ("Max-Forwards", "70"),
            ("From", f"<sip:trunkline@{host}>;tag={token()}"),
            ("To", f"<{uri}>"),
            ("Call-ID", f"{token()}@{flow.local_host}"),
            ("CSeq", "1 OPTIONS"),
            ("Contact", f"<sip:trunkline@{host}>"),
            ("Accept", "application/sdp"),
        ]
        return Request(Headers(fields), b"", "OPTIONS", uri)

    def _note(self, health: TargetHealth, change: Callable[[], None]) -> None:
        was = health.up
        change()
        self._say(health, was)

    def _say(self, health: TargetHealth, was: bool) -> None:
        if health.up != was:
            self._tally("inline", "target_up" if health.up else "target_down")
            why = "answers" if health.up else "does not answer"
            self._notes.append(Note("target of calls in line", NO_CALL, why))
