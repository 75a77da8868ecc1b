"""What all written graphs share: ONNX version, value descriptions, checked and renamed graphs.

`onnx` (Apache-2.0) is needed here and by tests, not by the appliance: `pip install onnx`.
"""

from collections.abc import Mapping

import onnx
from onnx import TensorProto, helper

from triton_models.tensors import Tensor

OPSET = 17
IR_VERSION = 9
"""Old enough for the ONNX parsers of TensorRT 8.6 and later."""

TYPES = {"FP32": TensorProto.FLOAT, "INT64": TensorProto.INT64, "INT16": TensorProto.INT16}
BATCH = "N"


class Unsuitable(Exception):
    """The graph is not what its exporter writes; the message says what is missing."""


def value(tensor: Tensor) -> onnx.ValueInfoProto:
    """The tensor as a graph's input or output: the batch stands before its dimensions."""
    return helper.make_tensor_value_info(tensor.name, TYPES[tensor.datatype], [BATCH, *tensor.dims])


def finished(graph: onnx.GraphProto, *, opsets: Mapping[str, int] | None = None) -> onnx.ModelProto:
    """The model of a graph; raises where it is none."""
    versions = opsets or {"": OPSET}
    model = helper.make_model(
        graph,
        producer_name="trunkline",
        opset_imports=[helper.make_opsetid(domain, at) for domain, at in versions.items()],
    )
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model)
    return model


def renamed(model: onnx.ModelProto, names: Mapping[str, str]) -> onnx.ModelProto:
    """The same graph with inputs and outputs (old name: new name) called otherwise."""
    found = onnx.ModelProto()
    found.CopyFrom(model)
    graph = found.graph
    known = {info.name for info in (*graph.input, *graph.output)}
    if missing := names.keys() - known:
        raise Unsuitable(f"no tensor {sorted(missing)}, only {sorted(known)}")
    for info in (*graph.input, *graph.output):
        info.name = names.get(info.name, info.name)
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    return found


def shape(info: onnx.ValueInfoProto) -> list[int | str]:
    """A tensor's dimensions; a name for one that is open."""
    return [d.dim_value or d.dim_param for d in info.type.tensor_type.shape.dim]
