"""The answering user agent (RFC 3261 sections 8.2, 12 to 15): what peers' requests do to dialogs.

It knows nothing of media: who owns the calls reads each INVITE's body, then accepts or refuses.
"""

from collections.abc import Callable

from sip_gateway.sip import session_timer
from sip_gateway.sip.answers import Answers
from sip_gateway.sip.dialog import Dialog
from sip_gateway.sip.dialog_events import Accepted, Acknowledged, Event
from sip_gateway.sip.dialogs import Dialogs, Entry, id_of, reply_of
from sip_gateway.sip.exchange import Exchange, Tally
from sip_gateway.sip.flow import Flow, Outgoing, stamp_via
from sip_gateway.sip.in_dialogs import InDialogs
from sip_gateway.sip.message import Request, Response, reply
from sip_gateway.sip.new_calls import NewCalls
from sip_gateway.sip.parsing import Malformed, parse
from sip_gateway.sip.screening import Login, Refusal, screen


class UserAgent:
    """All dialogs of one endpoint.

    Contract: after every call, drain `events` and send all of `to_send`, then call `wake` at
    `next_timer`. Every `Invited` and `Changed` is accepted or refused within its owner's time.
    """

    def __init__(self, *, host: str, token: Callable[[], str], tally: Tally) -> None:
        self._dialogs = Dialogs(host=host, token=token, tally=tally)
        self._answers = Answers(self._dialogs)
        self._new = NewCalls(self._dialogs, self._answers)
        self._inside = InDialogs(self._dialogs, self._new.options)

    @property
    def out_of_service(self) -> bool:
        """While true OPTIONS gets 503, so that an SBC routes elsewhere."""
        return self._new.out_of_service

    @out_of_service.setter
    def out_of_service(self, out: bool) -> None:
        self._new.out_of_service = out

    @property
    def login(self) -> Login | None:
        """Asked about each new INVITE; nothing is kept of those it refuses."""
        return self._new.login

    @login.setter
    def login(self, login: Login | None) -> None:
        self._new.login = login

    def host(self, flow: Flow) -> str:
        """The address of ours that a peer on this flow is told."""
        return self._dialogs.host(flow)

    # What comes in.

    def receive(self, data: bytes, flow: Flow, *, now: float) -> None:
        """Take one message from the network, however broken."""
        try:
            message = parse(data)
        except Malformed as error:
            self._dialogs.tally("malformed", str(error.status))
            if error.request is not None:
                stamp_via(error.request, flow)
                response = reply(error.request, error.status, tag=self._dialogs.token())
                self._dialogs.exchanges.send_stateless(error.request, flow, response)
            return
        if isinstance(message, Response):
            self._receive_response(message, now)
        else:
            stamp_via(message, flow)
            self._receive_request(message, flow, now)

    def _receive_request(self, request: Request, flow: Flow, now: float) -> None:
        ack = request.method == "ACK"
        known = self._dialogs.exchanges.find(request, "INVITE" if ack else request.method)
        if ack:
            self._receive_ack(request, known, now)
        elif known is not None:
            self._dialogs.exchanges.repeat(known, now=now)
            entry = self._dialogs.of(known.dialog_id)
            if entry and entry.answer and entry.answered is known:
                entry.answer.receive_invite(now=now)
                self._dialogs.repeat_answer(entry, now=now)
        elif self._dialogs.exchanges.turns_away(request, flow):
            return
        elif refusal := self._new.asked(request, flow, now):
            assert self.login is not None
            response = reply_of(request, refusal, tag=self.login.tag(request))
            self._dialogs.exchanges.send_stateless(request, flow, response)
        else:
            self._begin(self._dialogs.exchanges.receive(request, flow, now=now), now)

    def _begin(self, exchange: Exchange, now: float) -> None:
        request = exchange.request
        if refusal := screen(request):
            self._dialogs.refuse(exchange, refusal, now=now)
        elif request.method == "CANCEL":
            self._new.cancel(exchange, now)
        elif request.to.tag:
            self._inside.begin(exchange, now)
        elif request.method == "INVITE":
            self._new.invite(exchange, now)
        elif request.method == "OPTIONS":
            self._new.options(exchange, now)
        else:
            self._dialogs.refuse(exchange, Refusal(481), now=now)

    def _receive_ack(self, request: Request, known: Exchange | None, now: float) -> None:
        if known is not None:
            self._dialogs.exchanges.confirm(known, now=now)
        entry = self._dialogs.entries.get(id_of(request))
        if entry is None or entry.answer is None or entry.answer.cseq != request.cseq.number:
            return
        first = entry.answer.receive_ack()
        self._dialogs.deadlines.set(("answer", entry.dialog.id), None)
        if first and entry.bye_after_ack:
            self._dialogs.say_bye(entry.dialog, now=now)
        elif first:
            self._dialogs.happened.append(Acknowledged(entry.dialog, request))

    def _receive_response(self, response: Response, now: float) -> None:
        ours = self._dialogs.exchanges.receive_response(response, now=now)
        entry = self._refreshed(ours) if ours else None
        if entry is None:
            return
        if response.status in (408, 481):
            self._dialogs.end(entry, "session_expired", now=now, bye=response.status == 408)
        elif session_timer.refreshed(entry.dialog, response):
            self._dialogs.send(entry.dialog, "UPDATE", now=now)
        elif response.status < 300:
            self._dialogs.watch_session(entry.dialog, now=now)
        else:
            again = now + session_timer.AGAIN_S
            self._dialogs.deadlines.set(("session", entry.dialog.id), again)

    def _refreshed(self, ours: Exchange) -> Entry | None:
        """The dialog whose session an UPDATE of ours was to refresh."""
        return self._dialogs.of(ours.dialog_id) if ours.request.method == "UPDATE" else None

    # What the owner of the calls decides.

    def accept(self, dialog: Dialog, accepted: Accepted, *, now: float) -> None:
        """Answer the pending INVITE or UPDATE with 200; `dialog` may have changed: keep it."""
        self._answers.accept(dialog, accepted, now=now)

    def refuse(self, dialog: Dialog, refusal: Refusal, *, now: float) -> None:
        """Answer the pending INVITE or UPDATE with a refusal; a first INVITE's dialog is gone."""
        self._answers.refuse(dialog, refusal, now=now)

    def hang_up(self, dialog: Dialog, *, now: float) -> None:
        """End the call from our side; no event follows."""
        self._answers.hang_up(dialog, now=now)

    def restore(self, dialog: Dialog, *, now: float) -> None:
        """Take up a dialog that an earlier process kept."""
        self._dialogs.add(dialog, now=now)

    # Time, and what goes out.

    def wake(self, *, now: float) -> None:
        """Run every timer that is due."""
        for ours in self._dialogs.exchanges.wake(now=now):
            if refreshed := self._refreshed(ours):
                self._dialogs.end(refreshed, "session_expired", now=now, bye=True)
        for what, dialog_id in self._dialogs.deadlines.due(now=now):
            entry = self._dialogs.entries.get(dialog_id)
            if entry is None:
                continue
            if what == "answer":
                self._dialogs.repeat_answer(entry, now=now)
            elif entry.dialog.refreshed_by_us and entry.dialog.allows_update:
                self._dialogs.send(entry.dialog, "UPDATE", now=now)
            else:
                self._dialogs.end(entry, "session_expired", now=now, bye=True)

    def events(self) -> list[Event]:
        """What happened; empties itself."""
        events, self._dialogs.happened = self._dialogs.happened, []
        return events

    def unanswered(self) -> int:
        """How many requests of ours still wait for their final response."""
        return self._dialogs.exchanges.unanswered()

    def to_send(self) -> list[Outgoing]:
        """What to send now; empties itself."""
        return self._dialogs.exchanges.to_send()

    def next_timer(self) -> float | None:
        """When `wake` must be called next."""
        timers = (self._dialogs.exchanges.next_timer(), self._dialogs.deadlines.next())
        return min((at for at in timers if at is not None), default=None)
