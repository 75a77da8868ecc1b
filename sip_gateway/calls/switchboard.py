"""Calls between their SIP dialogs and their media workers: no socket, no clock.

A call's media belongs to one worker. The INVITE is answered once the worker has opened its ports;
a worker that dies gets its calls again when it is back, on the same ports. Every call is kept
outside before the peer hears of it, so that after a crash its BYE still finds it.
"""

from collections.abc import Callable, Iterable

from sip_gateway.calls import sessions
from sip_gateway.calls.answering import Answering
from sip_gateway.calls.beginning import Beginning
from sip_gateway.calls.board import Board
from sip_gateway.calls.call import Call
from sip_gateway.calls.ending import Ending
from sip_gateway.calls.line import Identity, Kept, Line, Note, Stage, agreed, key_press, obey
from sip_gateway.calls.roster import RETRY
from sip_gateway.commands import CallCommand
from sip_gateway.settings import Settings
from sip_gateway.sip.dialog_events import (
    Acknowledged,
    Cancelled,
    Changed,
    Ended,
    Event,
    Invited,
    Pressed,
)
from sip_gateway.sip.exchange import Tally
from sip_gateway.sip.flow import Flow, Outgoing
from sip_gateway.sip.screening import Login, Refusal
from sip_gateway.worker_protocol import (
    CallClosed,
    CallOpened,
    CallRefused,
    ClockStarted,
    FromWorker,
    LoadTold,
    MediaTimedOut,
    PauseChanged,
    ToWorker,
)


class Switchboard:
    """All calls of one signalling process.

    Contract: after every call, in this order: store all of `to_keep`, tell the workers all of
    `to_workers`, send all of `to_send`, log `notes`; then call `wake` at `next_timer`.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        tenant_id: str,
        identity: Callable[[], Identity],
        token: Callable[[], str],
        tally: Tally,
    ) -> None:
        self._board = Board(
            settings, tenant_id=tenant_id, identity=identity, token=token, tally=tally
        )
        self._agent = self._board.agent
        self._lines = self._board.lines
        self._roster = self._board.roster
        self._ending = Ending(self._board)
        self._beginning = Beginning(self._board)
        self._answering = Answering(self._board, self._ending)

    @property
    def beside(self) -> Callable[[], int]:
        """How many calls there are besides ours, which count too."""
        return self._board.beside

    @beside.setter
    def beside(self, active: Callable[[], int]) -> None:
        self._board.beside = active

    def ask(self, login: Login) -> None:
        """New calls have to say who they are."""
        self._agent.login = login

    # What comes in.

    def receive(self, data: bytes, flow: Flow, *, now: float) -> None:
        """One SIP message."""
        self._agent.receive(data, flow, now=now)
        self._take_events(now)

    def receive_from_worker(self, worker: int, message: FromWorker, *, now: float) -> None:
        """One message of a media worker."""
        if isinstance(message, LoadTold):
            self._roster.tells_load(worker, message.load)
            return
        line = self._lines.of(message.call_id)
        if line is None or line.call.worker != worker or not line.attached:
            return
        match message:
            case CallOpened():
                self._answering.opened(line, message, now)
            case CallRefused():
                self._answering.turned_down(line, now)
            case ClockStarted() | PauseChanged():
                sessions.learn(line.call, message)
                self._board.keep(line)
            case MediaTimedOut() if line.stage is not Stage.CLOSING:
                self._ending.silent(line, message.call_id, now)
            case CallClosed():
                if sessions.closed(line.call, message.call_id) and line.stage is Stage.CLOSING:
                    self._ending.drop(line)
                elif line.stage is not Stage.OPENING:
                    self._board.keep(line)

    def command(self, command: CallCommand) -> None:
        """What somebody asks of a call, if it is one of ours; the same again changes nothing."""
        line = self._lines.of(command.call_id)
        if line is None or line.stage is Stage.CLOSING:
            return
        of_tenant = line.call.tenant_id == command.tenant_id
        order = obey(command, sessions.part(line.call, command.call_id)) if of_tenant else None
        if order is None:
            return
        self._board.note("command", command.call_id, type(command).__name__)
        # Kept even where its worker is away: that learns of it when it takes the call up again.
        if line.stage is not Stage.OPENING:
            self._board.keep(line)
        self._board.tell(line, [order])

    def worker_up(self, worker: int, *, now: float) -> None:
        """A worker can be talked to: it gets back the calls that were its own."""
        self._roster.comes(worker)
        self._agent.out_of_service = self._board.draining
        for line in self._lines.of_worker(worker):
            self._ending.reopen(line, now)

    def worker_down(self, worker: int, *, now: float) -> None:
        """A worker is gone with everything it knew."""
        self._roster.goes(worker)
        self._agent.out_of_service = self._board.draining or not any(self._roster.up)
        for line in self._lines.of_worker(worker):
            line.attached = False
            self._board.deadlines.set(line.call.call_id, None)
            if line.stage in (Stage.OPENING, Stage.CHANGING):
                self._answering.fail(line, Refusal(503, "media worker lost", RETRY), now)

    def restore(self, kept: Iterable[Call], *, now: float) -> None:
        """Take up the calls an earlier process kept."""
        for call in kept:
            call.worker %= len(self._roster.up)
            line = Line(call, Stage.CLOSING if call.closing else Stage.TALKING)
            line.agreed = agreed(call)
            self._lines.add(line)
            if not call.closing:
                self._agent.restore(call.dialog, now=now)
            self._board.note("call taken up again", call.call_id, call.closing)

    def drain(self, *, now: float) -> None:
        """Refuse new calls and end those there are."""
        self._board.draining = self._agent.out_of_service = True
        for line in self._lines.all():
            if line.stage is Stage.OPENING:
                self._agent.refuse(line.call.dialog, Refusal(503, "draining", RETRY), now=now)
            if line.stage is not Stage.CLOSING:
                self._ending.hang_up(line, "shutdown", now)

    def wake(self, *, now: float) -> None:
        """Run every timer that is due."""
        for call_id in self._board.deadlines.due(now=now):
            line = self._lines.named(call_id)
            if line.stage in (Stage.OPENING, Stage.CHANGING):
                self._answering.fail(line, Refusal(500, "media worker too slow", RETRY), now)
            elif line.stage is Stage.CLOSING and line.attached:
                self._ending.drop(line)
            elif line.attached and not sessions.going(line.call):
                self._ending.hang_up(line, "idle", now)
            else:
                self._ending.reopen(line, now)
        self._agent.wake(now=now)
        self._take_events(now)

    # What goes out.

    def to_keep(self) -> list[Kept]:
        """What to store now, oldest first; empties itself."""
        return self._board.to_keep()

    def to_workers(self) -> list[tuple[int, ToWorker]]:
        """What to tell which worker now; empties itself."""
        return self._board.to_workers()

    def to_send(self) -> list[Outgoing]:
        """What to send to peers now; empties itself."""
        return self._agent.to_send()

    def notes(self) -> list[Note]:
        """What to log; empties itself."""
        return self._board.notes()

    def next_timer(self) -> float | None:
        """When `wake` must be called next."""
        timers = (self._agent.next_timer(), self._board.deadlines.next())
        return min((at for at in timers if at is not None), default=None)

    def active(self) -> int:
        """How many calls are not over."""
        return self._lines.active()

    def drained(self) -> bool:
        """True once every call is closed and every BYE of ours answered."""
        return not self._lines.all() and not self._agent.unanswered()

    # What the dialogs tell.

    def _take_events(self, now: float) -> None:
        for event in self._agent.events():
            if isinstance(event, Invited):
                self._beginning.invited(event.dialog, event.request, now)
            elif line := self._lines.in_dialog(event.dialog.id):
                self._take(line, event, now)

    def _take(self, line: Line, event: Event, now: float) -> None:
        match event:
            case Changed():
                self._answering.changed(line, event.request, now)
            case Acknowledged() if line.awaits_answer:
                self._answering.acknowledged(line, event.request, now)
            case Cancelled() if event.first:
                self._board.tally("invites", "cancelled")
                self._ending.close(line, "cancelled", now)
            case Cancelled():
                self._answering.undo(line)
            case Pressed() if line.attached:
                readable = self._board.settings.pause.reads_keys
                if press := key_press(line.call, event.keyed, readable=readable):
                    self._board.tell(line, [press])
            case Ended():
                self._ending.close(line, event.reason, now)
