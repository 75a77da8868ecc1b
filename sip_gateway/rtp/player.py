"""One leg's packets, whose turn has come, put where they belong on the call clock.

Time never shifts: every step says where on the call clock it starts, short silences and losses
are filled, and longer ones are skipped by the next step's start.
"""

from sip_gateway.audio.codecs import TICK_HZ, Decoder
from sip_gateway.audio.opus import NOTHING, Recovered
from sip_gateway.rtp.clock import CallClock
from sip_gateway.rtp.jitter import Played
from sip_gateway.rtp.keys import LegKeys
from sip_gateway.rtp.media_format import MediaFormat
from sip_gateway.rtp.outputs import Counts, Lost, Pressed, Step
from sip_gateway.rtp.run import Run
from sip_gateway.rtp.steps import Steps
from sip_gateway.rtp.timeline import PER_MS, Timeline

MAX_FILL = 2000 * PER_MS
"""Silence up to this is filled in; a longer one is skipped, so that no burst of it follows."""

COMFORT_NOISE = 13
"""RFC 3389's static payload type."""

MAX_PAYLOAD = 200 * PER_MS
"""Ticks; nobody sends longer packets, and one would stand for as much time."""


class Player:
    """Contract: `play` or `play_run` all packets in order; what comes of them is in `out`."""

    def __init__(
        self, media: MediaFormat, *, clock: CallClock, keys: LegKeys, counts: Counts
    ) -> None:
        self.out: list[Step | Lost | Pressed] = []
        self.timeline = Timeline()
        self.timeline.clock_per_tick = media.clock_hz // TICK_HZ
        self.steps = Steps(Decoder(media.coding), keys, out=self.out)
        self.first_at: float | None = None
        """When the first packet arrived of which none is played yet."""

        self.heard_at: float | None = None
        """When the last packet of the leg arrived, of whatever kind."""

        self.losses = 0
        """How many times in a row packets were lost, however many each time."""

        self._media = media
        self._clock = clock
        self._keys = keys
        self._counts = counts
        self._lost: Lost | None = None

    @property
    def started(self) -> bool:
        """True once a packet was played."""
        return self.timeline.position is not None

    @property
    def joins_on(self) -> bool:
        """The next audio joins on to what was before, and nothing is in between."""
        return self._lost is None and self.first_at is None and self.steps.open

    def play_run(self, run: Run) -> None:
        """As `play`, packets that follow without a seam, where audio `joins_on`."""
        self.steps.add_run(run.payloads, run.arrivals, ticks=self.timeline.packet_size)
        arrived = self._clock.ms(run.arrivals[-1]) * PER_MS
        self.timeline.skip(len(run.arrivals), arrived=arrived)

    def play(self, played: Played) -> None:
        """The next packet in order."""
        self._counts.lost += played.lost_before
        self.losses += played.lost_before > 0
        packet = played.packet
        recovered = NOTHING
        if packet.payload_type == self._media.payload_type:
            if played.lost_before:
                missing = played.lost_before * self.timeline.packet_size
                recovered = self.steps.decoder.recover(packet.payload, ticks=missing)
            pcm = self.steps.decoded(packet.payload, most_ticks=MAX_PAYLOAD)
        elif packet.payload_type in (COMFORT_NOISE, self._media.telephone_event_type):
            pcm = b""
        else:
            return
        self._place(played, pcm, recovered)
        if packet.payload_type == self._media.telephone_event_type:
            self._hear_event(packet.payload, packet.timestamp)

    def change_media(self, media: MediaFormat) -> None:
        """What follows is in another format."""
        if media.coding != self._media.coding:
            self.steps.change_decoder(Decoder(media.coding))
        if media.clock_hz != self._media.clock_hz:
            # Timestamps go on in other steps: the next packet's arrival places it.
            self.timeline.follow_new_source()
            self.timeline.clock_per_tick = media.clock_hz // TICK_HZ
        self._media = media

    def follow_new_source(self, now: float) -> None:
        """What follows, from now on, is of another series."""
        self.finish_keys()
        self.timeline.follow_new_source()
        self.first_at = now

    def finish_keys(self) -> None:
        """Keys that are pressed are over."""
        self._keys.finish()
        self.steps.say_pressed()

    def close(self) -> None:
        """Nothing follows for now: say what is open."""
        self._say_lost()
        self.steps.close(self.heard_at or 0.0)
        self.steps.say_pressed()

    def _hear_event(self, payload: bytes, timestamp: int) -> None:
        start, per_tick = self.timeline.clock_time(timestamp), self.timeline.clock_per_tick
        self._keys.receive_event(payload, start=start, clock_per_tick=per_tick)
        self.steps.say_pressed()

    def _place(self, played: Played, pcm: bytes, recovered: Recovered) -> None:
        """Put the audio where it belongs, behind the silence or the loss before it."""
        # Reordered at the start, the first packet in order is not the first that came.
        arrived_at = played.arrived_at if self.first_at is None else self.first_at
        self.first_at = None
        before = self.timeline.position
        placed = self.timeline.place(
            played.packet.timestamp,
            len(pcm) // self.steps.decoder.tick_bytes,
            arrived=self._clock.ms(arrived_at) * PER_MS,
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
            self.steps.add(pcm, played.arrived_at)

    def _skip(self, start: int, end: int, arrived_at: float, *, instead: bytes) -> None:
        """Fill, or leave out, the silence between; `instead` is heard at its end."""
        if self.steps.open and end - start <= MAX_FILL:
            if end > start:
                self.steps.fill(end - start, arrived_at, instead=instead)
            return
        self.steps.close(self.heard_at or 0.0)
        self.steps.begin(end)

    def _hear_loss(self, start_ms: int, end_ms: int) -> None:
        """Losses that touch are told as one."""
        if self._lost and self._lost.end_ms == start_ms:
            self._lost = Lost(self._lost.start_ms, end_ms)
        else:
            self._say_lost()
            self._lost = Lost(start_ms, end_ms)

    def _say_lost(self) -> None:
        if self._lost:
            self.out.append(self._lost)
            self._lost = None
