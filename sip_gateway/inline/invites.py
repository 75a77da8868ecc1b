"""A trunk's INVITE: whose route it is, what speaks against it, and the call that it makes."""

from collections.abc import Callable

from sip_gateway.calls import attributes, hints
from sip_gateway.calls.line import Identity
from sip_gateway.inline import description, passing
from sip_gateway.inline.board import RETRY, Board, Place, Talk
from sip_gateway.inline.call import InlineCall
from sip_gateway.inline.pings import Pings
from sip_gateway.inline.registration import Registration
from sip_gateway.inline.registrations import Registrations, dialled
from sip_gateway.inline.routing import branches, route_of, unusable
from sip_gateway.inline.settings import Route
from sip_gateway.inline.target import Way
from sip_gateway.settings import Settings
from sip_gateway.sip.dialog import DialogId, from_invite
from sip_gateway.sip.exchange import Exchange, Merge, merge_of
from sip_gateway.sip.flow import Flow, our_host
from sip_gateway.sip.message import Request, Response, reply
from sip_gateway.sip.parsing import parse
from sip_gateway.sip.screening import Refusal


class Invites:
    """Begins calls in line, or refuses them."""

    def __init__(
        self,
        board: Board,
        pings: Pings,
        *,
        settings: Settings,
        tenant_id: str,
        identity: Callable[[], Identity],
        registrations: Registrations,
    ) -> None:
        self.draining = False
        self.beside: Callable[[], int] = int
        self._board = board
        self._pings = pings
        self._registrations = registrations
        self._settings = settings
        self._tenant_id = tenant_id
        self._identity = identity
        self._made_by: dict[Merge, DialogId] = {}

    def receive(self, request: Request, flow: Flow, now: float) -> bool:
        """An INVITE of no dialog of ours; False if no route takes it."""
        again = self._made_by.get(merge_of(request))
        place = self._board.places.get(again) if again else None
        by = self._registrations.brought(request, flow)
        if by is not None:
            request.uri = dialled(request, by)
        route = self._route(request, flow, by)
        if route is None and place is None:
            return False
        if place is None and self._board.login is not None and by is None:
            login = self._board.login
            if refusal := login.refusal(request, flow, now=now):
                fields = list(refusal.headers)
                tag = login.tag(request)
                response = reply(request, refusal.status, tag=tag, headers=fields)
                self._board.wires.served.send_stateless(request, flow, response)
                return True
        if self._board.wires.served.turns_away(request, flow):
            return True
        exchange = self._board.wires.served.receive(request, flow, now=now)
        if place is not None:
            self._answer_again(place, exchange, now)
        elif refusal := self._unfit(exchange):
            self._turn_down(exchange, refusal, now)
        elif route is not None:
            self._begin(exchange, route, by, now=now)
        return True

    def _answer_again(self, place: Place, exchange: Exchange, now: float) -> None:
        """Its transaction is over, or was lost in a restart: a late copy, or another path's."""
        branch, last = exchange.request.via.branch.encode(), place.talk.call.caller.last_answer
        if branch and branch in last:
            answer = parse(last)
            assert isinstance(answer, Response)
            self._board.wires.served.respond(exchange, answer, now=now)
        else:
            self._board.refuse(exchange, Refusal(482, "merged"), now=now)

    def _unfit(self, exchange: Exchange) -> Refusal | None:
        request = exchange.request
        if self._board.wires.served.merged(exchange):
            return Refusal(482, "merged")
        if any(map(self._board.wires.is_ours, branches(request))):
            return Refusal(482, "it was ours")
        if passing.forwards_left(request) < 0:
            return Refusal(483)
        if unknown := passing.unsupported(request):
            return Refusal(420, "", [("Unsupported", ", ".join(unknown))])
        if self.draining:
            return Refusal(503, "draining", RETRY)
        return unusable(request.uri)

    def _turn_down(self, exchange: Exchange, refusal: Refusal, now: float) -> None:
        self._board.tally("inline", "refused")
        self._board.refuse(exchange, refusal, now=now)

    def _begin(
        self, exchange: Exchange, route: Route, by: Registration | None, *, now: float
    ) -> None:
        request, worker, targets = exchange.request, self._board.media.worker(), self._usable(route)
        refusal: Refusal | None = None
        if not targets:
            refusal = Refusal(503, "no target", RETRY)
        elif worker is None:
            refusal = Refusal(503, "no media worker", RETRY)
        elif len(self._board.talks) + self.beside() >= self._settings.max_calls:
            refusal = Refusal(486, "max_calls", RETRY)
        try:
            offer = description.of(request)
            dialog = from_invite(request, exchange.flow, local_tag=self._board.token())
        except (description.Broken, ValueError):
            refusal = refusal or Refusal(400, "session description, Contact or Record-Route")
        if refusal is not None or worker is None:
            self._turn_down(exchange, refusal or Refusal(503), now)
            return
        self._board.wires.served.respond(exchange, reply(request, 100), now=now)
        call_id, started_at = self._identity()
        advertised = our_host(self._settings.advertised_host, exchange.flow)
        call = InlineCall(
            call_id=call_id,
            tenant_id=self._tenant_id,
            external_id=dialog.id.call_id,
            started_at=started_at,
            worker=worker,
            caller=dialog,
            caller_host=route.caller_host or advertised,
            target_host=route.target_host,
            caller_role=route.caller,
            caller_domain=by.domain if by else "",
            hints=hints.read(request, self._settings.queues).hints,
            attributes=attributes.chosen(
                attributes.said_in(request), self._settings.accepted.attributes
            ),
        )
        talk = Talk(call, route, exchange, offer, targets)
        if by is not None and (proofs := self._registrations.proofs(by.domain)):
            talk.proofs["a"] = proofs
        exchange.dialog_id = dialog.id
        self._board.talks[call_id] = talk
        # An INVITE that leaves the offer to the target: it is hardly ever more than audio.
        lines = description.wanted(offer) if offer else (0,)
        self._board.media.relay(call, lines, now=now)

    def receive_options(self, request: Request, flow: Flow, now: float) -> bool:
        """A trunk that asks whether we take calls is told if all targets are down."""
        route = self._route(request, flow, None)
        if route is None or not route.sources or self._usable(route):
            return False
        exchange = self._board.wires.served.receive(request, flow, now=now)
        self._board.refuse(exchange, Refusal(503, "no target", RETRY), now=now)
        return True

    def _route(self, request: Request, flow: Flow, by: Registration | None) -> Route | None:
        name = by.name if by else ""
        return route_of(request, flow, self._settings.inline.routes, by=name)

    def _usable(self, route: Route) -> list[Way]:
        return self._pings.usable(self._pings.ways(route.targets))

    def remember(self, talk: Talk) -> None:
        """An answered call's INVITE may come again after a restart."""
        if talk.call.target is not None and not talk.call.closing:
            caller = talk.call.caller
            merge = Merge(caller.id.call_id, caller.id.remote_tag, caller.invite_cseq)
            self._made_by[merge] = caller.id
