"""Requests inside a call's dialogs: from one side to the other, and the answers back.

Each side's transactions are its own; what is passed on waits for its answer, and the answer comes
from the other side, never from us. Only BYE, OPTIONS and what would lead the call away are ours.
"""

from sip_gateway.inline import description, passing
from sip_gateway.inline.board import (
    Answering,
    Board,
    Passage,
    Place,
    Talk,
    other,
)
from sip_gateway.inline.call import SIDES, Agreed, Side
from sip_gateway.inline.proving import again
from sip_gateway.sip import info
from sip_gateway.sip.address import parse_name_addr
from sip_gateway.sip.answer import Answer
from sip_gateway.sip.answer import State as AnswerState
from sip_gateway.sip.dialog import target_of
from sip_gateway.sip.exchange import Exchange
from sip_gateway.sip.info import SYMBOLS, Keyed
from sip_gateway.sip.message import Request, Response, reply
from sip_gateway.sip.screening import KNOWN, Refusal, abilities
from sip_gateway.worker_protocol import PressKey


class Dialogs:
    """Carries requests between the two dialogs of each call."""

    def __init__(self, board: Board, *, reads_keys: bool) -> None:
        self._board = board
        self._reads_keys = reads_keys

    def receive(self, exchange: Exchange, place: Place, *, now: float) -> None:
        """A request in one of the dialogs; no ACK, no CANCEL."""
        request, dialog = exchange.request, place.dialog
        if request.cseq.number <= dialog.remote_cseq:
            self._board.refuse(exchange, Refusal(500, "CSeq out of order"), now=now)
            return
        dialog.remote_cseq, dialog.flow = request.cseq.number, exchange.flow
        match request.method:
            case "BYE":
                self._bye(exchange, place, now)
            case "OPTIONS":
                response = reply(request, 200, headers=abilities())
                self._board.wires.served.respond(exchange, response, now=now)
            case "REFER":
                # The call would go on where we do not hear it.
                self._board.refuse(exchange, Refusal(603, "no transfer in line"), now=now)
            case "INVITE" | "UPDATE" | "INFO" | "PRACK":
                self._offer(exchange, place, now)
            case _:
                status = 405 if request.method in KNOWN else 501
                allow = [("Allow", ", ".join(passing.ALLOWED))]
                self._board.refuse(exchange, Refusal(status, "", allow), now=now)

    def _offer(self, exchange: Exchange, place: Place, now: float) -> None:
        """Pass it on, unless it is broken or in another's way; with ports for all it offers."""
        refusal = self._unfit(exchange, place)
        if refusal is not None:
            self._board.refuse(exchange, refusal, now=now)
            return
        body = description.seen(exchange.request)
        call = place.talk.call
        lacking = set(description.wanted(body) if body else ()) - call.ports("a").keys()
        if lacking and body:
            place.talk.waiting = (exchange, place)
            if exchange.request.method == "INVITE":
                self._board.wires.served.respond(exchange, reply(exchange.request, 100), now=now)
            self._board.media.relay(call, lacking, now=now)
            return
        self.send_on(exchange, place, now=now)

    def _unfit(self, exchange: Exchange, place: Place) -> Refusal | None:
        request = exchange.request
        if unknown := passing.unsupported(request):
            return Refusal(420, "", [("Unsupported", ", ".join(unknown))])
        if passing.forwards_left(request) < 0:
            return Refusal(483)
        try:
            offers = description.of(request) is not None or request.method == "INVITE"
            if request.method == "INVITE":
                target_of(request)
        except description.Broken:
            return Refusal(400, "session description")
        except ValueError:
            return Refusal(400, "Contact")
        return self._glare(place) if offers and request.method in ("INVITE", "UPDATE") else None

    def _glare(self, place: Place) -> Refusal | None:
        """Two offers at once, in a call where there can be one (section 14.2, RFC 6337)."""
        talk = place.talk
        pending = [(p.side, p.pair) for p in talk.passages if p.offers]
        if talk.waiting:
            pending.append((talk.waiting[1].side, talk.waiting[1].pair))
        for side, _ in pending:
            if side == place.side:
                wait = str(int(self._board.token()[:4], 16) % 11)
                return Refusal(500, "another request is in progress", [("Retry-After", wait)])
            return Refusal(491)
        waiting = [self._board.answering.get(place.pair.of(side).id) for side in SIDES]
        if any(w and w.offer and w.answer.state is AnswerState.WAITING for w in waiting):
            return Refusal(491)
        return None

    def send_on(self, exchange: Exchange, place: Place, *, now: float) -> None:
        """To the other side."""
        board, theirs = self._board, exchange.request
        talk, pair, side = place
        there = Place(talk, pair, other(side))
        request, hop = board.request(there, theirs.method)
        request.headers.set("Max-Forwards", str(passing.forwards_left(theirs)))
        for name, value in passing.passed(theirs, without=passing.CREDENTIALS):
            request.headers.add(name, value)
        if theirs.method == "PRACK":
            request.headers.add("RAck", _rack(talk, theirs))
        request.body = board.toward(talk, there.side, theirs)
        if proofs := talk.proofs.get(there.side):
            proofs.prove(request)
        body = description.seen(theirs)
        passage = Passage(talk, pair, side, exchange, request, hop, body)
        talk.passages.append(passage)
        if theirs.method == "INVITE":
            board.wires.served.respond(exchange, reply(theirs, 100), now=now)
        elif theirs.method == "INFO":
            self._press(place, theirs)
        elif theirs.method == "PRACK" and body and talk.early_offer and talk.offer is None:
            early = board.settings.hear_early
            board.agree(place, Agreed(body, talk.early_offer, "a"), listen=early)
            passage.offer = None
        board.wires.send(request, hop, passage, now=now)

    def _press(self, place: Place, request: Request) -> None:
        """A key that signalling tells of: counted, and asked after by the rules of a pause."""
        told = info.read(request)
        call = place.talk.call
        leg = next((leg for leg in call.legs if leg.tap.endswith(place.side)), None)
        if not isinstance(told, Keyed) or leg is None:
            return
        key = told.key if self._reads_keys else None
        symbol = next((s for s in SYMBOLS if key.among(s)), "") if key else ""
        self._board.media.press(
            PressKey(
                call_id=call.call_id,
                leg_id=leg.leg_id,
                duration_ms=told.duration_ms,
                symbol=symbol,
            )
        )

    # The other side answers.

    def came_back(self, passage: Passage, response: Response | None, *, now: float) -> None:
        """A response to what was passed on; None if there was none."""
        if passage.ack and response is not None and 200 <= response.status < 300:
            self._board.wires.acknowledge(passage.ack, passage.hop)  # it was lost
            return
        if passage not in passage.talk.passages:
            self._too_late(passage, response)
            return
        here = Place(passage.talk, passage.pair, passage.side)
        if response is not None and self._proves(passage, response, now):
            return
        if response is None:
            passage.talk.passages.remove(passage)
            self._board.refuse(passage.exchange, Refusal(408), now=now)
        elif response.status == 100:
            return
        elif response.status < 200:
            if passage.exchange.request.method == "INVITE":
                self._board.pass_answer(here, passage.exchange, response, now=now)
        else:
            passage.talk.passages.remove(passage)
            if response.status < 300:
                self._agreed(passage, response, now)
            else:
                self._board.pass_answer(here, passage.exchange, response, now=now)

    def _proves(self, passage: Passage, response: Response, now: float) -> bool:
        """Send it again, if that side asks who we are and we can tell."""
        side, wires = other(passage.side), self._board.wires
        proofs, branch = passage.talk.proofs.get(side), wires.branch()
        new = again(passage.request, response, proofs, token=self._board.token, branch=branch)
        if new is None:
            return False
        passage.pair.of(side).local_cseq = new.cseq.number
        passage.request = new
        wires.send(new, passage.hop, passage, now=now)
        return True

    def _too_late(self, passage: Passage, response: Response | None) -> None:
        """The call ended meanwhile; a 2xx to an INVITE wants its ACK all the same."""
        invite = passage.request.method == "INVITE"
        if invite and response is not None and 200 <= response.status < 300:
            there = Place(passage.talk, passage.pair, other(passage.side))
            self._board.wires.acknowledge(*self._board.ack(there, passage.request.cseq.number))

    def _agreed(self, passage: Passage, response: Response, now: float) -> None:
        board, request = self._board, passage.exchange.request
        here = Place(passage.talk, passage.pair, passage.side)
        there = Place(passage.talk, passage.pair, other(passage.side))
        if request.method in ("INVITE", "UPDATE"):
            here.dialog.refresh_target(request, passage.exchange.flow)
            if contact := response.headers.get("Contact"):
                there.dialog.remote_target = _uri(contact) or there.dialog.remote_target
        body = description.seen(response)
        if body is not None and passage.offer is not None:
            answered = passage.talk.call.target is not None
            listen = answered or board.settings.hear_early
            board.agree(here, agreed_of(passage.side, passage.offer, body), listen=listen)
        ours = board.pass_answer(here, passage.exchange, response, now=now)
        if request.method == "INVITE":
            self._acknowledge(passage, ours, offer=None if passage.offer else body, now=now)
        if passage.talk.call.target is not None:
            board.media.keep(passage.talk.call)

    def _acknowledge(
        self, passage: Passage, ours: Response, *, offer: bytes | None, now: float
    ) -> None:
        board, exchange = self._board, passage.exchange
        here = Place(passage.talk, passage.pair, passage.side)
        answer = Answer(bytes(ours), cseq=exchange.request.cseq.number, now=now)
        answering = Answering(here, exchange, answer)
        if offer is not None:
            answering.offer, answering.waits = offer, passage
        else:
            there = Place(passage.talk, passage.pair, other(passage.side))
            passage.ack, hop = board.ack(there, passage.request.cseq.number)
            board.wires.acknowledge(passage.ack, hop)
        board.answered(answering, now=now)

    # ACK, CANCEL, BYE.

    def acknowledged(self, waits: Answering, request: Request, *, now: float) -> None:
        """The ACK of a 2xx of ours."""
        place = waits.place
        if waits.answer.cseq != request.cseq.number:
            return
        del self._board.answering[place.dialog.id]
        self._board.timers.set(("answer", place.dialog.id), None)
        if waits.offer is not None:
            self._bring_answer(request, place, waits)
        if waits.then_bye:
            self._board.say_bye(place, [], now=now)

    def _bring_answer(self, request: Request, place: Place, waits: Answering) -> None:
        """The ACK brings the answer to the other side's offer."""
        board, body = self._board, description.seen(request)
        there = Place(place.talk, place.pair, other(place.side))
        # Without an answer the other side is told so, and ends the call itself.
        told = board.toward(place.talk, there.side, request) if body else b""
        invite = waits.waits
        assert invite is not None and waits.offer is not None
        invite.ack, hop = board.ack(there, invite.request.cseq.number, told)
        board.wires.acknowledge(invite.ack, hop)
        if body is not None and place.talk.call.target is not None:
            agreed = agreed_of(there.side, waits.offer, body)
            board.agree(place, agreed, listen=True)

    def cancel(self, passage: Passage, cancel: Request, *, now: float) -> None:
        """A re-INVITE is taken back: so is ours, whose 487 then comes back."""
        reasons = [("Reason", value) for value in cancel.headers.all("Reason")]
        self._board.wires.cancel(passage.request.via.branch, reasons, now=now)

    def _bye(self, exchange: Exchange, place: Place, now: float) -> None:
        talk, pair, side = place
        self._board.wires.served.respond(exchange, reply(exchange.request, 200), now=now)
        if talk.call.target is None:
            return  # of an early dialog, which its INVITE's refusal ends
        waits = self._board.answering.pop(place.dialog.id, None)
        if waits:
            self._board.timers.set(("answer", place.dialog.id), None)
        fields = passing.passed(exchange.request, without=passing.CREDENTIALS)
        self._board.say_bye(Place(talk, pair, other(side)), fields, now=now)
        self._board.end(talk, "bye", now=now)


def agreed_of(offered: Side, offer: bytes, answer: bytes) -> Agreed:
    """Both descriptions, by who offered."""
    return Agreed(offer, answer, "b") if offered == "a" else Agreed(answer, offer, "a")


def _rack(talk: Talk, prack: Request) -> str:
    """RAck with the number that the INVITE has on the other side (RFC 3262 section 7.2)."""
    fields = (prack.headers.get("RAck") or "").split()
    if len(fields) != 3 or not fields[1].isdigit():
        return prack.headers.get("RAck") or ""
    theirs = int(fields[1])
    first = talk.attempt.request.cseq.number if talk.attempt else 1
    ours = first if talk.invite and talk.invite.request.cseq.number == theirs else theirs
    for passage in talk.passages:
        if passage.exchange.request.cseq.number == theirs and passage.request.method == "INVITE":
            ours = passage.request.cseq.number
    return f"{fields[0]} {ours} {fields[2]}"


def _uri(contact: str) -> str:
    try:
        return parse_name_addr(contact).uri
    except ValueError:
        return ""
