"""The transducer's graphs as the other models of the Triton that this runs in (BLS).

Windows are requests of their own, each in its sequence, sent at once: Triton's sequence batcher
makes a batch of them. Decoder and joiner are asked for the whole batch in one request.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triton_models import bls
from triton_models.transducer import tensors
from triton_models.transducer.search import Floats
from triton_models.transducer.tensors import BATCH, Geometry, Tensors
from triton_models.transducer.windows import Window


class TritonAcoustics:
    """`front.Acoustics` over the models `transducer`, its decoder and its joiner."""

    def __init__(self, geometry: Geometry) -> None:
        self._tensors = Tensors(geometry)
        # A thread waits for each window's answer: that is all `async_exec` does, too.
        self._pool = ThreadPoolExecutor(BATCH, thread_name_prefix="encode")

    def encode(self, windows: Sequence[Window]) -> list[Floats]:
        """float32 [encoded_frames, joined] of each window."""
        return [found[0] for found in self._pool.map(self._encode, windows)]

    def predict(self, contexts: NDArray[np.int64]) -> Floats:
        """float32 [n, joined]."""
        inputs = {self._tensors.tokens.name: contexts}
        return _in_batches(tensors.DECODER, inputs, self._tensors.predicted.name)

    def join(self, frames: Floats, predicted: Floats) -> Floats:
        """Logits, float32 [n, vocabulary]."""
        inputs = {self._tensors.frame.name: frames, self._tensors.predicted.name: predicted}
        return _in_batches(tensors.JOINER, inputs, self._tensors.logits.name)

    def _encode(self, window: Window) -> Floats:
        return bls.ask(
            tensors.ENSEMBLE,
            {self._tensors.window.name: window.samples[np.newaxis]},
            self._tensors.encoded.name,
            within=bls.Sequence(window.sequence, window.starts, window.ends),
        )


def _in_batches(model: str, inputs: Mapping[str, NDArray[Any]], output: str) -> Floats:
    size = len(next(iter(inputs.values())))
    return np.concatenate(
        [
            bls.ask(model, {name: v[at : at + BATCH] for name, v in inputs.items()}, output)
            for at in range(0, size, BATCH)
        ]
    )
