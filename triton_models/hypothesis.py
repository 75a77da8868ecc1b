"""What goes into the recogniser and what comes out, whichever process it runs in."""

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from triton_models.events import Word
from triton_models.options import LegOptions

SAMPLES_PER_MS = 16
LONGEST_STEP_MS = 30_000


class Step(NamedTuple):
    """The next audio of one leg; empty: nothing is coming now, keep the leg."""

    sequence: int
    samples: NDArray[np.int16]
    """int16 [samples], 16 kHz mono; whole milliseconds, 100 as a rule."""

    start_ms: int
    """First sample on the call clock. A jump finishes what was open and is not bridged."""

    starts: bool = False
    ends: bool = False
    """What is open becomes a final, and the leg is forgotten."""

    options: LegOptions | None = None
    """Of a step that starts a leg; None: the recogniser's defaults."""


class ReadBy(msgspec.Struct, frozen=True, kw_only=True):
    """Which model read a segment, where it is not the one that answers for the rest."""

    model: str
    model_sha256: str
    decoder: str


class Hypothesis(msgspec.Struct, frozen=True, kw_only=True):
    """What the recogniser makes of one segment so far."""

    segment_ms: int
    """Where the segment's audio starts on the call clock: its name within the leg."""

    revision: int
    is_final: bool
    start_ms: int
    end_ms: int
    """First word's start and last word's end; of a segment without words, the voice's."""

    audio_end_ms: int
    """End of the audio that was decoded."""

    words: tuple[Word, ...]
    frozen_words: int = 0
    """So many leading words no later revision of this segment changes; of a final, all."""

    speech_final: bool = False
    """The speaker pauses: nothing but silence follows what was decoded."""

    utterance_end: bool = False
    """Of a final: no word followed for as long as ends an utterance. False where a segment was
    cut because it was long, or because the audio stopped."""

    read_by: ReadBy | None = None
    """None: the answer's model."""


class State(NamedTuple):
    """How busy the recogniser is, told with a step of one leg."""

    load: float = 0.0
    """Of all its legs: 0 idle, 1 full; beyond, finals come late."""

    capacity: float = 0.0
    """Speaking legs whose finals it could keep up with; 0: not known yet."""

    put_off: bool = False
    """The leg's partial was due and had to wait."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one step brought, and by what it was recognised."""

    hypotheses: tuple[Hypothesis, ...]
    done_ms: int
    """Audio before this is spoken for: by finals, or it was silence. A lost recogniser loses
    what follows it."""

    model: str
    model_sha256: str
    decoder: str
    load: float = 0.0
    capacity: float = 0.0
    put_off: bool = False
    """As `State` has them."""
