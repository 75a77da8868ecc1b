"""What a leg's receiver hands on: audio, losses, key presses and counts."""

from typing import NamedTuple

from sip_gateway.audio.key import Key
from sip_gateway.rtp.timeline import PER_MS

STEP_MS = 100
STEP = STEP_MS * PER_MS
"""Ticks."""


class Step(NamedTuple):
    """100 ms of audio."""

    start_ms: int
    rate_hz: int
    pcm: bytes
    """int16 little-endian [samples], mono."""

    arrived_at: float
    joined: bool
    """It starts where the step before it ended."""


class Lost(NamedTuple):
    """Audio that was sent and did not come."""

    start_ms: int
    end_ms: int


class Pressed(NamedTuple):
    """A key was pressed."""

    start_ms: int
    end_ms: int
    key: Key | None = None
    """Where a rule asks which one."""


class Counts:
    """What became of a leg's packets."""

    __slots__ = (
        "dropped",
        "duplicate",
        "held",
        "late",
        "lost",
        "malformed",
        "received",
        "replayed",
        "rtcp",
        "rtcp_malformed",
        "unauthentic",
        "wrong_ssrc",
    )

    def __init__(self) -> None:
        self.received = 0
        self.lost = 0
        """Not there when their turn came; includes the late ones."""
        self.late = 0
        self.duplicate = 0
        self.malformed = 0
        self.wrong_ssrc = 0
        self.held = 0
        """Came while the leg was on hold, and were not listened to."""
        self.rtcp = 0
        self.rtcp_malformed = 0
        self.replayed = 0
        """Of an encrypted leg: seen before."""
        self.unauthentic = 0
        """Of an encrypted leg: not of who has the key."""
        self.dropped = 0
        """Too long, or faster than they could be taken."""
