"""Requests inside dialogs: BYE, INFO, and offers that change the call (RFC 3261 12.2, 14)."""

from collections.abc import Callable

from sip_gateway.sip import info
from sip_gateway.sip.answer import State as AnswerState
from sip_gateway.sip.dialog import target_of
from sip_gateway.sip.dialog_events import Changed, Pressed
from sip_gateway.sip.dialogs import Dialogs, Entry, id_of
from sip_gateway.sip.exchange import Exchange
from sip_gateway.sip.message import reply
from sip_gateway.sip.screening import Refusal

Options = Callable[..., None]


class InDialogs:
    """What belongs to a dialog."""

    def __init__(self, dialogs: Dialogs, options: Options) -> None:
        self._dialogs = dialogs
        self._options = options

    def begin(self, exchange: Exchange, now: float) -> None:
        """Take a request that names a dialog."""
        request = exchange.request
        entry = self._dialogs.entries.get(id_of(request))
        if entry is None or not entry.confirmed:
            self._dialogs.refuse(exchange, Refusal(481), now=now)
            return
        if request.cseq.number <= entry.dialog.remote_cseq:
            self._dialogs.refuse(exchange, Refusal(500, "CSeq out of order"), now=now)
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
            self._dialogs.refuse(exchange, Refusal(481), now=now)
        else:
            self._change(entry, exchange, now)

    def _info(self, entry: Entry, exchange: Exchange, now: float) -> None:
        told = info.read(exchange.request)
        if isinstance(told, Refusal):
            self._dialogs.refuse(exchange, told, now=now)
            return
        self._dialogs.exchanges.respond(exchange, reply(exchange.request, 200), now=now)
        if told is not None:
            self._dialogs.happened.append(Pressed(entry.dialog, told))

    def _bye(self, entry: Entry, exchange: Exchange, now: float) -> None:
        self._dialogs.exchanges.respond(exchange, reply(exchange.request, 200), now=now)
        if entry.pending is not None:
            self._dialogs.refuse(entry.pending, Refusal(487), now=now)
        self._dialogs.end(entry, "bye", now=now, bye=False)

    def _change(self, entry: Entry, exchange: Exchange, now: float) -> None:
        request = exchange.request
        if entry.pending is not None:
            # Section 14.2; a random wait of up to 10 s.
            wait = str(int(self._dialogs.token()[:4], 16) % 11)
            refusal = Refusal(500, "another request is in progress", [("Retry-After", wait)])
            self._dialogs.refuse(exchange, refusal, now=now)
            return
        if entry.answer and entry.answer.state is AnswerState.WAITING and _offered(entry.answered):
            self._dialogs.refuse(exchange, Refusal(491), now=now)
            return
        if request.method == "INVITE" or request.headers.get("Contact"):
            try:
                target_of(request)
            except ValueError:
                self._dialogs.refuse(exchange, Refusal(400, "Contact"), now=now)
                return
        if request.method == "INVITE":
            self._dialogs.exchanges.respond(exchange, reply(request, 100), now=now)
        exchange.dialog_id = entry.dialog.id
        entry.pending = exchange
        self._dialogs.happened.append(Changed(entry.dialog, request))


def _offered(exchange: Exchange | None) -> bool:
    """True if the INVITE had no offer, so that its 2xx has ours and the ACK brings the answer."""
    return exchange is not None and not exchange.request.body
