"""One call as the signalling process knows it: its dialog, legs and clock, as kept on disk."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple

import msgspec

from sip_gateway.settings import Settings
from sip_gateway.sip import multipart, negotiate, sdes, sdp
from sip_gateway.sip.dialog import Dialog
from sip_gateway.sip.dialog_events import Accepted
from sip_gateway.sip.message import Request
from sip_gateway.siprec import metadata, roles
from sip_gateway.siprec.metadata import Metadata, Participant
from sip_gateway.worker_protocol import CallHints, LegSpec, OpenCall, Pause, SrtpKeys

LONGEST_TEXT = 200
"""Characters kept of what a peer names: names, addresses, labels."""

NO_AUDIO = "no audio line with a codec and an encryption that we take"


class Body(NamedTuple):
    """What an INVITE, UPDATE or ACK says about media and people."""

    session: sdp.Session | None = None
    metadata: Metadata | None = None


class BadBody(Exception):
    """The body is not what its type says: refuse with `status`."""

    def __init__(self, why: str, *, status: int = 400) -> None:
        super().__init__(why)
        self.status = status


class BadRecord(Exception):
    """A stored call cannot be read."""


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """One audio line that we take."""

    spec: LegSpec
    line: int
    """Index of its m= line."""

    two_way: bool
    """The peer once offered to listen too: `sendonly` then means that it put us on hold."""

    idle: bool = False
    """Part of no conversation of its recording session now. Its port stays open."""


class Conversation(msgspec.Struct, kw_only=True):
    """One of several in a recording session: a call of its own (`sessions.py`)."""

    call_id: str
    session_id: str
    """As the metadata names it; empty if that does not tell."""

    external_id: str
    started_at: datetime
    attributes: dict[str, str] = {}
    channels: int = 0
    legs: tuple[LegSpec, ...] = ()
    """As its worker was last told."""

    announced: bool = False
    """Its worker has opened it."""

    clock_started_at: datetime | None = None
    pause: Pause | None = None
    commanded_at: datetime | None = None
    closing: str = ""


class Call(msgspec.Struct, kw_only=True):
    """One call. What changes is replaced, never edited in place."""

    call_id: str
    tenant_id: str
    ingress: str
    external_id: str
    started_at: datetime
    worker: int
    dialog: Dialog
    legs: tuple[Leg, ...] = ()
    channels: int = 0
    """How many legs there ever were: the next leg's channel."""

    metadata: Metadata | None = None
    description: sdp.Session = sdp.Session(())
    """What we last sent as answer or offer."""

    clock_started_at: datetime | None = None
    closing: str = ""
    """Why the call is over, while its worker has not confirmed it."""

    hints: CallHints = CallHints()
    attributes: dict[str, str] = {}

    pause: Pause | None = None
    """As its worker last told, or as it was asked for since."""

    commanded_at: datetime | None = None
    """When the last command was given that was obeyed: older ones are passed over."""

    session_id: str = ""
    """Of the first conversation, where the metadata tells of which each stream is part."""

    conversations: tuple[Conversation, ...] | None = None
    """None: the call is the only one. Else those whose end is not confirmed yet."""

    def open(self, *, resumed: bool) -> OpenCall:
        """What tells a worker to start the call, or to take it up again."""
        return OpenCall(
            call_id=self.call_id,
            tenant_id=self.tenant_id,
            ingress=self.ingress,
            external_id=self.external_id,
            started_at=self.started_at,
            legs=self.specs,
            resumed=resumed,
            clock_started_at=self.clock_started_at,
            hints=self.hints,
            attributes=self.attributes,
            pause=self.pause,
        )

    @property
    def specs(self) -> tuple[LegSpec, ...]:
        """What the worker must know of each leg."""
        return tuple(leg.spec for leg in self.legs if not leg.idle)

    @property
    def ports(self) -> dict[int, int]:
        """The RTP port by m= line."""
        return {leg.line: leg.spec.rtp_port or 0 for leg in self.legs}

    def take_ports(self, rtp_ports: dict[str, int]) -> bool:
        """Note the ports a worker opened, by leg id; True if every leg has one now."""
        self.legs = tuple(
            _with(leg, rtp_port=rtp_ports.get(leg.spec.leg_id, leg.spec.rtp_port))
            for leg in self.legs
        )
        return all(leg.spec.rtp_port for leg in self.legs if not leg.idle)


Place = Callable[[Call], None]
"""Gives each leg to its conversation."""


def unpack(record: bytes) -> Call:
    """A call from its record; BadRecord if it is none of ours."""
    try:
        return msgspec.msgpack.decode(record, type=Call)
    except msgspec.DecodeError as error:
        raise BadRecord(str(error)) from None


def read_body(request: Request) -> Body:
    """The session description and metadata in a request, in whatever order; BadBody if broken."""
    session: sdp.Session | None = None
    told: Metadata | None = None
    try:
        for part in multipart.parts(request):
            if part.media_type == "application/sdp" and session is None:
                session = sdp.parse(part.body)
            elif part.media_type in metadata.MEDIA_TYPES:
                told = metadata.read(part.body)
    except (sdp.BadSdp, multipart.BadMultipart) as error:
        raise BadBody(str(error)) from None
    except metadata.BadMetadata:
        # Recording goes on without names rather than not at all.
        told = None
    return Body(session, told)


def is_siprec(request: Request, body: Body) -> bool:
    """True for a recording session: it says so in any of the ways seen in the field."""
    if "siprec" in request.headers.tokens("Require") or body.metadata is not None:
        return True
    return any("+sip.src" in value.lower() for value in request.headers.all("Contact"))


def plan(
    call: Call, body: Body, settings: Settings, *, place: Place, to_our_offer: bool = False
) -> dict[int, negotiate.Line]:
    """Give `call` the legs that the peer's description asks for; returns the lines we take."""
    assert body.session is not None
    in_use = {leg.line: leg.spec.codec for leg in call.legs}
    taken = negotiate.lines(body.session, in_use, srtp=settings.accepted.srtp)
    taken = dict(islice(taken.items(), settings.accepted.max_legs))
    known = {leg.line: leg for leg in call.legs}
    legs = []
    for line in taken.values():
        leg = _leg(call, line, known.get(line.position))
        # `sendonly` is hold where the peer could have listened too: it plays music to us.
        on_hold = call.ingress == "sip" and leg.two_way and line.direction == "sendonly"
        # To an offer of ours, which is `recvonly`, it is the plain answer.
        leg = _with(leg, srtp=_keys(call, line, leg.spec.srtp, to_our_offer=to_our_offer))
        legs.append(_with(leg, held=True) if on_hold and not to_our_offer else leg)
    if call.ingress == "sip":
        # Port 0 is an old way to hold a plain call; a recorder's stream is over.
        held = [i for i in known.keys() - taken.keys() if _off(body.session, i)]
        legs += [_with(known[index], held=True) for index in sorted(held)]
    call.legs = tuple(legs)
    describe(call, settings, told=body.metadata, place=place)
    return taken


def plan_offer(call: Call, settings: Settings, *, place: Place) -> None:
    """Give `call` the legs of an offer of ours: one per recorded stream, else one."""
    labels = sorted(call.metadata.labels.values()) if call.metadata else []
    for index, label in enumerate(labels[: settings.accepted.max_legs] or [""]):
        line = negotiate.Line(
            index, sdp.PCMU, sdp.TELEPHONE_EVENT, "sendonly", False, label[:LONGEST_TEXT]
        )
        leg = _leg(call, line, None)
        if settings.accepted.srtp == "required":
            leg = _with(leg, srtp=SrtpKeys(suite=sdes.OFFERED[0], remote=b"", local=b""))
        call.legs += (leg,)
    describe(call, settings, place=place)


def describe(call: Call, settings: Settings, *, place: Place, told: Metadata | None = None) -> None:
    """Say of each leg who speaks there, as far as the peer told so far and now."""
    if told is not None:
        call.metadata = metadata.merge(call.metadata, told)
    place(call)
    parties = {leg.line: of for leg, of in zip(call.legs, _parties(call), strict=True)}
    together: dict[str, list[Leg]] = {}
    for leg in call.legs:
        conversation = "" if leg.idle else leg.spec.leg_id.rpartition("-")[0]
        together.setdefault(conversation, []).append(leg)
    described: dict[int, Leg] = {}
    for legs in together.values():
        in_it = [parties[leg.line] for leg in legs]
        for leg, role, party in zip(legs, roles.decide(in_it, settings), in_it, strict=True):
            described[leg.line] = _described(leg, role, party)
    call.legs = tuple(described[leg.line] for leg in call.legs)


def _described(leg: Leg, role: str, party: Participant | None) -> Leg:
    """The leg with its party; who was agent or customer stays so, whoever joins."""
    name, aor = (_kept(party.name), _kept(party.aor)) if party else ("", "")
    same = party is not None and (name, aor) == (
        leg.spec.participant_name,
        leg.spec.participant_aor,
    )
    if same and role not in roles.NAMED and leg.spec.role in roles.NAMED:
        role = leg.spec.role
    return _with(leg, role=role, participant_name=name, participant_aor=aor)


def answer_sdp(call: Call, offer: sdp.Session, taken: dict[int, negotiate.Line]) -> None:
    """Make `call.description` the answer to `offer`."""
    keys = {leg.line: leg.spec.srtp.local for leg in call.legs if leg.spec.srtp}
    _say(call, tuple(negotiate.answer(offer, taken, ports=call.ports, keys=keys)))


def offer_sdp(call: Call) -> None:
    """Make `call.description` an offer of what we listen to now."""
    if not call.description.media:
        _say(call, tuple(_offered(leg) for leg in call.legs))
        return
    _say(
        call,
        tuple(
            media._replace(direction="recvonly") if media.port else media
            for media in call.description.media
        ),
    )


def _offered(leg: Leg) -> sdp.Media:
    crypto = sdes.offered() if leg.spec.srtp else ()
    return negotiate.offer_line(leg.spec.rtp_port or 0, label=leg.spec.label, crypto=crypto)


def accepted(call: Call, *, address: str, with_body: bool) -> Accepted:
    """What the 200 says; without a body where it answers nothing."""
    return Accepted(
        content_type="application/sdp" if with_body else "",
        body=sdp.build(call.description, address=address) if with_body else b"",
        headers=(("X-Trunkline-Call-ID", call.call_id),),
        contact_parameters=";+sip.srs" if call.ingress == "siprec" else "",
    )


def _say(call: Call, media: tuple[sdp.Media, ...]) -> None:
    """A new version only if something changed (RFC 3264 section 8)."""
    said = call.description
    if media != said.media:
        session_id = str(int(call.started_at.timestamp() * 1000))
        call.description = sdp.Session(media, session_id, str(int(said.version) + 1))


def _off(session: sdp.Session, index: int) -> bool:
    return index < len(session.media) and session.media[index].port == 0


def _leg(call: Call, line: negotiate.Line, known: Leg | None) -> Leg:
    two_way = line.direction == "sendrecv" or (known is not None and known.two_way)
    if known is None and call.conversations is not None:
        channel, leg_id, rtp_port = 0, "", None
    elif known is None:
        channel = call.channels
        call.channels += 1
        leg_id, rtp_port = f"{call.call_id}-{channel}", None
    else:
        channel, leg_id, rtp_port = known.spec.channel, known.spec.leg_id, known.spec.rtp_port
    spec = LegSpec(
        leg_id=leg_id,
        channel=channel,
        role=known.spec.role if known else "",
        codec=line.codec.name,
        payload_type=line.codec.payload_type,
        clock_hz=line.codec.rate_hz,
        telephone_event_type=line.telephone_event.payload_type if line.telephone_event else None,
        label=_kept(line.label),
        participant_name=known.spec.participant_name if known else "",
        participant_aor=known.spec.participant_aor if known else "",
        held=line.silent,
        rtp_port=rtp_port,
        srtp=known.spec.srtp if known else None,
        rtcp=line.rtcp,
    )
    idle = known.idle if known else not leg_id
    return Leg(spec=spec, line=line.position, two_way=two_way, idle=idle)


def _keys(
    call: Call, line: negotiate.Line, known: SrtpKeys | None, *, to_our_offer: bool
) -> SrtpKeys | None:
    """The leg's keys: ours stays what it was, and is the offered one where we offered."""
    crypto = line.crypto
    if crypto is None:
        return None
    local = known.local if known and known.suite == crypto.suite else b""
    if to_our_offer and line.position < len(call.description.media):
        offered = call.description.media[line.position].crypto
        local = next((ours.key for ours in offered if ours.tag == crypto.tag), local)
    return SrtpKeys(
        suite=crypto.suite,
        remote=crypto.key,
        local=local or sdes.new_key(crypto.suite),
        mki_bytes=crypto.mki_bytes,
    )


def _parties(call: Call) -> Sequence[Participant | None]:
    """By label where there is metadata; else the caller itself, if the call has one line only."""
    if call.metadata is not None:
        return [call.metadata.speaker(leg.spec.label) for leg in call.legs]
    if call.ingress == "sip" and len(call.legs) == 1:
        return [caller_of(call.dialog)]
    return [None] * len(call.legs)


def caller_of(dialog: Dialog) -> Participant:
    """The party of the From header."""
    party = dialog.remote
    return Participant(name=party.name, aor=party.uri)


def _kept(text: str) -> str:
    """As much of a peer's words as is kept: no store takes a zero byte, and no page wants one."""
    return "".join(c for c in text[:LONGEST_TEXT] if c >= " " and c != "\x7f")


def _with(leg: Leg, **changes: object) -> Leg:
    return msgspec.structs.replace(leg, spec=msgspec.structs.replace(leg.spec, **changes))
