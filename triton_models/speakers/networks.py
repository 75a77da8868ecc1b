"""The two networks in memory: who is active in each frame of a window, and a voice's print."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from triton_models.speakers.features import filter_bank

Floats = NDArray[np.float32]

WINDOW_SAMPLES = 80_000
FRAME_SAMPLES = 270
"""Step between frames of the segmentation."""

CENTRE_SAMPLES = 495
"""The middle of the first frame's receptive field (991 samples)."""

SPEAKERS = 3
"""As many the segmentation tells apart within one window."""

PRINT_SIZE = 192
FEWEST_FEATURES = 30
"""Frames of 10 ms under which no print is taken."""

_SETS = np.array(
    [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]], np.bool_
)
"""Which speakers each of the seven classes says are active."""


class Graph(Protocol):
    """A network that runs: an ONNX Runtime session, or another model of a Triton."""

    def run(self, names: None, inputs: dict[str, Floats], /) -> Sequence[Floats]:
        """All outputs."""
        ...


class Segmentation:
    """pyannote's segmentation-3.0."""

    def __init__(self, model: Path | Graph) -> None:
        self._graph = _graph(model)

    def active(self, samples: NDArray[np.float32]) -> NDArray[np.bool_]:
        """bool [frames, 3]: who is active; speakers are numbered anew in each window."""
        inputs = {"samples": samples[np.newaxis, np.newaxis]}
        (found,) = self._graph.run(None, inputs)
        return np.asarray(_SETS[np.argmax(found[0], axis=-1)])


class VoicePrints:
    """CAM++."""

    def __init__(self, model: Path | Graph) -> None:
        self._graph = _graph(model)

    def of(
        self, samples: NDArray[np.float32], alone: NDArray[np.bool_]
    ) -> NDArray[np.float32] | None:
        """float32 [192], of length 1, by the features chosen by `alone`; None if too few."""
        features = filter_bank(samples)
        features = features[alone[: len(features)]]
        if len(features) < FEWEST_FEATURES:
            return None
        features = features - features.mean(axis=0)
        (found,) = self._graph.run(None, {"features": features[np.newaxis]})
        return np.asarray(found[0] / max(float(np.linalg.norm(found[0])), 1e-6), np.float32)


def _graph(model: Path | Graph) -> Graph:
    """A file's network, on this machine's CPU."""
    if not isinstance(model, Path):
        return model
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session: Graph = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    return session
