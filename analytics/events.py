"""What a finished call amounted to, and how a call and its transcript read as a document.

The documents are the JSON of the API, and what connectors push: one shape everywhere.
"""

from datetime import datetime

import msgspec

from redaction.events import RedactedWord
from sip_gateway.events import Event


class LegSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One leg of a finished call, in numbers."""

    leg_id: str
    channel: int
    role: str
    talk_ms: int
    words: int
    gap_ms: int
    packets_received: int
    packets_lost: int
    jitter_ms: float = 0.0
    """Between arrivals, the largest seen."""

    mos: float | None = None
    """How good the leg sounded, estimated; None where nothing came."""


class SpeakerSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One label of one leg: a leg that several people share has several."""

    leg_id: str
    speaker: str
    talk_ms: int
    words: int


class CallSummary(Event, frozen=True, kw_only=True):
    """A call is complete: its transcript is final and stored."""

    started_at: datetime
    ended_at: datetime
    duration_ms: int
    ingress: str
    reason: str
    legs: tuple[LegSummary, ...]
    silence_ms: int
    """Nobody spoke."""

    overlap_ms: int
    """More than one spoke."""

    redactions: dict[str, int]
    """Masked spans by kind."""

    policy_version: str

    transcript_complete: bool = True
    """False when nobody said that all finals are out: the call, or redaction's end, was lost."""

    speakers: tuple[SpeakerSummary, ...] = ()
    """In order of leg, then of arrival."""


SUMMARIES_TOPIC = "trunkline.summaries"


class LegDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One party of a call."""

    leg_id: str
    channel: int
    role: str
    label: str = ""
    participant_name: str = ""


class CallDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A call as lists show it."""

    call_id: str
    external_id: str
    ingress: str
    queue: str = ""
    """What the call is about or who should take it, as the peer told."""

    attributes: dict[str, str] = {}
    """What the peer told besides, of what the operator wants kept: ids of a contact centre."""

    state: str
    """`live` or `ended`."""

    started_at: datetime
    ended_at: datetime | None = None
    duration_ms: int | None = None
    reason: str = ""
    """Why it ended, in the gateway's words; `lost` when the gateway never said."""

    legs: tuple[LegDocument, ...] = ()


class SegmentDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One final stretch of speech of one leg, personal data taken out."""

    segment_id: str
    leg_id: str
    channel: int
    speaker: str
    start_ms: int
    end_ms: int
    text: str
    """The words joined by spaces."""

    written: str = ""
    """The text with numbers, money and dates as one writes them."""

    words: tuple[RedactedWord, ...]
    language: str
    policy_version: str
    recovered: bool = False
    """Missed at first and recognised later, from the journal."""


class GapDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What was not heard of one leg, and why."""

    leg_id: str
    start_ms: int
    end_ms: int
    why: str
    told_from_ms: int | None = None
    """Where it began before its beginning was recognised later; None: nothing of it was."""


class TranscriptDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A stored call: segments in the order of speech, everything final and redacted."""

    call: CallDocument
    segments: tuple[SegmentDocument, ...]
    gaps: tuple[GapDocument, ...]
    summary: CallSummary | None
    """None until the call is finished."""
