"""The graph of redaction's model of names, made for speed."""

import onnx
import pytest
from onnx import TensorProto, helper

from trunkline.tagger_graph import NotMade, with_quick_products


def _graph(op: str, attributes: dict[str, int]) -> bytes:
    node = helper.make_node(op, ["a", "b"], ["c"], domain="com.microsoft")
    node.attribute.extend(helper.make_attribute(name, of) for name, of in attributes.items())
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "abc"]
    graph = helper.make_graph([node], "graph", values[:2], values[2:])
    return bytes(helper.make_model(graph).SerializeToString())


def test_packed_products_are_allowed_eight_bits_and_keep_what_else_they_say() -> None:
    made = with_quick_products(_graph("MatMulNBits", {"K": 384, "N": 384, "accuracy_level": 1}))
    (node,) = onnx.load_model_from_string(made).graph.node
    assert {one.name: one.i for one in node.attribute} == {
        "K": 384, "N": 384, "accuracy_level": 4,
    }  # fmt: skip
    assert with_quick_products(made) == made


def test_a_graph_without_packed_products_is_refused() -> None:
    with pytest.raises(NotMade, match="MatMulNBits"):
        with_quick_products(_graph("MatMul", {}))
