"""One leg's RTP, from datagrams to steps of 100 ms of audio on the call clock."""

from collections.abc import Sequence

from sip_gateway.audio.codecs import TICK_HZ
from sip_gateway.rtp.clock import CallClock
from sip_gateway.rtp.interarrival import Interarrival
from sip_gateway.rtp.jitter import JitterBuffer
from sip_gateway.rtp.keys import NO_RULES, KeyRules, LegKeys
from sip_gateway.rtp.media_format import MediaFormat
from sip_gateway.rtp.outputs import STEP, Counts, Lost, Pressed, Step
from sip_gateway.rtp.packet import Malformed, Packet, is_rtcp, parse
from sip_gateway.rtp.player import Player
from sip_gateway.rtp.quality import Heard, mos
from sip_gateway.rtp.reception import Reception
from sip_gateway.rtp.run import Datagram, Next, Run, run_of
from sip_gateway.rtp.source import Change, SourceLock
from sip_gateway.rtp.steps import Due
from sip_gateway.rtp.timeline import PER_MS

QUIET_S = 0.08
"""What is held back waits so long for more audio, and goes on when none comes."""


class LegReceiver:
    """One leg's audio.

    Contract: after every call, drain `take`; then call `receive_timer` at `next_timer`.
    Times are seconds on one monotonic clock; this class never reads it.
    """

    def __init__(
        self,
        media: MediaFormat,
        *,
        clock: CallClock,
        jitter_s: float,
        keys: KeyRules = NO_RULES,
    ) -> None:
        self.counts = Counts()
        self.held = False
        self.reception = Reception()
        self._media = media
        self._clock = clock
        self._lock = SourceLock()
        self._buffer = JitterBuffer(jitter_s)
        self._keys = LegKeys(keys)
        self._player = Player(media, clock=clock, keys=self._keys, counts=self.counts)
        self._steps = self._player.steps
        self._timeline = self._player.timeline
        self._arrival = Interarrival()
        self._jitter_s = jitter_s

    @property
    def heard_at(self) -> float | None:
        """When the last packet of the leg arrived."""
        return self._player.heard_at

    @property
    def jitter_ms(self) -> float:
        """RFC 3550 section 6.4.1, the largest seen."""
        return self._arrival.most_ms

    @property
    def jitter_now_ms(self) -> float:
        """RFC 3550 section 6.4.1, now."""
        return self._arrival.now_ms

    @property
    def mos(self) -> float | None:
        """Estimated; None where nothing came."""
        counts = self.counts
        if not counts.received:
            return None
        lost = max(0, counts.lost - counts.late)
        packet_ms = self._timeline.packet_size / PER_MS
        delay_ms = packet_ms + min(self.jitter_ms, self._jitter_s * 1000)
        expected = counts.received - counts.duplicate + lost
        wide = self._steps.decoder.rate_hz > TICK_HZ
        losses = self._player.losses
        return mos(Heard(self._media.codec, wide, expected, counts.lost, losses, delay_ms))

    @property
    def position_ms(self) -> int:
        """The end of what was heard on the call clock."""
        return (self._timeline.position or 0) // PER_MS

    @property
    def tones(self) -> int:
        """So many keys were found by their sound."""
        return self._keys.tones

    @property
    def started(self) -> bool:
        """True once a packet was played."""
        return self._player.started

    @property
    def packets_to_step(self) -> int:
        """How many packets in order the next step takes; 1 while anything else is going on."""
        if self._player.first_at is not None or self._buffer.next_timer() is not None:
            return 1
        missing = STEP + self._keys.look_ahead - self._steps.ticks
        return max(1, -(-missing // self._timeline.packet_size))

    @property
    def packet_s(self) -> float:
        """The time of one packet."""
        return self._timeline.packet_size / TICK_HZ

    def receive_run(self, datagrams: Sequence[Datagram], begin: int) -> int:
        """Take those from `begin` on that follow what came before in every respect, as nearly all
        do; where they ended. The same as `receive_datagram` for each, at a fraction of its cost."""
        if (following := self._following()) is None:
            return begin
        run = run_of(datagrams, begin, following=following)
        if run.arrivals:
            self._player.play_run(run)
            self._count_run(run, following)
        return begin + len(run.arrivals)

    def _following(self) -> Next | None:
        """The packet that plainly follows; None where any needs a closer look."""
        if self.held or not self._player.joins_on or not (size := self._media.bytes_per_tick):
            return None
        sequence, timestamp = self._buffer.next_in_order, self._timeline.next_timestamp
        ssrc = self._lock.settled_on
        if sequence is None or timestamp is None or ssrc is None:
            return None
        size *= self._timeline.packet_size
        kind = self._media.payload_type
        return Next(kind, sequence, timestamp, ssrc, size, self._timeline.step)

    def _count_run(self, run: Run, following: Next) -> None:
        count, now = len(run.arrivals), run.arrivals[-1]
        self._arrival.receive(
            run.arrivals,
            following.timestamp,
            step=following.step,
            clock_hz=self._media.clock_hz,
        )
        self._lock.hear(now)
        self.reception.receive_run(self._buffer.skip(count), count=count)
        self.counts.received += count
        self._player.heard_at = now

    def due(self) -> Due | None:
        """What the steps that `take` is about to tell need, where it can be looked up before."""
        return self._steps.due()

    def hear_toneless(self, due: Due) -> None:
        """The line that was due was searched: there is no key tone in it."""
        self._steps.hear_toneless(due)

    def receive_datagram(self, data: bytes, *, now: float) -> None:
        """Take what came to the leg's port."""
        self._steps.cut()
        if is_rtcp(data):
            return
        try:
            packet = parse(data)
        except Malformed:
            self.counts.malformed += 1
            return
        if self.held:
            self.counts.held += 1
            return
        change, packets = self._lock.receive_packet(packet, now=now)
        if change is Change.REFUSED:
            self.counts.wrong_ssrc += 1
            return
        if change is Change.FOLLOWED:
            self._follow_new_source(packets[0][1])
        for taken, at in packets:
            self._receive_packet(taken, now=at)
        self.receive_timer(now=now)

    def receive_timer(self, *, now: float) -> None:
        """Play what can be played by now."""
        self._steps.cut()
        while played := self._buffer.pop(now=now):
            self._player.play(played)
        if (due := self._held_back_until()) is not None and due <= now:
            self._steps.cut(ahead=0)

    def next_timer(self) -> float | None:
        """When a hole will be given up, or audio held back no longer."""
        hole, quiet = self._buffer.next_timer(), self._held_back_until()
        if hole is None or quiet is None:
            return quiet if hole is None else hole
        return min(hole, quiet)

    def _held_back_until(self) -> float | None:
        """When a whole step goes on although nothing follows it: the sender fell silent."""
        return None if self._steps.ticks < STEP else (self.heard_at or 0.0) + QUIET_S

    def take(self) -> list[Step | Lost | Pressed]:
        """What has become known since the last call, in order."""
        self._steps.cut()
        self.counts.late = self._buffer.late
        self.counts.duplicate = self._buffer.duplicates
        out = self._player.out.copy()
        self._player.out.clear()
        return out

    def hold(self) -> None:
        """Stop listening; what came until now is played out."""
        self.flush()
        self.held = True
        self._timeline.pause()

    def resume(self) -> None:
        """Listen again."""
        self.held = False
        self._pause_source()

    def unlock(self) -> None:
        """The media may come from elsewhere from now on (re-INVITE)."""
        self._lock.unlock()

    def change_media(self, media: MediaFormat) -> None:
        """The leg goes on in another format."""
        if media == self._media:
            return
        self._play_out()
        self._player.change_media(media)
        if media.clock_hz != self._media.clock_hz:
            self._arrival.restart()
        self._media = media

    def flush(self) -> None:
        """Play out everything: nothing is waited for any more."""
        self.settle()
        self._player.finish_keys()

    def settle(self) -> None:
        """Play out what is here, in the midst of the stream: it goes on without a seam."""
        self._play_out()
        self._player.close()

    def _play_out(self) -> None:
        self._steps.cut()
        while played := self._buffer.flush():
            self._player.play(played)

    def _pause_source(self) -> None:
        self._lock.unlock()
        self._buffer.restart()
        self._timeline.pause()
        self._arrival.restart()

    def _follow_new_source(self, now: float) -> None:
        self._play_out()
        self._player.follow_new_source(now)
        self._buffer.restart()
        self._arrival.restart()

    def _receive_packet(self, packet: Packet, *, now: float) -> None:
        self._clock.begin(now)
        self.counts.received += 1
        self.reception.receive(packet.ssrc, packet.sequence)
        self._player.heard_at = now
        if self._player.first_at is None and not self.started:
            self._player.first_at = now
        if packet.payload_type == self._media.payload_type:
            self._arrival.receive((now,), packet.timestamp, clock_hz=self._media.clock_hz)
        self._buffer.receive_packet(packet, now=now)
