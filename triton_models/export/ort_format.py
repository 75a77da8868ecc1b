"""Reads a model in ONNX Runtime's own format (a flatbuffer) back into ONNX.

The schema's classes come with the onnxruntime wheel. Nothing is changed: operators that only ONNX
Runtime knows, and nodes fused by it, stay as they are.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnx
import onnxruntime.tools.ort_format_model  # noqa: F401  # puts the schema on the import path
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto
from ort_flatbuffers_py.fbs.InferenceSession import (  # type: ignore[import-not-found]
    InferenceSession,
)
from ort_flatbuffers_py.fbs.TensorTypeAndShape import (  # type: ignore[import-not-found]
    TensorTypeAndShape,
)

_IR_VERSION = 10
_PLAIN = {"", "com.microsoft"}


class _Table(Protocol):
    """A table of the flatbuffer: its fields are methods, with names that the schema gives."""

    def __getattr__(self, name: str) -> Any: ...


class NotReadable(Exception):
    """The file is no model in this format, or uses what this reader does not know."""


def read(path: Path) -> ModelProto:
    """The model as ONNX, with its nodes in the order of their use."""
    content = path.read_bytes()
    if not InferenceSession.InferenceSessionBufferHasIdentifier(content, 0):
        raise NotReadable(f"{path.name} is not in ONNX Runtime's format")
    model = InferenceSession.GetRootAsInferenceSession(content, 0).Model()
    opsets = [
        onnx.helper.make_opsetid(domain, opset.Version())
        for opset in _all(model, "OpsetImport")
        if (domain := _text(opset.Domain())) in _PLAIN
    ]
    graph = _graph(model.Graph(), name=path.stem)
    read_model = onnx.helper.make_model(graph, opset_imports=opsets)
    read_model.ir_version = _IR_VERSION
    return read_model


def in_order(nodes: Sequence[NodeProto], outputs: Sequence[str]) -> list[NodeProto]:
    """The nodes that `outputs` need, each behind those that it needs."""
    makers = {name: node for node in nodes for name in node.output if name}
    ordered: list[NodeProto] = []
    seen: set[int] = set()
    waiting = [(makers[name], False) for name in reversed(outputs) if name in makers]
    while waiting:
        node, ready = waiting.pop()
        if ready:
            ordered.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            waiting.append((node, True))
            waiting += [(makers[name], False) for name in needs(node) if name in makers]
    return ordered


def needs(node: NodeProto) -> list[str]:
    """What a node reads, its branches included."""
    names = [name for name in node.input if name]
    for attribute in node.attribute:
        if attribute.type == AttributeProto.GRAPH:
            for inner in attribute.g.node:
                names += needs(inner)
            names += [output.name for output in attribute.g.output]
    return names


def _graph(table: _Table, *, name: str) -> GraphProto:
    kinds = {_text(arg.Name()): arg for arg in _all(table, "NodeArgs")}
    outputs = _names(table, "Outputs")
    nodes = [_node(node) for node in _all(table, "Nodes")]
    return onnx.helper.make_graph(
        in_order(nodes, outputs),
        name,
        [_value(kinds[each]) for each in _names(table, "Inputs")],
        [_value(kinds[each]) for each in outputs],
        initializer=[_tensor(tensor) for tensor in _all(table, "Initializers")],
    )


def _node(table: _Table) -> NodeProto:
    node = NodeProto(
        op_type=_text(table.OpType()),
        name=_text(table.Name()),
        domain=_text(table.Domain()),
        input=_names(table, "Inputs"),
        output=_names(table, "Outputs"),
    )
    node.attribute.extend(_attribute(each) for each in _all(table, "Attributes"))
    return node


def _attribute(table: _Table) -> AttributeProto:
    kind = table.Type()
    found = AttributeProto(name=_text(table.Name()), type=kind)
    if kind == AttributeProto.FLOAT:
        found.f = table.F()
    elif kind == AttributeProto.INT:
        found.i = table.I()
    elif kind == AttributeProto.STRING:
        found.s = table.S()
    elif kind == AttributeProto.TENSOR:
        found.t.CopyFrom(_tensor(table.T()))
    elif kind == AttributeProto.GRAPH:
        found.g.CopyFrom(_graph(table.G(), name=found.name))
    elif kind == AttributeProto.FLOATS:
        found.floats.extend(table.Floats(at) for at in range(table.FloatsLength()))
    elif kind == AttributeProto.INTS:
        found.ints.extend(table.Ints(at) for at in range(table.IntsLength()))
    else:
        raise NotReadable(f"attribute {found.name} has type {kind}")
    return found


def _tensor(table: _Table) -> TensorProto:
    raw = table.RawDataAsNumpy()
    if isinstance(raw, int):
        raise NotReadable(f"tensor {_text(table.Name())} has its data elsewhere")
    return TensorProto(
        name=_text(table.Name()),
        data_type=table.DataType(),
        dims=[table.Dims(at) for at in range(table.DimsLength())],
        raw_data=np.asarray(raw, np.uint8).tobytes(),
    )


def _value(table: _Table) -> ValueInfoProto:
    kind = TensorTypeAndShape()
    value = table.Type().Value()
    kind.Init(value.Bytes, value.Pos)
    shape = kind.Shape()
    dims = [each.Value() for each in _all(shape, "Dim")] if shape is not None else None
    return onnx.helper.make_tensor_value_info(
        _text(table.Name()),
        kind.ElemType(),
        None if dims is None else [_text(d.DimParam()) or d.DimValue() for d in dims],
    )


def _all(table: _Table, field: str) -> Iterator[Any]:
    for at in range(getattr(table, f"{field}Length")()):
        yield getattr(table, field)(at)


def _names(table: _Table, field: str) -> list[str]:
    return [_text(name) for name in _all(table, field)]


def _text(value: bytes | None) -> str:
    return (value or b"").decode()
