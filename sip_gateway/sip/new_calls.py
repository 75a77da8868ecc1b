"""Requests outside dialogs: new calls, OPTIONS, and CANCEL of an INVITE (RFC 3261 8.2, 9.2, 11)."""

from sip_gateway.sip.answers import Answers
from sip_gateway.sip.dialog import Dialog, from_invite
from sip_gateway.sip.dialog_events import Cancelled, Invited
from sip_gateway.sip.dialogs import Dialogs, Entry
from sip_gateway.sip.exchange import Exchange, merge_of
from sip_gateway.sip.flow import Flow
from sip_gateway.sip.message import Request, Response, reply
from sip_gateway.sip.parsing import parse
from sip_gateway.sip.screening import Login, Refusal, abilities


class NewCalls:
    """What does not belong to a dialog yet."""

    def __init__(self, dialogs: Dialogs, answers: Answers) -> None:
        self.out_of_service = False
        self.login: Login | None = None
        self._dialogs = dialogs
        self._answers = answers

    def asked(self, request: Request, flow: Flow, now: float) -> Refusal | None:
        """What a new call is asked before anything of it is kept; a call that is known was."""
        new = request.method == "INVITE" and not request.to.tag
        if self.login is None or not new or merge_of(request) in self._dialogs.made_by:
            return None
        return self.login.refusal(request, flow, now=now)

    def invite(self, exchange: Exchange, now: float) -> None:
        """A call that is new, unless it only came again."""
        request = exchange.request
        if earlier := self._dialogs.of(self._dialogs.made_by.get(merge_of(request))):
            # Its transaction is over, or was lost in a restart: a late copy, or another path's.
            self._answer_again(earlier.dialog, exchange, now)
            return
        if self._dialogs.exchanges.merged(exchange):
            self._dialogs.refuse(exchange, Refusal(482, "merged"), now=now)
            return
        try:
            dialog = from_invite(request, exchange.flow, local_tag=self._dialogs.token())
        except ValueError:
            self._dialogs.refuse(exchange, Refusal(400, "Contact or Record-Route"), now=now)
            return
        self._dialogs.exchanges.respond(exchange, reply(request, 100), now=now)
        exchange.dialog_id = dialog.id
        self._dialogs.entries[dialog.id] = Entry(dialog, False, exchange)
        self._dialogs.happened.append(Invited(dialog, request))

    def _answer_again(self, dialog: Dialog, exchange: Exchange, now: float) -> None:
        branch = exchange.request.via.branch.encode()
        if branch and branch in dialog.last_answer:
            answer = parse(dialog.last_answer)
            assert isinstance(answer, Response)
            self._dialogs.exchanges.respond(exchange, answer, now=now)
        else:
            self._dialogs.refuse(exchange, Refusal(482, "merged"), now=now)

    def options(self, exchange: Exchange, now: float) -> None:
        """Tell what we can do, and whether calls are taken."""
        if self.out_of_service:
            self._dialogs.refuse(exchange, Refusal(503, "", [("Retry-After", "10")]), now=now)
        else:
            response = reply(exchange.request, 200, tag=self._dialogs.token(), headers=abilities())
            self._dialogs.exchanges.respond(exchange, response, now=now)

    def cancel(self, exchange: Exchange, now: float) -> None:
        """Take back an INVITE that is not answered yet."""
        invite = self._dialogs.exchanges.find(exchange.request, "INVITE")
        if invite is None:
            self._dialogs.refuse(exchange, Refusal(481), now=now)
            return
        entry = self._dialogs.of(invite.dialog_id)
        tag = invite.dialog_id.local_tag if invite.dialog_id else self._dialogs.token()
        self._dialogs.exchanges.respond(exchange, reply(exchange.request, 200, tag=tag), now=now)
        if entry is not None and entry.pending is invite:
            first = not entry.confirmed
            self._answers.refuse(entry.dialog, Refusal(487), now=now)
            self._dialogs.happened.append(Cancelled(entry.dialog, first))
