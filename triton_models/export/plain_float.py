"""A quantised, fused graph as plain float ONNX: what any runtime, and a GPU, can run.

Weights become the floats that their integers stand for; activations are not quantised any more.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import (
    AttributeProto,
    GraphProto,
    ModelProto,
    NodeProto,
    TensorProto,
    helper,
    numpy_helper,
)

from triton_models.export.ort_format import in_order, needs

OPSET = 18

Array = NDArray[Any]
_QUANTISED = {TensorProto.UINT8, TensorProto.INT8}
_INTEGER_OPERATORS = {"DynamicQuantizeLinear", "DequantizeLinear"}


class NotPlain(Exception):
    """An operator that this module does not know how to write in plain ONNX."""


class _Weight(NamedTuple):
    """A quantised weight's parameters, by their names."""

    name: str
    scale: str
    zero_point: str


class Scope:
    """One graph's constants, and those of the graphs around it."""

    def __init__(self, graph: GraphProto, outer: "Scope | None") -> None:
        self._outer = outer
        self._constants = {tensor.name: tensor for tensor in graph.initializer}
        self.same: dict[str, str] = dict(outer.same) if outer else {}
        """Of quantised activations, here and further out, the floats they stand for."""

        self.made: dict[str, Array] = {}
        """Constants added to this graph."""

    def holds(self, name: str) -> bool:
        """True if the name is a constant here or further out."""
        return name in self._constants or (self._outer is not None and self._outer.holds(name))

    def value(self, name: str) -> Array:
        """A constant's value."""
        return numpy_helper.to_array(self._owner(name)._constants[name])

    def is_quantised(self, name: str) -> bool:
        """True of a constant of 8 bits."""
        return self.holds(name) and self._owner(name)._constants[name].data_type in _QUANTISED

    def float_of(self, weight: _Weight) -> str:
        """The name of the weight as float, which stands where the quantised one stood."""
        owner = self._owner(weight.name)
        name = f"{weight.name}_float"
        if name not in owner.made:
            zero = self.value(weight.zero_point).astype(np.int32) if weight.zero_point else 0
            whole = self.value(weight.name).astype(np.int32) - zero
            owner.made[name] = (whole * self.value(weight.scale)).astype(np.float32)
        return name

    def constant(self, name: str, value: Array) -> str:
        """Add a constant to this graph."""
        self.made[name] = value
        return name

    def _owner(self, name: str) -> "Scope":
        if name in self._constants:
            return self
        if self._outer is None:
            raise NotPlain(f"{name} is not a constant")
        return self._outer._owner(name)


def plain(model: ModelProto) -> ModelProto:
    """The model in float, of operators that ONNX itself defines."""
    graph = _plain_graph(model.graph, None)
    written = helper.make_model(
        graph, producer_name="trunkline", opset_imports=[helper.make_opsetid("", OPSET)]
    )
    written.ir_version = model.ir_version
    return written


def tidy(graph: GraphProto) -> GraphProto:
    """Order the nodes, and leave out constants that nothing reads."""
    nodes = in_order(graph.node, [output.name for output in graph.output])
    read = {name for node in nodes for name in needs(node)}
    kept = [tensor for tensor in graph.initializer if tensor.name in read]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(kept)
    return graph


def _plain_graph(graph: GraphProto, outer: Scope | None) -> GraphProto:
    scope = Scope(graph, outer)
    _find_floats(graph, scope)
    nodes: list[NodeProto] = []
    for node in graph.node:
        if node.op_type in _INTEGER_OPERATORS:
            continue
        node.input[:] = [scope.same.get(name, name) for name in node.input]
        nodes += _REWRITE.get(node.op_type, _kept)(node, scope)
    for attribute in (a for node in nodes for a in node.attribute):
        if attribute.type == AttributeProto.GRAPH:
            attribute.g.CopyFrom(_plain_graph(attribute.g, scope))
    outputs = {output.name for output in graph.output}
    for tensor in (t for t in graph.initializer if t.name in outputs):
        nodes.append(helper.make_node("Constant", [], [tensor.name], value=tensor))
    tensors = [
        tensor
        for tensor in graph.initializer
        if tensor.data_type not in _QUANTISED and tensor.name not in outputs
    ]
    made = [numpy_helper.from_array(value, name) for name, value in scope.made.items()]
    return tidy(helper.make_graph(nodes, graph.name, graph.input, graph.output, [*tensors, *made]))


def _find_floats(graph: GraphProto, scope: Scope) -> None:
    """For each quantised activation the float that it was made of, or is made into."""
    gathers = {node.output[0]: node for node in graph.node if node.op_type == "Gather"}
    for node in graph.node:
        if node.op_type == "DynamicQuantizeLinear":
            scope.same[node.output[0]] = node.input[0]
        elif node.op_type == "DequantizeLinear":
            gather = gathers[node.input[0]]
            if scope.is_quantised(gather.input[0]):
                gather.input[0] = scope.float_of(_Weight(gather.input[0], *node.input[1:3]))
            scope.same[node.output[0]] = gather.output[0]


def _kept(node: NodeProto, scope: Scope) -> list[NodeProto]:
    if node.domain:
        raise NotPlain(f"{node.domain}.{node.op_type}")
    return [node]


def _integer_to_float(node: NodeProto, scope: Scope) -> list[NodeProto]:
    """MatMulIntegerToFloat: A, B, A's scale, B's scale, A's zero point, B's, bias."""
    inputs = [*node.input, "", "", ""][:7]
    weight = scope.float_of(_Weight(inputs[1], inputs[3], inputs[5]))
    return list(_product(node, inputs[0], weight, bias=inputs[6]))


def _dynamic(node: NodeProto, scope: Scope) -> list[NodeProto]:
    """DynamicQuantizeMatMul: A, B, B's scale, B's zero point, bias."""
    inputs = [*node.input, "", ""][:5]
    weight = scope.float_of(_Weight(inputs[1], inputs[2], inputs[3]))
    return list(_product(node, inputs[0], weight, bias=inputs[4]))


def _product(node: NodeProto, left: str, right: str, *, bias: str) -> Iterator[NodeProto]:
    (output,) = node.output
    if not bias:
        yield helper.make_node("MatMul", [left, right], [output])
        return
    yield helper.make_node("MatMul", [left, right], [f"{output}_product"])
    yield helper.make_node("Add", [f"{output}_product", bias], [output])


def _fused_matmul(node: NodeProto, scope: Scope) -> list[NodeProto]:
    """Of its transpositions only that of B's last two dimensions is in use, of four."""
    asked = _attributes(node)
    if asked.get("transA") or asked.get("transBatchA") or asked.get("transBatchB"):
        raise NotPlain("FusedMatMul with these transpositions")
    (output,), (left, right) = node.output, node.input
    alpha = scope.constant(f"{output}_alpha", np.array(asked.get("alpha", 1.0), np.float32))
    nodes = []
    if asked.get("transB"):
        turned = f"{output}_turned"
        nodes.append(helper.make_node("Transpose", [right], [turned], perm=[0, 1, 3, 2]))
        right = turned
    # Scaled before the product: smaller numbers, for half precision.
    nodes.append(helper.make_node("Mul", [left, alpha], [f"{output}_scaled"]))
    nodes.append(helper.make_node("MatMul", [f"{output}_scaled", right], [output]))
    return nodes


def _fused_conv(node: NodeProto, scope: Scope) -> list[NodeProto]:
    asked = _attributes(node)
    activation = asked["activation"].decode()
    if activation not in {"Tanh", "Relu", "Sigmoid"}:
        raise NotPlain(f"FusedConv with {activation}")
    (output,) = node.output
    conv = NodeProto(op_type="Conv", input=node.input, output=[f"{output}_conv"])
    conv.attribute.extend(a for a in node.attribute if not a.name.startswith("activation"))
    return [conv, helper.make_node(activation, [f"{output}_conv"], [output])]


def _gelu(node: NodeProto, scope: Scope) -> list[NodeProto]:
    """x (1 + erf(x / sqrt 2)) / 2: ONNX has the operator from opset 20 on."""
    (x,), (y,) = node.input, node.output
    root = scope.constant(f"{y}_root", np.array(1 / math.sqrt(2), np.float32))
    half = scope.constant(f"{y}_half", np.array(0.5, np.float32))
    one = scope.constant(f"{y}_one", np.array(1.0, np.float32))
    return [
        helper.make_node("Mul", [x, root], [f"{y}_inner"]),
        helper.make_node("Erf", [f"{y}_inner"], [f"{y}_erf"]),
        helper.make_node("Add", [f"{y}_erf", one], [f"{y}_sum"]),
        helper.make_node("Mul", [x, half], [f"{y}_halved"]),
        helper.make_node("Mul", [f"{y}_halved", f"{y}_sum"], [y]),
    ]


def _quick_gelu(node: NodeProto, scope: Scope) -> list[NodeProto]:
    """x sigmoid(alpha x)."""
    (x,), (y,) = node.input, node.output
    alpha = np.array(_attributes(node).get("alpha", 1.702), np.float32)
    nodes = []
    inner = x
    if alpha != 1.0:
        inner = f"{y}_inner"
        nodes.append(helper.make_node("Mul", [x, scope.constant(f"{y}_alpha", alpha)], [inner]))
    nodes.append(helper.make_node("Sigmoid", [inner], [f"{y}_gate"]))
    nodes.append(helper.make_node("Mul", [x, f"{y}_gate"], [y]))
    return nodes


def _skip_layer_norm(node: NodeProto, scope: Scope) -> list[NodeProto]:
    """Input, skip, gamma, beta, bias -> normalised, and as fourth output the sum."""
    inputs = [*node.input, "", ""][:5]
    outputs = [*node.output, "", "", ""][:4]
    if inputs[4] or any(outputs[1:3]):
        raise NotPlain("SkipLayerNormalization with a bias or statistics")
    total = outputs[3] or f"{outputs[0]}_sum"
    norm = helper.make_node(
        "LayerNormalization",
        [total, *filter(None, inputs[2:4])],
        [outputs[0]],
        axis=-1,
        epsilon=_attributes(node)["epsilon"],
    )
    return [helper.make_node("Add", inputs[:2], [total]), norm]


def _attributes(node: NodeProto) -> dict[str, Any]:
    return {each.name: helper.get_attribute_value(each) for each in node.attribute}


_REWRITE: dict[str, Callable[[NodeProto, Scope], Sequence[NodeProto]]] = {
    "MatMulIntegerToFloat": _integer_to_float,
    "DynamicQuantizeMatMul": _dynamic,
    "FusedMatMul": _fused_matmul,
    "FusedConv": _fused_conv,
    "Gelu": _gelu,
    "QuickGelu": _quick_gelu,
    "SkipLayerNormalization": _skip_layer_norm,
}


def check(model: ModelProto) -> None:
    """Raise where the model is not what ONNX's checker and shape inference accept."""
    onnx.checker.check_model(model, full_check=True)
