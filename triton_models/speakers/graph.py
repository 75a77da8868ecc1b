"""Writes ONNX graphs: a thin pen over `onnx.helper` that names values and keeps weights."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8
"""Both fixed, so that the same weights always give the same file."""

Attribute = int | float | str | Sequence[int]
Numbers = NDArray[np.generic]


Shape = Sequence[str | int]


class Output(NamedTuple):
    """What a graph gives."""

    name: str
    value: str
    shape: Shape


class Pen:
    """Nodes in the order in which they were written; every value is a name."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._weights: dict[str, onnx.TensorProto] = {}

    def write(self, kind: str, *inputs: str, **attributes: Attribute) -> str:
        """A node with one output, whose name is returned; an input "" is left out."""
        return self.write_many(kind, *inputs, outputs=1, **attributes)[0]

    def write_many(
        self, kind: str, *inputs: str, outputs: int, **attributes: Attribute
    ) -> list[str]:
        """A node with several outputs."""
        names = [f"{kind}_{len(self._nodes)}_{number}" for number in range(outputs)]
        node = helper.make_node(kind, list(inputs), names)
        given = [helper.make_attribute(name, value) for name, value in attributes.items()]
        node.attribute.extend(given)
        self._nodes.append(node)
        return names

    def weight(self, name: str, values: Numbers) -> str:
        """A constant of the graph; one said twice is kept once."""
        if name not in self._weights:
            kept = np.ascontiguousarray(values)
            self._weights[name] = numpy_helper.from_array(kept, name)
        return name

    def integers(self, *values: int) -> str:
        """A constant int64 [values]."""
        name = "integers_" + "_".join(map(str, values))
        return self.weight(name, np.array(values, np.int64))

    def number(self, value: float) -> str:
        """A constant float32 scalar."""
        return self.weight(f"number_{value!r}", np.array(value, np.float32))

    def model(self, name: str, *, inputs: Mapping[str, Shape], output: Output) -> bytes:
        """The file; all that goes in and comes out is float32."""

        def told(value: str, shape: Shape) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(value, TensorProto.FLOAT, list(shape))

        last = helper.make_node("Identity", [output.value], [output.name])
        graph = helper.make_graph(
            [*self._nodes, last],
            name,
            [told(given, shape) for given, shape in inputs.items()],
            [told(output.name, output.shape)],
            initializer=list(self._weights.values()),
        )
        opset = helper.make_opsetid("", OPSET)
        made = helper.make_model(graph, opset_imports=[opset], producer_name="trunkline")
        made.ir_version = IR_VERSION
        return bytes(made.SerializeToString(deterministic=True))
