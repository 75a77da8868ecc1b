"""One call in the media worker: opens, changes and ends its legs, and says so in order."""

from datetime import UTC, datetime
from time import monotonic

from sip_gateway.events import CallEnded, CallStarted
from sip_gateway.media.call_ports import CallPorts
from sip_gateway.media.leg import new_leg
from sip_gateway.media.leg_socket import LegSocket
from sip_gateway.media.listening import Listening, wall
from sip_gateway.media.parts import Parts
from sip_gateway.media.pausing import Pausing
from sip_gateway.media.progress import Heard
from sip_gateway.media.running_leg import RunningLeg
from sip_gateway.media.sinks import JoinedLeg
from sip_gateway.worker_protocol import LegSpec, OpenCall


class MediaCall:
    """A call from `OpenCall` to its end, or until another worker takes it up."""

    def __init__(self, opened: OpenCall, parts: Parts) -> None:
        self.call_id = opened.call_id
        self._opened = opened
        self._parts = parts
        before = parts.progress.read(opened.call_id) if opened.resumed else None
        self._before = before.until_ms if before else {}
        self._srtp_before = before.srtp if before else {}
        known = opened.clock_started_at or (before.clock_started_at if before else None)
        self._listening = Listening(opened, parts, clock_started_at=known)
        self._ports = CallPorts(opened.call_id, parts)
        self.pausing = Pausing(opened, parts, self._listening)
        self.legs = self._listening.legs

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
        # Looked at one by one: a leg may end while another's port is opened.
        return await self._ports.open(spec for spec in specs if spec.leg_id not in self.legs)

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
            clock=self._listening.clock,
            settings=self._parts.settings,
            wall=wall,
        )
        now_ms = self._listening.now_ms()
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
            if spec.held and not self.pausing.on:
                self._say_held(running, at_ms=now_ms)
        if self.pausing.on:
            self.pausing.join(running, again=again, now_ms=now_ms)
        return running

    def change(self, running: RunningLeg, spec: LegSpec) -> None:
        """A re-INVITE or new metadata says what the leg is now."""
        leg, listening = running.leg, self._listening
        held, described = leg.held, leg.spec
        listening.receive(running)
        leg.change(spec)
        listening.publish(running)
        now_ms = listening.now_ms()
        if _description(described) != _description(spec):
            self._parts.events.publish(leg.said_joined(at_ms=now_ms))
        if leg.held and not held:
            self._parts.audio.hold_leg(spec.leg_id, at_ms=leg.receiver.position_ms)
        elif held and not leg.held:
            listening.alive_at = monotonic()
        if leg.held and not held and not self.pausing.on:
            self._say_held(running, at_ms=leg.receiver.position_ms)
        elif held and not leg.held and not self.pausing.on:
            listening.say_resumed(running, listening.of_peer, at_ms=now_ms)

    def _say_held(self, running: RunningLeg, *, at_ms: int) -> None:
        """By the peer."""
        self._listening.say_held(running, self._listening.of_peer, at_ms=at_ms)

    def receive(self, running: RunningLeg) -> None:
        """Take in what came to the leg's port."""
        self._listening.receive(running)

    def receive_control(self, running: RunningLeg) -> None:
        """Take in what came to the port of RTCP; to be called about once a second."""
        self._listening.receive_control(running)

    def hear(self, running: RunningLeg) -> None:
        """Pass on what was received."""
        now = monotonic()
        running.leg.receive_timer(now=now)
        self._listening.publish(running)
        self.pausing.take_keys(running)
        if running.leg.suspends(now=now):
            at_ms = running.leg.receiver.position_ms
            self._parts.audio.hold_leg(running.leg.joined.leg_id, at_ms=at_ms)
        running.plan(now=now)

    def play_out(self, running: RunningLeg) -> None:
        """Nothing is waited for any more."""
        self.receive_control(running)
        self.receive(running)
        running.leg.flush()
        self._listening.publish(running)

    async def end_leg(self, running: RunningLeg) -> None:
        """The leg's port is free at once; its end is said behind its last results."""
        leg = running.leg
        self._ports.close(running.rtp)
        if self._parts.kept.has(running.rtp.port):
            self._parts.kept.part(running)
        self._parts.metrics.add(leg.counts, running.reported)
        await self._parts.audio.end_leg(leg.joined.leg_id)
        if running.leaves == "":
            running.finished_ms = leg.fed_until_ms
            return
        if self.legs.get(leg.joined.leg_id) is running:
            del self.legs[leg.joined.leg_id]
        if gap := leg.resume(self._listening.now_ms()):
            self._parts.events.publish(gap)
        for gap in leg.missed(self._listening.now_ms()):
            self._parts.events.publish(gap)
        self._parts.events.publish(leg.said_left(reason=running.leaves or "fault"))

    def said_ended(self, *, reason: str) -> CallEnded:
        """The call's end, now, as an event."""
        return CallEnded(
            tenant_id=self._opened.tenant_id,
            call_id=self.call_id,
            ended_at=datetime.now(UTC),
            ended_ms=self._listening.now_ms(),
            reason=reason,
        )

    async def finish(self, ended: CallEnded) -> None:
        """Say the call's end behind all its results; its legs have ended."""
        await self._parts.events.finish(ended)
        self._parts.progress.remove(self.call_id)

    def remember(self) -> None:
        """Write down how far the call was heard."""
        started_at = self._listening.clock_started_at
        if started_at and self.legs:
            until_ms = {leg_id: running.safe_until_ms for leg_id, running in self.legs.items()}
            srtp = {
                leg_id: (at.ssrc, at.number)
                for leg_id, running in self.legs.items()
                if running.leg.srtp and (at := running.leg.srtp.position)
            }
            self._parts.progress.write(self.call_id, Heard(started_at, until_ms, srtp))

    def times_out(self, *, now: float) -> bool:
        """True once, when no leg that should be sending has sent for too long."""
        return self._listening.times_out(now=now)


def _description(spec: LegSpec) -> tuple[int | str, ...]:
    return (
        spec.channel,
        spec.role,
        spec.codec,
        spec.label,
        spec.participant_name,
        spec.participant_aor,
    )
