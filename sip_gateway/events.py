"""What the gateway tells the world: the life of a call and its legs, and their audio.

Every event on the bus descends from `Event`. Fields only ever grow, each new one with a default.
Media time is integer milliseconds on the call clock; 0 is the call's first packet. `*_at` is an
aware UTC datetime.
"""

from datetime import datetime

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Base of everything on the bus; `tag=True` puts the class name on the wire."""

    tenant_id: str
    call_id: str


class CallStarted(Event, frozen=True, kw_only=True):
    """A call was answered; its legs follow as `LegJoined`."""

    started_at: datetime
    ingress: str
    """How the call reached us: `sip`, `siprec`, or a media stream's dialect: `audiohook`."""

    external_id: str = ""
    """The peer's own name for the call: SIPREC session id, else SIP Call-ID."""

    queue: str = ""
    """What the call is about or who should take it, as the peer told; empty: it did not."""

    attributes: dict[str, str] = {}
    """What the peer told besides, of what the settings name; names in lower case."""


class LegJoined(Event, frozen=True, kw_only=True):
    """A party's audio is part of the call from now on. Said again when its description changes."""

    leg_id: str
    channel: int
    """0-based, in the order of the SDP's media lines."""

    role: str
    """`agent`, `customer`, or `speaker_N` (1-based) where the metadata does not tell."""

    codec: str
    """`PCMU`, `PCMA`, `G722` or `L16` (RFC 3551 names)."""

    label: str = ""
    """The `a=label` of the media line (RFC 4574); empty for a plain call."""

    participant_name: str = ""
    participant_aor: str = ""
    joined_ms: int = 0


class MediaStarted(Event, frozen=True, kw_only=True):
    """The call's first packet came: `clock_started_at` is 0 ms on the call clock."""

    clock_started_at: datetime


class AudioFrame(Event, frozen=True, kw_only=True):
    """Audio of one leg, decoded, in order, gaps filled with silence. Never on the bus."""

    leg_id: str
    start_ms: int
    rate_hz: int
    line_hz: int = 8_000
    """The leg's own rate: of a line of 8 kHz every second sample at 16 kHz says it all."""

    pcm: bytes
    """int16 little-endian [samples], mono."""

    captured_at: datetime
    """When the packet that completed this frame arrived."""


class LegHeld(Event, frozen=True, kw_only=True):
    """The leg is not listened to on purpose, from `at_ms` on. Said again when the reason changes.

    While a pause of ours lasts (`PAUSES`), it is said again every half minute.
    """

    leg_id: str
    at_ms: int
    why: str = "hold"
    """`hold` or `recording_pause`: the peer's signalling. `api`: somebody asked for it. `dtmf`:
    keys were pressed. `ingress`: the platform's own pause."""

    by: str = ""
    """Who: of `api` a key_id, of `dtmf` the role that pressed the keys, of the peer's signalling
    how the call reached us (`siprec`, `audiohook`, ...)."""


PAUSES = frozenset({"api", "dtmf", "ingress"})
"""Reasons of `LegHeld` that are a pause of ours: no re-INVITE ends it."""


class LegResumed(Event, frozen=True, kw_only=True):
    """The leg's audio is back after `LegHeld`."""

    leg_id: str
    at_ms: int
    why: str = ""
    """As in `LegHeld`, of who ended it; `time`: it had lasted as long as it may."""

    by: str = ""
    """As in `LegHeld`; `time` of what ends by itself."""


class Gap(Event, frozen=True, kw_only=True):
    """What was not heard: said, never hidden."""

    leg_id: str
    start_ms: int
    end_ms: int
    why: str
    """`lost_packets`, `recogniser_unavailable`, `worker_restarted`, `overload`; `paused`: on
    purpose, said when the pause is over or its leg is."""


class GapFilled(Event, frozen=True, kw_only=True):
    """Of a gap that was told, this much was recognised later, from the journal."""

    leg_id: str
    start_ms: int
    """Where the gap begins: with leg and reason, which one it is."""

    why: str
    until_ms: int
    """What lies before this is in the transcript now, marked `recovered`; the gap is the rest."""


class DtmfPressed(Event, frozen=True, kw_only=True):
    """Keys were pressed (RFC 4733, or tones in the audio). Only their number is told: the digits
    are never kept."""

    leg_id: str
    start_ms: int
    end_ms: int
    count: int


class LegLeft(Event, frozen=True, kw_only=True):
    """A leg is over."""

    leg_id: str
    at_ms: int
    reason: str
    """`bye`, `removed`, `media_timeout`, `fault`, `shutdown`."""

    packets_received: int = 0
    packets_lost: int = 0
    packets_late: int = 0
    jitter_ms: float = 0.0
    """Interarrival jitter (RFC 3550 section 6.4.1), the largest seen."""

    mos: float | None = None
    """Estimated from loss, jitter and codec (ITU-T G.107, simplified): 1.0 to 4.5. None where
    nothing came."""


class SegmentSpeaker(msgspec.Struct, frozen=True):
    """Who speaks in one segment of a transcript."""

    segment_id: str
    speaker: str


class SpeakersCorrected(Event, frozen=True, kw_only=True):
    """By all that was heard of a leg that several people share, these segments are of others.

    Said at the end of the call; it may come before the finals that it is about.
    """

    leg_id: str
    segments: tuple[SegmentSpeaker, ...]


class CallEnded(Event, frozen=True, kw_only=True):
    """The call is over: no event of this call follows on this topic."""

    ended_at: datetime
    ended_ms: int
    reason: str


CallEvent = (
    CallStarted
    | LegJoined
    | MediaStarted
    | LegHeld
    | LegResumed
    | Gap
    | GapFilled
    | DtmfPressed
    | LegLeft
    | SpeakersCorrected
    | CallEnded
)
"""What crosses `trunkline.calls`."""

CALLS_TOPIC = "trunkline.calls"
