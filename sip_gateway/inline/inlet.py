"""SIP messages of calls in line: what each is about, and whose it is."""

from typing import NamedTuple

from sip_gateway.inline.board import Attempt, Board, Passage, Purpose
from sip_gateway.inline.calling import Calling
from sip_gateway.inline.dialogs import Dialogs
from sip_gateway.inline.invites import Invites
from sip_gateway.inline.pings import Pings
from sip_gateway.inline.registration import Registering
from sip_gateway.inline.registrations import Registrations
from sip_gateway.inline.wires import OURS, Came
from sip_gateway.sip.answer import State as AnswerState
from sip_gateway.sip.dialog import DialogId
from sip_gateway.sip.exchange import Exchange
from sip_gateway.sip.flow import Flow
from sip_gateway.sip.message import Request, Response, reply
from sip_gateway.sip.screening import Refusal


class Parts(NamedTuple):
    """Who does what a message asks for."""

    calling: Calling
    dialogs: Dialogs
    invites: Invites
    pings: Pings
    registrations: Registrations


class Inlet:
    """Matches messages to transactions, dialogs and calls."""

    def __init__(self, board: Board, parts: Parts) -> None:
        self._board = board
        self._wires = board.wires
        self._parts = parts

    def receive_response(self, response: Response, *, now: float) -> bool:
        """A response; False if it is to nothing of ours."""
        if came := self._wires.receive(response, now=now):
            self.came(came, now=now)
        elif self._lost_ack(response):
            return True
        # Ours may be one that nobody waits for any more, and is nobody else's for that.
        return response.via.branch.startswith(OURS)

    def _lost_ack(self, response: Response) -> bool:
        """A 2xx whose INVITE an earlier process sent, and whose ACK was lost with it."""
        place = self._board.places.get(
            DialogId(response.from_.tag, response.to.tag, response.call_id)
        )
        late = response.cseq.method == "INVITE" and 200 <= response.status < 300
        if place is None or not late or self._wires.is_ours(response.via.branch):
            return False
        self._wires.acknowledge(*self._board.ack(place, response.cseq.number))
        return True

    def came(self, came: Came[Purpose], *, now: float) -> None:
        """What a request of ours led to."""
        purpose, response = came
        if isinstance(purpose, Attempt):
            self._parts.calling.receive(purpose, response, now=now)
            self._parts.invites.remember(purpose.talk)
        elif isinstance(purpose, Passage):
            self._parts.dialogs.came_back(purpose, response, now=now)
        elif isinstance(purpose, Registering):
            self._parts.registrations.came(purpose, response, now=now)
        else:
            self._parts.pings.came(came)

    def receive_request(self, request: Request, flow: Flow, *, now: float) -> bool:
        """A request; False if it is of no call in line."""
        known = self._wires.served.find(request, "INVITE" if request.method == "ACK" else "")
        dialog_id = DialogId(request.to.tag, request.from_.tag, request.call_id)
        if request.method == "ACK":
            return self._receive_ack(request, known, dialog_id, now=now)
        if known is not None:
            self._repeated(known, dialog_id, now)
            return True
        if request.method == "CANCEL":
            return self._cancel(request, flow, now)
        if place := self._board.places.get(dialog_id):
            exchange = self._wires.served.receive(request, flow, now=now)
            exchange.dialog_id = dialog_id
            self._parts.dialogs.receive(exchange, place, now=now)
            return True
        if request.to.tag:
            return False
        if request.method == "INVITE":
            return self._parts.invites.receive(request, flow, now)
        return request.method == "OPTIONS" and self._parts.invites.receive_options(
            request, flow, now
        )

    def _receive_ack(
        self, request: Request, known: Exchange | None, dialog_id: DialogId, *, now: float
    ) -> bool:
        if known is not None:
            self._wires.served.confirm(known, now=now)
        if waits := self._board.answering.get(dialog_id):
            self._parts.dialogs.acknowledged(waits, request, now=now)
            return True
        return known is not None or dialog_id in self._board.places

    def _repeated(self, known: Exchange, dialog_id: DialogId, now: float) -> None:
        self._wires.served.repeat(known, now=now)
        for waits in self._board.answering.values():
            if waits.exchange is known:
                waits.answer.receive_invite(now=now)
                self.repeat_answer(waits.place.dialog.id, now=now)
                return

    def _cancel(self, request: Request, flow: Flow, now: float) -> bool:
        invite = self._wires.served.find(request, "INVITE")
        if invite is None:
            return False
        exchange = self._wires.served.receive(request, flow, now=now)
        response = reply(request, 200, tag=self._board.token())
        self._wires.served.respond(exchange, response, now=now)
        for talk in list(self._board.talks.values()):
            if talk.invite is invite:
                talk.invite = None
                tag = talk.call.caller.id.local_tag
                self._board.refuse(invite, Refusal(487), now=now, tag=tag)
                self._parts.calling.cancel(talk, request, now=now)
            for passage in talk.passages:
                if passage.exchange is invite:
                    self._parts.dialogs.cancel(passage, request, now=now)
        return True

    def repeat_answer(self, dialog_id: DialogId, *, now: float) -> None:
        """Send a 2xx again whose ACK is due; without one the call is over."""
        waits = self._board.answering.get(dialog_id)
        if waits is None:
            return
        for data in waits.answer.to_send(now=now):
            self._wires.repeat(waits.exchange, data)
        self._board.timers.set(("answer", dialog_id), waits.answer.next_timer())
        if waits.answer.state is AnswerState.ABANDONED:
            del self._board.answering[dialog_id]
            if waits.then_bye:
                self._board.say_bye(waits.place, [], now=now)
            else:
                self._board.hang_up(waits.place.talk, "no_ack", now=now)
