"""What the recogniser heard: the only raw text in the system, read by redaction alone."""

from datetime import datetime

import msgspec

from sip_gateway.events import Event


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """One word as recognised."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float
    """0 to 1."""


class RawTranscript(Event, frozen=True, kw_only=True):
    """One revision of one segment of one leg: a partial, or its final."""

    leg_id: str
    segment_id: str
    """Unique in the call, and ordered within the leg: `LEG/START_MS`, zero-padded to 9 digits."""

    revision: int
    """Grows within a segment; the final has the highest."""

    is_final: bool
    start_ms: int
    end_ms: int
    words: tuple[Word, ...]
    speaker: str
    channel: int
    language: str
    model: str
    model_sha256: str
    decoder: str
    """Short hash of the decoder and endpointing settings."""

    frozen_words: int = 0
    """So many leading words no later revision of this segment changes; of a final, all."""

    speech_final: bool = False
    """The speaker pauses: nothing but silence follows what was decoded."""

    utterance_end: bool = False
    """Of a final: no word followed for as long as ends an utterance."""

    recovered: bool = False
    """Recognised from the journal, behind the live edge: it fills a gap that was told."""

    audio_end_at: datetime
    """When the last audio this hypothesis covers was received."""

    recognised_at: datetime


class RawTranscriptEnded(Event, frozen=True, kw_only=True):
    """Every final of the call has been published: nothing of it follows on this topic."""

    ended_at: datetime


class RawGap(Event, frozen=True, kw_only=True):
    """Nobody knows what was said then: what follows may be the answer to it."""

    leg_id: str
    start_ms: int
    end_ms: int


RawEvent = RawTranscript | RawTranscriptEnded | RawGap
"""What crosses `trunkline.transcripts.raw`, encrypted."""

RAW_TOPIC = "trunkline.transcripts.raw"
