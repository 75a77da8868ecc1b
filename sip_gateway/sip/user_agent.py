"""The answering user agent (RFC 3261 sections 8.2, 12 to 15): what peers' requests do to dialogs.

It knows nothing of media: who owns the calls reads each INVITE's body, then accepts or refuses.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sip_gateway.sip import info, session_timer
from sip_gateway.sip.answer import Answer
from sip_gateway.sip.answer import State as AnswerState
from sip_gateway.sip.deadlines import Deadlines
from sip_gateway.sip.dialog import Dialog, DialogId, from_invite, target_of
from sip_gateway.sip.dialog_events import (
    Accepted,
    Acknowledged,
    Cancelled,
    Changed,
    Ended,
    Event,
    Invited,
    Pressed,
)
from sip_gateway.sip.exchange import Exchange, Exchanges, Merge, Tally, merge_of
from sip_gateway.sip.flow import Flow, Outgoing, contact, stamp_via
from sip_gateway.sip.message import MAGIC_COOKIE, Request, Response, reply
from sip_gateway.sip.parsing import Malformed, parse
from sip_gateway.sip.screening import Refusal, abilities, screen


class Login(Protocol):
    """Asks new calls who they are."""

    def refusal(self, request: Request, flow: Flow, *, now: float) -> Refusal | None:
        """Why it is not let in, or what it is asked; None if it may come in."""

    def tag(self, request: Request) -> str:
        """The To tag of a refusal: the same for the same request."""


@dataclass(slots=True)
class _Entry:
    """A dialog with what is going on in it."""

    dialog: Dialog
    confirmed: bool
    """False until its first INVITE is accepted."""

    pending: Exchange | None = None
    """The INVITE or UPDATE that waits for `accept` or `refuse`."""

    answer: Answer | None = None
    answered: Exchange | None = None
    bye_after_ack: bool = False


class UserAgent:
    """All dialogs of one endpoint.

    Contract: after every call, drain `events` and send all of `to_send`, then call `wake` at
    `next_timer`. Every `Invited` and `Changed` is accepted or refused within its owner's time.
    """

    def __init__(self, *, host: str, token: Callable[[], str], tally: Tally) -> None:
        self.out_of_service = False
        """While true OPTIONS gets 503, so that an SBC routes elsewhere."""

        self.login: Login | None = None
        """Asked about each new INVITE; nothing is kept of those it refuses."""

        self._host = host
        self._token = token
        self._tally = tally
        self._exchanges = Exchanges(tally)
        self._entries: dict[DialogId, _Entry] = {}
        self._made_by: dict[Merge, DialogId] = {}
        self._deadlines: Deadlines[tuple[str, DialogId]] = Deadlines()
        self._events: list[Event] = []

    def host(self, flow: Flow) -> str:
        """The address of ours that a peer on this flow is told."""
        return self._host or flow.local_host

    # What comes in.

    def receive(self, data: bytes, flow: Flow, *, now: float) -> None:
        """Take one message from the network, however broken."""
        try:
            message = parse(data)
        except Malformed as error:
            self._tally("malformed", str(error.status))
            if error.request is not None:
                stamp_via(error.request, flow)
                response = reply(error.request, error.status, tag=self._token())
                self._exchanges.send_stateless(error.request, flow, response)
            return
        if isinstance(message, Response):
            self._receive_response(message, now)
        else:
            stamp_via(message, flow)
            self._receive_request(message, flow, now)

    def _receive_request(self, request: Request, flow: Flow, now: float) -> None:
        ack = request.method == "ACK"
        known = self._exchanges.find(request, "INVITE" if ack else request.method)
        if ack:
            self._receive_ack(request, known, now)
        elif known is not None:
            self._exchanges.repeat(known, now=now)
            entry = self._entries.get(known.dialog_id) if known.dialog_id else None
            if entry and entry.answer and entry.answered is known:
                entry.answer.receive_invite(now=now)
                self._repeat_answer(entry, now)
        elif self._exchanges.full():
            self._tally("refusals", "overload")
        elif refusal := self._asked(request, flow, now):
            assert self.login is not None
            response = _reply_of(request, refusal, tag=self.login.tag(request))
            self._exchanges.send_stateless(request, flow, response)
        else:
            self._begin(self._exchanges.receive(request, flow, now=now), now)

    def _asked(self, request: Request, flow: Flow, now: float) -> Refusal | None:
        """What a new call is asked before anything of it is kept; a call that is known was."""
        new = request.method == "INVITE" and not request.to.tag
        if self.login is None or not new or merge_of(request) in self._made_by:
            return None
        return self.login.refusal(request, flow, now=now)

    def _begin(self, exchange: Exchange, now: float) -> None:
        request = exchange.request
        if refusal := screen(request):
            self._refuse(exchange, refusal, now)
        elif request.method == "CANCEL":
            self._cancel(exchange, now)
        elif request.to.tag:
            self._begin_in_dialog(exchange, now)
        elif request.method == "INVITE":
            self._invite(exchange, now)
        elif request.method == "OPTIONS":
            self._options(exchange, now)
        else:
            self._refuse(exchange, Refusal(481), now)

    def _receive_ack(self, request: Request, known: Exchange | None, now: float) -> None:
        if known is not None:
            self._exchanges.confirm(known, now=now)
        entry = self._entries.get(_dialog_id(request))
        if entry is None or entry.answer is None or entry.answer.cseq != request.cseq.number:
            return
        first = entry.answer.receive_ack()
        self._deadlines.set(("answer", entry.dialog.id), None)
        if first and entry.bye_after_ack:
            self._say_bye(entry.dialog, now)
        elif first:
            self._events.append(Acknowledged(entry.dialog, request))

    def _receive_response(self, response: Response, now: float) -> None:
        ours = self._exchanges.receive_response(response, now=now)
        if ours is None or ours.request.method != "UPDATE" or ours.dialog_id not in self._entries:
            return
        entry = self._entries[ours.dialog_id]
        if response.status in (408, 481):
            self._end(entry, "session_expired", now=now, bye=response.status == 408)
        else:
            self._watch_session(entry.dialog, now)

    # Outside dialogs.

    def _invite(self, exchange: Exchange, now: float) -> None:
        request = exchange.request
        if earlier := self._entries.get(self._made_by.get(merge_of(request), _NOWHERE)):
            # Its transaction is over, or was lost in a restart: a late copy, or another path's.
            self._answer_again(earlier.dialog, exchange, now)
            return
        if self._exchanges.merged(exchange):
            self._refuse(exchange, Refusal(482, "merged"), now)
            return
        try:
            dialog = from_invite(request, exchange.flow, local_tag=self._token())
        except ValueError:
            self._refuse(exchange, Refusal(400, "Contact or Record-Route"), now)
            return
        self._exchanges.respond(exchange, reply(request, 100), now=now)
        exchange.dialog_id = dialog.id
        self._entries[dialog.id] = _Entry(dialog, False, exchange)
        self._events.append(Invited(dialog, request))

    def _answer_again(self, dialog: Dialog, exchange: Exchange, now: float) -> None:
        branch = exchange.request.via.branch.encode()
        if branch and branch in dialog.last_answer:
            answer = parse(dialog.last_answer)
            assert isinstance(answer, Response)
            self._exchanges.respond(exchange, answer, now=now)
        else:
            self._refuse(exchange, Refusal(482, "merged"), now)

    def _options(self, exchange: Exchange, now: float) -> None:
        if self.out_of_service:
            self._refuse(exchange, Refusal(503, "", [("Retry-After", "10")]), now)
        else:
            response = reply(exchange.request, 200, tag=self._token(), headers=abilities())
            self._exchanges.respond(exchange, response, now=now)

    def _cancel(self, exchange: Exchange, now: float) -> None:
        invite = self._exchanges.find(exchange.request, "INVITE")
        if invite is None:
            self._refuse(exchange, Refusal(481), now)
            return
        entry = self._entries.get(invite.dialog_id) if invite.dialog_id else None
        tag = invite.dialog_id.local_tag if invite.dialog_id else self._token()
        self._exchanges.respond(exchange, reply(exchange.request, 200, tag=tag), now=now)
        if entry is not None and entry.pending is invite:
            first = not entry.confirmed
            self.refuse(entry.dialog, Refusal(487), now=now)
            self._events.append(Cancelled(entry.dialog, first))

    # Inside dialogs.

    def _begin_in_dialog(self, exchange: Exchange, now: float) -> None:
        request = exchange.request
        entry = self._entries.get(_dialog_id(request))
        if entry is None or not entry.confirmed:
            self._refuse(exchange, Refusal(481), now)
            return
        if request.cseq.number <= entry.dialog.remote_cseq:
            self._refuse(exchange, Refusal(500, "CSeq out of order"), now)
            return
        entry.dialog.remote_cseq = request.cseq.number
        entry.dialog.flow = exchange.flow
        if request.method == "BYE":
            self._bye(entry, exchange, now)
        elif request.method == "OPTIONS":
            self._options(exchange, now)
        elif request.method == "INFO":
            self._info(entry, exchange, now)
        elif request.method == "PRACK":
            self._refuse(exchange, Refusal(481), now)
        else:
            self._change(entry, exchange, now)

    def _info(self, entry: _Entry, exchange: Exchange, now: float) -> None:
        told = info.read(exchange.request)
        if isinstance(told, Refusal):
            self._refuse(exchange, told, now)
            return
        self._exchanges.respond(exchange, reply(exchange.request, 200), now=now)
        if told is not None:
            self._events.append(Pressed(entry.dialog, told))

    def _bye(self, entry: _Entry, exchange: Exchange, now: float) -> None:
        self._exchanges.respond(exchange, reply(exchange.request, 200), now=now)
        if entry.pending is not None:
            self._refuse(entry.pending, Refusal(487), now)
        self._end(entry, "bye", now=now, bye=False)

    def _change(self, entry: _Entry, exchange: Exchange, now: float) -> None:
        request = exchange.request
        if entry.pending is not None:
            # Section 14.2; a random wait of up to 10 s.
            wait = str(int(self._token()[:4], 16) % 11)
            refusal = Refusal(500, "another request is in progress", [("Retry-After", wait)])
            self._refuse(exchange, refusal, now)
            return
        if entry.answer and entry.answer.state is AnswerState.WAITING and _offered(entry.answered):
            self._refuse(exchange, Refusal(491), now)
            return
        if request.method == "INVITE" or request.headers.get("Contact"):
            try:
                target_of(request)
            except ValueError:
                self._refuse(exchange, Refusal(400, "Contact"), now)
                return
        if request.method == "INVITE":
            self._exchanges.respond(exchange, reply(request, 100), now=now)
        exchange.dialog_id = entry.dialog.id
        entry.pending = exchange
        self._events.append(Changed(entry.dialog, request))

    # What the owner of the calls decides.

    def accept(self, dialog: Dialog, accepted: Accepted, *, now: float) -> None:
        """Answer the pending INVITE or UPDATE with 200; `dialog` may have changed: keep it."""
        entry = self._entries.get(dialog.id)
        if entry is None or entry.pending is None:
            return
        exchange, entry.pending = entry.pending, None
        request = exchange.request
        dialog.refresh_target(request, exchange.flow)
        response = self._success(dialog, exchange, accepted)
        if request.method == "INVITE":
            entry.answer = Answer(bytes(response), cseq=request.cseq.number, now=now)
            entry.answered = exchange
            if not entry.confirmed:
                dialog.last_answer = bytes(response)
                self._made_by[merge_of(request)] = dialog.id
            # The transaction sends the first copy, the answer itself all later ones.
            entry.answer.to_send(now=now)
            self._deadlines.set(("answer", dialog.id), entry.answer.next_timer())
        entry.confirmed = True
        self._exchanges.respond(exchange, response, now=now)
        self._watch_session(dialog, now)

    def _success(self, dialog: Dialog, exchange: Exchange, accepted: Accepted) -> Response:
        request, host = exchange.request, self.host(exchange.flow)
        timer = session_timer.agree(request)
        dialog.session_expires_s = timer.expires_s if timer else None
        dialog.refreshed_by_us = timer.by_us if timer else False
        ours = contact(
            exchange.flow, host=host, sips=dialog.sips, parameters=accepted.contact_parameters
        )
        fields = [("Record-Route", value) for value in request.headers.all("Record-Route")]
        fields += [("Contact", ours), *abilities(), *session_timer.headers(timer)]
        fields += accepted.headers
        if accepted.body:
            fields.append(("Content-Type", accepted.content_type))
        response = reply(request, 200, tag=dialog.id.local_tag, headers=fields)
        response.body = accepted.body
        return response

    def refuse(self, dialog: Dialog, refusal: Refusal, *, now: float) -> None:
        """Answer the pending INVITE or UPDATE with a refusal; a first INVITE's dialog is gone."""
        entry = self._entries.get(dialog.id)
        if entry is None or entry.pending is None:
            return
        exchange, entry.pending = entry.pending, None
        self._refuse(exchange, refusal, now, tag=dialog.id.local_tag)
        if not entry.confirmed:
            del self._entries[dialog.id]

    def hang_up(self, dialog: Dialog, *, now: float) -> None:
        """End the call from our side; no event follows.

        Before the ACK no BYE may be sent (section 15): it follows the ACK, or the wait for it.
        """
        entry = self._entries.get(dialog.id)
        if entry is None:
            return
        if entry.pending is not None:
            self.refuse(dialog, Refusal(487), now=now)
        if entry.answer and entry.answer.state is AnswerState.WAITING:
            entry.bye_after_ack = True
        elif entry.confirmed:
            self._say_bye(dialog, now)

    def restore(self, dialog: Dialog, *, now: float) -> None:
        """Take up a dialog that an earlier process kept."""
        self._entries[dialog.id] = _Entry(dialog, True)
        made_by = Merge(dialog.id.call_id, dialog.id.remote_tag, dialog.invite_cseq)
        self._made_by[made_by] = dialog.id
        self._watch_session(dialog, now)

    # Time, and what goes out.

    def wake(self, *, now: float) -> None:
        """Run every timer that is due."""
        for ours in self._exchanges.wake(now=now):
            if ours.request.method == "UPDATE" and ours.dialog_id in self._entries:
                self._end(self._entries[ours.dialog_id], "session_expired", now=now, bye=True)
        for what, dialog_id in self._deadlines.due(now=now):
            entry = self._entries.get(dialog_id)
            if entry is None:
                continue
            if what == "answer":
                self._repeat_answer(entry, now)
            elif entry.dialog.refreshed_by_us and entry.dialog.allows_update:
                self._send(entry.dialog, "UPDATE", now)
            else:
                self._end(entry, "session_expired", now=now, bye=True)

    def events(self) -> list[Event]:
        """What happened; empties itself."""
        events, self._events = self._events, []
        return events

    def unanswered(self) -> int:
        """How many requests of ours still wait for their final response."""
        return self._exchanges.unanswered()

    def to_send(self) -> list[Outgoing]:
        """What to send now; empties itself."""
        return self._exchanges.to_send()

    def next_timer(self) -> float | None:
        """When `wake` must be called next."""
        timers = (self._exchanges.next_timer(), self._deadlines.next())
        return min((at for at in timers if at is not None), default=None)

    def _repeat_answer(self, entry: _Entry, now: float) -> None:
        assert entry.answer is not None and entry.answered is not None
        for data in entry.answer.to_send(now=now):
            self._tally("retransmissions", "sent")
            self._exchanges.send_again(entry.answered, data)
        self._deadlines.set(("answer", entry.dialog.id), entry.answer.next_timer())
        if entry.answer.state is AnswerState.ABANDONED:
            if entry.bye_after_ack:
                self._say_bye(entry.dialog, now)
            else:
                self._end(entry, "no_ack", now=now, bye=True)

    def _end(self, entry: _Entry, reason: str, *, now: float, bye: bool) -> None:
        said = entry.bye_after_ack
        if bye:
            self._say_bye(entry.dialog, now)
        self._forget(entry.dialog)
        if not said:
            self._events.append(Ended(entry.dialog, reason))

    def _say_bye(self, dialog: Dialog, now: float) -> None:
        self._send(dialog, "BYE", now)
        self._forget(dialog)

    def _send(self, dialog: Dialog, method: str, now: float) -> None:
        hop = dialog.next_hop
        branch = MAGIC_COOKIE + self._token()
        request = dialog.request(method, branch=branch, host=self.host(hop.flow))
        if method == "UPDATE":
            request.headers.add("Supported", "timer")
            request.headers.add("Session-Expires", f"{dialog.session_expires_s};refresher=uac")
        self._exchanges.request(request, hop, now=now).dialog_id = dialog.id

    def _forget(self, dialog: Dialog) -> None:
        self._entries.pop(dialog.id, None)
        made_by = Merge(dialog.id.call_id, dialog.id.remote_tag, dialog.invite_cseq)
        self._made_by.pop(made_by, None)
        for what in ("answer", "session"):
            self._deadlines.set((what, dialog.id), None)

    def _watch_session(self, dialog: Dialog, now: float) -> None:
        self._deadlines.set(("session", dialog.id), session_timer.deadline(dialog, now=now))

    def _refuse(self, exchange: Exchange, refusal: Refusal, now: float, *, tag: str = "") -> None:
        self._tally("refusals", str(refusal.status))
        response = _reply_of(exchange.request, refusal, tag=tag or self._token())
        self._exchanges.respond(exchange, response, now=now)


def _reply_of(request: Request, refusal: Refusal, *, tag: str) -> Response:
    fields = list(refusal.headers)
    if refusal.why:
        fields.append(("Reason", f'SIP;cause={refusal.status};text="{refusal.why}"'))
    return reply(request, refusal.status, tag=tag, headers=fields)


_NOWHERE = DialogId("", "", "")


def _dialog_id(request: Request) -> DialogId:
    return DialogId(request.to.tag, request.from_.tag, request.call_id)


def _offered(exchange: Exchange | None) -> bool:
    """True if the INVITE had no offer, so that its 2xx has ours and the ACK brings the answer."""
    return exchange is not None and not exchange.request.body
