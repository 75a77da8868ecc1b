"""What the transducer's front costs, CPU seconds without its graphs: `python -m` this module.

On a GPU the graphs run elsewhere; cutting windows, searching and timing words stay in one Python
process on the CPU, which so bounds the legs that one front can carry. Graphs are stood in for by
ready-made random scores of the real sizes, blank likely as in speech.
"""

import argparse
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from triton_models.hypothesis import Step
from triton_models.options import LegOptions, Phrase
from triton_models.transducer.front import Front
from triton_models.transducer.pieces import Vocabulary
from triton_models.transducer.search import Floats
from triton_models.transducer.tensors import ZIPFORMER_EN
from triton_models.transducer.windows import Window

STEP_MS = 100
BLANK_SHARE = 0.85
PIECES = ["<blk>", "<sos/eos>", "<unk>", *(f"\u2581w{n}" for n in range(497))]


class Scores:
    """Answers at once."""

    def __init__(self) -> None:
        rng = np.random.default_rng(1)
        self._logits = rng.normal(size=(997, len(PIECES))).astype(np.float32)
        self._logits[:, 0] += np.where(rng.random(997) < BLANK_SHARE, 9.0, 0.0)
        self._encoded = rng.normal(size=(8, 512)).astype(np.float32)
        self._at = 0

    def encode(self, windows: Sequence[Window]) -> list[Floats]:
        return [self._encoded] * len(windows)

    def predict(self, contexts: NDArray[np.int64]) -> Floats:
        return np.zeros((len(contexts), 512), np.float32)

    def join(self, frames: Floats, predicted: Floats) -> Floats:
        self._at += 1
        found: Floats = self._logits[
            (np.arange(len(frames)) * 7 + self._at * 31) % len(self._logits)
        ]
        return found


def cost(legs: int, seconds: int, options: LegOptions) -> float:
    """CPU seconds a leg and second of audio."""
    front = Front(
        Scores(),
        Vocabulary(PIECES),
        geometry=ZIPFORMER_EN,
        options=options,
        clock=time.monotonic,
    )
    samples = np.zeros(STEP_MS * 16, np.int16)
    began = time.process_time()
    for at in range(0, seconds * 1000, STEP_MS):
        front.step([Step(n + 1, samples, at, starts=at == 0) for n in range(legs)])
    return (time.process_time() - began) / legs / seconds


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--legs", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=10)
    asked = parser.parse_args()
    phrases = LegOptions(phrases=(Phrase(text="w1 w2"), Phrase(text="w7")))
    for name, options in (("greedy", LegOptions()), ("beam of 4, two phrases", phrases)):
        found = cost(asked.legs, asked.seconds, options)
        print(f"{name}: {found * 1000:.2f} ms a leg and second, so {1 / found:.0f} legs a core")


if __name__ == "__main__":
    main()
