"""One leg's RTP, from datagrams to steps of 100 ms of audio on the call clock.

Time never shifts: every step says where on the call clock it starts, short silences and losses
are filled, and longer ones are skipped by the next step's start.
"""

from typing import NamedTuple

from sip_gateway.audio.codecs import TICK_HZ, Coding, Decoder, at_rate
from sip_gateway.audio.key import Key
from sip_gateway.rtp.clock import CallClock
from sip_gateway.rtp.jitter import JitterBuffer, Played
from sip_gateway.rtp.keys import NO_RULES, KeyRules, LegKeys
from sip_gateway.rtp.packet import Malformed, Packet, is_rtcp, parse
from sip_gateway.rtp.quality import Heard, mos
from sip_gateway.rtp.reception import Reception
from sip_gateway.rtp.source import Change, SourceLock
from sip_gateway.rtp.timeline import PER_MS, Timeline

STEP_MS = 100
STEP = STEP_MS * PER_MS
MAX_FILL = 2000 * PER_MS
"""Silence up to this is filled in; a longer one is skipped, so that no burst of it follows."""

COMFORT_NOISE = 13
"""RFC 3389's static payload type."""

QUIET_S = 0.08
"""What is held back waits so long for more audio, and goes on when none comes."""

MAX_PAYLOAD = 200 * PER_MS
"""Ticks; nobody sends longer packets, and one would stand for as much time."""


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


class Step(NamedTuple):
    """100 ms of audio."""

    start_ms: int
    rate_hz: int
    pcm: bytes
    """int16 little-endian [samples], mono."""

    arrived_at: float
    joined: bool
    """It starts where the step before it ended."""


class Lost(NamedTuple):
    """Audio that was sent and did not come."""

    start_ms: int
    end_ms: int


class Pressed(NamedTuple):
    """A key was pressed."""

    start_ms: int
    end_ms: int
    key: Key | None = None
    """Where a rule asks which one."""


class Counts:
    """What became of a leg's packets."""

    __slots__ = (
        "dropped",
        "duplicate",
        "held",
        "late",
        "lost",
        "malformed",
        "received",
        "replayed",
        "rtcp",
        "rtcp_malformed",
        "unauthentic",
        "wrong_ssrc",
    )

    def __init__(self) -> None:
        self.received = 0
        self.lost = 0
        """Not there when their turn came; includes the late ones."""
        self.late = 0
        self.duplicate = 0
        self.malformed = 0
        self.wrong_ssrc = 0
        self.held = 0
        """Came while the leg was on hold, and were not listened to."""
        self.rtcp = 0
        self.rtcp_malformed = 0
        self.replayed = 0
        """Of an encrypted leg: seen before."""
        self.unauthentic = 0
        """Of an encrypted leg: not of who has the key."""
        self.dropped = 0
        """Too long, or faster than they could be taken."""


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

        self.jitter_ms = 0.0
        """RFC 3550 section 6.4.1, the largest seen."""

        self.reception = Reception()
        self._media = media
        self._clock = clock
        self._lock = SourceLock()
        self._buffer = JitterBuffer(jitter_s)
        self._timeline = Timeline()
        self._timeline.clock_per_tick = media.clock_hz // TICK_HZ
        self._decoder = Decoder(media.coding)
        self._keys = LegKeys(keys)
        self._audio = bytearray()
        """Samples at the codec's rate."""

        self._audio_start = 0
        self._joined = False
        self._full_at: float | None = None
        """When the packet arrived that completed the next step."""

        self._lost: Lost | None = None
        self._out: list[Step | Lost | Pressed] = []
        self._first_at: float | None = None
        self._transit: float | None = None
        self._jitter = 0.0
        self._losses = 0
        self._jitter_s = jitter_s

    @property
    def jitter_now_ms(self) -> float:
        """RFC 3550 section 6.4.1, now."""
        return self._jitter

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
        wide = self._decoder.rate_hz > TICK_HZ
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
        missing = STEP + self._keys.look_ahead - self._ticks
        return max(1, -(-missing // self._timeline.packet_size))

    @property
    def _ticks(self) -> int:
        return len(self._audio) // self._decoder.tick_bytes

    def receive_datagram(self, data: bytes, *, now: float) -> None:
        """Take what came to the leg's port."""
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
        while played := self._buffer.pop(now=now):
            self._play(played)
        if (due := self._held_back_until()) is not None and due <= now:
            self._cut(due, ahead=0)

    def next_timer(self) -> float | None:
        """When a hole will be given up, or audio held back no longer."""
        timers = (self._buffer.next_timer(), self._held_back_until())
        return min((at for at in timers if at is not None), default=None)

    def _held_back_until(self) -> float | None:
        """When a whole step goes on although nothing follows it: the sender fell silent."""
        return None if self._full_at is None else (self.heard_at or 0.0) + QUIET_S

    def take(self) -> list[Step | Lost | Pressed]:
        """What has become known since the last call, in order."""
        self.counts.late = self._buffer.late
        self.counts.duplicate = self._buffer.duplicates
        out, self._out = self._out, []
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
        while played := self._buffer.flush():
            self._play(played)
        if media.coding != self._media.coding:
            before, self._decoder = self._decoder.rate_hz, Decoder(media.coding)
            self._audio = bytearray(
                at_rate(bytes(self._audio), before, to_hz=self._decoder.rate_hz)
            )
        if media.clock_hz != self._media.clock_hz:
            # Timestamps go on in other steps: the next packet's arrival places it.
            self._timeline.follow_new_source()
            self._timeline.clock_per_tick = media.clock_hz // TICK_HZ
            self._transit = None
        self._media = media

    def flush(self) -> None:
        """Play out everything: nothing is waited for any more."""
        self.settle()
        self._keys.finish()
        self._say_pressed()

    def settle(self) -> None:
        """Play out what is here, in the midst of the stream: it goes on without a seam."""
        while played := self._buffer.flush():
            self._play(played)
        self._say_lost()
        self._close_step()
        self._say_pressed()

    def _pause_source(self) -> None:
        self._lock.unlock()
        self._buffer.restart()
        self._timeline.pause()
        self._transit = None

    def _follow_new_source(self, now: float) -> None:
        while played := self._buffer.flush():
            self._play(played)
        self._keys.finish()
        self._say_pressed()
        self._buffer.restart()
        self._timeline.follow_new_source()
        self._first_at = now
        self._transit = None

    def _receive_packet(self, packet: Packet, *, now: float) -> None:
        self._clock.begin(now)
        self.counts.received += 1
        self.reception.receive(packet.ssrc, packet.sequence)
        self.heard_at = now
        if self._first_at is None and not self.started:
            self._first_at = now
        if packet.payload_type == self._media.payload_type:
            self._measure_jitter(packet, now=now)
        self._buffer.receive_packet(packet, now=now)

    def _measure_jitter(self, packet: Packet, *, now: float) -> None:
        transit = now * 1000 - packet.timestamp * 1000 / self._media.clock_hz
        if self._transit is not None:
            moved = abs(transit - self._transit)
            if moved < 5000:  # not a wrap or a new series of timestamps
                self._jitter += (moved - self._jitter) / 16
                if self._jitter > self.jitter_ms:
                    self.jitter_ms = self._jitter
        self._transit = transit

    def _play(self, played: Played) -> None:
        self.counts.lost += played.lost_before
        self._losses += played.lost_before > 0
        packet = played.packet
        if packet.payload_type == self._media.payload_type:
            pcm = self._decoder.decode(packet.payload, most_ticks=MAX_PAYLOAD)
        elif packet.payload_type in (COMFORT_NOISE, self._media.telephone_event_type):
            pcm = b""
        else:
            return
        self._place(played, pcm)
        if packet.payload_type == self._media.telephone_event_type:
            start = self._timeline.clock_time(packet.timestamp)
            per_tick = self._timeline.clock_per_tick
            self._keys.receive_event(packet.payload, start=start, clock_per_tick=per_tick)
            self._say_pressed()

    def _place(self, played: Played, pcm: bytes) -> None:
        """Put the audio where it belongs, behind the silence or the loss before it."""
        # Reordered at the start, the first packet in order is not the first that came.
        arrived_at = played.arrived_at if self._first_at is None else self._first_at
        self._first_at = None
        before = self._timeline.position
        arrived = self._clock.ms(arrived_at) * PER_MS
        placed = self._timeline.place(
            played.packet.timestamp,
            len(pcm) // self._decoder.tick_bytes,
            arrived=arrived,
            lost_before=played.lost_before,
        )
        if placed.lost_end > placed.lost_start:
            self._hear_loss(placed.lost_start // PER_MS, placed.lost_end // PER_MS)
        elif pcm:
            self._say_lost()
        self._skip(placed.start if before is None else before, placed.start, played.arrived_at)
        if pcm:
            self._audio += pcm
            self._cut(played.arrived_at)

    def _skip(self, start: int, end: int, arrived_at: float) -> None:
        """Fill, or leave out, the silence between."""
        open_ = self._joined or bool(self._audio)
        if open_ and end - start <= MAX_FILL:
            if end > start:
                self._audio += bytes((end - start) * self._decoder.tick_bytes)
                self._cut(arrived_at)
            return
        self._close_step()
        self._audio_start = end
        self._joined = False

    def _cut(self, arrived_at: float, *, ahead: int | None = None) -> None:
        """Say the steps that are whole, and followed by as much as finding keys takes."""
        if self._full_at is None and self._ticks >= STEP:
            self._full_at = arrived_at
        ahead = self._keys.look_ahead if ahead is None else ahead
        if self._ticks < STEP + ahead:
            return
        self._listen_for_keys()
        size = STEP * self._decoder.tick_bytes
        while self._ticks >= STEP + ahead:
            at = arrived_at if self._full_at is None else self._full_at
            self._say_step(bytes(self._audio[:size]), arrived_at=at)
            del self._audio[:size]
            self._audio_start += STEP
            self._full_at = arrived_at if self._ticks >= STEP else None

    def _close_step(self) -> None:
        """End the audio here: the open step is filled up with silence."""
        self._cut(self.heard_at or 0.0, ahead=0)
        if not self._audio:
            return
        self._listen_for_keys()
        ticks = self._ticks
        filled = bytes(self._audio).ljust(STEP * self._decoder.tick_bytes, b"\0")
        self._say_step(filled, arrived_at=self.heard_at or 0.0)
        self._audio.clear()
        self._audio_start += ticks
        self._joined = False

    def _listen_for_keys(self) -> None:
        rate_hz, start = self._decoder.rate_hz, self._audio_start
        self._keys.receive_audio(bytes(self._audio), rate_hz=rate_hz, start=start)
        self._say_pressed()

    def _say_step(self, pcm: bytes, *, arrived_at: float) -> None:
        rate_hz, start_ms = self._decoder.rate_hz, self._audio_start // PER_MS
        heard = self._keys.silenced(pcm, rate_hz=rate_hz, start=self._audio_start)
        self._out.append(Step(start_ms, rate_hz, heard, arrived_at, self._joined))
        self._joined = True

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

    def _say_pressed(self) -> None:
        for start, end, key in self._keys.take():
            self._out.append(Pressed(max(0, start) // PER_MS, end // PER_MS, key))
