"""When speech can really be heard: the truth's turns hold the silence around their synthesis.

Delays count from the last audible sound, as a caller's would. It is measured on the audio itself,
not on anything the appliance says.
"""

from pathlib import Path
from statistics import median
from typing import NamedTuple

import msgspec
import numpy as np
import soundfile
from numpy.typing import NDArray

from trunkline.evaluate.reference import BadReference, Reference, Turn

FRAME_MS = 10
RUN = 5
"""Frames that must be loud in a row: a crackle is shorter."""

BELOW_PEAK_DB = 30.0
"""Sound so far below the turn's loud frames counts as silence..."""

ABOVE_FLOOR_DB = 8.0
"""...and so does what stands out so little from the leg's noise."""

CLEAR_DB = 28.0
"""A turn that stands out less from the noise cannot be measured."""

MOST_MS = 600
"""More silence than this is a fault of the measurement."""

USUAL_MS = (50, 310)
"""Before and after: medians over the quiet legs of the project's own calls (Kokoro-82M)."""


class Silence(NamedTuple):
    """Inaudible parts of a turn, in ms."""

    before: int
    after: int


def read_audible(reference: Reference, wav: Path) -> Reference:
    """The truth with each turn cut to what can be heard of it."""
    try:
        audio, rate_hz = soundfile.read(wav, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise BadReference(f"{wav}: {error}") from None
    if audio.shape[1] <= max(turn.channel for turn in reference.turns):
        raise BadReference(f"{wav}: {audio.shape[1]} channel(s), the turns name more")
    return audible(reference, audio, rate_hz=rate_hz)


def audible(reference: Reference, audio: NDArray[np.float32], *, rate_hz: int) -> Reference:
    """`audio` is float32 [samples, channels], -1 to 1.

    Turns in too much noise are taken to be as silent at their ends as the median of the others.
    """
    levels = [_levels_db(audio[:, channel], rate_hz) for channel in range(audio.shape[1])]
    floors = [_floor_db(level, reference, channel) for channel, level in enumerate(levels)]
    found = [_silence(t, levels[t.channel], floors[t.channel]) for t in reference.turns]
    known = [silence for silence in found if silence]
    usual = Silence(*USUAL_MS)
    if known:
        usual = Silence(
            round(median(s.before for s in known)), round(median(s.after for s in known))
        )
    turns = tuple(_cut(t, s or usual) for t, s in zip(reference.turns, found, strict=True))
    return msgspec.structs.replace(reference, turns=turns)


def _cut(turn: Turn, silence: Silence) -> Turn:
    start_ms, end_ms = turn.start_ms + silence.before, turn.end_ms - silence.after
    if end_ms <= start_ms:
        return turn
    return msgspec.structs.replace(turn, start_ms=start_ms, end_ms=end_ms)


def _levels_db(samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.float64]:
    """float64 [frames], level of each frame."""
    size = rate_hz * FRAME_MS // 1000
    frames = samples[: len(samples) // size * size].reshape(-1, size).astype(np.float64)
    return np.asarray(10 * np.log10((frames**2).mean(axis=1) + 1e-10))


def _floor_db(levels: NDArray[np.float64], reference: Reference, channel: int) -> float:
    """The leg's usual level while its party says nothing."""
    silent = np.ones(len(levels), dtype=bool)
    for turn in reference.turns:
        if turn.channel == channel:
            silent[turn.start_ms // FRAME_MS : turn.end_ms // FRAME_MS + 1] = False
    return float(np.percentile(levels[silent], 75)) if silent.any() else -100.0


def _silence(turn: Turn, levels: NDArray[np.float64], floor_db: float) -> Silence | None:
    """What cannot be heard of a turn; None if noise hides it."""
    within = levels[turn.start_ms // FRAME_MS : turn.end_ms // FRAME_MS]
    peak_db = float(np.percentile(within, 95)) if len(within) >= RUN else floor_db
    if peak_db - floor_db < CLEAR_DB:
        return None
    loud = within > max(peak_db - BELOW_PEAK_DB, floor_db + ABOVE_FLOOR_DB)
    at = np.nonzero(np.convolve(loud, np.ones(RUN, dtype=int), "valid") == RUN)[0]
    if len(at) == 0:
        return None
    silence = Silence(int(at[0]) * FRAME_MS, (len(within) - int(at[-1]) - RUN) * FRAME_MS)
    return silence if max(silence) <= MOST_MS else None
