"""One leg's RTP, from datagrams to steps of 100 ms of audio on the call clock.

Time never shifts: every step says where on the call clock it starts, short silences and losses
are filled, and longer ones are skipped by the next step's start.
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple

from sip_gateway.audio.codecs import TICK_HZ, Coding, Decoder
from sip_gateway.audio.opus import NOTHING, Recovered
from sip_gateway.rtp.clock import CallClock
from sip_gateway.rtp.interarrival import Interarrival
from sip_gateway.rtp.jitter import JitterBuffer, Played
from sip_gateway.rtp.keys import NO_RULES, KeyRules, LegKeys
from sip_gateway.rtp.outputs import STEP, Counts, Lost, Pressed, Step
from sip_gateway.rtp.packet import Malformed, Packet, is_rtcp, parse
from sip_gateway.rtp.quality import Heard, mos
from sip_gateway.rtp.reception import Reception
from sip_gateway.rtp.source import Change, SourceLock
from sip_gateway.rtp.steps import Due, Steps
from sip_gateway.rtp.timeline import PER_MS, Timeline

MAX_FILL = 2000 * PER_MS
"""Silence up to this is filled in; a longer one is skipped, so that no burst of it follows."""

COMFORT_NOISE = 13
"""RFC 3389's static payload type."""

QUIET_S = 0.08
"""What is held back waits so long for more audio, and goes on when none comes."""

MAX_PAYLOAD = 200 * PER_MS
"""Ticks; nobody sends longer packets, and one would stand for as much time."""

_HEAD = struct.Struct("!HHII")
_PLAIN = 0x8000
"""The first two bytes of a header without padding, CSRCs, extension and marker, payload type 0."""

_BYTES_PER_TICK = {
    Coding("PCMU"): 1,
    Coding("PCMA"): 1,
    Coding("G722"): 1,
    Coding("L16", 8_000): 2,
    Coding("L16", 16_000): 4,
}
"""Of payloads whose size tells their time."""

Datagram = tuple[bytes, float]
"""What came, and when."""


class MediaFormat(NamedTuple):
    """What the leg's SDP agreed on."""

    codec: str
    payload_type: int
    telephone_event_type: int | None = None
    clock_hz: int = 8000
    """Of RTP timestamps."""

    @property
    def coding(self) -> Coding:
        """How its payloads are to be read."""
        return Coding(self.codec, self.clock_hz)


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
        self.heard_at: float | None = None
        """When the last packet of the leg arrived."""

        self.reception = Reception()
        self._media = media
        self._per_tick = _BYTES_PER_TICK.get(media.coding, 0)
        self._clock = clock
        self._lock = SourceLock()
        self._buffer = JitterBuffer(jitter_s)
        self._timeline = Timeline()
        self._timeline.clock_per_tick = media.clock_hz // TICK_HZ
        self._keys = LegKeys(keys)
        self._out: list[Step | Lost | Pressed] = []
        self._steps = Steps(Decoder(media.coding), self._keys, out=self._out)
        self._lost: Lost | None = None
        self._first_at: float | None = None
        self._arrival = Interarrival()
        self._losses = 0
        self._jitter_s = jitter_s

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
        return mos(Heard(self._media.codec, wide, expected, counts.lost, self._losses, delay_ms))

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
        return self._timeline.position is not None

    @property
    def packets_to_step(self) -> int:
        """How many packets in order the next step takes; 1 while anything else is going on."""
        if self._first_at is not None or self._buffer.next_timer() is not None:
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
        if (follows := self._follows()) is None:
            return begin
        size, (first, sequence, timestamp, ssrc) = follows
        step = self._timeline.step
        payloads: list[bytes] = []
        arrivals: list[float] = []
        for data, at in datagrams[begin:] if begin else datagrams:
            if len(data) != size or _HEAD.unpack_from(data) != (first, sequence, timestamp, ssrc):
                break
            payloads.append(data[12:])
            arrivals.append(at)
            sequence = (sequence + 1) & 0xFFFF
            timestamp = (timestamp + step) & 0xFFFFFFFF
        if arrivals:
            self._steps.add_run(payloads, arrivals, ticks=self._timeline.packet_size)
            self._count_run(arrivals, first_timestamp=follows[1][2])
        return begin + len(arrivals)

    def _follows(self) -> tuple[int, tuple[int, int, int, int]] | None:
        """The size and the head of the datagram that plainly follows; None where any needs a
        closer look."""
        sequence, timestamp = self._buffer.next_in_order, self._timeline.next_timestamp
        ssrc = self._lock.settled_on
        if sequence is None or timestamp is None or ssrc is None or not self._per_tick:
            return None
        if (
            not self._steps.open
            or self.held
            or self._lost is not None
            or self._first_at is not None
        ):
            return None
        size = 12 + self._timeline.packet_size * self._per_tick
        return size, (_PLAIN | self._media.payload_type, sequence, timestamp, ssrc)

    def _count_run(self, arrivals: Sequence[float], *, first_timestamp: int) -> None:
        count, now = len(arrivals), arrivals[-1]
        step, clock_hz = self._timeline.step, self._media.clock_hz
        self._arrival.receive(arrivals, first_timestamp, step=step, clock_hz=clock_hz)
        self._lock.hear(now)
        self.reception.receive_run(self._buffer.skip(count), count=count)
        self._timeline.skip(count, arrived=self._clock.ms(now) * PER_MS)
        self.counts.received += count
        self.heard_at = now

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
            self._play(played)
        if (due := self._held_back_until()) is not None and due <= now:
            self._steps.cut(ahead=0)

    def next_timer(self) -> float | None:
        """When a hole will be given up, or audio held back no longer."""
        timers = (self._buffer.next_timer(), self._held_back_until())
        return min((at for at in timers if at is not None), default=None)

    def _held_back_until(self) -> float | None:
        """When a whole step goes on although nothing follows it: the sender fell silent."""
        return None if self._steps.ticks < STEP else (self.heard_at or 0.0) + QUIET_S

    def take(self) -> list[Step | Lost | Pressed]:
        """What has become known since the last call, in order."""
        self._steps.cut()
        self.counts.late = self._buffer.late
        self.counts.duplicate = self._buffer.duplicates
        out = self._out.copy()
        self._out.clear()
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
        self._steps.cut()
        while played := self._buffer.flush():
            self._play(played)
        if media.coding != self._media.coding:
            self._steps.change_decoder(Decoder(media.coding))
        if media.clock_hz != self._media.clock_hz:
            # Timestamps go on in other steps: the next packet's arrival places it.
            self._timeline.follow_new_source()
            self._timeline.clock_per_tick = media.clock_hz // TICK_HZ
            self._arrival.restart()
        self._media = media
        self._per_tick = _BYTES_PER_TICK.get(media.coding, 0)

    def flush(self) -> None:
        """Play out everything: nothing is waited for any more."""
        self.settle()
        self._keys.finish()
        self._steps.say_pressed()

    def settle(self) -> None:
        """Play out what is here, in the midst of the stream: it goes on without a seam."""
        self._steps.cut()
        while played := self._buffer.flush():
            self._play(played)
        self._say_lost()
        self._steps.close(self.heard_at or 0.0)
        self._steps.say_pressed()

    def _pause_source(self) -> None:
        self._lock.unlock()
        self._buffer.restart()
        self._timeline.pause()
        self._arrival.restart()

    def _follow_new_source(self, now: float) -> None:
        while played := self._buffer.flush():
            self._play(played)
        self._keys.finish()
        self._steps.say_pressed()
        self._buffer.restart()
        self._timeline.follow_new_source()
        self._first_at = now
        self._arrival.restart()

    def _receive_packet(self, packet: Packet, *, now: float) -> None:
        self._clock.begin(now)
        self.counts.received += 1
        self.reception.receive(packet.ssrc, packet.sequence)
        self.heard_at = now
        if self._first_at is None and not self.started:
            self._first_at = now
        if packet.payload_type == self._media.payload_type:
            self._arrival.receive((now,), packet.timestamp, clock_hz=self._media.clock_hz)
        self._buffer.receive_packet(packet, now=now)

    def _play(self, played: Played) -> None:
        self.counts.lost += played.lost_before
        self._losses += played.lost_before > 0
        packet = played.packet
        recovered = NOTHING
        if packet.payload_type == self._media.payload_type:
            if played.lost_before:
                missing = played.lost_before * self._timeline.packet_size
                recovered = self._steps.decoder.recover(packet.payload, ticks=missing)
            pcm = self._steps.decoded(packet.payload, most_ticks=MAX_PAYLOAD)
        elif packet.payload_type in (COMFORT_NOISE, self._media.telephone_event_type):
            pcm = b""
        else:
            return
        self._place(played, pcm, recovered)
        if packet.payload_type == self._media.telephone_event_type:
            start = self._timeline.clock_time(packet.timestamp)
            per_tick = self._timeline.clock_per_tick
            self._keys.receive_event(packet.payload, start=start, clock_per_tick=per_tick)
            self._steps.say_pressed()

    def _place(self, played: Played, pcm: bytes, recovered: Recovered) -> None:
        """Put the audio where it belongs, behind the silence or the loss before it."""
        # Reordered at the start, the first packet in order is not the first that came.
        arrived_at = played.arrived_at if self._first_at is None else self._first_at
        self._first_at = None
        before = self._timeline.position
        arrived = self._clock.ms(arrived_at) * PER_MS
        placed = self._timeline.place(
            played.packet.timestamp,
            len(pcm) // self._steps.decoder.tick_bytes,
            arrived=arrived,
            lost_before=played.lost_before,
        )
        lost_end = placed.lost_end - recovered.sure_ticks
        if lost_end > placed.lost_start:
            self._hear_loss(placed.lost_start // PER_MS, lost_end // PER_MS)
        elif pcm:
            self._say_lost()
        if placed.lost_end == placed.lost_start:
            recovered = NOTHING
        begin = placed.start if before is None else before
        self._skip(begin, placed.start, played.arrived_at, instead=recovered.pcm)
        if pcm:
            self._steps.add(pcm, played.arrived_at)

    def _skip(self, start: int, end: int, arrived_at: float, *, instead: bytes) -> None:
        """Fill, or leave out, the silence between; `instead` is heard at its end."""
        if self._steps.open and end - start <= MAX_FILL:
            if end > start:
                self._steps.fill(end - start, arrived_at, instead=instead)
            return
        self._steps.close(self.heard_at or 0.0)
        self._steps.begin(end)

    def _hear_loss(self, start_ms: int, end_ms: int) -> None:
        """Losses that touch are told as one."""
        if self._lost and self._lost.end_ms == start_ms:
            self._lost = Lost(self._lost.start_ms, end_ms)
        else:
            self._say_lost()
            self._lost = Lost(start_ms, end_ms)

    def _say_lost(self) -> None:
        if self._lost:
            self._out.append(self._lost)
            self._lost = None
