"""Voice activity: is somebody speaking in these 32 ms? Silero's network, batched over legs.

The network takes 512 samples with the 64 before them, and carries a recurrent state; `VoiceState`
holds both for one leg. What is loud and not voice is heard again, as a whisper (`unvoiced.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from triton_models.unvoiced import Doubtful

WINDOW_SAMPLES = 512
_CONTEXT_SAMPLES = 64
_STATE_SIZE = 128


@dataclass(slots=True)
class Memory:
    """What the network remembers of one sound."""

    recurrent: NDArray[np.float32] = field(
        default_factory=lambda: np.zeros((2, _STATE_SIZE), np.float32)
    )
    context: NDArray[np.float32] = field(
        default_factory=lambda: np.zeros(_CONTEXT_SAMPLES, np.float32)
    )


@dataclass(slots=True)
class VoiceState(Memory):
    """What voice activity remembers of one leg."""

    doubtful: Doubtful = field(default_factory=Doubtful)
    again: Memory = field(default_factory=Memory)
    """Of the sound that is heard a second time."""

    rest: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    """Samples that did not fill a window yet."""


class HeardWindow(NamedTuple):
    """What was heard in one window."""

    probability: float
    """0 to 1: somebody speaks."""

    power: float
    """Mean square of the samples; 1 is full scale."""

    whispered: float = 0.0
    """0 to 1: somebody whispers; 0 where that was not asked."""


class VoiceActivity:
    """The network in memory."""

    def __init__(self, model: Path) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = ort.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self._rate = np.array(16000, np.int64)

    def hear(
        self, legs: Sequence[tuple[VoiceState, NDArray[np.float32]]]
    ) -> list[list[HeardWindow]]:
        """Each full window of each leg's new samples (16 kHz, -1 to 1).

        All legs advance together, one window at a time, as one batch.
        """
        queued = [np.concatenate((state.rest, samples)) for state, samples in legs]
        counts = [len(samples) // WINDOW_SAMPLES for samples in queued]
        found: list[list[HeardWindow]] = [[] for _ in legs]
        for window in range(max(counts, default=0)):
            rows = [row for row, count in enumerate(counts) if window < count]
            at = window * WINDOW_SAMPLES
            windows = np.stack([queued[row][at : at + WINDOW_SAMPLES] for row in rows])
            states = [legs[row][0] for row in rows]
            for row, heard in zip(rows, self._heard(states, windows), strict=True):
                found[row].append(heard)
        for (state, _), samples, count in zip(legs, queued, counts, strict=True):
            state.rest = samples[count * WINDOW_SAMPLES :]
        return found

    def _heard(
        self, states: Sequence[VoiceState], windows: NDArray[np.float32]
    ) -> list[HeardWindow]:
        """One window of each leg."""
        powers = np.square(windows).mean(axis=1).tolist()
        found = []
        for state, window, probability, power in zip(
            states, windows, self._advance(states, windows), powers, strict=True
        ):
            again = state.doubtful.receive(window, probability, power)
            found.append(HeardWindow(probability, power, self._whispered(state, again)))
        return found

    def _whispered(self, state: VoiceState, windows: Sequence[NDArray[np.float32]]) -> float:
        """The probability in the last of the windows; several begin anew."""
        if len(windows) > 1:
            state.again = Memory()
        probabilities = [self._advance([state.again], window[None])[0] for window in windows]
        return probabilities[-1] if probabilities else 0.0

    def _advance(self, states: Sequence[Memory], windows: NDArray[np.float32]) -> list[float]:
        context = np.stack([state.context for state in states])
        inputs = {
            "input": np.concatenate((context, windows), axis=1),
            "state": np.stack([state.recurrent for state in states], axis=1),
            "sr": self._rate,
        }
        probabilities, recurrent = self._session.run(["output", "stateN"], inputs)
        for row, state in enumerate(states):
            state.recurrent = recurrent[:, row]
            state.context = windows[row, -_CONTEXT_SAMPLES:]
        return [float(probability) for probability in probabilities[:, 0]]
