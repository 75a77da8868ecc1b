"""Dialogs with what goes on in each, as the parts of the user agent share them."""

from collections.abc import Callable
from dataclasses import dataclass

from sip_gateway.sip import session_timer
from sip_gateway.sip.answer import Answer
from sip_gateway.sip.answer import State as AnswerState
from sip_gateway.sip.deadlines import Deadlines
from sip_gateway.sip.dialog import Dialog, DialogId
from sip_gateway.sip.dialog_events import Ended, Event
from sip_gateway.sip.exchange import Exchange, Exchanges, Merge, Tally
from sip_gateway.sip.flow import Flow, our_host
from sip_gateway.sip.message import MAGIC_COOKIE, Request, Response, reply
from sip_gateway.sip.screening import Refusal


@dataclass(slots=True)
class Entry:
    """A dialog with what is going on in it."""

    dialog: Dialog
    confirmed: bool
    """False until its first INVITE is accepted."""

    pending: Exchange | None = None
    """The INVITE or UPDATE that waits for `accept` or `refuse`."""

    answer: Answer | None = None
    answered: Exchange | None = None
    bye_after_ack: bool = False


class Dialogs:
    """All of one endpoint, its transactions, and its own requests within them."""

    def __init__(self, *, host: str, token: Callable[[], str], tally: Tally) -> None:
        self.token = token
        self.tally = tally
        self.exchanges = Exchanges(tally)
        self.entries: dict[DialogId, Entry] = {}
        self.made_by: dict[Merge, DialogId] = {}
        """Dialogs by the INVITE that made them."""

        self.deadlines: Deadlines[tuple[str, DialogId]] = Deadlines()
        self.happened: list[Event] = []
        self._host = host

    def host(self, flow: Flow) -> str:
        """The address of ours that a peer on this flow is told."""
        return our_host(self._host, flow)

    def of(self, dialog_id: DialogId | None) -> Entry | None:
        """What goes on in a dialog, if there is such a one."""
        return self.entries.get(dialog_id) if dialog_id else None

    def add(self, dialog: Dialog, *, now: float) -> None:
        """Take up a dialog that an earlier process kept."""
        self.entries[dialog.id] = Entry(dialog, True)
        made_by = Merge(dialog.id.call_id, dialog.id.remote_tag, dialog.invite_cseq)
        self.made_by[made_by] = dialog.id
        self.watch_session(dialog, now=now)

    def refuse(self, exchange: Exchange, refusal: Refusal, *, now: float, tag: str = "") -> None:
        """Answer a request with a refusal."""
        self.tally("refusals", str(refusal.status))
        response = reply_of(exchange.request, refusal, tag=tag or self.token())
        self.exchanges.respond(exchange, response, now=now)

    def repeat_answer(self, entry: Entry, *, now: float) -> None:
        """Send a 2xx again while its ACK is due; without one the call is over."""
        assert entry.answer is not None and entry.answered is not None
        for data in entry.answer.to_send(now=now):
            self.tally("retransmissions", "sent")
            self.exchanges.send_again(entry.answered, data)
        self.deadlines.set(("answer", entry.dialog.id), entry.answer.next_timer())
        if entry.answer.state is AnswerState.ABANDONED:
            if entry.bye_after_ack:
                self.say_bye(entry.dialog, now=now)
            else:
                self.end(entry, "no_ack", now=now, bye=True)

    def end(self, entry: Entry, reason: str, *, now: float, bye: bool) -> None:
        """The call is over, and its owner is told."""
        said = entry.bye_after_ack
        if bye:
            self.say_bye(entry.dialog, now=now)
        self._forget(entry.dialog)
        if not said:
            self.happened.append(Ended(entry.dialog, reason))

    def say_bye(self, dialog: Dialog, *, now: float) -> None:
        """End a call from our side."""
        self.send(dialog, "BYE", now=now)
        self._forget(dialog)

    def send(self, dialog: Dialog, method: str, *, now: float) -> None:
        """Send a request of ours in a dialog."""
        hop = dialog.next_hop
        branch = MAGIC_COOKIE + self.token()
        request = dialog.request(method, branch=branch, host=self.host(hop.flow))
        if method == "UPDATE":
            request.headers.add("Supported", "timer")
            request.headers.add("Session-Expires", f"{dialog.session_expires_s};refresher=uac")
        self.exchanges.request(request, hop, now=now).dialog_id = dialog.id

    def watch_session(self, dialog: Dialog, *, now: float) -> None:
        """Set the session's end, or its refresh, anew."""
        self.deadlines.set(("session", dialog.id), session_timer.deadline(dialog, now=now))

    def _forget(self, dialog: Dialog) -> None:
        self.entries.pop(dialog.id, None)
        made_by = Merge(dialog.id.call_id, dialog.id.remote_tag, dialog.invite_cseq)
        self.made_by.pop(made_by, None)
        for what in ("answer", "session"):
            self.deadlines.set((what, dialog.id), None)


def reply_of(request: Request, refusal: Refusal, *, tag: str) -> Response:
    """The response that refuses a request."""
    fields = list(refusal.headers)
    if refusal.why:
        fields.append(("Reason", f'SIP;cause={refusal.status};text="{refusal.why}"'))
    return reply(request, refusal.status, tag=tag, headers=fields)


def id_of(request: Request) -> DialogId:
    """The dialog that a request is in."""
    return DialogId(request.to.tag, request.from_.tag, request.call_id)
