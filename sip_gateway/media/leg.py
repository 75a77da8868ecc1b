"""One leg of a call, from datagrams to 16 kHz audio frames and events: no socket, no clock."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from sip_gateway.audio.resample import Upsampler
from sip_gateway.events import AudioFrame, DtmfPressed, Gap, LegJoined, LegLeft
from sip_gateway.media.leg_events import LegEvents
from sip_gateway.media.pauses import Pauses, Span
from sip_gateway.media.sinks import JoinedLeg
from sip_gateway.rtp.clock import CallClock
from sip_gateway.rtp.keys import KeyRules
from sip_gateway.rtp.media_format import MediaFormat
from sip_gateway.rtp.outputs import STEP_MS, Counts, Lost, Pressed, Step
from sip_gateway.rtp.packet import Malformed, is_rtcp
from sip_gateway.rtp.receiver import LegReceiver
from sip_gateway.rtp.rtcp import Reports
from sip_gateway.rtp.run import Datagram
from sip_gateway.rtp.srtp import Position, Refused, Srtp
from sip_gateway.settings import Settings
from sip_gateway.worker_protocol import LegSpec

RATE_HZ = 16_000

SUSPENDED_S = 1.0
"""Without any packet for so long, what was said before is finished: silence suppression, a hold
that signalling does not tell of, or a dead network. None of them ends the leg."""

WallTime = Callable[[float], datetime]
"""The wall-clock time of a monotonic one."""

Heard = AudioFrame | Gap | DtmfPressed


class MediaLeg:
    """Contract: after every call, drain `take`; call `receive_timer` at `next_timer`."""

    def __init__(
        self, spec: LegSpec, joined: JoinedLeg, *, receiver: LegReceiver, wall: WallTime
    ) -> None:
        self.spec = spec
        self.joined = joined
        self._said = LegEvents(joined)
        self.receiver = receiver
        self.missed_since_ms: int | None = None
        """Set when the leg is taken up again: everything from here to its next audio is a gap."""

        self.fed_until_ms = 0
        """The end of what was passed on, or said to be missing."""

        self._pauses = Pauses()
        self._pressed: list[Pressed] = []
        self.taken_up_ms = 0
        """Where the first audio of a leg that was taken up again begins."""

        self._wall = wall
        self.upsampler = Upsampler()
        self._suspended = False
        # Chance is not worth an argument here. Another SSRC after a restart also keeps an
        # encrypted leg from using one nonce twice.
        self._reports = Reports(ssrc=secrets.randbits(32), cname=secrets.token_hex(8))
        self.srtp: Srtp | None = Srtp(spec.srtp) if spec.srtp else None
        if spec.held:
            receiver.hold()

    @property
    def held(self) -> bool:
        """The leg is on hold."""
        return self.receiver.held

    @property
    def paused_since_ms(self) -> int | None:
        """Where the pause began that is on."""
        return self._pauses.since_ms

    @property
    def counts(self) -> Counts:
        """What became of the leg's packets."""
        return self.receiver.counts

    def receive_datagrams(self, datagrams: Sequence[Datagram]) -> None:
        """Take what came to the leg's port, in the order of arrival."""
        if self.srtp is not None:
            datagrams = list(self._opened(datagrams))
        at = 0
        while (at := self.receiver.receive_run(datagrams, at)) < len(datagrams):
            data, now = datagrams[at]
            if is_rtcp(data) and self.srtp is None:
                self.receive_control(data, now=now)
            else:
                self.receiver.receive_datagram(data, now=now)
            at += 1

    def receive_datagram(self, data: bytes, *, now: float) -> None:
        """One of them."""
        self.receive_datagrams([(data, now)])

    def _opened(self, datagrams: Iterable[Datagram]) -> Iterator[Datagram]:
        """What is authentic of an encrypted leg."""
        assert self.srtp is not None
        for data, now in datagrams:
            if is_rtcp(data):
                self.receive_control(data, now=now)
                continue
            try:
                yield self.srtp.unprotect(data, now=now), now
            except Refused as refused:
                self._count_refused(replayed=refused.replayed)

    def receive_control(self, data: bytes, *, now: float) -> None:
        """Take RTCP, wherever it came."""
        try:
            opened = self.srtp.unprotect_rtcp(data) if self.srtp is not None else data
            self._reports.receive(opened, now=now)
        except Refused as refused:
            self._count_refused(replayed=refused.replayed)
        except Malformed:
            self.counts.rtcp_malformed += 1
        else:
            self.counts.rtcp += 1

    def control_to_send(self, *, now: float) -> bytes | None:
        """Our report to the peer, every 5 s once anything came; to be asked more often."""
        receiver = self.receiver
        if receiver.heard_at is None or not self._reports.is_due(now=now):
            return None
        jitter = round(receiver.jitter_now_ms * self.spec.clock_hz / 1000)
        report = self._reports.report(receiver.reception.block(), jitter=jitter, now=now)
        return self.srtp.protect_rtcp(report) if self.srtp is not None else report

    def _count_refused(self, *, replayed: bool) -> None:
        if replayed:
            self.counts.replayed += 1
        else:
            self.counts.unauthentic += 1

    def take_up_srtp(self, heard: tuple[int, int] | None) -> None:
        """The leg was listened to before, by another process, up to this source and number."""
        if heard is not None and self.spec.srtp is not None:
            self.srtp = Srtp(self.spec.srtp, resumed_at=Position(*heard))

    def receive_timer(self, *, now: float) -> None:
        """Give up what was waited for in vain."""
        self.receiver.receive_timer(now=now)

    def next_timer(self) -> float | None:
        """When a missing packet will be given up."""
        return self.receiver.next_timer()

    def suspends(self, *, now: float) -> bool:
        """True once, when packets have stopped coming."""
        heard_at = self.receiver.heard_at
        silent = heard_at is not None and not self.held and now - heard_at >= SUSPENDED_S
        suspends = silent and not self._suspended
        self._suspended = silent
        return suspends

    def change(self, spec: LegSpec) -> None:
        """The leg goes on as described now; its media may come from elsewhere."""
        self.receiver.change_media(media_format(spec))
        self.receiver.unlock()
        self._change_keys(spec)
        if spec.held and not self.held:
            self.receiver.hold()
        elif self.held and not spec.held:
            self.receiver.resume()
        self.spec = spec

    def _change_keys(self, spec: LegSpec) -> None:
        if spec.srtp is None:
            self.srtp = None
        elif self.srtp is None:
            self.srtp = Srtp(spec.srtp)
        else:
            self.srtp.change(spec.srtp)

    def pause(self, at_ms: int) -> None:
        """Nothing from `at_ms` on is passed on; keys are heard nevertheless."""
        self._pauses.begin(at_ms)
        self.receiver.settle()

    def resume(self, at_ms: int) -> Gap | None:
        """What comes from `at_ms` on is passed on again; what was not, as an event."""
        span = self._pauses.end(at_ms)
        if span is None:
            return None
        self.fed_until_ms = max(self.fed_until_ms, span.end_ms)
        return self._said.gap(*span, why="paused") if span.end_ms > span.start_ms else None

    def take_pressed(self) -> list[Pressed]:
        """The keys since the last call that a rule asks for: not to be kept."""
        pressed, self._pressed = self._pressed, []
        return pressed

    def receive_press(self, pressed: Pressed) -> DtmfPressed:
        """A key press that signalling tells of."""
        if pressed.key is not None:
            self._pressed.append(pressed)
        return self._said.pressed(pressed)

    def flush(self) -> None:
        """Nothing is waited for any more."""
        self.receiver.flush()

    def take(self) -> list[Heard]:
        """Audio and events since the last call, in order."""
        heard: list[Heard] = []
        for item in self.receiver.take():
            if isinstance(item, Step):
                heard += self._step(item)
            elif isinstance(item, Lost):
                parts = self._pauses.audible(Span(item.start_ms, item.end_ms))
                heard += [self._said.gap(*part, why="lost_packets") for part in parts]
            else:
                if item.key is not None:
                    self._pressed.append(item)
                heard.append(self._said.pressed(item))
        return heard

    def _step(self, step: Step) -> list[Heard]:
        """The step's frame, silent where the leg is paused; none if it is paused throughout."""
        if not self._pauses.any:
            return [*self.missed(step.start_ms), self._frame(step)]
        whole = Span(step.start_ms, step.start_ms + STEP_MS)
        parts = self._pauses.audible(whole)
        if not parts:
            # What follows joins on to nothing: the filter would bring back what was before.
            self.upsampler = Upsampler()
            return []
        if parts != [whole]:
            quiet = bytearray(len(step.pcm))
            for part in parts:
                at = slice(*((ms - step.start_ms) * 2 * step.rate_hz // 1000 for ms in part))
                quiet[at] = step.pcm[at]
            step = step._replace(pcm=bytes(quiet))
        return [*self.missed(step.start_ms), self._frame(step)]

    def missed(self, end_ms: int) -> list[Gap]:
        """What a leg that was taken up again had not heard before `end_ms`; said once."""
        start_ms, self.missed_since_ms = self.missed_since_ms, None
        if start_ms is None or end_ms <= start_ms:
            return []
        self.fed_until_ms = self.taken_up_ms = max(self.fed_until_ms, end_ms)
        return [self._said.gap(start_ms, end_ms, why="worker_restarted")]

    def said_joined(self, *, at_ms: int) -> LegJoined:
        """The leg's description as an event."""
        return self._said.joined(self.spec, at_ms=at_ms)

    def said_left(self, *, reason: str) -> LegLeft:
        """The leg's end as an event."""
        at_ms = max(self.receiver.position_ms, self.fed_until_ms)
        return self._said.left(self.receiver, at_ms=at_ms, reason=reason)

    def _frame(self, step: Step) -> AudioFrame:
        if not step.joined or step.rate_hz == RATE_HZ:
            self.upsampler = Upsampler()
        pcm = step.pcm if step.rate_hz == RATE_HZ else self.upsampler.process(step.pcm)
        self.fed_until_ms = step.start_ms + len(pcm) * 1000 // (2 * RATE_HZ)
        return AudioFrame(
            tenant_id=self.joined.tenant_id,
            call_id=self.joined.call_id,
            leg_id=self.joined.leg_id,
            start_ms=step.start_ms,
            rate_hz=RATE_HZ,
            line_hz=step.rate_hz,
            pcm=pcm,
            captured_at=self._wall(step.arrived_at),
        )


def media_format(spec: LegSpec) -> MediaFormat:
    """What the leg's packets hold."""
    return MediaFormat(spec.codec, spec.payload_type, spec.telephone_event_type, spec.clock_hz)


def new_leg(
    spec: LegSpec, joined: JoinedLeg, *, clock: CallClock, settings: Settings, wall: WallTime
) -> MediaLeg:
    """A leg whose first packet is still to come."""
    receiver = LegReceiver(
        media_format(spec),
        clock=clock,
        jitter_s=settings.jitter_ms / 1000,
        keys=KeyRules(settings.pause.silence_tones, settings.pause.reads_keys),
    )
    return MediaLeg(spec, joined, receiver=receiver, wall=wall)
