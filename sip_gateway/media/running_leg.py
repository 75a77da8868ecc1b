"""A leg with its port and its task, in the media worker."""

import asyncio

from sip_gateway.media.leg import MediaLeg
from sip_gateway.media.leg_socket import LegSocket

LONGEST_WAIT_S = 0.1
"""Packets that complete no frame are taken after so long."""

_SLACK_S = 0.004
"""Packets do not come quite as they were sent."""


class RunningLeg:
    """A leg with its port and its task."""

    def __init__(self, leg: MediaLeg, rtp: LegSocket, *, lag_ms: int = 0) -> None:
        self.leg = leg
        self.rtp = rtp
        self.finished_ms = 0
        """End of the last segment that is finished and safe."""

        self._lag_ms = lag_ms
        self.over = asyncio.Event()
        """There is nothing more to be heard."""

        self.open_since_ms: int | None = None
        """Start of the segment that the recogniser has begun and not finished."""

        self.leaves: str | None = None
        """Why the leg ends; "" when another worker will take it up. See `leave`."""

        self.due_at = 0.0
        """When to take what came; not sooner."""

        self.faulted = False
        self.task: asyncio.Task[None] | None = None
        self.reported: dict[str, int] = {}

    @property
    def safe_until_ms(self) -> int:
        """Words before this will not be lost with this process."""
        if self.leg.missed_since_ms is not None:
            return self.leg.missed_since_ms
        if self.open_since_ms is not None:
            return min(self.open_since_ms, self.leg.fed_until_ms)
        # Somebody may have begun to speak without that any word has come back yet.
        begun_ms = self.leg.fed_until_ms - self._lag_ms
        return max(self.finished_ms, self.leg.taken_up_ms, begun_ms)

    def report(self, *, now: float) -> None:
        """Tell the peer how its packets arrive, when it is time."""
        if (rtcp := self.leg.spec.rtcp) is None:
            return
        if (report := self.leg.control_to_send(now=now)) is not None:
            (self.rtp.control or self.rtp).send(report, rtcp.host, rtcp.port)

    def leave(self, why: str) -> None:
        """The leg ends, for the first reason given."""
        if self.leaves is None:
            self.leaves = why
        self.over.set()

    def fail(self) -> None:
        """The leg ends for a fault of ours: nothing more is done with it."""
        self.faulted = True
        self.leaves = "fault"
        self.over.set()

    def plan(self, *, now: float) -> None:
        """Say when to listen next: when the packet is there that completes the next frame."""
        receiver = self.leg.receiver
        self.due_at = now + LONGEST_WAIT_S
        if receiver.heard_at is not None:
            whole_at = receiver.heard_at + receiver.packets_to_step * receiver.packet_s + _SLACK_S
            # One that does not come is looked for a while longer, then now and then.
            if whole_at > now - LONGEST_WAIT_S:
                self.due_at = min(self.due_at, whole_at)
        if (timer := self.leg.next_timer()) is not None:
            self.due_at = min(self.due_at, timer)
