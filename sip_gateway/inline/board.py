"""What the parts of the desk share: the calls, their dialogs, and how a message changes sides."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from sip_gateway.caller.digest import Proofs
from sip_gateway.inline import description, passing
from sip_gateway.inline.call import SIDES, Agreed, InlineCall, Side
from sip_gateway.inline.media import Media
from sip_gateway.inline.registration import Registering
from sip_gateway.inline.settings import Inline, Route
from sip_gateway.inline.target import Way
from sip_gateway.inline.wires import Wires
from sip_gateway.sip.answer import Answer
from sip_gateway.sip.deadlines import Deadlines
from sip_gateway.sip.dialog import Dialog, DialogId
from sip_gateway.sip.exchange import Exchange, Tally
from sip_gateway.sip.flow import Flow, Hop, contact
from sip_gateway.sip.message import Request, Response, reply
from sip_gateway.sip.screening import Login, Refusal

_EXPIRES = re.compile(r"\s*(\d{1,6})")
RETRY = (("Retry-After", "5"),)


@dataclass(slots=True, eq=False)
class Pair:
    """The two dialogs of a call, which may be early ones of several."""

    a: Dialog
    b: Dialog

    def of(self, side: Side) -> Dialog:
        """The dialog with this side."""
        return self.a if side == "a" else self.b


def other(side: Side) -> Side:
    """The one that a message goes to."""
    return "b" if side == "a" else "a"


@dataclass(slots=True, eq=False)
class Attempt:
    """An INVITE to one target."""

    talk: "Talk"
    way: Way
    request: Request
    hop: Hop
    given_up: bool = False
    ack: bytes = b""
    """Of the 2xx that made the call."""

    ack_tag: str = ""


@dataclass(slots=True, eq=False)
class Passage:
    """A request of one side on its way through the other."""

    talk: "Talk"
    pair: Pair
    side: Side
    exchange: Exchange
    request: Request
    """As it was sent to the other side."""

    hop: Hop
    offer: bytes | None
    ack: bytes = b""

    @property
    def offers(self) -> bool:
        """Whether no other offer can be made before it is answered."""
        return self.offer is not None or self.request.method == "INVITE"


@dataclass(slots=True, eq=False)
class Ping:
    """An OPTIONS to a target."""

    way: Way


Purpose = Attempt | Passage | Ping | Registering


@dataclass(slots=True, eq=False)
class Answering:
    """A 2xx to an INVITE of one side that waits for its ACK."""

    place: "Place"
    exchange: Exchange
    answer: Answer
    offer: bytes | None = None
    """Ours is the answer to no offer but one itself; the ACK brings the answer to it."""

    waits: Passage | Attempt | None = None
    """Whose ACK waits for that."""

    then_bye: bool = False


@dataclass(slots=True, eq=False)
class Talk:
    """One call and what goes on with it."""

    call: InlineCall
    route: Route
    invite: Exchange | None
    """The caller's INVITE, until it is answered."""

    offer: bytes | None = None
    """The description in it."""

    left: list[Way] = field(default_factory=list)
    attempt: Attempt | None = None
    pairs: dict[str, Pair] = field(default_factory=dict)
    """Early dialogs by the target's tag."""

    passages: list[Passage] = field(default_factory=list)
    waiting: tuple[Exchange, "Place"] | None = None
    """An offer for which ports are being opened."""

    early_offer: bytes | None = None
    """The target's, where the INVITE had none."""

    agreed: Agreed | None = None
    """What an offer and its answer came to last."""

    proofs: dict[Side, Proofs] = field(default_factory=dict)
    """Who we are to a side that may ask for it: a carrier where we register."""

    last: Response | None = None
    """What the last target said that turned the call down."""


class Place(NamedTuple):
    """Whose dialog it is."""

    talk: Talk
    pair: Pair
    side: Side

    @property
    def dialog(self) -> Dialog:
        """The dialog itself."""
        return self.pair.of(self.side)


class Ours(NamedTuple):
    """What the desk was made with."""

    settings: Inline
    tally: Tally
    token: Callable[[], str]


class Board:
    """Calls, dialogs and 2xx that wait for their ACK, and the making of messages."""

    def __init__(self, ours: Ours, *, wires: Wires[Purpose], media: Media) -> None:
        self.settings, self.tally, self.token = ours
        self.wires = wires
        self.media = media
        self.login: Login | None = None
        """Asked about each new call; nothing is kept of those it refuses."""

        self.talks: dict[str, Talk] = {}
        self.places: dict[DialogId, Place] = {}
        self.answering: dict[DialogId, Answering] = {}
        self.timers: Deadlines[tuple[str, str | DialogId]] = Deadlines()
        """`answer` by dialog; `session` and `silent` (an attempt that hears nothing) by call."""

    # Responses of ours.

    def refuse(self, exchange: Exchange, refusal: Refusal, *, now: float, tag: str = "") -> None:
        """Answer a request with a refusal of our own."""
        self.tally("refusals", str(refusal.status))
        fields = list(refusal.headers)
        if refusal.why:
            fields.append(("Reason", f'SIP;cause={refusal.status};text="{refusal.why}"'))
        tag = tag or self.token()
        response = reply(exchange.request, refusal.status, tag=tag, headers=fields)
        self.wires.served.respond(exchange, response, now=now)

    def pass_answer(
        self, place: Place, exchange: Exchange, response: Response, *, now: float
    ) -> Response:
        """Answer `place`'s request with what the other side said to it."""
        talk, _, side = place
        request, dialog = exchange.request, place.dialog
        body = self.toward(talk, side, response)
        ours = passing.answer(request, response, tag=dialog.id.local_tag, body=body)
        if response.status < 300:
            for value in request.headers.all("Record-Route"):
                ours.headers.add("Record-Route", value)
            if request.method in ("INVITE", "UPDATE"):
                ours.headers.add("Contact", self.contact(talk, side, exchange.flow))
        if 200 <= response.status < 300 and request.method in ("INVITE", "UPDATE"):
            self._watch(talk, request, ours, now=now)
        self.wires.served.respond(exchange, ours, now=now)
        return ours

    def answered(self, answering: Answering, *, now: float) -> None:
        """A 2xx to an INVITE has left: it is repeated until its ACK."""
        dialog_id = answering.place.dialog.id
        self.answering[dialog_id] = answering
        answering.answer.to_send(now=now)  # the transaction sent the first
        self.timers.set(("answer", dialog_id), answering.answer.next_timer())

    def _watch(self, talk: Talk, request: Request, response: Response, *, now: float) -> None:
        """The session's timer, which the parties keep between them (RFC 4028 section 8)."""
        told = response.headers.get("Session-Expires")
        asked = request.headers.get("Session-Expires")
        if not told and asked and "timer" in request.headers.tokens("Supported"):
            # The one that answered has no timers; the one that asked can do it alone.
            told = f"{asked.partition(';')[0].strip()};refresher=uac"
            response.headers.add("Session-Expires", told)
            response.headers.add("Require", "timer")
        found = _EXPIRES.match(told or "")
        talk.call.session_expires_s = int(found[1]) if found else None
        self.watch_session(talk, now=now)

    def watch_session(self, talk: Talk, *, now: float) -> None:
        """Set the session's end anew."""
        interval = talk.call.session_expires_s
        at = None if not interval else now + interval - min(32, interval / 3)
        self.timers.set(("session", talk.call.call_id), at)

    # Requests of ours.

    def host(self, talk: Talk, side: Side) -> str:
        """How this side knows us."""
        return talk.call.caller_host if side == "a" else talk.call.target_host

    def contact(self, talk: Talk, side: Side, flow: Flow) -> str:
        """Our Contact for this side."""
        sips = talk.call.caller.sips if side == "a" else False
        return contact(flow, host=self.host(talk, side), sips=sips)

    def request(self, place: Place, method: str) -> tuple[Request, Hop]:
        """The next request of ours in a dialog."""
        dialog, hop = place.dialog, place.dialog.next_hop
        host = self.host(place.talk, place.side)
        request = dialog.request(method, branch=self.wires.branch(), host=host)
        if method == "INVITE":
            request.headers.add("Contact", self.contact(place.talk, place.side, hop.flow))
        return request, hop

    def ack(self, place: Place, cseq: int, body: bytes = b"") -> tuple[bytes, Hop]:
        """The ACK of a 2xx in a dialog."""
        dialog = place.dialog
        number, dialog.local_cseq = dialog.local_cseq, cseq - 1
        request, hop = self.request(place, "ACK")
        dialog.local_cseq = number
        if body:
            request.headers.add("Content-Type", "application/sdp")
            request.body = body
        return bytes(request), hop

    def say_bye(self, place: Place, fields: passing.Fields, *, now: float) -> None:
        """End one side's dialog; after the ACK, if a 2xx of ours still waits for that."""
        waits = self.answering.get(place.dialog.id)
        if waits is not None:
            waits.then_bye = True
            return
        request, hop = self.request(place, "BYE")
        for name, value in fields:
            request.headers.add(name, value)
        proofs = place.talk.proofs.get(place.side)
        if proofs is not None:
            proofs.prove(request)
        self.wires.forget(request, hop, now=now, proofs=proofs)

    # Media.

    def toward(self, talk: Talk, side: Side, message: Request | Response) -> bytes:
        """The message's body with our addresses, as `side` is to get it."""
        body = description.seen(message)
        if body is None:
            return message.body
        ports, host = talk.call.ports(side), self.host(talk, side)
        return description.within(
            message, body, description.rewritten(body, host=host, ports=ports)
        )

    def near(self, side_flow: Flow) -> tuple[str, ...]:
        """From where a party's packets may come, besides the address that it tells."""
        if self.settings.sources == "any":
            return ("*",)
        return (side_flow.remote_host,) if self.settings.sources == "near" else ()

    def agree(self, place: Place, agreed: Agreed, *, listen: bool) -> None:
        """Both descriptions are known."""
        call, pair = place.talk.call, place.pair
        place.talk.agreed = agreed
        self.media.told(call, "a", body=agreed.a, hosts=self.near(pair.a.flow))
        self.media.told(call, "b", body=agreed.b, hosts=self.near(pair.b.flow))
        if listen:
            self.media.listen(call, agreed)

    # Ends.

    def end(self, talk: Talk, reason: str, *, now: float) -> None:
        """The call is over; its dialogs have been told, or were ended by their parties."""
        talk.attempt, talk.left = None, []
        call_id = talk.call.call_id
        self.talks.pop(call_id, None)
        for dialog_id in [key for key, place in self.places.items() if place.talk is talk]:
            del self.places[dialog_id]
        for what in ("session", "silent"):
            self.timers.set((what, call_id), None)
        for passage in talk.passages:
            self.refuse(passage.exchange, Refusal(487), now=now)
        if talk.waiting:
            self.refuse(talk.waiting[0], Refusal(487), now=now)
        talk.passages, talk.waiting = [], None
        self.media.close(talk.call, reason, now=now)

    def hang_up(self, talk: Talk, reason: str, *, now: float) -> None:
        """End an answered call from our side, towards both."""
        if talk.call.target is None:
            return
        pair = Pair(talk.call.caller, talk.call.target)
        for side in SIDES:
            self.say_bye(Place(talk, pair, side), [], now=now)
        self.end(talk, reason, now=now)
