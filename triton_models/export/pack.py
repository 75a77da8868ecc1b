"""The encoder's caches as one tensor, batch first.

icefall exports a streaming Zipformer with six caches a layer, some with the batch as second axis.
Triton wants the batch first, and carries every state of every stream by a copy of its own, both
ways, each step: with one state instead of a hundred that is no longer what a step waits for.
"""

from typing import NamedTuple

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from triton_models.export.graphs import Unsuitable, renamed, shape, value
from triton_models.transducer.tensors import Tensors

WINDOW, ENCODED, POSITION = "x", "encoder_out", "processed_lens"
NEXT = "new_"
"""icefall's names."""


class Cache(NamedTuple):
    """One cache of the graph as exported."""

    name: str
    dims: tuple[int, ...]
    """Without the batch."""

    batch_axis: int

    @property
    def size(self) -> int:
        """Numbers it holds for one stream."""
        return int(np.prod(self.dims))


def caches(model: onnx.ModelProto) -> list[Cache]:
    """The encoder's caches, in the order of its inputs."""
    found = []
    for info in model.graph.input:
        if info.name in (WINDOW, POSITION):
            continue
        dims = shape(info)
        open_axes = [axis for axis, dim in enumerate(dims) if isinstance(dim, str)]
        if len(open_axes) != 1 or info.type.tensor_type.elem_type != TensorProto.FLOAT:
            raise Unsuitable(f"the cache {info.name} is {dims}: one open axis, FP32")
        fixed = tuple(dim for dim in dims if isinstance(dim, int))
        found.append(Cache(info.name, fixed, open_axes[0]))
    return found


def packed(model: onnx.ModelProto, tensors: Tensors) -> onnx.ModelProto:
    """The encoder with the tensors of our table."""
    found = renamed(model, {WINDOW: tensors.features.name, ENCODED: tensors.encoded.name})
    parts = caches(model)
    graph = found.graph
    nodes = [*_unpack(parts, tensors), *graph.node, *_pack(parts, tensors)]
    constants = _constants(parts)
    del graph.node[:], graph.input[:], graph.output[:]
    graph.node.extend(nodes)
    graph.initializer.extend(numpy_helper.from_array(v, n) for n, v in constants.items())
    states = (tensors.cache, tensors.position)
    graph.input.extend(map(value, (tensors.features, *(state.before for state in states))))
    graph.output.extend(map(value, (tensors.encoded, *(state.after for state in states))))
    onnx.checker.check_model(found)
    return found


def _constants(parts: list[Cache]) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.int64]]]:
    """Reshape takes 0 for `as many as before`: the batch."""
    return {
        "pack/sizes": np.array([part.size for part in parts], np.int64),
        "pack/flat": np.array([0, -1], np.int64),
        "pack/vector": np.array([-1], np.int64),
        "pack/column": np.array([-1, 1], np.int64),
        **{f"pack/{part.name}/dims": np.array([0, *part.dims], np.int64) for part in parts},
    }


def _unpack(parts: list[Cache], tensors: Tensors) -> list[onnx.NodeProto]:
    position, cache = tensors.position.before.name, tensors.cache.before.name
    pieces = [f"pack/{part.name}/piece" for part in parts]
    nodes = [
        helper.make_node("Reshape", [position, "pack/vector"], [POSITION]),
        helper.make_node("Split", [cache, "pack/sizes"], pieces, axis=1),
    ]
    for part, piece in zip(parts, pieces, strict=True):
        first = f"pack/{part.name}/first"
        nodes += [
            helper.make_node("Reshape", [piece, f"pack/{part.name}/dims"], [first]),
            helper.make_node("Transpose", [first], [part.name], perm=_from_first(part)),
        ]
    return nodes


def _pack(parts: list[Cache], tensors: Tensors) -> list[onnx.NodeProto]:
    nodes = []
    for part in parts:
        first, flat = f"pack/{part.name}/next_first", f"pack/{part.name}/next_flat"
        nodes += [
            helper.make_node("Transpose", [NEXT + part.name], [first], perm=_to_first(part)),
            helper.make_node("Reshape", [first, "pack/flat"], [flat]),
        ]
    flats = [f"pack/{part.name}/next_flat" for part in parts]
    position, cache = tensors.position.after.name, tensors.cache.after.name
    return [
        *nodes,
        helper.make_node("Concat", flats, [cache], axis=1),
        helper.make_node("Reshape", [NEXT + POSITION, "pack/column"], [position]),
    ]


def _to_first(part: Cache) -> list[int]:
    """Axes in the order that has the batch first."""
    axes = list(range(len(part.dims) + 1))
    return [part.batch_axis, *axes[: part.batch_axis], *axes[part.batch_axis + 1 :]]


def _from_first(part: Cache) -> list[int]:
    order = _to_first(part)
    return [order.index(axis) for axis in range(len(order))]
