"""What is heard of one call: its legs and its clock, what came to their ports, and who is told."""

from datetime import UTC, datetime, timedelta
from time import monotonic, time

from sip_gateway.events import AudioFrame, DtmfPressed, LegHeld, LegResumed, MediaStarted
from sip_gateway.media.parts import Parts
from sip_gateway.media.pause_rule import Cause
from sip_gateway.media.running_leg import RunningLeg
from sip_gateway.rtp.clock import CallClock
from sip_gateway.worker_protocol import ClockStarted, OpenCall


class Listening:
    """The legs of one call on its clock. What `receive` took in, `publish` passes on."""

    def __init__(
        self, opened: OpenCall, parts: Parts, *, clock_started_at: datetime | None
    ) -> None:
        self.legs: dict[str, RunningLeg] = {}
        self.alive_at = monotonic()
        """When it was last to be expected that somebody sends from now on."""

        self.timed_out = False
        self.clock_started_at = clock_started_at
        known = clock_started_at
        self.clock = CallClock(monotonic() - _since(known) if known else None)
        self._opened = opened
        self._parts = parts

    def now_ms(self) -> int:
        """Now, on the call clock."""
        return self.clock.ms(monotonic())

    def ms_of(self, at: datetime) -> int:
        """A moment on the call clock; 0 before it started."""
        if self.clock_started_at is None:
            return 0
        return max(0, round((at - self.clock_started_at) / timedelta(milliseconds=1)))

    def receive(self, running: RunningLeg) -> None:
        """Take in what came to the leg's port. Here, and nowhere else, a datagram enters."""
        if came := running.rtp.take():
            running.leg.receive_datagrams(came)
        running.leg.counts.dropped = running.rtp.dropped
        if self.clock_started_at is None and self.clock.started_at is not None:
            self._start_clock(self.clock.started_at)

    def receive_control(self, running: RunningLeg) -> None:
        """Take in what came to the port of RTCP; to be called about once a second."""
        for data, arrived_at in running.rtp.control.take() if running.rtp.control else ():
            running.leg.receive_control(data, now=arrived_at)

    def _start_clock(self, started_at: float) -> None:
        self.clock_started_at = wall(started_at)
        self._parts.say(
            ClockStarted(call_id=self._opened.call_id, clock_started_at=self.clock_started_at)
        )
        self._parts.events.publish(
            MediaStarted(
                tenant_id=self._opened.tenant_id,
                call_id=self._opened.call_id,
                clock_started_at=self.clock_started_at,
            )
        )

    def publish(self, running: RunningLeg) -> None:
        """Pass on what the leg made of what was received."""
        for heard in running.leg.take():
            if isinstance(heard, AudioFrame):
                self._parts.audio.feed(heard)
                self._parts.metrics.count_frame()
            else:
                if isinstance(heard, DtmfPressed):
                    self._parts.metrics.keys.inc()
                self._parts.events.publish(heard)

    def say_held(self, running: RunningLeg, cause: Cause, *, at_ms: int) -> None:
        """The leg is held from then on, and why."""
        self._say(LegHeld, running, cause, at_ms=at_ms)

    def say_resumed(self, running: RunningLeg, cause: Cause, *, at_ms: int) -> None:
        """The leg is heard again from then on."""
        self._say(LegResumed, running, cause, at_ms=at_ms)

    def _say(
        self,
        kind: type[LegHeld | LegResumed],
        running: RunningLeg,
        cause: Cause,
        *,
        at_ms: int,
    ) -> None:
        self._parts.events.publish(
            kind(
                tenant_id=self._opened.tenant_id,
                call_id=self._opened.call_id,
                leg_id=running.leg.joined.leg_id,
                at_ms=at_ms,
                why=cause.why,
                by=cause.by,
            )
        )

    @property
    def of_peer(self) -> Cause:
        """A hold by the peer's signalling."""
        of = self._opened
        why = "recording_pause" if of.ingress == "siprec" else "hold"
        return Cause(why, of.hints.via or of.ingress)

    def times_out(self, *, now: float) -> bool:
        """True once, when no leg that should be sending has sent for too long."""
        sending = [running.leg for running in self.legs.values() if not running.leg.held]
        if not sending:
            self.alive_at = now
        heard_at = max([leg.receiver.heard_at or 0.0 for leg in sending] + [self.alive_at])
        was, self.timed_out = (
            self.timed_out,
            now - heard_at >= self._parts.settings.media_timeout_s,
        )
        return self.timed_out and not was


def wall(at: float) -> datetime:
    """The date of a moment of the monotonic clock."""
    return datetime.fromtimestamp(time() - (monotonic() - at), UTC)


def _since(moment: datetime) -> float:
    return (datetime.now(UTC) - moment) / timedelta(seconds=1)
