"""What a recording says of itself; sealed with it."""

from typing import Literal

import msgspec

from redaction.recording.mutes import Mutes


class RecordedLeg(msgspec.Struct, frozen=True, kw_only=True):
    """One channel of the file."""

    channel: int
    """As the call's events number it."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Of one recording."""

    tenant_id: str
    call_id: str
    kind: Literal["redacted", "original"]
    rate_hz: int
    frames: int
    legs: tuple[RecordedLeg, ...]
    """In the order of the file's channels."""

    mutes: Mutes
    """What was taken out; of an original, nothing."""

    cover: Literal["silence", "beep"]
    policy_version: str
    revision: int = 1
    """Grows when more is muted."""

    @property
    def duration_ms(self) -> int:
        """Of the whole recording."""
        return self.frames * 1000 // self.rate_hz
