"""One call in the media worker: opens, changes and ends its legs, and says so in order."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic, time
from typing import NamedTuple

from sip_gateway.audio.key import Key
from sip_gateway.events import (
    AudioFrame,
    CallEnded,
    CallStarted,
    DtmfPressed,
    LegHeld,
    LegResumed,
    MediaStarted,
)
from sip_gateway.media.kept_ports import KeptPorts
from sip_gateway.media.leg import new_leg
from sip_gateway.media.leg_socket import LegSocket
from sip_gateway.media.metrics import MediaMetrics
from sip_gateway.media.pause_rule import TIME, Asked, CallPause, Cause
from sip_gateway.media.port_pool import NoPort, PortPool
from sip_gateway.media.progress import Heard, Progress
from sip_gateway.media.running_leg import LONGEST_WAIT_S, RunningLeg
from sip_gateway.media.sinks import AudioSink, CallSink, JoinedLeg
from sip_gateway.media.sockets import Sockets
from sip_gateway.rtp.clock import CallClock
from sip_gateway.rtp.outputs import Pressed
from sip_gateway.settings import Settings
from sip_gateway.worker_protocol import (
    ClockStarted,
    FromWorker,
    LegSpec,
    OpenCall,
    Pause,
    PauseChanged,
)

logger = logging.getLogger(__name__)

SAY_AGAIN_S = 30.0
"""A pause is said again so often: who begins to look only then, must see it."""

MOST_BEHIND_MS = 2_000
"""A pause reaches back so much further at most, where a leg's audio is late."""


class Parts(NamedTuple):
    """What every call of a worker is made with."""

    settings: Settings
    audio: AudioSink
    events: CallSink
    ports: PortPool
    sockets: Sockets
    progress: Progress
    metrics: MediaMetrics
    say: Callable[[FromWorker], None]
    """To the signalling process."""

    lag_ms: int
    """See `Sinks`."""

    ear: Callable[[str, str], LegSocket]
    """Hears one end of a relay of the call."""

    kept: KeptPorts
    pass_on: Callable[[int], LegSocket | None]
    """A port that is kept, for a new leg."""


class MediaCall:
    """A call from `OpenCall` to its end, or until another worker takes it up."""

    def __init__(self, opened: OpenCall, parts: Parts) -> None:
        self.call_id = opened.call_id
        self.legs: dict[str, RunningLeg] = {}
        self.timed_out = False
        self._opened = opened
        self._parts = parts
        self._alive_at = monotonic()
        before = parts.progress.read(opened.call_id) if opened.resumed else None
        self._before = before.until_ms if before else {}
        self._srtp_before = before.srtp if before else {}
        known = opened.clock_started_at or (before.clock_started_at if before else None)
        self.clock_started_at = known
        self.clock = CallClock(monotonic() - _since(known) if known else None)
        self._pause = CallPause(parts.settings.pause)
        self._said_pause_at = monotonic()
        if opened.pause is not None:
            self._take_up(opened.pause)

    def announce(self) -> None:
        """Say that the call began, unless that was said before."""
        if self._opened.resumed:
            return
        self._parts.events.publish(
            CallStarted(
                tenant_id=self._opened.tenant_id,
                call_id=self.call_id,
                started_at=self._opened.started_at,
                ingress=self._opened.hints.via or self._opened.ingress,
                external_id=self._opened.external_id,
                queue=self._opened.hints.queue,
                attributes=self._opened.attributes,
            )
        )

    async def open_sockets(self, specs: tuple[LegSpec, ...]) -> dict[str, LegSocket]:
        """Ports for legs that have none yet, by leg id; all of them or OSError or NoPort."""
        opened: dict[str, LegSocket] = {}
        try:
            for spec in specs:
                if spec.leg_id not in self.legs and spec.tap:
                    opened[spec.leg_id] = self._parts.ear(self.call_id, spec.tap)
                elif spec.leg_id not in self.legs:
                    rtp = opened[spec.leg_id] = await self._open_socket(spec.rtp_port)
                    if spec.rtcp and not spec.rtcp.mux:
                        await self._parts.sockets.open_control(rtp)
        except (OSError, NoPort):
            for rtp in opened.values():
                self._close(rtp)
            raise
        return opened

    async def _open_socket(self, named: int | None) -> LegSocket:
        sockets, ports = self._parts.sockets, self._parts.ports
        if named is not None and (rtp := self._parts.pass_on(named)) is not None:
            return rtp
        if named is not None:
            ports.take_named(named)
            try:
                return await sockets.open_again(named)
            except OSError:
                ports.give_back(named, now=monotonic())
                raise
        while True:
            port = ports.take(now=monotonic())
            try:
                return await sockets.open(port)
            except OSError:
                # Some other program has it. It rests; the next may be free.
                ports.give_back(port, now=monotonic())

    def add(self, spec: LegSpec, rtp: LegSocket, *, again: bool = False) -> RunningLeg:
        """Begin to listen to a leg."""
        joined = JoinedLeg(
            self._opened.tenant_id,
            self.call_id,
            spec.leg_id,
            spec.channel,
            spec.role,
            self._opened.ingress,
            self._opened.hints,
        )
        leg = new_leg(
            spec,
            joined,
            clock=self.clock,
            settings=self._parts.settings,
            wall=self._wall,
        )
        now_ms = self.clock.ms(monotonic())
        if again:
            leg.take_up_srtp(self._srtp_before.get(spec.leg_id))
        else:
            leg.take_up_srtp(self._parts.kept.heard_before(spec, rtp.port))
        if again and not spec.held:
            leg.missed_since_ms = self._before.get(spec.leg_id, now_ms)
        running = self.legs[spec.leg_id] = RunningLeg(leg, rtp, lag_ms=self._parts.lag_ms)
        self._parts.audio.start_leg(joined)
        if not again:
            self._parts.events.publish(leg.said_joined(at_ms=now_ms))
            if spec.held and not self._pause.on:
                self._say_held(running, at_ms=now_ms)
        if self._pause.on:
            self._join_paused(running, at_ms=self._pause.since_ms if again else now_ms)
        return running

    def change(self, running: RunningLeg, spec: LegSpec) -> None:
        """A re-INVITE or new metadata says what the leg is now."""
        leg = running.leg
        held, described = leg.held, leg.spec
        self.receive(running)
        leg.change(spec)
        self._publish(running)
        now_ms = self.clock.ms(monotonic())
        if _description(described) != _description(spec):
            self._parts.events.publish(leg.said_joined(at_ms=now_ms))
        if leg.held and not held:
            self._parts.audio.hold_leg(spec.leg_id, at_ms=leg.receiver.position_ms)
        elif held and not leg.held:
            self._alive_at = monotonic()
        if leg.held and not held and not self._pause.on:
            self._say_held(running, at_ms=leg.receiver.position_ms)
        elif held and not leg.held and not self._pause.on:
            self._say_resumed(running, self._of_peer, at_ms=now_ms)

    # A pause of ours: independent of what the peer's SDP says.

    def pause_at(self, at: datetime, cause: Cause) -> None:
        """Pause from this moment on, which may have passed."""
        self.pause(self._ms_of(at), cause, by_wall=True)

    def pause(
        self, at_ms: int, cause: Cause, *, by_digits: bool = False, by_wall: bool = False
    ) -> None:
        """Pass nothing on from `at_ms` on, until `resume`; said also if it was so before.

        `by_wall`: the moment was not taken from the leg's own audio.
        """
        now_ms = self.clock.ms(monotonic())
        at_ms = max(0, min(at_ms, now_ms))
        began = not self._pause.on
        self._pause.begin(at_ms, cause, now_ms=now_ms, by_digits=by_digits)
        if began:
            self._parts.metrics.pauses.labels(cause.why).inc()
        for running in self.legs.values():
            if began:
                self.receive(running)
                behind_ms = self._behind_ms(running, now_ms) if by_wall else 0
                from_ms = max(0, at_ms - behind_ms)
                running.leg.pause(from_ms)
                self._publish(running)
                self._parts.audio.pause_leg(running.leg.joined.leg_id, from_ms=from_ms)
            self._say_held(running, at_ms=running.leg.paused_since_ms or 0)
        self._said_pause_at = monotonic()
        self._say_pause()

    def resume(self, cause: Cause) -> None:
        """Listen again from now on, where the peer does not hold; nothing if it is not paused."""
        if not self._pause.on:
            return
        now_ms = self.clock.ms(monotonic())
        self._pause.end()
        self._alive_at = monotonic()
        for running in self.legs.values():
            self.receive(running)
            # A sender whose clock is fast is ahead of ours: what it said before is not for us.
            at_ms = max(now_ms, running.leg.receiver.position_ms)
            self._end_pause(running, at_ms=at_ms)
            self._say_resumed(running, cause, at_ms=at_ms)
            if running.leg.held:  # our pause is over, the peer's own is not
                self._say_held(running, at_ms=at_ms)
        self._say_pause()

    @property
    def paused(self) -> bool:
        """Whether a pause of ours is on."""
        return self._pause.on

    def look_after_pause(self) -> None:
        """What time does to a pause; to be called about once a second."""
        now_ms = self.clock.ms(monotonic())
        self._pause.forget(now_ms=now_ms)
        if self._pause.is_over(now_ms=now_ms):
            self.resume(TIME)
        elif self._pause.on and monotonic() - self._said_pause_at >= SAY_AGAIN_S:
            self._said_pause_at = monotonic()
            for running in self.legs.values():
                self._say_held(running, at_ms=running.leg.paused_since_ms or 0)

    def _take_up(self, pause: Pause) -> None:
        """The pause that was on when the call was last heard of, or was asked for since."""
        now_ms = self.clock.ms(monotonic())
        at_ms = min(self._ms_of(pause.since), now_ms)
        cause = Cause(pause.why, pause.by)
        self._pause.begin(at_ms, cause, now_ms=now_ms, by_digits=pause.by_digits)

    def _join_paused(self, running: RunningLeg, *, at_ms: int) -> None:
        """A leg that comes while the call is paused."""
        leg = running.leg
        for gap in leg.missed(at_ms):
            self._parts.events.publish(gap)
        leg.missed_since_ms = None
        leg.pause(at_ms)
        self._parts.audio.pause_leg(leg.joined.leg_id, from_ms=at_ms)
        self._say_held(running, at_ms=at_ms)

    def _behind_ms(self, running: RunningLeg, now_ms: int) -> int:
        """How far what a leg says now lies behind the call clock: its sender's is slow, or the
        network. 0 where nothing comes."""
        receiver = running.leg.receiver
        if receiver.heard_at is None or monotonic() - receiver.heard_at > LONGEST_WAIT_S:
            return 0
        return min(max(0, now_ms - receiver.position_ms), MOST_BEHIND_MS)

    def _end_pause(self, running: RunningLeg, *, at_ms: int) -> None:
        leg_id = running.leg.joined.leg_id
        if gap := running.leg.resume(at_ms):
            running.finished_ms = max(running.finished_ms, gap.end_ms)
            self._parts.events.publish(gap)
        self._publish(running)
        self._parts.audio.resume_leg(leg_id, at_ms=at_ms)

    def _say_pause(self) -> None:
        """To signalling, which keeps it."""
        pause = None
        if self._pause.on:
            since = (self.clock_started_at or datetime.now(UTC)) + timedelta(
                milliseconds=self._pause.since_ms
            )
            why, by = self._pause.cause
            pause = Pause(since=since, why=why, by_digits=self._pause.by_digits, by=by)
        self._parts.say(PauseChanged(call_id=self.call_id, pause=pause))

    def _press(self, running: RunningLeg) -> None:
        """What keys ask for."""
        joined = running.leg.joined
        for start_ms, end_ms, key in running.leg.take_pressed():
            assert key is not None
            cause = Cause("dtmf", running.leg.spec.role)
            asked = self._pause.press(joined.leg_id, cause.by, key=key, at_ms=end_ms)
            if asked is Asked.RESUME:
                self.resume(cause)
            elif asked is not Asked.NOTHING:
                self.pause(start_ms, cause, by_digits=asked is Asked.PAUSE_BY_DIGITS)

    def press(self, running: RunningLeg, duration_ms: int, key: Key | None) -> None:
        """A key press that signalling told of; it ends now, as far as anybody knows."""
        end_ms = self.clock.ms(monotonic())
        pressed = Pressed(max(0, end_ms - duration_ms), end_ms, key)
        self._parts.metrics.keys.inc()
        self._parts.events.publish(running.leg.receive_press(pressed))
        self._press(running)

    def _ms_of(self, at: datetime) -> int:
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

    def hear(self, running: RunningLeg) -> None:
        """Pass on what was received."""
        now = monotonic()
        running.leg.receive_timer(now=now)
        self._publish(running)
        self._press(running)
        if running.leg.suspends(now=now):
            at_ms = running.leg.receiver.position_ms
            self._parts.audio.hold_leg(running.leg.joined.leg_id, at_ms=at_ms)
        running.plan(now=now)

    def play_out(self, running: RunningLeg) -> None:
        """Nothing is waited for any more."""
        self.receive_control(running)
        self.receive(running)
        running.leg.flush()
        self._publish(running)

    async def end_leg(self, running: RunningLeg) -> None:
        """The leg's port is free at once; its end is said behind its last results."""
        leg = running.leg
        self._close(running.rtp)
        if self._parts.kept.has(running.rtp.port):
            self._parts.kept.part(running)
        self._parts.metrics.add(leg.counts, running.reported)
        await self._parts.audio.end_leg(leg.joined.leg_id)
        if running.leaves == "":
            running.finished_ms = leg.fed_until_ms
            return
        if self.legs.get(leg.joined.leg_id) is running:
            del self.legs[leg.joined.leg_id]
        if gap := leg.resume(self.clock.ms(monotonic())):
            self._parts.events.publish(gap)
        for gap in leg.missed(self.clock.ms(monotonic())):
            self._parts.events.publish(gap)
        self._parts.events.publish(leg.said_left(reason=running.leaves or "fault"))

    def said_ended(self, *, reason: str) -> CallEnded:
        """The call's end, now, as an event."""
        return CallEnded(
            tenant_id=self._opened.tenant_id,
            call_id=self.call_id,
            ended_at=datetime.now(UTC),
            ended_ms=self.clock.ms(monotonic()),
            reason=reason,
        )

    async def finish(self, ended: CallEnded) -> None:
        """Say the call's end behind all its results; its legs have ended."""
        await self._parts.events.finish(ended)
        self._parts.progress.remove(self.call_id)

    def remember(self) -> None:
        """Write down how far the call was heard."""
        if self.clock_started_at and self.legs:
            until_ms = {leg_id: running.safe_until_ms for leg_id, running in self.legs.items()}
            srtp = {
                leg_id: (at.ssrc, at.number)
                for leg_id, running in self.legs.items()
                if running.leg.srtp and (at := running.leg.srtp.position)
            }
            self._parts.progress.write(self.call_id, Heard(self.clock_started_at, until_ms, srtp))

    def times_out(self, *, now: float) -> bool:
        """True once, when no leg that should be sending has sent for too long."""
        sending = [running.leg for running in self.legs.values() if not running.leg.held]
        if not sending:
            self._alive_at = now
        heard_at = max([leg.receiver.heard_at or 0.0 for leg in sending] + [self._alive_at])
        was, self.timed_out = (
            self.timed_out,
            now - heard_at >= self._parts.settings.media_timeout_s,
        )
        return self.timed_out and not was

    def _start_clock(self, started_at: float) -> None:
        self.clock_started_at = self._wall(started_at)
        self._parts.say(ClockStarted(call_id=self.call_id, clock_started_at=self.clock_started_at))
        self._parts.events.publish(
            MediaStarted(
                tenant_id=self._opened.tenant_id,
                call_id=self.call_id,
                clock_started_at=self.clock_started_at,
            )
        )

    def _publish(self, running: RunningLeg) -> None:
        for heard in running.leg.take():
            if isinstance(heard, AudioFrame):
                self._parts.audio.feed(heard)
                self._parts.metrics.frames.inc()
            else:
                if isinstance(heard, DtmfPressed):
                    self._parts.metrics.keys.inc()
                self._parts.events.publish(heard)

    def _say_held(self, running: RunningLeg, *, at_ms: int) -> None:
        """Why the leg is held now, by us or by the peer."""
        why, by = self._pause.cause if self._pause.on else self._of_peer
        self._parts.events.publish(
            LegHeld(
                tenant_id=self._opened.tenant_id,
                call_id=self.call_id,
                leg_id=running.leg.joined.leg_id,
                at_ms=at_ms,
                why=why,
                by=by,
            )
        )

    def _say_resumed(self, running: RunningLeg, cause: Cause, *, at_ms: int) -> None:
        self._parts.events.publish(
            LegResumed(
                tenant_id=self._opened.tenant_id,
                call_id=self.call_id,
                leg_id=running.leg.joined.leg_id,
                at_ms=at_ms,
                why=cause.why,
                by=cause.by,
            )
        )

    @property
    def _of_peer(self) -> Cause:
        """A hold by its signalling."""
        of = self._opened
        why = "recording_pause" if of.ingress == "siprec" else "hold"
        return Cause(why, of.hints.via or of.ingress)

    def _close(self, rtp: LegSocket) -> None:
        if self._parts.kept.waits(rtp):
            return
        rtp.close()
        self._parts.ports.give_back(rtp.port, now=monotonic())

    @staticmethod
    def _wall(at: float) -> datetime:
        return datetime.fromtimestamp(time() - (monotonic() - at), UTC)


def _since(moment: datetime) -> float:
    return (datetime.now(UTC) - moment) / timedelta(seconds=1)


def _description(spec: LegSpec) -> tuple[int | str, ...]:
    return (
        spec.channel,
        spec.role,
        spec.codec,
        spec.label,
        spec.participant_name,
        spec.participant_aor,
    )
