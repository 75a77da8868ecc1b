"""How INVITEs and UPDATEs are answered once the media worker has done its part, or refused."""

from sip_gateway.calls import call as calls
from sip_gateway.calls import sessions
from sip_gateway.calls.board import WORKER_ANSWERS_S, Board
from sip_gateway.calls.call import NO_AUDIO, BadBody, Body, read_body
from sip_gateway.calls.ending import Ending
from sip_gateway.calls.line import Line, Stage, agreed
from sip_gateway.calls.roster import RETRY
from sip_gateway.sip.message import Request
from sip_gateway.sip.screening import Refusal
from sip_gateway.worker_protocol import CallOpened

REOPEN_AFTER_S = 0.5
REOPEN_TIMES = 20
"""A worker that cannot take a call up again: its predecessor may still hold the ports."""


class Answering:
    """Answers what waits for its worker; what fails leaves a call as it was agreed before."""

    def __init__(self, board: Board, ending: Ending) -> None:
        self._board = board
        self._ending = ending

    # The worker did its part.

    def opened(self, line: Line, message: CallOpened, now: float) -> None:
        """Its ports are there."""
        complete = line.call.take_ports(message.rtp_ports)
        complete = sessions.opened(line.call, message.call_id) and complete
        line.reopened = 0
        if line.stage in (Stage.OPENING, Stage.CHANGING) and complete:
            self._board.deadlines.set(line.call.call_id, None)
            if line.stage is Stage.OPENING:
                self._board.tally("invites", "accepted")
                self._board.note("call answered", line.call.call_id, line.call.ingress)
            self._answer(line, now)
        elif line.stage is Stage.TALKING:
            self._board.keep(line)

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
        agent, with_body = self._board.agent, invite or session is not None
        address = agent.host(call.dialog.flow)
        accepted = calls.accepted(call, address=address, with_body=with_body)
        line.stage, line.request, line.body, line.taken = Stage.TALKING, None, Body(), None
        agent.accept(call.dialog, accepted, now=now)
        self._ending.settle(line, now)

    # The peer changes a call.

    def changed(self, line: Line, request: Request, now: float) -> None:
        """A re-INVITE or UPDATE: answered at once where the worker need not open anything."""
        call = line.call
        try:
            self._plan(line, request)
        except BadBody as error:
            self._restore_agreed(line)
            self._board.agent.refuse(call.dialog, Refusal(error.status, str(error)), now=now)
            return
        line.request = request
        if line.body == Body():
            self._answer(line, now)
        elif line.attached:
            line.stage = Stage.CHANGING
            self._board.tell(line, sessions.updating(call))
            self._board.deadlines.set(call.call_id, now + WORKER_ANSWERS_S)
            if not call.specs:
                self._answer(line, now)
        elif all(leg.spec.rtp_port for leg in call.legs):
            # The worker is away, and learns of the change when it takes the call up again.
            self._answer(line, now)
        else:
            self._restore_agreed(line)
            refusal = Refusal(500, "media worker lost", RETRY)
            self._board.agent.refuse(call.dialog, refusal, now=now)

    def _plan(self, line: Line, request: Request) -> None:
        """Give the call the legs and people that the request tells of; BadBody if it cannot be."""
        board, call, settings = self._board, line.call, self._board.settings
        active = board.lines.active()
        line.body = read_body(request)
        if line.body.session is not None:
            line.taken = calls.plan(call, line.body, settings, place=board.place)
        elif line.body.metadata is not None:
            calls.describe(call, settings, place=board.place, told=line.body.metadata)
        # A recording session without streams, or without a conversation, may wait for one.
        if not call.legs and call.metadata is None:
            raise BadBody(NO_AUDIO, status=488)
        if board.lines.active() > max(active, settings.max_calls):
            raise BadBody("max_calls", status=486)

    def acknowledged(self, line: Line, request: Request, now: float) -> None:
        """The ACK should bring the answer to our offer; without one nothing changes."""
        line.awaits_answer = False
        board, first, call = self._board, line.agreed is None, line.call
        try:
            body = read_body(request)
        except BadBody:
            body = Body()
        if body.session is not None:
            calls.plan(call, body, board.settings, place=board.place, to_our_offer=True)
        if not call.legs or (first and body.session is None):
            self._ending.hang_up(line, "no_media", now)
            return
        line.agreed = agreed(call)
        if body.session is not None:
            board.tell(line, sessions.updating(call))
        self._ending.settle(line, now)

    # The worker did not do its part.

    def turned_down(self, line: Line, now: float) -> None:
        """The worker cannot open or change the call."""
        board = self._board
        if line.stage is Stage.OPENING:
            board.agent.refuse(line.call.dialog, Refusal(503, "no RTP port", RETRY), now=now)
            board.tally("invites", "failed")
            self._ending.drop(line)
        elif line.stage is Stage.CHANGING:
            self.fail(line, Refusal(500, "no RTP port", RETRY), now)
        elif line.reopened < REOPEN_TIMES:
            line.attached = False
            line.reopened += 1
            board.deadlines.set(line.call.call_id, now + REOPEN_AFTER_S)
        elif line.stage is Stage.TALKING:
            line.attached, line.reopened = False, 0
            self._ending.hang_up(line, "fault", now)
        else:
            self._ending.drop(line)

    def fail(self, line: Line, refusal: Refusal, now: float) -> None:
        """The worker did not do its part of an INVITE or UPDATE."""
        self._board.agent.refuse(line.call.dialog, refusal, now=now)
        if line.stage is Stage.OPENING:
            self._board.tally("invites", "failed")
            self._ending.close(line, "fault", now)
        else:
            self.undo(line)

    def undo(self, line: Line) -> None:
        """A change did not happen: the worker, told of it, is told of the old state."""
        self._restore_agreed(line)
        line.stage = Stage.TALKING
        self._board.deadlines.set(line.call.call_id, None)
        self._board.tell(line, sessions.updating(line.call) + sessions.ended(line.call))

    def _restore_agreed(self, line: Line) -> None:
        if line.agreed:
            legs, line.call.metadata, line.call.description = line.agreed
            line.call.legs = sessions.restored(line.call, legs)
        line.request, line.body, line.taken = None, Body(), None
