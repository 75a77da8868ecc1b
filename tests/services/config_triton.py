"""Runs a model repository as its `config.pbtxt` files say, over ONNX Runtime: Triton's documented
rules for ensembles, sequences and implicit state, and nothing that the files do not say.

Written against Triton's user guide ("Ensemble Models", "Stateful Models", "Implicit State
Management"), not against our code: it reads the configurations and the graphs, no table of ours.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime as ort
from google.protobuf import text_format  # type: ignore[import-untyped]
from numpy.typing import NDArray
from tritonclient.grpc import model_config_pb2 as pb

Array = NDArray[np.generic]
Tensors = dict[str, Array]
TYPES = {pb.TYPE_FP32: np.float32, pb.TYPE_INT64: np.int64, pb.TYPE_INT16: np.int16}


class Asked(NamedTuple):
    """One request: tensors with a batch of 1, and Triton's sequence parameters."""

    inputs: Tensors
    sequence: int = 0
    starts: bool = False
    ends: bool = False


class Refused(Exception):
    """Triton would answer with an error."""


class ConfigTriton:
    """A repository of ONNX graphs and ensembles; requests of one `infer` are batched together."""

    def __init__(self, repository: Path) -> None:
        self._configs = {
            path.parent.name: text_format.Parse(path.read_text("utf-8"), pb.ModelConfig())
            for path in repository.glob("*/config.pbtxt")
        }
        self._sessions = {
            name: ort.InferenceSession(
                str(repository / name / "1" / config.default_model_filename),
                providers=["CPUExecutionProvider"],
            )
            for name, config in self._configs.items()
            if config.backend == "onnxruntime"
        }
        self._states: dict[tuple[str, int], Tensors] = {}

    def infer(self, model: str, batch: Sequence[Asked]) -> list[Tensors]:
        """The outputs of each request."""
        config = self._configs[model]
        for asked in batch:
            self._check(config, asked)
        if config.platform == "ensemble":
            return self._ensemble(config, batch)
        if len(batch) > config.max_batch_size:
            raise Refused("larger than max_batch_size")
        return self._graph(config, batch)

    def sequences(self) -> int:
        """States that are held."""
        return len(self._states)

    def _check(self, config: pb.ModelConfig, asked: Asked) -> None:
        """Names, types and shapes as configured; the batch stands before the dimensions."""
        if asked.inputs.keys() != {tensor.name for tensor in config.input}:
            raise Refused(f"{config.name} has other inputs")
        for tensor in config.input:
            given = asked.inputs[tensor.name]
            if given.dtype != TYPES[tensor.data_type] or list(given.shape[1:]) != list(tensor.dims):
                raise Refused(f"{tensor.name} is {given.dtype} {given.shape}")

    def _ensemble(self, config: pb.ModelConfig, batch: Sequence[Asked]) -> list[Tensors]:
        """Steps in the order of their data; each request keeps its sequence in every model."""
        known = [dict(asked.inputs) for asked in batch]
        for step in config.ensemble_scheduling.step:
            part = [
                asked._replace(inputs={name: have[of] for name, of in step.input_map.items()})
                for asked, have in zip(batch, known, strict=True)
            ]
            for have, found in zip(known, self.infer(step.model_name, part), strict=True):
                have.update({of: found[name] for name, of in step.output_map.items()})
        wanted = [tensor.name for tensor in config.output]
        return [{name: have[name] for name in wanted} for have in known]

    def _graph(self, config: pb.ModelConfig, batch: Sequence[Asked]) -> list[Tensors]:
        inputs = [{**asked.inputs, **self._state_before(config, asked)} for asked in batch]
        joined = {name: np.concatenate([one[name] for one in inputs]) for name in inputs[0]}
        session = self._sessions[config.name]
        names = [output.name for output in session.get_outputs()]
        found = dict(zip(names, session.run(names, joined), strict=True))
        ends = np.cumsum([len(next(iter(one.values()))) for one in inputs])[:-1]
        rows = {name: np.split(array, ends) for name, array in found.items()}
        answers = [{name: rows[name][at] for name in names} for at in range(len(batch))]
        for asked, answer in zip(batch, answers, strict=True):
            self._state_after(config, asked, answer)
        return [self._outputs(config, answer) for answer in answers]

    def _outputs(self, config: pb.ModelConfig, answer: Tensors) -> Tensors:
        for tensor in config.output:
            shape = list(answer[tensor.name].shape[1:])
            assert shape == list(tensor.dims), f"{tensor.name} is {shape}, said {tensor.dims}"
        return {tensor.name: answer[tensor.name] for tensor in config.output}

    def _state_before(self, config: pb.ModelConfig, asked: Asked) -> Tensors:
        """START: the initial state; else what the step before put out."""
        if not config.HasField("sequence_batching"):
            return {}
        key = (config.name, asked.sequence)
        if asked.starts:
            states = config.sequence_batching.state
            self._states[key] = {state.input_name: _initial(state) for state in states}
        if not asked.sequence or key not in self._states:
            raise Refused(f"sequence {asked.sequence} must specify the START flag")
        return self._states[key]

    def _state_after(self, config: pb.ModelConfig, asked: Asked, answer: Tensors) -> None:
        if not config.HasField("sequence_batching"):
            return
        key = (config.name, asked.sequence)
        self._states[key] = {
            state.input_name: answer[state.output_name] for state in config.sequence_batching.state
        }
        if asked.ends:
            del self._states[key]


def _initial(state: pb.ModelSequenceBatching.State) -> Array:
    """One initial state without data files; its dimensions leave out the batch."""
    (initial,) = state.initial_state
    assert initial.zero_data and initial.data_type == state.data_type
    return np.zeros((1, *initial.dims), TYPES[initial.data_type])
