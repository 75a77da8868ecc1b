"""Stands in for Triton's ONNX Runtime and TensorRT backends where there is only the Python one.

It serves one graph of the repository and carries the states of its sequences, so that ensemble,
sequences and front can be run, and seen to work, on any machine.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from triton_models import tensors as client
from triton_models.transducer import checkpoint
from triton_models.transducer.onnx_parts import Array, OnnxPart
from triton_models.transducer.tensors import Part, Tensors

if TYPE_CHECKING:
    pb_utils: Any
else:
    import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    """What Triton's Python backend looks for."""

    def initialize(self, args: dict[str, str]) -> None:
        """Load the graph that lies beside the model's configuration."""
        repository = Path(args["model_repository"]).parent
        (front,) = repository.glob(f"*/1/{checkpoint.FILE}")
        parts = Tensors(checkpoint.load(front.parent).geometry).parts()
        self._part: Part = next(part for part in parts if part.name == args["model_name"])
        self._graph = OnnxPart(self._part, checkpoint.graph(repository, self._part.name))

    def execute(self, requests: list[Any]) -> list[Any]:
        """One response a request; the batch is run as one."""
        sizes = [len(_input(request, self._part.inputs[0].name)) for request in requests]
        inputs = {
            tensor.name: np.concatenate([_input(request, tensor.name) for request in requests])
            for tensor in self._part.inputs
        }
        try:
            outputs = self._step(requests, inputs) if self._part.states else self._graph.run(inputs)
        except KeyError as unknown:
            error = pb_utils.TritonError(f"sequence {unknown} must specify the START flag")
            return [pb_utils.InferenceResponse(error=error) for _ in requests]
        ends = np.cumsum(sizes)[:-1].tolist()
        rows = {name: np.split(array, ends) for name, array in outputs.items()}
        return [
            pb_utils.InferenceResponse(
                [
                    pb_utils.Tensor(tensor.name, rows[tensor.name][at])
                    for tensor in self._part.outputs
                ]
            )
            for at in range(len(requests))
        ]

    def _step(self, requests: list[Any], inputs: dict[str, Array]) -> dict[str, Array]:
        sequences = [_input(request, client.SEQUENCE).item() for request in requests]
        starts = [bool(_input(request, client.START).flat[0]) for request in requests]
        outputs = self._graph.step(sequences, inputs, starts=starts)
        for request, sequence in zip(requests, sequences, strict=True):
            if _input(request, client.END).flat[0]:
                self._graph.end(sequence)
        return outputs


def _input(request: Any, name: str) -> Array:
    found: Array = pb_utils.get_input_tensor_by_name(request, name).as_numpy()
    return found
