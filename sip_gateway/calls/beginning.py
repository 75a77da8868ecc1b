"""How calls begin: a peer's INVITE, and which media worker is to open ports for it."""

from sip_gateway.calls import attributes, hints, sessions
from sip_gateway.calls import call as calls
from sip_gateway.calls.board import WORKER_ANSWERS_S, Board
from sip_gateway.calls.call import NO_AUDIO, BadBody, Call, read_body
from sip_gateway.calls.line import Line, Stage
from sip_gateway.calls.roster import RETRY
from sip_gateway.sip.dialog import Dialog
from sip_gateway.sip.message import Request
from sip_gateway.sip.screening import Refusal
from sip_gateway.worker_protocol import CallHints


class Beginning:
    """Makes calls of INVITEs, or refuses them."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def invited(self, dialog: Dialog, request: Request, now: float) -> None:
        """An INVITE of a new dialog: its answer waits for the worker."""
        board = self._board
        found: int | Refusal = Refusal(503, "draining", RETRY)
        if not board.draining:
            calls_of, most = board.lines.by_worker(), board.settings.max_calls - board.beside()
            found = board.roster.find(calls_of, active=board.lines.active(), most=most)
        if isinstance(found, int):
            try:
                self._begin(dialog, request, worker=found, now=now)
                return
            except BadBody as error:
                found = Refusal(error.status, str(error))
        board.tally("invites", "busy" if found.status == 486 else "refused")
        board.agent.refuse(dialog, found, now=now)

    def _begin(self, dialog: Dialog, request: Request, *, worker: int, now: float) -> None:
        board, settings = self._board, self._board.settings
        body = read_body(request)
        call_id, started_at = board.identity()
        call = Call(
            call_id=call_id,
            tenant_id=board.tenant_id,
            ingress="siprec" if calls.is_siprec(request, body) else "sip",
            external_id=(body.metadata.session_id if body.metadata else "") or dialog.id.call_id,
            started_at=started_at,
            worker=worker,
            dialog=dialog,
            metadata=body.metadata,
            hints=self._hints(request, call_id),
        )
        line = Line(call, Stage.OPENING, attached=True, request=request, body=body)
        if body.session is None:
            calls.plan_offer(call, settings, place=board.place)
        else:
            line.taken = calls.plan(call, body, settings, place=board.place)
        if not call.specs:
            raise BadBody(NO_AUDIO, status=488)
        call.external_id = call.session_id or call.external_id
        call.attributes |= self._attributes(call, request)  # also the first conversation's
        board.lines.add(line)
        # Until it is answered, a crash of ours means that this call has to be closed.
        call.closing = "fault"
        board.keep(line)
        call.closing = ""
        board.tell(line, sessions.opening(call, resumed=False))
        board.deadlines.set(call_id, now + WORKER_ANSWERS_S)

    def _attributes(self, call: Call, request: Request) -> dict[str, str]:
        """Those of the INVITE are of the first conversation, whatever others it begins."""
        told = call.metadata
        extensions = told.extensions_of(call.session_id) if told else ()
        said = [*attributes.said_in(request), *extensions]
        wanted = self._board.settings.accepted.attributes
        return attributes.chosen(said, wanted) | sessions.group(call)

    def _hints(self, request: Request, call_id: str) -> CallHints:
        found = hints.read(request, self._board.settings.queues)
        for name in found.ignored:
            self._board.tally("hints", "ignored")
            self._board.note("header ignored", call_id, name)
        return found.hints
