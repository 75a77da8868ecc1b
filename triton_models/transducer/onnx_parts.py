"""The transducer's graphs in this process, over ONNX Runtime on the CPU.

`OnnxPart` is one model as Triton's ONNX Runtime backend serves it: batches of requests, and for
each sequence the states that it carries from step to step.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from triton_models.transducer import checkpoint, tensors
from triton_models.transducer.search import Floats
from triton_models.transducer.tensors import Geometry, Part, State, Tensors
from triton_models.transducer.windows import Window

Array = NDArray[np.generic]
TYPES: dict[str, type[np.generic]] = {"FP32": np.float32, "INT64": np.int64, "INT16": np.int16}


class OnnxPart:
    """One graph. `sequence` 0: a request that belongs to none."""

    def __init__(self, part: Part, graph: Path) -> None:
        self._part = part
        self._session = _session(graph)
        self._states: dict[int, dict[str, Array]] = {}

    def run(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """One batch, arrays [batch, ...]; states are among inputs and outputs."""
        names = [tensor.name for tensor in self._part.all_outputs]
        return dict(zip(names, self._session.run(names, dict(inputs)), strict=True))

    def step(
        self, sequences: Sequence[int], inputs: Mapping[str, Array], *, starts: Sequence[bool]
    ) -> dict[str, Array]:
        """One batch with a step of each sequence; KeyError for one that was not started."""
        for sequence in (s for s, new in zip(sequences, starts, strict=True) if new):
            self._states[sequence] = {s.before.name: _zeros(s) for s in self._part.states}
        before = {
            state.before.name: np.stack([self._states[s][state.before.name] for s in sequences])
            for state in self._part.states
        }
        outputs = self.run({**inputs, **before})
        for state in self._part.states:
            after = outputs.pop(state.after.name)
            for row, sequence in enumerate(sequences):
                self._states[sequence][state.before.name] = after[row]
        return outputs

    def end(self, sequence: int) -> None:
        """Forget the sequence's states."""
        self._states.pop(sequence, None)

    def knows(self, sequence: int) -> bool:
        """True while the sequence's states are held."""
        return sequence in self._states


class OnnxAcoustics:
    """All graphs of the checkpoint in `folder`: `front.Acoustics`."""

    def __init__(self, folder: Path, geometry: Geometry) -> None:
        self._parts = {
            part.name: OnnxPart(part, checkpoint.graph(folder, part.name))
            for part in Tensors(geometry).parts()
        }
        self._encoder = self._parts[tensors.ENCODER]

    def encode(self, windows: Sequence[Window]) -> list[Floats]:
        """float32 [encoded_frames, joined] of each window."""
        samples = np.stack([window.samples for window in windows])
        features = self._parts[tensors.FEATURES].run({"WINDOW": samples})
        sequences = [window.sequence for window in windows]
        starts = [window.starts for window in windows]
        encoded = self._encoder.step(sequences, features, starts=starts)["ENCODED"]
        for window in windows:
            if window.ends:
                self._encoder.end(window.sequence)
        return list(encoded.astype(np.float32, copy=False))

    def predict(self, contexts: NDArray[np.int64]) -> Floats:
        """float32 [n, joined]."""
        found = self._parts[tensors.DECODER].run({"TOKENS": contexts})["PREDICTED"]
        return found.astype(np.float32, copy=False)

    def join(self, frames: Floats, predicted: Floats) -> Floats:
        """Logits, float32 [n, vocabulary]."""
        inputs = {"FRAME": frames, "PREDICTED": predicted}
        return self._parts[tensors.JOINER].run(inputs)["LOGITS"].astype(np.float32, copy=False)


def _zeros(state: State) -> Array:
    return np.zeros(state.before.dims, TYPES[state.before.datatype])


def _session(graph: Path) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
