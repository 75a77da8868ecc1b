"""Stands in for Triton's ONNX Runtime and TensorRT backends where there is only the Python one.

It serves one graph of the repository and carries the states of its sequences, so that ensemble,
sequences and front can be run, and seen to work, on any machine.
"""

from pathlib import Path
from typing import Any

import numpy as np

from triton_models import bls
from triton_models import tensors as client
from triton_models.speakers.tensors import PARTS as SPEAKER_PARTS
from triton_models.transducer import checkpoint
from triton_models.transducer.onnx_parts import Array, OnnxPart
from triton_models.transducer.tensors import Part, Tensors


class TritonPythonModel:
    """What Triton's Python backend looks for."""

    _part: Part
    _graph: OnnxPart

    def initialize(self, args: dict[str, str]) -> None:
        """Load the graph that lies beside the model's configuration."""
        repository = Path(args["model_repository"]).parent
        self._part = next(p for p in _parts(repository) if p.name == args["model_name"])
        self._graph = OnnxPart(self._part, checkpoint.graph(repository, self._part.name))

    def execute(self, requests: list[Any]) -> list[Any]:
        """One response a request; the batch is run as one."""
        sizes = [len(bls.values(request, self._part.inputs[0].name)) for request in requests]
        inputs = {
            tensor.name: np.concatenate([bls.values(request, tensor.name) for request in requests])
            for tensor in self._part.inputs
        }
        try:
            outputs = self._step(requests, inputs) if self._part.states else self._graph.run(inputs)
        except KeyError as unknown:
            why = f"sequence {unknown} must specify the START flag"
            return [bls.refusal(why) for _ in requests]
        ends = np.cumsum(sizes)[:-1].tolist()
        rows = {name: np.split(array, ends) for name, array in outputs.items()}
        return [
            bls.outputs({tensor.name: rows[tensor.name][at] for tensor in self._part.outputs})
            for at in range(len(requests))
        ]

    def _step(self, requests: list[Any], inputs: dict[str, Array]) -> dict[str, Array]:
        sequences = [int(bls.values(request, client.SEQUENCE).flat[0]) for request in requests]
        starts = [bool(bls.values(request, client.START).flat[0]) for request in requests]
        outputs = self._graph.step(sequences, inputs, starts=starts)
        for request, sequence in zip(requests, sequences, strict=True):
            if bls.values(request, client.END).flat[0]:
                self._graph.end(sequence)
        return outputs


def _parts(repository: Path) -> tuple[Part, ...]:
    """Every part that this repository may have."""
    found: tuple[Part, ...] = SPEAKER_PARTS
    for about in repository.glob(f"*/1/{checkpoint.FILE}"):
        found += Tensors(checkpoint.load(about.parent).geometry).parts()
    return found
