"""The messages of `/v1/captions` as a client reads them."""

from datetime import datetime

import msgspec

from redaction.events import RedactedWord


class CaptionSegment(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of one segment, as shown."""

    segment_id: str
    leg_id: str
    channel: int
    speaker: str
    revision: int
    is_final: bool
    start_ms: int
    end_ms: int
    words: tuple[RedactedWord, ...]
    frozen_words: int = 0
    """So many leading words no later revision changes."""

    model: str = ""
    audio_end_at: datetime | None = None
    recognised_at: datetime | None = None
    redacted_at: datetime | None = None

    @property
    def text(self) -> str:
        """The words joined by spaces."""
        return " ".join(word.text for word in self.words)


class CaptionCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call in a snapshot: what has been said so far."""

    call_id: str
    segments: tuple[CaptionSegment, ...] = ()


class CaptionHead(msgspec.Struct, frozen=True, kw_only=True):
    """What every message begins with."""

    type: str
    """snapshot, call, leg, segment, gap, call_ended; others may come."""

    epoch: str
    seq: int
    call_id: str = ""


class _Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    calls: tuple[CaptionCall, ...]


_HEAD = msgspec.json.Decoder(CaptionHead)
_SNAPSHOT = msgspec.json.Decoder(_Snapshot)
_SEGMENT = msgspec.json.Decoder(CaptionSegment)


def read_head(message: str | bytes) -> CaptionHead:
    """Type, place and call of a message."""
    return _HEAD.decode(message)


def read_segments(message: str | bytes) -> list[tuple[str, CaptionSegment]]:
    """(call id, segment) for every segment a message shows; empty for messages without any."""
    head = read_head(message)
    if head.type == "segment":
        return [(head.call_id, _SEGMENT.decode(message))]
    if head.type == "snapshot":
        calls = _SNAPSHOT.decode(message).calls
        return [(call.call_id, segment) for call in calls for segment in call.segments]
    return []
