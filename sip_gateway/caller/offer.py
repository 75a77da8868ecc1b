"""What the caller offers, and what it makes of the answer."""

from typing import NamedTuple

from sip_gateway.caller.plan import CallFailed, Dial
from sip_gateway.caller.user_agent import Body
from sip_gateway.sip import sdes, sdp
from sip_gateway.siprec import document

_CODECS = {"PCMU": sdp.PCMU, "PCMA": sdp.PCMA, "G722": sdp.G722, "L16": sdp.L16}


class Local(NamedTuple):
    """Our own end of the media."""

    host: str
    ports: tuple[int, ...]
    session_id: str
    crypto: tuple[sdes.Crypto, ...] = ()
    """Our key of each stream; empty: in clear."""


class Far(NamedTuple):
    """Where one stream goes."""

    host: str
    port: int
    payload_type: int
    event_type: int = sdp.TELEPHONE_EVENT.payload_type
    """Of telephone-events, as we offer them."""


def offer(plan: Dial, local: Local, *, version: int, held: bool = False) -> Body:
    """The INVITE's body: a labelled stream a party and metadata, or one plain stream."""
    direction = "inactive" if held else "sendonly" if plan.siprec else "sendrecv"
    labels = [str(n + 1) for n in range(len(plan.parties))] if plan.siprec else [""]
    media = tuple(
        sdp.audio(
            port, [_CODECS[plan.codec], sdp.TELEPHONE_EVENT], direction=direction, label=label
        )
        for port, label in zip(local.ports, labels, strict=True)
    )
    if local.crypto:
        lines = zip(media, local.crypto, strict=True)
        media = tuple(line._replace(proto="RTP/SAVP", crypto=(key,)) for line, key in lines)
    session = sdp.Session(media, local.session_id, str(version))
    description = sdp.build(session, address=local.host)
    if not plan.siprec:
        return Body("application/sdp", description)
    speakers = [
        document.Speaker(label, party.name, party.aor)
        for label, party in zip(labels, plan.parties, strict=True)
    ]
    session_id = plan.session or local.session_id
    metadata = document.write(session_id, speakers, extensions=plan.attributes)
    return Body(*document.body(description, metadata, boundary="trunkline-recording"))


def accepted(plan: Dial, body: bytes) -> list[Far]:
    """Where the answer wants each stream; CallFailed if it wants less than was offered."""
    try:
        session = sdp.parse(body)
    except sdp.BadSdp as error:
        raise CallFailed(f"the answer's SDP is unusable: {error}") from None
    codec = _CODECS[plan.codec]
    wanted = len(plan.parties) if plan.siprec else 1
    if len(session.media) != wanted:
        raise CallFailed(f"the answer has {len(session.media)} media lines of {wanted}")
    for media in session.media:
        if media.port == 0 or str(codec.payload_type) not in media.formats:
            raise CallFailed(f"the answer does not take {codec.name} on every stream")
        if plan.srtp and [line.suite for line in media.crypto] != [plan.srtp]:
            raise CallFailed(f"the answer does not take {plan.srtp} on every stream")
    return [Far(media.address, media.port, codec.payload_type) for media in session.media]
