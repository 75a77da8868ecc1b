"""The `trtexec` command lines that turn graphs into TensorRT plans, written from the tables.

A plan fits one kind of GPU and one TensorRT: they are run in the very image that will serve, on
the very machine. Inputs and outputs stay FP32; FP16 is for what is between.
"""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from triton_models.tensors import Tensor
from triton_models.transducer.tensors import BATCH, Length, Part

USUAL = 16
"""The batch that kernels are chosen for."""


def command(
    part: Part, *, repository: PurePosixPath, lengths: Mapping[str, Length] | None = None
) -> list[str]:
    """How one graph's plan is built; `lengths` are of the tensors that have an open dimension."""
    folder = repository / part.name / "1"
    profiles = (("min", 1, "least"), ("opt", USUAL, "usual"), ("max", BATCH, "most"))
    return [
        "trtexec",
        f"--onnx={folder / 'model.onnx'}",
        f"--saveEngine={folder / 'model.plan'}",
        "--fp16",
        *(
            f"--{profile}Shapes="
            + ",".join(_shape(t, batch, _length(t, lengths, which)) for t in part.all_inputs)
            for profile, batch, which in profiles
        ),
        "--skipInference",
    ]


def line(
    part: Part, *, repository: PurePosixPath, lengths: Mapping[str, Length] | None = None
) -> str:
    """The command as a shell takes it."""
    first, *rest = map(shlex.quote, command(part, repository=repository, lengths=lengths))
    return " \\\n    ".join((first, *rest))


def script(lines: Sequence[str]) -> str:
    """A shell script of commands; it stops at the first that fails."""
    return "\n".join(("#!/bin/sh", "set -eu", *lines, ""))


def is_for_tensorrt(part: Part) -> bool:
    """TensorRT takes no INT16: such a graph is served by ONNX Runtime."""
    return all(tensor.datatype != "INT16" for tensor in part.all_inputs)


def _length(tensor: Tensor, lengths: Mapping[str, Length] | None, which: str) -> int:
    """What stands for -1; a tensor without open dimensions needs none."""
    found = (lengths or {}).get(tensor.name)
    return getattr(found, which) if found is not None else -1


def _shape(tensor: Tensor, batch: int, length: int) -> str:
    dims = (batch, *(length if dim == -1 else dim for dim in tensor.dims))
    return f"{tensor.name}:{'x'.join(map(str, dims))}"
