"""Which targets there are, how each is reached, and whether it answers OPTIONS."""

from collections.abc import Sequence

from sip_gateway.calls.line import Note
from sip_gateway.inline.board import Ping, Purpose
from sip_gateway.inline.health import TargetHealth
from sip_gateway.inline.settings import Inline
from sip_gateway.inline.target import Target, read
from sip_gateway.inline.wires import Came, Wires
from sip_gateway.sip.address import host_port
from sip_gateway.sip.exchange import Tally
from sip_gateway.sip.flow import Flow, Hop
from sip_gateway.sip.message import Headers, Request

NO_CALL = ""


class Pings:
    """Contract: after every call, drain `notes`; call `wake` at `next_timer`."""

    def __init__(self, settings: Inline, *, wires: Wires[Purpose], tally: Tally) -> None:
        self.targets = {t: read(t) for route in settings.routes for t in route.targets}
        """By name."""

        self.flows: dict[str, Flow] = {}
        """How each is reached; one that is not here has not been found."""

        self._health = {
            name: TargetHealth(
                every_s=settings.ping_every_s,
                down_after=settings.down_after,
                up_after=settings.up_after,
                now=0.0,
            )
            for name in self.targets
        }
        self._wires = wires
        self._tally = tally
        self._notes: list[Note] = []

    def usable(self, targets: Sequence[Target]) -> list[Target]:
        """Those that can be tried, in order."""
        return [t for t in targets if t.text in self.flows and self._health[t.text].up]

    def up(self) -> int:
        """How many can be tried."""
        return len(self.usable(list(self.targets.values())))

    def answered(self, target: Target, status: int) -> None:
        """It gave a final response, to whatever; 408 says that it did not."""
        was = self._health[target.text].up
        self._health[target.text].answered(status)
        self._say(target, was)

    def came(self, came: Came[Purpose]) -> None:
        """What an OPTIONS led to; that it led to nothing was noticed before."""
        purpose, response = came
        if isinstance(purpose, Ping) and response is not None:
            self.answered(purpose.target, response.status)

    def unreachable(self, flow: Flow, port: int) -> None:
        """Nobody took a connection there."""
        for name, way in self.flows.items():
            there = (way.transport, way.remote_host, way.remote_port)
            if there == (flow.transport, flow.remote_host, port):
                was = self._health[name].up
                self._health[name].unreachable()
                self._say(self.targets[name], was)

    def wake(self, *, now: float) -> None:
        """Ask whom it is time to ask."""
        for name, health in self._health.items():
            was = health.up
            health.wake(now=now)
            self._say(self.targets[name], was)
            flow = self.flows.get(name)
            if flow is not None and health.due(now=now):
                health.asked(now=now)
                hop = Hop(flow, flow.remote_port)
                ping = Ping(self.targets[name])
                self._wires.send(self._request(name, flow), hop, ping, now=now)

    def next_timer(self) -> float | None:
        """When `wake` must be called next."""
        timers = (self._health[name].next_timer() for name in self.flows)
        return min((at for at in timers if at is not None), default=None)

    def notes(self) -> list[Note]:
        """What to log; empties itself."""
        out, self._notes = self._notes, []
        return out

    def _request(self, name: str, flow: Flow) -> Request:
        uri, token = self.targets[name].uri(""), self._wires.token
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

    def _say(self, target: Target, was: bool) -> None:
        if (up := self._health[target.text].up) != was:
            self._tally("inline", "target_up" if up else "target_down")
            why = "answers" if up else "does not answer"
            self._notes.append(Note("target of calls in line", NO_CALL, why))
