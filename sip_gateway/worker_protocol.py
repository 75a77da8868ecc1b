"""What the signalling process and its media workers say to each other over a unix socket.

Each message is one msgspec-JSON document behind a 4-byte big-endian length. The signalling process
is the client of each worker's socket: it sends `ToWorker`, the worker answers and reports with
`FromWorker`. A worker owns the UDP ports of its legs and publishes all events of its calls, so
that one call's events have one producer and stay in order.
"""

from datetime import datetime

import msgspec


class SrtpKeys(msgspec.Struct, frozen=True, kw_only=True):
    """Both ends' keys of an encrypted leg. They do not show."""

    suite: str
    """As in RFC 4568: `AES_CM_128_HMAC_SHA1_80`."""

    remote: bytes
    """What the peer sends with: master key, then salt. Empty while the peer has not told."""

    local: bytes
    mki_bytes: int = 0

    def __repr__(self) -> str:
        return f"SrtpKeys(suite={self.suite!r})"


class Rtcp(msgspec.Struct, frozen=True):
    """Where the peer wants to be told how its packets arrive."""

    host: str
    port: int
    mux: bool
    """On the same ports as RTP (RFC 5761)."""


class LegSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What a media worker must know about one leg."""

    leg_id: str
    channel: int
    role: str
    codec: str
    """`PCMU`, `PCMA`, `G722` or `L16`."""

    payload_type: int
    clock_hz: int = 8000
    """Of its RTP timestamps."""

    telephone_event_type: int | None = None
    """RTP payload type of RFC 4733 events, if negotiated."""

    label: str = ""
    participant_name: str = ""
    participant_aor: str = ""
    held: bool = False
    rtp_port: int | None = None
    """Bind this port (a call taken up again after a restart); None lets the worker choose."""

    srtp: SrtpKeys | None = None
    """None: the leg's packets are not encrypted."""

    rtcp: Rtcp | None = None
    """None: the peer is told nothing."""

    tap: str = ""
    """Hear what comes to this end of one of the call's relays, and open no port: `0a`."""


class HintedPhrase(msgspec.Struct, frozen=True, kw_only=True):
    """Words that the call says are likely to be spoken."""

    text: str
    weight: float


class CallHints(msgspec.Struct, frozen=True, kw_only=True):
    """What the call's INVITE said of how it should be heard."""

    queue: str = ""
    profile: str = ""
    phrases: tuple[HintedPhrase, ...] = ()
    via: str = ""
    """The dialect of the media stream that came to us as this call."""


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """The call is not listened to, whatever its SDP says: personal data is being given."""

    since: datetime
    why: str
    """One of `sip_gateway.events.PAUSES`."""

    by_digits: bool = False
    """It began because digits were keyed in, and ends soon after the last one."""

    by: str = ""
    """Who paused; as in `LegHeld`."""


class OpenCall(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Start a call, or take it up again; answered by `CallOpened` or `CallRefused`."""

    call_id: str
    tenant_id: str
    ingress: str
    external_id: str
    started_at: datetime
    legs: tuple[LegSpec, ...]
    resumed: bool = False
    """True when the call was already announced: say what was missed as a `Gap`."""

    clock_started_at: datetime | None = None
    """Known for a resumed call whose media had started."""

    hints: CallHints = CallHints()
    attributes: dict[str, str] = {}
    """As in `CallStarted`."""

    pause: Pause | None = None
    """The call was paused when it was last heard of, or it was asked for since."""


class UpdateLegs(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The call's legs are these from now on: new ones join, missing ones leave, others change.

    Answered by `CallOpened` with the ports of all legs. Any re-INVITE sends one, and resets the
    SSRC lock of the legs whose media may have moved.
    """

    call_id: str
    legs: tuple[LegSpec, ...]


class PauseLegs(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Stop listening to all legs of the call, now; what was heard since `at` is to be forgotten."""

    call_id: str
    at: datetime
    why: str
    by: str = ""


class ResumeLegs(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Listen to the call again from now on."""

    call_id: str
    by: str = ""


class PressKey(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Signalling told of a key press (SIP INFO). It does not show which, and nobody keeps it."""

    call_id: str
    leg_id: str
    duration_ms: int
    symbol: str = ""
    """Empty where no rule asks which key it was."""

    def __repr__(self) -> str:
        return f"PressKey(call_id={self.call_id!r})"


class CloseCall(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The call is over: flush what is buffered, publish its end, answer `CallClosed`."""

    call_id: str
    reason: str


class KeepPorts(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """These ports belong to a recording session that several calls share, one after the other.

    They stay open between its calls, and pass from a call's leg to the leg of another that names
    the same port. Without ports: the recording session is over. Not answered.
    """

    call_id: str
    """Of the recording session: its first call's."""

    ports: tuple[int, ...]


class Remote(msgspec.Struct, frozen=True, kw_only=True):
    """Where one party of a relayed line wants its packets."""

    host: str
    port: int
    rtcp_host: str
    rtcp_port: int


class RelayEnd(msgspec.Struct, frozen=True, kw_only=True):
    """Our port that faces one party of a relayed line."""

    port: int | None = None
    """Bind this port; None lets the worker choose."""

    remote: Remote | None = None
    """None while the party has not told."""

    sources: tuple[str, ...] = ()
    """Hosts besides `remote` that the party may send from; `*`: any."""


class Relay(msgspec.Struct, frozen=True, kw_only=True):
    """One media line that passes through us untouched, both ways."""

    line: int
    """Index of its m= line. Its ends are named `0a` (the caller's) and `0b`."""

    a: RelayEnd = RelayEnd()
    b: RelayEnd = RelayEnd()


class OpenRelays(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The call's relays are these from now on: new ones open, missing ones close, others change.

    Answered by `RelaysOpened` or `RelaysRefused`. Relays and the call that is heard on them know
    nothing of each other: what is relayed goes on whatever becomes of the other.
    """

    call_id: str
    relays: tuple[Relay, ...]


class CloseRelays(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Nothing is passed on any more; not answered."""

    call_id: str


class RelaysOpened(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The call's relays listen on these UDP ports."""

    call_id: str
    ports: dict[str, int]
    """By end: `0a`."""


class RelaysRefused(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """No port is left, or one is in use; relays that were open before still are."""

    call_id: str
    why: str


class RelaysSilent(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Nothing was passed on for the call, either way, for `seconds`; told again and again."""

    call_id: str
    seconds: float


class CallOpened(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The call's legs listen on these UDP ports."""

    call_id: str
    rtp_ports: dict[str, int]
    """By leg id."""


class CallRefused(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The worker cannot take the call (no port left, an address in use)."""

    call_id: str
    why: str


class ClockStarted(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The call's first packet came; kept so that a resumed call keeps its clock."""

    call_id: str
    clock_started_at: datetime


class MediaTimedOut(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """No leg of the call that is not on hold has had a packet for `media_timeout_s`."""

    call_id: str


class PauseChanged(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The call is paused, or not any more; kept so that it is so after a restart."""

    call_id: str
    pause: Pause | None


class LoadTold(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """How busy the worker's recogniser is: 0 idle, 1 full. Told when it changes."""

    load: float
    call_id: str = ""


class CallClosed(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """All of the call's audio went to the recogniser and its end was published."""

    call_id: str


ToRelay = OpenRelays | CloseRelays
ToCall = OpenCall | UpdateLegs | PauseLegs | ResumeLegs | PressKey | CloseCall
ToWorker = ToCall | KeepPorts | ToRelay
FromRelay = RelaysOpened | RelaysRefused | RelaysSilent
FromWorker = (
    CallOpened
    | CallRefused
    | ClockStarted
    | MediaTimedOut
    | PauseChanged
    | LoadTold
    | CallClosed
    | FromRelay
)
