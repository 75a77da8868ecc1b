"""Calls that end with us and calls that pass through us, behind one door: no socket, no clock.

Each message goes to the desk of calls in line first, which takes what is its own; all else is the
switchboard's. The contract is the switchboard's.
"""

from collections.abc import Iterable, Mapping, Sequence

from sip_gateway.caller.digest import Login as Passwords
from sip_gateway.calls.call import Call
from sip_gateway.calls.line import Kept, Note
from sip_gateway.calls.switchboard import Switchboard
from sip_gateway.commands import CallCommand
from sip_gateway.inline.call import InlineCall
from sip_gateway.inline.desk import Desk
from sip_gateway.inline.pings import Reached
from sip_gateway.sip.flow import Flow, Outgoing
from sip_gateway.sip.screening import Login
from sip_gateway.worker_protocol import FromWorker, ToWorker


class Front:
    """Contract: after every call, in this order: store all of `to_keep`, tell the workers all of
    `to_workers`, send all of `to_send`, log `notes`; then call `wake` at `next_timer`."""

    def __init__(self, switchboard: Switchboard, desk: Desk) -> None:
        self._switchboard = switchboard
        self._desk = desk
        # What we take at most is of both together.
        switchboard.beside, desk.beside = desk.active, switchboard.active

    def ask(self, login: Login) -> None:
        """New calls have to say who they are."""
        self._switchboard.ask(login)
        self._desk.ask(login)

    def log_in(self, logins: Mapping[str, Passwords]) -> None:
        """Register with carriers of calls in line; the passwords by the registration's name."""
        self._desk.log_in(logins)

    def receive(self, data: bytes, flow: Flow, *, now: float) -> None:
        """One SIP message."""
        if not self._desk.receive(data, flow, now=now):
            self._switchboard.receive(data, flow, now=now)

    def receive_from_worker(self, worker: int, message: FromWorker, *, now: float) -> None:
        """One message of a media worker."""
        if not self._desk.receive_from_worker(worker, message, now=now):
            self._switchboard.receive_from_worker(worker, message, now=now)

    def command(self, command: CallCommand) -> None:
        """What somebody asks of a call."""
        self._desk.command(command)
        self._switchboard.command(command)

    def worker_up(self, worker: int, *, now: float) -> None:
        """A worker can be talked to."""
        self._desk.worker_up(worker, now=now)
        self._switchboard.worker_up(worker, now=now)

    def worker_down(self, worker: int, *, now: float) -> None:
        """A worker is gone with everything it knew."""
        self._desk.worker_down(worker, now=now)
        self._switchboard.worker_down(worker, now=now)

    def unreachable(self, flow: Flow, port: int, *, now: float) -> None:
        """Nobody took a connection there."""
        self._desk.unreachable(flow, port, now=now)

    def gone(self, flow: Flow, *, now: float) -> None:
        """A connection is over."""
        self._desk.gone(flow, now=now)

    def found(self, name: str, servers: Sequence[Reached], *, now: float) -> None:
        """How a target of calls in line is reached."""
        self._desk.found(name, servers)
        self._desk.wake(now=now)

    def restore(self, kept: Iterable[Call | InlineCall], *, now: float) -> None:
        """Take up the calls an earlier process kept."""
        calls = list(kept)
        self._desk.restore([call for call in calls if isinstance(call, InlineCall)], now=now)
        self._switchboard.restore([call for call in calls if isinstance(call, Call)], now=now)

    def drain(self, *, now: float) -> None:
        """Refuse new calls and end those there are."""
        self._desk.drain(now=now)
        self._switchboard.drain(now=now)

    def wake(self, *, now: float) -> None:
        """Run every timer that is due."""
        self._desk.wake(now=now)
        self._switchboard.wake(now=now)

    def to_keep(self) -> list[Kept]:
        """What to store now, oldest first; empties itself."""
        return self._desk.to_keep() + self._switchboard.to_keep()

    def to_workers(self) -> list[tuple[int, ToWorker]]:
        """What to tell which worker now; empties itself."""
        return self._desk.to_workers() + self._switchboard.to_workers()

    def to_send(self) -> list[Outgoing]:
        """What to send to peers now; empties itself."""
        return self._desk.to_send() + self._switchboard.to_send()

    def notes(self) -> list[Note]:
        """What to log; empties itself."""
        return self._desk.notes() + self._switchboard.notes()

    def next_timer(self) -> float | None:
        """When `wake` must be called next."""
        timers = (self._desk.next_timer(), self._switchboard.next_timer())
        return min((at for at in timers if at is not None), default=None)

    def active(self) -> int:
        """How many calls are not over."""
        return self._desk.active() + self._switchboard.active()

    def drained(self) -> bool:
        """True once every call is closed and every BYE of ours answered."""
        return self._desk.drained() and self._switchboard.drained()
