"""What a finished call amounted to."""

from datetime import datetime

import msgspec

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
    """More than one leg spoke."""

    redactions: dict[str, int]
    """Masked spans by kind."""

    policy_version: str


SUMMARIES_TOPIC = "trunkline.summaries"
