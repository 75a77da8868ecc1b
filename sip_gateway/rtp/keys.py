"""All keys of one leg, whichever way they come; and the leg's audio without their sound.

A recording of the tones is a record of the digits. So is the burst of tone that a gateway lets
through before it has turned it into telephone-events.
"""

from typing import NamedTuple

import numpy as np

from sip_gateway.audio.tones import LOOK_AHEAD, RATE_HZ, ToneFinder
from sip_gateway.rtp.dtmf import KeyPresses, Press

TWIN = 800
"""Samples: a tone so close to a telephone-event is the same key, heard twice."""


class KeyRules(NamedTuple):
    """What is done about keys."""

    find_tones: bool = False
    """Look for tones in the audio."""

    read: bool = False
    """Somebody needs to know which keys they are."""


NO_RULES = KeyRules()


class LegKeys:
    """Contract: `receive_audio` all audio before it goes on, and let `silenced` have it then.

    Times are samples at 8 kHz on the call clock, whatever the rate of the audio.
    """

    def __init__(self, rules: KeyRules = NO_RULES) -> None:
        self.tones = 0
        """So many were found in the audio."""

        self._rules = rules
        self._events = KeyPresses(read=rules.read)
        self._finder = ToneFinder() if rules.find_tones else None
        self.look_ahead = LOOK_AHEAD if self._finder else 0
        """So many samples must follow a piece of audio before it can go on."""

        self._covered: list[tuple[int, int]] = []
        """Of telephone-events."""

        self.heard_until = 0
        """The end of the audio that was received."""

        self._pressed: list[Press] = []

    def receive_event(self, payload: bytes, *, start: int, clock_per_tick: int = 1) -> None:
        """A telephone-event packet whose event started at `start`."""
        done = self._events.receive(payload, timestamp=start, clock_per_tick=clock_per_tick)
        latest = self._events.under_way or (done[-1] if done else None)
        if latest is not None:
            self._cover(latest.start - LOOK_AHEAD, latest.end)
        self._pressed += done

    def line_of(self, pcm: bytes, *, start: int) -> bytes | None:
        """What of this audio at 8 kHz is to be searched for tones, with what it joins on to; None
        where `receive_audio` must see to that itself."""
        new = start + len(pcm) // 2 - self.heard_until
        if self._finder is None or not 0 < 2 * new <= len(pcm):
            return None
        return self._finder.line_with(pcm[len(pcm) - 2 * new :], start=self.heard_until)

    def hear_toneless(self, line: bytes) -> None:
        """In place of `receive_audio`: the line was searched, and holds no tone."""
        assert self._finder is not None
        self.heard_until = self._finder.receive_toneless(line)

    def receive_audio(self, pcm: bytes, *, rate_hz: int, start: int) -> None:
        """Audio that starts at `start`; what was given before may be given again."""
        if self._finder is None:
            return
        samples = np.frombuffer(pcm, dtype="<i2")
        if rate_hz == 2 * RATE_HZ:
            # The mean of two: what lies above 4 kHz would be heard as something below.
            samples = (samples.astype(np.int32).reshape(-1, 2).sum(axis=1) >> 1).astype(np.int16)
        if (new := start + len(samples) - self.heard_until) <= 0:
            return
        fresh = samples[-new:] if new < len(samples) else samples
        at = start + len(samples) - len(fresh)
        self.heard_until = at + len(fresh)
        for start_, end, key in self._finder.receive(fresh, start=at):
            self._say_tone(Press(start_, end, key if self._rules.read else None))

    def silenced(self, pcm: bytes, *, rate_hz: int, start: int) -> bytes:
        """The audio that starts at `start` without the sound of keys; nothing before it follows."""
        spans = self._covered + (self._finder.spans if self._finder else [])
        if not spans:
            return pcm
        size = 2 * rate_hz // RATE_HZ
        end, out = start + len(pcm) // size, None
        for begin, until in spans:
            begin, until = max(begin, start), min(until, end)
            if begin < until:
                out = out or bytearray(pcm)
                out[(begin - start) * size : (until - start) * size] = bytes((until - begin) * size)
        # They are wanted a little longer, for tones that turn out to be the same key.
        self._covered = [span for span in self._covered if span[1] + 4 * TWIN > start]
        if self._finder:
            self._finder.forget(start)
        return pcm if out is None else bytes(out)

    def take(self) -> list[Press]:
        """The presses that are complete since the last call, in order."""
        pressed, self._pressed = self._pressed, []
        return pressed

    def finish(self) -> None:
        """Nothing follows: what has begun is over."""
        self._pressed += self._events.finish()
        for tone in self._finder.finish() if self._finder else []:
            self._say_tone(Press(tone.start, tone.end, tone.key if self._rules.read else None))

    def _cover(self, start: int, end: int) -> None:
        if self._covered and self._covered[-1][0] == start:
            self._covered.pop()
        self._covered.append((start, end))

    def _say_tone(self, press: Press) -> None:
        self.tones += 1
        if not any(start < press.end and press.start < end + TWIN for start, end in self._covered):
            self._pressed.append(press)
