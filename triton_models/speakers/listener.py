"""One leg as the diarisation model hears it: audio in, voices out.

Each half second the segmentation looks at the last five seconds; what lies far enough behind the
live edge is decided and cut into stretches, each with a voice print. Who the voices are is decided
by the client, so that no restart of the server forgets it (`clusters.py`).
"""

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from triton_models.speakers.features import SHIFT_SAMPLES
from triton_models.speakers.networks import (
    CENTRE_SAMPLES,
    FRAME_SAMPLES,
    WINDOW_SAMPLES,
    Segmentation,
    VoicePrints,
)
from triton_models.speakers.tracks import Stretch, Tracks

RATE_HZ = 16000
HOP_FRAMES = 30
HOP_SAMPLES = HOP_FRAMES * FRAME_SAMPLES
"""506 ms between looks."""

LOOKAHEAD_FRAMES = 24
"""0.4 s: what is nearer to the live edge is decided with the next look."""

FIRST_LOOK_SAMPLES = 2 * HOP_SAMPLES
EARLY_FRAMES = 48
"""An open stretch gets its first print after 0.8 s."""

QUIET = 1e-4
"""Root mean square under which a whole hop holds no voice: -80 dBFS, digital silence."""


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's talk without a break; said again, longer, while it is open."""

    start_ms: int
    end_ms: int
    track: int
    """The same number: the same speaker, says the segmentation; another number tells nothing."""

    alone_ms: int
    """So much of it nobody else spoke over."""

    print: bytes = b""
    """float32 little-endian [192], of length 1; empty: too little was said to tell."""

    closed: bool = True


class Heard(NamedTuple):
    """What a step brought."""

    voices: list[Voice]
    done_ms: int
    """Audio before this is decided."""


class Listener:
    """Contract: `receive` audio without holes; at a hole `finish`, then `restart`."""

    def __init__(
        self,
        segmentation: Segmentation,
        prints: VoicePrints,
        *,
        start_ms: int,
        first_track: int = 0,
    ) -> None:
        self._segmentation = segmentation
        self._prints = prints
        self._tracks = Tracks()
        self._early: dict[tuple[int, int], bytes] = {}
        self._first_track = first_track
        self.restart(start_ms)

    def restart(self, start_ms: int) -> None:
        """Audio goes on at `start_ms`."""
        self._clock_ms = self.next_ms = start_ms
        self._first_track += self._tracks.count
        self._tracks = Tracks()
        self._early = {}
        self._audio = np.zeros(0, np.float32)
        self._audio_at = 0
        self._looked = 0

    def receive(self, samples: NDArray[np.int16]) -> Heard:
        """The leg's next audio, int16 [samples]."""
        self._audio = np.concatenate((self._audio, samples.astype(np.float32) / 32768.0))
        self.next_ms += len(samples) * 1000 // RATE_HZ
        voices: list[Voice] = []
        while self._audio_at + len(self._audio) >= max(
            FIRST_LOOK_SAMPLES, self._looked + HOP_SAMPLES
        ):
            end = max(FIRST_LOOK_SAMPLES, self._looked + HOP_SAMPLES)
            voices += self._look(end, until=self._frames(end) - LOOKAHEAD_FRAMES)
        return Heard(voices, self._ms(self._tracks.done))

    def finish(self) -> Heard:
        """No audio follows on this clock: decide all of it."""
        end = self._audio_at + len(self._audio)
        voices: list[Voice] = []
        if end > self._looked and self._frames(end) > 0:
            voices += self._look(end, until=self._frames(end))
        voices += [self._voice(stretch) for stretch in self._tracks.finish()]
        return Heard(voices, self.next_ms)

    def _look(self, end: int, *, until: int) -> list[Voice]:
        first = max(0, -(-(end - WINDOW_SAMPLES) // FRAME_SAMPLES))
        window = self._part(first * FRAME_SAMPLES, end)
        recent = self._part(self._looked, end)
        self._looked = end
        if float(np.sqrt(np.mean(recent**2))) < QUIET and not self._tracks.open:
            self._tracks.skip(until)
            closed: list[Stretch] = []
        else:
            active = self._segmentation.active(window)
            closed = self._tracks.receive(active, start=first, until=until)
        voices = [self._voice(stretch) for stretch in closed]
        voices += [
            self._voice(stretch)
            for stretch in self._tracks.open.values()
            if sum(stretch.alone) >= EARLY_FRAMES
        ]
        self._trim()
        return voices

    def _voice(self, stretch: Stretch) -> Voice:
        return Voice(
            start_ms=self._ms(stretch.start),
            end_ms=self._ms(stretch.end),
            track=self._first_track + stretch.track,
            alone_ms=sum(stretch.alone) * FRAME_SAMPLES * 1000 // RATE_HZ,
            print=self._print(stretch),
            closed=stretch.closed,
        )

    def _print(self, stretch: Stretch) -> bytes:
        """Of a closed stretch, of all of it; of an open one, of its beginning, once."""
        key = (stretch.track, stretch.start)
        if not stretch.closed and key in self._early:
            return self._early[key]
        begin = max(stretch.start * FRAME_SAMPLES + CENTRE_SAMPLES - FRAME_SAMPLES // 2, 0)
        samples = self._part(begin, begin + len(stretch.alone) * FRAME_SAMPLES)
        frames = np.arange(len(samples) // SHIFT_SAMPLES + 1) * SHIFT_SAMPLES // FRAME_SAMPLES
        alone = np.array(stretch.alone)[np.minimum(frames, len(stretch.alone) - 1)]
        found = self._prints.of(samples, alone)
        told = b"" if found is None else found.astype("<f4").tobytes()
        if stretch.closed:
            self._early.pop(key, None)
        else:
            self._early[key] = told
        return told

    def _trim(self) -> None:
        needed = min([s.start for s in self._tracks.open.values()], default=self._tracks.done)
        keep_from = min(needed * FRAME_SAMPLES, self._looked + HOP_SAMPLES - WINDOW_SAMPLES)
        keep_from = max(0, keep_from - FRAME_SAMPLES)
        if keep_from > self._audio_at:
            self._audio = self._audio[keep_from - self._audio_at :]
            self._audio_at = keep_from

    def _part(self, start: int, end: int) -> NDArray[np.float32]:
        return self._audio[max(0, start - self._audio_at) : max(0, end - self._audio_at)]

    def _frames(self, samples: int) -> int:
        """Frames of the segmentation whose middle lies before `samples`."""
        return max(0, (samples - 991) // FRAME_SAMPLES + 1)

    def _ms(self, frame: int) -> int:
        """Call clock of the beginning of a frame."""
        samples = max(0, frame * FRAME_SAMPLES + CENTRE_SAMPLES - FRAME_SAMPLES // 2)
        return self._clock_ms + samples * 1000 // RATE_HZ
