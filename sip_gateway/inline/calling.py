"""A caller's INVITE on its way to the first target that takes it (RFC 3261 sections 13, 16.7)."""

import re

from sip_gateway.inline import description, passing
from sip_gateway.inline.board import Answering, Attempt, Board, Pair, Place, Talk
from sip_gateway.inline.call import SIDES, Agreed
from sip_gateway.inline.pings import Pings
from sip_gateway.inline.proving import again
from sip_gateway.inline.registrations import Registrations
from sip_gateway.inline.target import Target, Way
from sip_gateway.sip.address import host_port, parse_name_addr, parse_sip_uri
from sip_gateway.sip.answer import Answer
from sip_gateway.sip.dialog import Dialog, DialogId, from_invite
from sip_gateway.sip.exchange import Exchange
from sip_gateway.sip.flow import Hop, contact
from sip_gateway.sip.message import Headers, Request, Response
from sip_gateway.sip.screening import Refusal

TRY_NEXT = frozenset({408, 503})
"""Of these the next target may know better; every other refusal is the caller's."""

CALL_ID = "X-Trunkline-Call-ID"
_TAG = re.compile(r";\s*tag=[^;>]*\Z|;\s*tag=[^;>]*(?=;)", re.IGNORECASE)
_NUMBER = re.compile(r"tel:([^;]+)", re.IGNORECASE)


class Calling:
    """Places the other half of each call."""

    def __init__(self, board: Board, pings: Pings, registrations: Registrations) -> None:
        self._board = board
        self._pings = pings
        self._registrations = registrations

    def begin(self, talk: Talk, *, now: float) -> None:
        """The relays are there: try the first target."""
        if talk.offer is not None:
            self._board.media.told(
                talk.call, "a", body=talk.offer, hosts=self._board.near(talk.call.caller.flow)
            )
        self.try_next(talk, now=now)

    def try_next(self, talk: Talk, *, now: float) -> None:
        """Send the call to the next target; without one the caller gets the last one's word."""
        talk.left = self._pings.usable(talk.left)
        if not talk.left:
            self._give_up(talk, now)
            return
        way = talk.left.pop(0)
        talk.call.target_host = talk.route.target_host or way.flow.local_host
        talk.call.target_domain = way.target.host
        talk.proofs.pop("b", None)
        if proofs := self._registrations.proofs(way.target.host):
            talk.proofs["b"] = proofs
        hop = Hop(way.flow, way.flow.remote_port)
        attempt = talk.attempt = Attempt(talk, way, self._request(talk, way), hop)
        until = now + self._board.settings.try_next_after_s
        self._board.timers.set(("silent", talk.call.call_id), until)
        self._board.wires.send(attempt.request, hop, attempt, now=now)

    def _request(self, talk: Talk, way: Way) -> Request:
        board, (target, flow) = self._board, way
        assert talk.invite is not None
        theirs, host = talk.invite.request, talk.call.target_host
        sent_by = host_port(host, flow.local_port)
        via = f"SIP/2.0/{flow.transport.upper()} {sent_by};branch={board.wires.branch()};rport"
        # A password that was meant for us is not the target's to see.
        without = passing.CREDENTIALS if board.login or "b" in talk.proofs else ()
        fields = [
            ("Via", via),
            ("Max-Forwards", str(passing.forwards_left(theirs))),
            ("From", f"{_TAG.sub('', theirs.headers.get('From') or '')};tag={board.token()}"),
            ("To", theirs.headers.get("To") or ""),
            ("Call-ID", f"{board.token()}@{host}"),
            ("CSeq", "1 INVITE"),
            ("Contact", contact(flow, host=host, sips=target.sips)),
            *passing.passed(theirs, without=without),
            (CALL_ID, talk.call.call_id),
        ]
        body = board.toward(talk, "b", theirs)
        return Request(Headers(fields), body, "INVITE", _uri(theirs.uri, target))

    # What the target says.

    def receive(self, attempt: Attempt, response: Response | None, *, now: float) -> None:
        """A response to an attempt; None if there was none."""
        talk = attempt.talk
        if response is None:
            self._pings.answered(attempt.way, 408)
            if talk.attempt is attempt:
                self._failed(attempt, None, now)
        elif response.status >= 200:
            self._pings.answered(attempt.way, 503 if response.status == 503 else 200)
            if response.status < 300:
                self._accepted(attempt, response, now)
            elif talk.attempt is attempt and self._proves(attempt, response, now):
                return
            elif talk.attempt is attempt:
                self._failed(attempt, response, now)
        elif attempt.given_up or talk.attempt is not attempt:
            self._board.wires.cancel(attempt.request.via.branch, [], now=now)
        else:
            self._board.timers.set(("silent", talk.call.call_id), None)
            if response.status > 100:
                self._rings(attempt, response, now)

    def _proves(self, attempt: Attempt, response: Response, now: float) -> bool:
        """Send the INVITE again, if the target asks who we are and we can tell."""
        wires, proofs = self._board.wires, attempt.talk.proofs.get("b")
        branch, request = wires.branch(), attempt.request
        new = again(request, response, proofs, token=self._board.token, branch=branch)
        if new is not None:
            attempt.request = new
            wires.send(new, attempt.hop, attempt, now=now)
        return new is not None

    def unreachable(self, attempt: Attempt, *, now: float) -> None:
        """Nobody takes a connection there."""
        if attempt.talk.attempt is attempt:
            attempt.given_up = True
            self._failed(attempt, None, now)

    def silent(self, talk: Talk, *, now: float) -> None:
        """The target has said nothing at all."""
        if attempt := talk.attempt:
            attempt.given_up = True
            self._pings.answered(attempt.way, 408)
            self._failed(attempt, None, now)

    def _failed(self, attempt: Attempt, response: Response | None, now: float) -> None:
        talk = attempt.talk
        talk.attempt, talk.last = None, response or talk.last
        self._board.timers.set(("silent", talk.call.call_id), None)
        if response is not None and response.status not in TRY_NEXT:
            self._refused(talk, response, now)
            return
        if talk.left:
            self._board.tally("inline", "failed_over")
        self.try_next(talk, now=now)

    def _give_up(self, talk: Talk, now: float) -> None:
        if talk.last is not None:
            self._refused(talk, talk.last, now)
            return
        self.refuse(talk, Refusal(503, "no target", [("Retry-After", "5")]), now=now)

    def _refused(self, talk: Talk, response: Response, now: float) -> None:
        assert talk.invite is not None
        exchange, talk.invite = talk.invite, None
        self._board.tally("inline", "busy" if response.status in (486, 600) else "refused")
        pair = Pair(talk.call.caller, talk.call.caller)
        if response.status == 503 and "Retry-After" not in response.headers:
            response.headers.add("Retry-After", "5")
        self._board.pass_answer(Place(talk, pair, "a"), exchange, response, now=now)
        self._board.end(talk, "refused", now=now)

    def refuse(self, talk: Talk, refusal: Refusal, *, now: float) -> None:
        """Turn the caller down by our own word."""
        if talk.invite is None:
            return
        exchange, talk.invite = talk.invite, None
        self._board.tally("inline", "refused")
        self._board.refuse(exchange, refusal, now=now, tag=talk.call.caller.id.local_tag)
        self._board.end(talk, "refused", now=now)

    def _rings(self, attempt: Attempt, response: Response, now: float) -> None:
        talk = attempt.talk
        assert talk.invite is not None
        if not response.to.tag:
            return  # says nothing that 100 has not
        place = Place(talk, self._pair(attempt, response), "a")
        body = description.seen(response)
        if body is not None and talk.offer is not None:
            early = self._board.settings.hear_early
            self._board.agree(place, Agreed(talk.offer, body, "b"), listen=early)
        elif body is not None:
            talk.early_offer = body
        self._board.pass_answer(place, talk.invite, response, now=now)

    def _pair(self, attempt: Attempt, response: Response) -> Pair:
        """The dialogs that this response belongs to; each far end that rings has its own."""
        talk, tag = attempt.talk, response.to.tag
        pair = talk.pairs.get(tag)
        if pair is None:
            caller = talk.call.caller
            if talk.pairs:
                assert talk.invite is not None
                mine = self._board.token()
                caller = from_invite(talk.invite.request, talk.invite.flow, local_tag=mine)
            pair = talk.pairs[tag] = Pair(caller, _dialog(attempt, response))
            for side in SIDES:
                self._board.places[pair.of(side).id] = Place(talk, pair, side)
        else:
            pair.b.remote_target = _contact(response) or pair.b.remote_target
        return pair

    def _accepted(self, attempt: Attempt, response: Response, now: float) -> None:
        talk, board = attempt.talk, self._board
        if attempt.ack_tag and response.to.tag == attempt.ack_tag:
            if attempt.ack:
                board.wires.acknowledge(attempt.ack, _hop(talk))
            return
        if talk.attempt is not attempt or talk.invite is None:
            # Too late, or a second one of those that rang: it is taken, and ended.
            place = Place(talk, Pair(talk.call.caller, _dialog(attempt, response)), "b")
            board.wires.acknowledge(*board.ack(place, attempt.request.cseq.number))
            board.say_bye(place, [], now=now)
            return
        board.timers.set(("silent", talk.call.call_id), None)
        pair = self._pair(attempt, response)
        exchange, talk.invite = talk.invite, None
        talk.attempt, attempt.ack_tag = None, response.to.tag
        talk.call.caller, talk.call.target = pair.a, pair.b
        for tag in [tag for tag, early in talk.pairs.items() if early is not pair]:
            del board.places[talk.pairs[tag].a.id], board.places[talk.pairs[tag].b.id]
        talk.pairs.clear()
        board.tally("inline", "answered")
        self._answer(attempt, exchange, response, now=now)

    def _answer(
        self, attempt: Attempt, exchange: Exchange, response: Response, *, now: float
    ) -> None:
        talk, board = attempt.talk, self._board
        call = talk.call
        assert call.target is not None
        pair = Pair(call.caller, call.target)
        place, body = Place(talk, pair, "a"), description.seen(response)
        response.headers.set(CALL_ID, call.call_id)
        ours = board.pass_answer(place, exchange, response, now=now)
        call.caller.last_answer = bytes(ours)
        answer = Answer(bytes(ours), cseq=exchange.request.cseq.number, now=now)
        answering = Answering(place, exchange, answer)
        board.media.keep(call)
        if talk.offer is not None and body is not None:
            board.agree(place, Agreed(talk.offer, body, "b"), listen=True)
        elif talk.agreed is not None:
            board.media.listen(call, talk.agreed)
        if talk.agreed is None and body is not None:
            answering.offer, answering.waits = body, attempt
        else:
            number = attempt.request.cseq.number
            attempt.ack, hop = board.ack(Place(talk, pair, "b"), number)
            board.wires.acknowledge(attempt.ack, hop)
        board.answered(answering, now=now)

    # What the caller says.

    def cancel(self, talk: Talk, cancel: Request, *, now: float) -> None:
        """The caller takes its INVITE back, which has been answered 487."""
        self._board.tally("inline", "cancelled")
        if attempt := talk.attempt:
            attempt.given_up, talk.attempt = True, None
            reasons = [("Reason", value) for value in cancel.headers.all("Reason")]
            self._board.wires.cancel(attempt.request.via.branch, reasons, now=now)
        self._board.end(talk, "cancelled", now=now)


def _uri(theirs: str, target: Target) -> str:
    """The Request-URI at the target: the number that was called, at its host."""
    if found := _NUMBER.match(theirs):
        return target.uri(found[1], ";user=phone")
    uri = parse_sip_uri(theirs)
    phone = ";user=phone" if (uri.params.get("user") or "").lower() == "phone" else ""
    return target.uri(uri.user, phone)


def _contact(response: Response) -> str:
    """The Contact's URI, if there is a usable one."""
    try:
        return parse_name_addr(response.headers.get("Contact") or "").uri
    except ValueError:
        return ""


def _dialog(attempt: Attempt, response: Response) -> Dialog:
    """The dialog that a response to our INVITE makes (section 12.1.2)."""
    ours = attempt.request
    return Dialog(
        id=DialogId(ours.from_.tag, response.to.tag, ours.call_id),
        local_party=ours.headers.get("From") or "",
        remote_party=response.headers.get("To") or "",
        remote_target=_contact(response) or ours.uri,
        route_set=tuple(response.headers.all("Record-Route")[::-1]),
        flow=attempt.hop.flow,
        invite_cseq=ours.cseq.number,
        remote_cseq=-1,
        local_cseq=ours.cseq.number,
    )


def _hop(talk: Talk) -> Hop:
    assert talk.call.target is not None
    return talk.call.target.next_hop
