"""What the owner of the calls decides: a 2xx, a refusal, the end (RFC 3261 sections 13.3, 15)."""

from sip_gateway.sip import session_timer
from sip_gateway.sip.answer import Answer
from sip_gateway.sip.answer import State as AnswerState
from sip_gateway.sip.dialog import Dialog
from sip_gateway.sip.dialog_events import Accepted
from sip_gateway.sip.dialogs import Dialogs
from sip_gateway.sip.exchange import Exchange, merge_of
from sip_gateway.sip.flow import contact
from sip_gateway.sip.message import Response, reply
from sip_gateway.sip.screening import Refusal, abilities


class Answers:
    """Answers to INVITEs and UPDATEs that wait for them."""

    def __init__(self, dialogs: Dialogs) -> None:
        self._dialogs = dialogs

    def accept(self, dialog: Dialog, accepted: Accepted, *, now: float) -> None:
        """Answer the pending INVITE or UPDATE with 200; `dialog` may have changed: keep it."""
        entry = self._dialogs.entries.get(dialog.id)
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
                self._dialogs.made_by[merge_of(request)] = dialog.id
            # The transaction sends the first copy, the answer itself all later ones.
            entry.answer.to_send(now=now)
            self._dialogs.deadlines.set(("answer", dialog.id), entry.answer.next_timer())
        entry.confirmed = True
        self._dialogs.exchanges.respond(exchange, response, now=now)
        self._dialogs.watch_session(dialog, now=now)

    def _success(self, dialog: Dialog, exchange: Exchange, accepted: Accepted) -> Response:
        request, host = exchange.request, self._dialogs.host(exchange.flow)
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
        entry = self._dialogs.entries.get(dialog.id)
        if entry is None or entry.pending is None:
            return
        exchange, entry.pending = entry.pending, None
        self._dialogs.refuse(exchange, refusal, now=now, tag=dialog.id.local_tag)
        if not entry.confirmed:
            del self._dialogs.entries[dialog.id]

    def hang_up(self, dialog: Dialog, *, now: float) -> None:
        """End the call from our side; no event follows.

        Before the ACK no BYE may be sent (section 15): it follows the ACK, or the wait for it.
        """
        entry = self._dialogs.entries.get(dialog.id)
        if entry is None:
            return
        if entry.pending is not None:
            self.refuse(dialog, Refusal(487), now=now)
        if entry.answer and entry.answer.state is AnswerState.WAITING:
            entry.bye_after_ack = True
        elif entry.confirmed:
            self._dialogs.say_bye(dialog, now=now)
