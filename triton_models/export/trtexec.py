"""The `trtexec` command lines that turn graphs into TensorRT plans, written from the tables.

A plan fits one kind of GPU and one TensorRT: they are run in the very image that will serve, on
the very machine. Inputs and outputs stay FP32; FP16 is for what is between.
"""

import shlex
from collections.abc import Iterator
from pathlib import PurePosixPath

from triton_models.tensors import Tensor
from triton_models.transducer.tensors import BATCH, Part

USUAL = 16
"""The batch that kernels are chosen for."""


def command(part: Part, *, repository: PurePosixPath) -> list[str]:
    """How one graph's plan is built."""
    folder = repository / part.name / "1"
    return [
        "trtexec",
        f"--onnx={folder / 'model.onnx'}",
        f"--saveEngine={folder / 'model.plan'}",
        "--fp16",
        *(
            f"--{name}Shapes={','.join(_shape(t, batch) for t in part.all_inputs)}"
            for name, batch in (("min", 1), ("opt", USUAL), ("max", BATCH))
        ),
        "--skipInference",
    ]


def script(parts: tuple[Part, ...], *, repository: PurePosixPath) -> str:
    """A shell script that builds every plan of a repository."""
    return "\n".join(("#!/bin/sh", "set -eu", *_lines(parts, repository), ""))


def is_for_tensorrt(part: Part) -> bool:
    """TensorRT takes no INT16: such a graph is served by ONNX Runtime."""
    return all(tensor.datatype != "INT16" for tensor in part.all_inputs)


def _lines(parts: tuple[Part, ...], repository: PurePosixPath) -> Iterator[str]:
    for part in filter(is_for_tensorrt, parts):
        first, *rest = map(shlex.quote, command(part, repository=repository))
        yield " \\\n    ".join((first, *rest))


def _shape(tensor: Tensor, batch: int) -> str:
    return f"{tensor.name}:{'x'.join(map(str, (batch, *tensor.dims)))}"
