"""A pause of ours in one call, on all its legs: independent of what the peer's SDP says."""

from datetime import UTC, datetime, timedelta
from time import monotonic

from sip_gateway.audio.key import Key
from sip_gateway.media.listening import Listening
from sip_gateway.media.parts import Parts
from sip_gateway.media.pause_rule import TIME, Asked, CallPause, Cause
from sip_gateway.media.running_leg import LONGEST_WAIT_S, RunningLeg
from sip_gateway.rtp.outputs import Pressed
from sip_gateway.worker_protocol import OpenCall, Pause, PauseChanged

SAY_AGAIN_S = 30.0
"""A pause is said again so often: who begins to look only then, must see it."""

MOST_BEHIND_MS = 2_000
"""A pause reaches back so much further at most, where a leg's audio is late."""


class Pausing:
    """Pauses what is heard of a call, because of a command or of keys, and ends that."""

    def __init__(self, opened: OpenCall, parts: Parts, listening: Listening) -> None:
        self._call_id = opened.call_id
        self._parts = parts
        self._listening = listening
        self._pause = CallPause(parts.settings.pause)
        self._said_at = monotonic()
        if opened.pause is not None:
            self._take_up(opened.pause)

    @property
    def on(self) -> bool:
        """Whether a pause of ours is on."""
        return self._pause.on

    def pause_at(self, at: datetime, cause: Cause) -> None:
        """Pause from this moment on, which may have passed."""
        self.pause(self._listening.ms_of(at), cause, by_wall=True)

    def pause(
        self, at_ms: int, cause: Cause, *, by_digits: bool = False, by_wall: bool = False
    ) -> None:
        """Pass nothing on from `at_ms` on, until `resume`; said also if it was so before.

        `by_wall`: the moment was not taken from the leg's own audio.
        """
        now_ms = self._listening.now_ms()
        at_ms = max(0, min(at_ms, now_ms))
        began = not self._pause.on
        self._pause.begin(at_ms, cause, now_ms=now_ms, by_digits=by_digits)
        if began:
            self._parts.metrics.pauses.labels(cause.why).inc()
        for running in self._listening.legs.values():
            if began:
                self._listening.receive(running)
                behind_ms = _behind_ms(running, now_ms) if by_wall else 0
                from_ms = max(0, at_ms - behind_ms)
                running.leg.pause(from_ms)
                self._listening.publish(running)
                self._parts.audio.pause_leg(running.leg.joined.leg_id, from_ms=from_ms)
            self._say_held(running, at_ms=running.leg.paused_since_ms or 0)
        self._said_at = monotonic()
        self._say_pause()

    def resume(self, cause: Cause) -> None:
        """Listen again from now on, where the peer does not hold; nothing if it is not paused."""
        if not self._pause.on:
            return
        listening = self._listening
        now_ms = listening.now_ms()
        self._pause.end()
        listening.alive_at = monotonic()
        for running in listening.legs.values():
            listening.receive(running)
            # A sender whose clock is fast is ahead of ours: what it said before is not for us.
            at_ms = max(now_ms, running.leg.receiver.position_ms)
            self._end_pause(running, at_ms=at_ms)
            listening.say_resumed(running, cause, at_ms=at_ms)
            if running.leg.held:  # our pause is over, the peer's own is not
                listening.say_held(running, listening.of_peer, at_ms=at_ms)
        self._say_pause()

    def look_after(self) -> None:
        """What time does to a pause; to be called about once a second."""
        now_ms = self._listening.now_ms()
        self._pause.forget(now_ms=now_ms)
        if self._pause.is_over(now_ms=now_ms):
            self.resume(TIME)
        elif self._pause.on and monotonic() - self._said_at >= SAY_AGAIN_S:
            self._said_at = monotonic()
            for running in self._listening.legs.values():
                self._say_held(running, at_ms=running.leg.paused_since_ms or 0)

    def _take_up(self, pause: Pause) -> None:
        """The pause that was on when the call was last heard of, or was asked for since."""
        now_ms = self._listening.now_ms()
        at_ms = min(self._listening.ms_of(pause.since), now_ms)
        cause = Cause(pause.why, pause.by)
        self._pause.begin(at_ms, cause, now_ms=now_ms, by_digits=pause.by_digits)

    def join(self, running: RunningLeg, *, again: bool, now_ms: int) -> None:
        """A leg that comes while the call is paused; `again`: it was there when that began."""
        leg, at_ms = running.leg, self._pause.since_ms if again else now_ms
        for gap in leg.missed(at_ms):
            self._parts.events.publish(gap)
        leg.missed_since_ms = None
        leg.pause(at_ms)
        self._parts.audio.pause_leg(leg.joined.leg_id, from_ms=at_ms)
        self._say_held(running, at_ms=at_ms)

    def _end_pause(self, running: RunningLeg, *, at_ms: int) -> None:
        leg_id = running.leg.joined.leg_id
        if gap := running.leg.resume(at_ms):
            running.finished_ms = max(running.finished_ms, gap.end_ms)
            self._parts.events.publish(gap)
        self._listening.publish(running)
        self._parts.audio.resume_leg(leg_id, at_ms=at_ms)

    def _say_held(self, running: RunningLeg, *, at_ms: int) -> None:
        self._listening.say_held(running, self._pause.cause, at_ms=at_ms)

    def _say_pause(self) -> None:
        """To signalling, which keeps it."""
        pause = None
        if self._pause.on:
            since = (self._listening.clock_started_at or datetime.now(UTC)) + timedelta(
                milliseconds=self._pause.since_ms
            )
            why, by = self._pause.cause
            pause = Pause(since=since, why=why, by_digits=self._pause.by_digits, by=by)
        self._parts.say(PauseChanged(call_id=self._call_id, pause=pause))

    # What keys ask for.

    def take_keys(self, running: RunningLeg) -> None:
        """Do what the keys ask for that were pressed on the leg."""
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
        end_ms = self._listening.now_ms()
        pressed = Pressed(max(0, end_ms - duration_ms), end_ms, key)
        self._parts.metrics.keys.inc()
        self._parts.events.publish(running.leg.receive_press(pressed))
        self.take_keys(running)


def _behind_ms(running: RunningLeg, now_ms: int) -> int:
    """How far what a leg says now lies behind the call clock: its sender's is slow, or the
    network. 0 where nothing comes."""
    receiver = running.leg.receiver
    if receiver.heard_at is None or monotonic() - receiver.heard_at > LONGEST_WAIT_S:
        return 0
    return min(max(0, now_ms - receiver.position_ms), MOST_BEHIND_MS)
