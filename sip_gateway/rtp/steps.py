"""Audio gathered into steps of 100 ms, without the sound of keys."""

from collections.abc import Sequence
from typing import NamedTuple

from sip_gateway.audio.codecs import TICK_HZ, Decoder, at_rate
from sip_gateway.rtp.keys import LegKeys
from sip_gateway.rtp.outputs import STEP, Lost, Pressed, Step
from sip_gateway.rtp.timeline import PER_MS


class Due(NamedTuple):
    """Steps that are about to be cut, at 8 kHz."""

    steps: list[bytes]
    line: bytes | None
    """What will be searched for key tones."""


class _Run(NamedTuple):
    """Packets of `ticks` each."""

    start: int
    ticks: int
    arrivals: Sequence[float]

    @property
    def end(self) -> int:
        return self.start + self.ticks * len(self.arrivals)


class Steps:
    """One leg's audio. What is whole goes to `out`, in order, with the presses found in it.

    Contract: after `add_run`, `cut`. Positions are ticks on the call clock.
    """

    def __init__(
        self, decoder: Decoder, keys: LegKeys, *, out: list[Step | Lost | Pressed]
    ) -> None:
        self.decoder = decoder
        self.ticks = 0
        """Gathered, and in no step yet."""

        self._keys = keys
        self._out = out
        self._audio = bytearray()
        """Samples at the codec's rate."""

        self._payloads: list[bytes] = []
        """What follows the samples and is not decoded yet."""

        self._runs: list[_Run] = []
        """The packets that the audio is of."""

        self._start = 0
        self._joined = False

    @property
    def open(self) -> bool:
        """Audio that is added joins on to what was before."""
        return self._joined or self.ticks > 0

    def begin(self, at: int) -> None:
        """The next audio starts here; all before is closed."""
        self._start = at
        self._joined = False

    def decoded(self, payload: bytes, *, most_ticks: int) -> bytes:
        """The samples of the next packet, behind those of all before it."""
        self._decode()
        return self.decoder.decode(payload, most_ticks=most_ticks)

    def add(self, pcm: bytes, arrived_at: float) -> None:
        """The next audio, of one packet."""
        self._decode()
        self._audio += pcm
        if ticks := len(pcm) // self.decoder.tick_bytes:
            self._runs.append(_Run(self._start + self.ticks, ticks, (arrived_at,)))
            self.ticks += ticks
            self.cut()

    def add_run(self, payloads: list[bytes], arrivals: Sequence[float], *, ticks: int) -> None:
        """The next audio, of packets of so many ticks each; it is decoded when it is needed."""
        self._payloads += payloads
        self._runs.append(_Run(self._start + self.ticks, ticks, arrivals))
        self.ticks += ticks * len(arrivals)

    def fill(self, ticks: int, arrived_at: float, *, instead: bytes = b"") -> None:
        """Silence until the packet that came then, or what stands in for its end."""
        size = ticks * self.decoder.tick_bytes
        self.add(instead[-size:].rjust(size, b"\0"), arrived_at)

    def change_decoder(self, decoder: Decoder) -> None:
        """What follows is of another codec."""
        self._decode()
        before, self.decoder = self.decoder.rate_hz, decoder
        self._audio = bytearray(at_rate(bytes(self._audio), before, to_hz=decoder.rate_hz))

    def cut(self, *, ahead: int | None = None) -> None:
        """Say the steps that are whole, and followed by as much as finding keys takes."""
        ahead = self._keys.look_ahead if ahead is None else ahead
        if self.ticks < STEP + ahead:
            return
        self._listen_for_keys()
        size = STEP * self.decoder.tick_bytes
        while self.ticks >= STEP + ahead:
            self._say(bytes(self._audio[:size]), self._whole_at(self._start + STEP))
            del self._audio[:size]
            self._start += STEP
            self.ticks -= STEP

    def close(self, at: float) -> None:
        """End the audio here: the open step is filled up with silence."""
        self.cut(ahead=0)
        if not self.ticks:
            return
        self._listen_for_keys()
        self._say(bytes(self._audio).ljust(STEP * self.decoder.tick_bytes, b"\0"), at)
        self._start += self.ticks
        self.ticks = 0
        self._audio.clear()
        self._runs.clear()
        self._joined = False

    def due(self) -> Due | None:
        """What the next `cut` will need to know of G.711: looked up for many legs at once, it
        costs a fraction."""
        if self.ticks < STEP + self._keys.look_ahead or self.decoder.rate_hz != TICK_HZ:
            return None
        self._decode()
        audio = bytes(self._audio)
        count = (self.ticks - self._keys.look_ahead) // STEP
        steps = [audio[n * 2 * STEP : (n + 1) * 2 * STEP] for n in range(count)]
        return Due(steps, self._keys.line_of(audio, start=self._start))

    def hear_toneless(self, due: Due) -> None:
        """The line that was due was searched: there is no tone in it."""
        assert due.line is not None
        self._keys.hear_toneless(due.line)

    def say_pressed(self) -> None:
        """The presses that became known."""
        for start, end, key in self._keys.take():
            self._out.append(Pressed(max(0, start) // PER_MS, end // PER_MS, key))

    def _decode(self) -> None:
        """In one go: a call for each packet costs more than its samples."""
        if self._payloads:
            payload = b"".join(self._payloads)
            self._payloads.clear()
            self._audio += self.decoder.decode(payload, most_ticks=len(payload))

    def _whole_at(self, end: int) -> float:
        """When the last packet arrived that the audio up to `end` is of."""
        while self._runs[0].end < end:
            del self._runs[0]
        start, ticks, arrivals = self._runs[0]
        return arrivals[max(0, -(-(end - start) // ticks) - 1)]

    def _listen_for_keys(self) -> None:
        self._decode()
        if self._keys.heard_until >= self._start + self.ticks:
            return
        self._keys.receive_audio(
            bytes(self._audio), rate_hz=self.decoder.rate_hz, start=self._start
        )
        self.say_pressed()

    def _say(self, pcm: bytes, arrived_at: float) -> None:
        rate_hz = self.decoder.rate_hz
        heard = self._keys.silenced(pcm, rate_hz=rate_hz, start=self._start)
        self._out.append(Step(self._start // PER_MS, rate_hz, heard, arrived_at, self._joined))
        self._joined = True
