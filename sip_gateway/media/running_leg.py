"""A leg with its port and its task, in the media worker."""

import asyncio

from sip_gateway.media.leg import MediaLeg
from sip_gateway.media.rtp_socket import RtpSocket

LONGEST_WAIT_S = 0.1
"""Packets that complete no frame are taken after so long."""


class RunningLeg:
    """A leg with its port and its task."""

    def __init__(self, leg: MediaLeg, rtp: RtpSocket, *, lag_ms: int = 0) -> None:
        self.leg = leg
        self.rtp = rtp
        self.finished_ms = 0
        """End of the last segment that is finished and safe."""

        self._lag_ms = lag_ms
        self.wake = asyncio.Event()
        self.open_since_ms: int | None = None
        """Start of the segment that the recogniser has begun and not finished."""

        self.leaves: str | None = None
        """Why the leg ends; "" when another worker will take it up."""

        self.wanted = 1
        """So many packets complete the next frame: fewer need not wake the leg."""

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

    def is_due(self, *, now: float) -> bool:
        """True when the leg's task has something to do."""
        pending = self.rtp.pending
        if pending and (len(pending) >= self.wanted or now - pending[0][1] >= LONGEST_WAIT_S):
            return True
        due = self.leg.next_timer()
        return due is not None and due <= now
