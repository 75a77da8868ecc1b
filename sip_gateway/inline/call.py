"""One call that passes through us, as kept on disk, and what of it can be heard."""

from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from sip_gateway.audio.codecs import DECODED
from sip_gateway.calls.call import BadRecord
from sip_gateway.inline import description
from sip_gateway.sip import negotiate
from sip_gateway.sip.address import NameAddr, parse_name_addr
from sip_gateway.sip.dialog import Dialog
from sip_gateway.sip.sdp import Codec, Media
from sip_gateway.worker_protocol import (
    CallHints,
    LegSpec,
    OpenCall,
    Pause,
    Relay,
    RelayEnd,
    SrtpKeys,
)

Side = Literal["a", "b"]
"""`a` is the caller, `b` whom we forward to."""

SIDES: tuple[Side, Side] = ("a", "b")
MARK = b"\xc1inline"
"""Begins a stored call of ours: a byte that no msgpack document begins with."""

UNHEARD = "trunkline-unheard"
"""The call's attribute that says why nobody listens to it."""

COMFORT_NOISE = 13
LONGEST_TEXT = 200
"""Characters kept of what a peer names."""


class Agreed(NamedTuple):
    """What the parties' descriptions are once an offer has its answer."""

    a: bytes
    b: bytes
    answered: Side

    def media(self) -> tuple[tuple[Media, Media], ...]:
        """The lines, the caller's and the other's side by side."""
        lines = (description.parsed(self.a).media, description.parsed(self.b).media)
        return tuple(zip(*lines, strict=False))


class InlineCall(msgspec.Struct, kw_only=True):
    """One call. What changes is replaced, never edited in place."""

    call_id: str
    tenant_id: str
    external_id: str
    started_at: datetime
    worker: int
    caller: Dialog
    target: Dialog | None = None
    """None until the call is answered; only then is it kept, or once somebody listens."""

    caller_host: str
    target_host: str
    """How each knows us."""

    caller_role: str
    caller_domain: str = ""
    target_domain: str = ""
    """By which carrier's registration the call came, and to which domain it went."""

    relays: tuple[Relay, ...] = ()
    legs: tuple[LegSpec, ...] = ()
    channels: int = 0
    two_way: bool = False
    """Both once could talk: `sendonly` then means hold, with music."""

    held: bool = False
    unheard: str = ""
    """Why nobody listens: a codec or an encryption that we cannot read."""

    announced: bool = False
    """A worker was told to listen, and so has to say the call's end."""

    session_expires_s: int | None = None
    closing: str = ""
    clock_started_at: datetime | None = None
    hints: CallHints = CallHints()
    attributes: dict[str, str] = {}
    pause: Pause | None = None
    commanded_at: datetime | None = None

    def open(self, *, resumed: bool) -> OpenCall:
        """What tells a worker to listen, or to listen again."""
        said = {UNHEARD: self.unheard} if self.unheard else {}
        return OpenCall(
            call_id=self.call_id,
            tenant_id=self.tenant_id,
            ingress="inline",
            external_id=self.external_id,
            started_at=self.started_at,
            legs=self.legs,
            resumed=resumed,
            clock_started_at=self.clock_started_at,
            hints=self.hints,
            attributes=self.attributes | said,
            pause=self.pause,
        )

    def take_ports(self, ports: dict[str, int]) -> None:
        """Note the ports that a worker opened, by end."""
        self.relays = tuple(
            msgspec.structs.replace(
                relay,
                a=msgspec.structs.replace(relay.a, port=ports.get(f"{relay.line}a")),
                b=msgspec.structs.replace(relay.b, port=ports.get(f"{relay.line}b")),
            )
            for relay in self.relays
        )

    def ports(self, side: Side) -> dict[int, int]:
        """Our port that faces this side, by line; of those that are open."""
        found = {relay.line: _end(relay, side).port for relay in self.relays}
        return {line: port for line, port in found.items() if port}

    def party(self, side: Side) -> NameAddr:
        """Who is there; of a call that is not answered yet, who was called."""
        if side == "a":
            return self.caller.remote
        called = self.target.remote_party if self.target else self.caller.local_party
        return parse_name_addr(called)

    def told(self, side: Side, body: bytes, hosts: tuple[str, ...]) -> None:
        """Where this side wants its packets, and where else than there they may come from."""
        remotes = description.remotes(body)
        changed = []
        for relay in self.relays:
            remote = remotes.get(relay.line)
            near = (remote.host, *hosts) if remote and hosts else hosts
            end = msgspec.structs.replace(_end(relay, side), remote=remote, sources=near)
            changed.append(
                msgspec.structs.replace(relay, a=end)
                if side == "a"
                else msgspec.structs.replace(relay, b=end)
            )
        self.relays = tuple(changed)


def _end(relay: Relay, side: Side) -> RelayEnd:
    return relay.a if side == "a" else relay.b


def pack(call: InlineCall) -> bytes:
    """The call's record."""
    return MARK + msgspec.msgpack.encode(call)


def is_ours(record: bytes) -> bool:
    """Whether it is the record of a call that passes through us."""
    return record.startswith(MARK)


def unpack(record: bytes) -> InlineCall:
    """A call from its record; BadRecord if it cannot be read."""
    try:
        return msgspec.msgpack.decode(record[len(MARK) :], type=InlineCall)
    except msgspec.DecodeError as error:
        raise BadRecord(str(error)) from None


def hear(call: InlineCall, agreed: Agreed) -> None:
    """Give `call` the legs that can be heard of what was agreed, or say why there are none."""
    known, call.legs, call.unheard = call.legs, (), "no audio"
    lines = enumerate(agreed.media())
    audio = ((n, a, b) for n, (a, b) in lines if a.kind == "audio" and a.port and b.port)
    found = next(audio, None)
    if found is None:
        return
    line, *pair = found
    a, b = pair
    answer = a if agreed.answered == "a" else b
    codec = _chosen(answer)
    call.unheard = ""
    if isinstance(codec, str):
        call.unheard = codec
    elif answer.proto in negotiate.SECURE and not _same_tag(a, b, answer):
        call.unheard = "encrypted with keys that do not pass here"
    elif answer.proto not in negotiate.PLAIN + negotiate.SECURE:
        call.unheard = _kept(answer.proto)
    else:
        ways = (a.direction, b.direction)
        music = call.two_way and "sendonly" in ways
        call.two_way = call.two_way or ways == ("sendrecv", "sendrecv")
        quiet = [_silent(*of) or music for of in ((a, b), (b, a))]
        call.held = any(quiet)
        for side, mine, other, held in zip(SIDES, (a, b), (b, a), quiet, strict=True):
            leg = _leg(call, f"{line}{side}", known=known)
            keys = _keys(mine, answer) if answer.proto in negotiate.SECURE else None
            codecs = _heard_as(codec, other)
            call.legs += (msgspec.structs.replace(leg, held=held, srtp=keys, **codecs),)


def _chosen(answer: Media) -> Codec | str:
    """What is spoken: the first codec of the answer (RFC 3264 section 6.1); its name if unread."""
    by_type = {str(codec.payload_type): codec for codec in answer.codecs}
    for written in answer.formats:
        codec = by_type.get(written)
        if written == str(COMFORT_NOISE) or (codec and codec.name in ("TELEPHONE-EVENT", "CN")):
            continue
        if codec is None or not codec.name:
            return _kept(f"payload type {written}")
        readable = (codec.name, codec.rate_hz) in DECODED
        return codec if readable else _kept(f"{codec.name}/{codec.rate_hz}")
    return "no codec"


def _heard_as(codec: Codec, other: Media) -> dict[str, object]:
    """Who sends uses the numbers that the other party gave the codecs (RFC 3264 section 5.1)."""
    same = [c for c in other.codecs if (c.name, c.rate_hz) == (codec.name, codec.rate_hz)]
    events = ("TELEPHONE-EVENT", codec.rate_hz)
    event = next((c for c in other.codecs if (c.name, c.rate_hz) == events), None)
    return {
        "codec": codec.name,
        "payload_type": (same[0] if same else codec).payload_type,
        "clock_hz": codec.rate_hz,
        "telephone_event_type": event.payload_type if event else None,
    }


def _silent(mine: Media, other: Media) -> bool:
    """Whether a party sends nothing, by its own word or the other's."""
    quiet = mine.direction in ("recvonly", "inactive") or mine.address in negotiate.UNSPECIFIED
    return quiet or other.direction in ("sendonly", "inactive")


def _same_tag(a: Media, b: Media, answer: Media) -> bool:
    """Whether both parties' keys of the encryption that was chosen can be seen."""
    tags = [{crypto.tag for crypto in media.crypto} for media in (a, b)]
    return bool(answer.crypto) and all(answer.crypto[0].tag in seen for seen in tags)


def _keys(mine: Media, answer: Media) -> SrtpKeys:
    """What a party encrypts with: the key of its own description (RFC 4568 section 5.1)."""
    crypto = next(c for c in mine.crypto if c.tag == answer.crypto[0].tag)
    return SrtpKeys(suite=crypto.suite, remote=crypto.key, local=b"", mki_bytes=crypto.mki_bytes)


def _leg(call: InlineCall, tap: str, *, known: tuple[LegSpec, ...]) -> LegSpec:
    """The leg of this end as it was, or a new one."""
    if same := next((leg for leg in known if leg.tap == tap), None):
        return same
    channel, call.channels = call.channels, call.channels + 1
    side: Side = "a" if tap.endswith("a") else "b"
    other = "agent" if call.caller_role == "customer" else "customer"
    party = call.party(side)
    return LegSpec(
        leg_id=f"{call.call_id}-{channel}",
        channel=channel,
        role=call.caller_role if side == "a" else other,
        codec="",
        payload_type=0,
        participant_name=_kept(party.name),
        participant_aor=_kept(party.uri),
        tap=tap,
    )


def _kept(text: str) -> str:
    return "".join(c for c in text[:LONGEST_TEXT] if c >= " " and c != "\x7f")
