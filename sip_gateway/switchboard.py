"""Calls between their SIP dialogs and their media workers: no socket, no clock.

A call's media belongs to one worker. The INVITE is answered once the worker has opened its ports;
a worker that dies gets its calls again when it is back, on the same ports. Every call is kept
outside before the peer hears of it, so that after a crash its BYE still finds it.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from sip_gateway import attributes, hints, sessions
from sip_gateway import call as calls
from sip_gateway.call import BadBody, Body, Call, read_body
from sip_gateway.commands import CallCommand
from sip_gateway.line import Identity, Kept, Line, Note, Stage, agreed, key_press, obey
from sip_gateway.lines import Lines
from sip_gateway.roster import RETRY, Roster
from sip_gateway.settings import Settings
from sip_gateway.sip.deadlines import Deadlines
from sip_gateway.sip.dialog import Dialog
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
from sip_gateway.sip.message import Request
from sip_gateway.sip.screening import Refusal
from sip_gateway.sip.user_agent import Login, UserAgent
from sip_gateway.worker_protocol import (
    CallClosed,
    CallHints,
    CallOpened,
    CallRefused,
    ClockStarted,
    FromWorker,
    LoadTold,
    MediaTimedOut,
    PauseChanged,
    ToWorker,
)

WORKER_ANSWERS_S = 5.0
"""How long a peer waits for a media worker before it is refused."""

REOPEN_AFTER_S = 0.5
REOPEN_TIMES = 20
"""A worker that cannot take a call up again: its predecessor may still hold the ports."""

CLOSE_WITHIN_S = 600.0
"""How long a worker may take to flush a call's end."""

IDLE_S = 86_400.0
"""How long a recording session may stay open without a conversation."""

NO_AUDIO = "no audio line with a codec and an encryption that we take"


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
        self._settings = settings
        self._tenant_id = tenant_id
        self._identity = identity
        self._tally = tally
        self._agent = UserAgent(host=settings.advertised_host, token=token, tally=tally)
        self._lines = Lines()
        self._agent.out_of_service = True
        self._roster = Roster(
            settings.media_workers, refuse_above_load=settings.peers.refuse_above_load
        )
        self._draining = False
        self._deadlines: Deadlines[str] = Deadlines()
        self._to_keep: list[Kept] = []
        self._to_workers: list[tuple[int, ToWorker]] = []
        self._notes: list[Note] = []

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
                self._opened(line, message, now)
            case CallRefused():
                self._turned_down(line, now)
            case ClockStarted() | PauseChanged():
                sessions.learn(line.call, message)
                self._keep(line)
            case MediaTimedOut() if line.stage is not Stage.CLOSING:
                self._silent(line, message.call_id, now)
            case CallClosed():
                if sessions.closed(line.call, message.call_id) and line.stage is Stage.CLOSING:
                    self._drop(line)
                elif line.stage is not Stage.OPENING:
                    self._keep(line)

    def command(self, command: CallCommand) -> None:
        """What somebody asks of a call, if it is one of ours; the same again changes nothing."""
        line = self._lines.of(command.call_id)
        if line is None or line.stage is Stage.CLOSING:
            return
        of_tenant = line.call.tenant_id == command.tenant_id
        order = obey(command, sessions.part(line.call, command.call_id)) if of_tenant else None
        if order is None:
            return
        self._notes.append(Note("command", command.call_id, type(command).__name__))
        # Kept even where its worker is away: that learns of it when it takes the call up again.
        if line.stage is not Stage.OPENING:
            self._keep(line)
        self._tell(line, [order])

    def worker_up(self, worker: int, *, now: float) -> None:
        """A worker can be talked to: it gets back the calls that were its own."""
        self._roster.comes(worker)
        self._agent.out_of_service = self._draining
        for line in self._lines.of_worker(worker):
            self._reopen(line, now)

    def worker_down(self, worker: int, *, now: float) -> None:
        """A worker is gone with everything it knew."""
        self._roster.goes(worker)
        self._agent.out_of_service = self._draining or not any(self._roster.up)
        for line in self._lines.of_worker(worker):
            line.attached = False
            self._deadlines.set(line.call.call_id, None)
            if line.stage in (Stage.OPENING, Stage.CHANGING):
                self._fail(line, Refusal(503, "media worker lost", RETRY), now)

    def restore(self, kept: Iterable[Call], *, now: float) -> None:
        """Take up the calls an earlier process kept."""
        for call in kept:
            call.worker %= len(self._roster.up)
            line = Line(call, Stage.CLOSING if call.closing else Stage.TALKING)
            line.agreed = agreed(call)
            self._lines.add(line)
            if not call.closing:
                self._agent.restore(call.dialog, now=now)
            self._notes.append(Note("call taken up again", call.call_id, call.closing))

    def drain(self, *, now: float) -> None:
        """Refuse new calls and end those there are."""
        self._draining = self._agent.out_of_service = True
        for line in self._lines.all():
            if line.stage is Stage.OPENING:
                self._agent.refuse(line.call.dialog, Refusal(503, "draining", RETRY), now=now)
            if line.stage is not Stage.CLOSING:
                self._hang_up(line, "shutdown", now)

    def wake(self, *, now: float) -> None:
        """Run every timer that is due."""
        for call_id in self._deadlines.due(now=now):
            line = self._lines.named(call_id)
            if line.stage in (Stage.OPENING, Stage.CHANGING):
                self._fail(line, Refusal(500, "media worker too slow", RETRY), now)
            elif line.stage is Stage.CLOSING and line.attached:
                self._drop(line)
            elif line.attached and not sessions.going(line.call):
                self._hang_up(line, "idle", now)
            else:
                self._reopen(line, now)
        self._agent.wake(now=now)
        self._take_events(now)

    # What goes out.

    def to_keep(self) -> list[Kept]:
        """What to store now, oldest first; empties itself."""
        out, self._to_keep = self._to_keep, []
        return out

    def to_workers(self) -> list[tuple[int, ToWorker]]:
        """What to tell which worker now; empties itself."""
        out, self._to_workers = self._to_workers, []
        return out

    def to_send(self) -> list[Outgoing]:
        """What to send to peers now; empties itself."""
        return self._agent.to_send()

    def notes(self) -> list[Note]:
        """What to log; empties itself."""
        out, self._notes = self._notes, []
        return out

    def next_timer(self) -> float | None:
        """When `wake` must be called next."""
        timers = (self._agent.next_timer(), self._deadlines.next())
        return min((at for at in timers if at is not None), default=None)

    def active(self) -> int:
        """How many calls are not over."""
        return self._lines.active()

    def drained(self) -> bool:
        """True once every call is closed and every BYE of ours answered."""
        return not self._lines.all() and not self._agent.unanswered()

    # Calls begin.

    def _take_events(self, now: float) -> None:
        for event in self._agent.events():
            if isinstance(event, Invited):
                self._invited(event.dialog, event.request, now)
            elif line := self._lines.in_dialog(event.dialog.id):
                self._take(line, event, now)

    def _take(self, line: Line, event: Event, now: float) -> None:
        match event:
            case Changed():
                self._changed(line, event.request, now)
            case Acknowledged() if line.awaits_answer:
                self._acknowledged(line, event.request, now)
            case Cancelled() if event.first:
                self._tally("invites", "cancelled")
                self._close(line, "cancelled", now)
            case Cancelled():
                self._undo(line)
            case Pressed() if line.attached:
                readable = self._settings.pause.reads_keys
                if press := key_press(line.call, event.keyed, readable=readable):
                    self._tell(line, [press])
            case Ended():
                self._close(line, event.reason, now)

    def _invited(self, dialog: Dialog, request: Request, now: float) -> None:
        found: int | Refusal = Refusal(503, "draining", RETRY)
        if not self._draining:
            calls_of, most = self._lines.by_worker(), self._settings.max_calls
            found = self._roster.find(calls_of, active=self.active(), most=most)
        if isinstance(found, int):
            try:
                self._begin(dialog, request, worker=found, now=now)
                return
            except BadBody as error:
                found = Refusal(error.status, str(error))
        self._tally("invites", "busy" if found.status == 486 else "refused")
        self._agent.refuse(dialog, found, now=now)

    def _begin(self, dialog: Dialog, request: Request, *, worker: int, now: float) -> None:
        body = read_body(request)
        call_id, started_at = self._identity()
        call = Call(
            call_id=call_id,
            tenant_id=self._tenant_id,
            ingress="siprec" if calls.is_siprec(request, body) else "sip",
            external_id=(body.metadata.session_id if body.metadata else "") or dialog.id.call_id,
            started_at=started_at,
            worker=worker,
            dialog=dialog,
            metadata=body.metadata,
            hints=self._hints(request, call_id),
            attributes=attributes.read(request, body.metadata, self._settings.accepted.attributes),
        )
        line = Line(call, Stage.OPENING, attached=True, request=request, body=body)
        if body.session is None:
            calls.plan_offer(call, self._settings, place=self._place)
        else:
            line.taken = calls.plan(call, body, self._settings, place=self._place)
        if not call.specs:
            raise BadBody(NO_AUDIO, status=488)
        call.external_id = call.session_id or call.external_id
        call.attributes |= sessions.group(call)
        self._lines.add(line)
        # Until it is answered, a crash of ours means that this call has to be closed.
        call.closing = "fault"
        self._keep(line)
        call.closing = ""
        self._tell(line, sessions.opening(call, resumed=False))
        self._deadlines.set(call_id, now + WORKER_ANSWERS_S)

    def _hints(self, request: Request, call_id: str) -> CallHints:
        found = hints.read(request, self._settings.queues)
        for name in found.ignored:
            self._tally("hints", "ignored")
            self._notes.append(Note("header ignored", call_id, name))
        return found.hints

    def _opened(self, line: Line, message: CallOpened, now: float) -> None:
        complete = line.call.take_ports(message.rtp_ports)
        complete = sessions.opened(line.call, message.call_id) and complete
        line.reopened = 0
        if line.stage in (Stage.OPENING, Stage.CHANGING) and complete:
            self._deadlines.set(line.call.call_id, None)
            if line.stage is Stage.OPENING:
                self._tally("invites", "accepted")
                self._notes.append(Note("call answered", line.call.call_id, line.call.ingress))
            self._answer(line, now)
        elif line.stage is Stage.TALKING:
            self._keep(line)

    def _answer(self, line: Line, now: float) -> None:
        """200 with our answer to the peer's offer, or with our offer; no SDP if it changes none."""
        call, session = line.call, line.body.session
        invite = line.request is not None and line.request.method == "INVITE"
        if session is not None:
            calls.answer_sdp(call, session, line.taken or {})
        elif invite:
            calls.offer_sdp(call)
        line.awaits_answer = invite and session is None
        if not line.awaits_answer:
            line.agreed = agreed(call)
        address, with_body = self._agent.host(call.dialog.flow), invite or session is not None
        accepted = calls.accepted(call, address=address, with_body=with_body)
        line.stage, line.request, line.body, line.taken = Stage.TALKING, None, Body(), None
        self._agent.accept(call.dialog, accepted, now=now)
        self._settle(line, now)

    # Calls change.

    def _changed(self, line: Line, request: Request, now: float) -> None:
        call, active = line.call, self.active()
        try:
            line.body = read_body(request)
            if line.body.session is not None:
                line.taken = calls.plan(call, line.body, self._settings, place=self._place)
            elif line.body.metadata is not None:
                told = line.body.metadata
                calls.describe(call, self._settings, place=self._place, told=told)
            # A recording session without streams, or without a conversation, may wait for one.
            if not call.legs and call.metadata is None:
                raise BadBody(NO_AUDIO, status=488)
            if self.active() > max(active, self._settings.max_calls):
                raise BadBody("max_calls", status=486)
        except BadBody as error:
            self._restore_agreed(line)
            self._agent.refuse(call.dialog, Refusal(error.status, str(error)), now=now)
            return
        line.request = request
        if line.body == Body():
            self._answer(line, now)
        elif line.attached:
            line.stage = Stage.CHANGING
            self._tell(line, sessions.updating(call))
            self._deadlines.set(call.call_id, now + WORKER_ANSWERS_S)
            if not call.specs:
                self._answer(line, now)
        elif all(leg.spec.rtp_port for leg in call.legs):
            # The worker is away, and learns of the change when it takes the call up again.
            self._answer(line, now)
        else:
            self._restore_agreed(line)
            self._agent.refuse(call.dialog, Refusal(500, "media worker lost", RETRY), now=now)

    def _acknowledged(self, line: Line, request: Request, now: float) -> None:
        """The ACK should bring the answer to our offer; without one nothing changes."""
        line.awaits_answer = False
        first, call = line.agreed is None, line.call
        try:
            body = read_body(request)
        except BadBody:
            body = Body()
        if body.session is not None:
            calls.plan(call, body, self._settings, place=self._place, to_our_offer=True)
        if not call.legs or (first and body.session is None):
            self._hang_up(line, "no_media", now)
            return
        line.agreed = agreed(call)
        if body.session is not None:
            self._tell(line, sessions.updating(call))
        self._settle(line, now)

    def _fail(self, line: Line, refusal: Refusal, now: float) -> None:
        """The worker did not do its part of an INVITE or UPDATE."""
        self._agent.refuse(line.call.dialog, refusal, now=now)
        if line.stage is Stage.OPENING:
            self._tally("invites", "failed")
            self._close(line, "fault", now)
        else:
            self._undo(line)

    def _undo(self, line: Line) -> None:
        """A change did not happen: the worker, told of it, is told of the old state."""
        self._restore_agreed(line)
        line.stage = Stage.TALKING
        self._deadlines.set(line.call.call_id, None)
        self._tell(line, sessions.updating(line.call) + sessions.ended(line.call))

    def _restore_agreed(self, line: Line) -> None:
        if line.agreed:
            legs, line.call.metadata, line.call.description = line.agreed
            line.call.legs = sessions.restored(line.call, legs)
        line.request, line.body, line.taken = None, Body(), None

    # Calls end, and survive their worker.

    def _hang_up(self, line: Line, reason: str, now: float) -> None:
        self._agent.hang_up(line.call.dialog, now=now)
        self._close(line, reason, now)

    def _silent(self, line: Line, call_id: str, now: float) -> None:
        """Nothing is heard of a call; the others of its recording session go on."""
        if not sessions.silence(line.call, call_id):
            self._hang_up(line, "media_timeout", now)
            return
        self._tell(line, sessions.ended(line.call, "media_timeout"))
        self._keep(line)

    def _settle(self, line: Line, now: float) -> None:
        """What was changed holds: conversations without a leg are over."""
        call = line.call
        self._tell(line, sessions.ended(call))
        self._deadlines.set(call.call_id, None if sessions.going(call) else now + IDLE_S)
        self._keep(line)

    def _close(self, line: Line, reason: str, now: float) -> None:
        call = line.call
        call.closing, line.stage = reason, Stage.CLOSING
        self._lines.hang_up(line)
        self._deadlines.set(call.call_id, None)
        orders = sessions.closing(call, reason)
        self._keep(line)
        self._notes.append(Note("call over", call.call_id, reason))
        self._tell(line, orders)
        if call.conversations == ():
            self._drop(line)
        elif line.attached:
            self._deadlines.set(call.call_id, now + CLOSE_WITHIN_S)
        else:
            self._reopen(line, now)

    def _reopen(self, line: Line, now: float) -> None:
        """Give a call back to its worker, if that is there; one that is over, to be closed."""
        call = line.call
        if not self._roster.up[call.worker] or line.attached:
            return
        line.attached = True
        self._tell(line, sessions.opening(call, resumed=True))
        if line.stage is Stage.CLOSING:
            self._deadlines.set(call.call_id, now + CLOSE_WITHIN_S)
        elif not sessions.going(call):
            self._deadlines.set(call.call_id, now + IDLE_S)

    def _turned_down(self, line: Line, now: float) -> None:
        """The worker cannot open or change the call."""
        if line.stage is Stage.OPENING:
            self._agent.refuse(line.call.dialog, Refusal(503, "no RTP port", RETRY), now=now)
            self._tally("invites", "failed")
            self._drop(line)
        elif line.stage is Stage.CHANGING:
            self._fail(line, Refusal(500, "no RTP port", RETRY), now)
        elif line.reopened < REOPEN_TIMES:
            line.attached = False
            line.reopened += 1
            self._deadlines.set(line.call.call_id, now + REOPEN_AFTER_S)
        elif line.stage is Stage.TALKING:
            line.attached, line.reopened = False, 0
            self._hang_up(line, "fault", now)
        else:
            self._drop(line)

    def _drop(self, line: Line) -> None:
        self._lines.drop(line)
        self._deadlines.set(line.call.call_id, None)
        self._to_keep.append(Kept(line.call.call_id, None))

    def _keep(self, line: Line) -> None:
        self._to_keep.append(Kept(line.call.call_id, msgspec.msgpack.encode(line.call)))

    def _tell(self, line: Line, orders: Sequence[ToWorker]) -> None:
        """Nothing to a worker that is away: it is told all when it takes the call up again."""
        if line.attached:
            self._to_workers += [(line.call.worker, order) for order in orders]

    def _place(self, call: Call) -> None:
        sessions.place(call, self._identity)
