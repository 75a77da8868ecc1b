"""The bundled recogniser's weights as plain float ONNX, so that a GPU can run them in batches.

    python -m triton_models.export.moonshine_float --models .cache/models --out DIR

writes `encoder.onnx`, and `decoder.onnx` with the inputs and outputs of the fetched one; for
TensorRT, which has no use for a branch, also `decoder_first.onnx` (which fills the cache) and
`decoder_next.onnx` (which goes on from it). What is changed besides quantisation: rows of a batch
may be padded, without their own results or others' depending on how much.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

from triton_models import weights
from triton_models.export import ort_format
from triton_models.export.ort_format import in_order, needs
from triton_models.export.plain_float import OPSET, NotPlain, check, plain, tidy

FILES = ("encoder.onnx", "decoder.onnx", "decoder_first.onnx", "decoder_next.onnx")

CONVOLUTIONS = ((127, 64), (7, 3), (3, 2))
"""Width and stride of each: samples become frames of 384, the first one a few frames shorter."""

STRIDE = 384
_EPSILON = 1e-5
_LENGTHS = {
    "input_values": ("batch", "samples"),
    "attention_mask": ("batch", "samples"),
    "encoder_attention_mask": ("batch", "samples"),
    "last_hidden_state": ("batch", "frames"),
    "encoder_hidden_states": ("batch", "frames"),
    "input_ids": ("batch", "tokens"),
    "logits": ("batch", "tokens"),
    "use_cache_branch": (),
}
"""Names of the open dimensions; those of the cache below."""

_CACHES = {
    "past_key_values": {"decoder": ("batch", "", "past"), "encoder": ("batch", "", "frames")},
    "present": {"decoder": ("batch", "", "past + tokens"), "encoder": ("batch", "", "frames")},
}


def exported(models_dir: Path) -> dict[str, ModelProto]:
    """The graphs by the names of their files, from the fetched weights in `models_dir`."""
    folder = models_dir / weights.RECOGNISER
    encoder = plain(ort_format.read(folder / "encoder.ort"))
    _count_frames(encoder.graph, "attention_mask")
    _normalise_over_what_is_heard(encoder.graph)
    decoder = plain(ort_format.read(folder / "decoder.ort"))
    _count_frames(decoder.graph, "encoder_attention_mask")
    first, following = branches(decoder)
    found = dict(zip(FILES, (encoder, decoder, first, following), strict=True))
    for model in found.values():
        _name_dimensions(model.graph)
        check(model)
    return found


def _name_dimensions(graph: GraphProto) -> None:
    """The fetched graphs call samples and frames the same, which TensorRT takes for their word."""
    for value in (*graph.input, *graph.output):
        kind, *rest = value.name.split(".")  # as in present.0.decoder.key
        lengths = _CACHES[kind][rest[1]] if rest else _LENGTHS[kind]
        for dimension, name in zip(value.type.tensor_type.shape.dim, lengths, strict=False):
            if name:
                dimension.dim_param = name


def branches(decoder: ModelProto) -> tuple[ModelProto, ModelProto]:
    """The decoder without a cache, and with one, each for itself."""
    (choice,) = (node for node in decoder.graph.node if node.op_type == "If")
    inner = {attribute.name: attribute.g for attribute in choice.attribute}
    return _branch(decoder, inner["else_branch"]), _branch(decoder, inner["then_branch"])


def _branch(decoder: ModelProto, branch: GraphProto) -> ModelProto:
    """The branch with what it reads of the graph around it; outputs that are constants go."""
    made = {name for node in branch.node if node.op_type != "Constant" for name in node.output}
    outputs = [output for output in decoder.graph.output if output.name in made]
    around = [node for node in decoder.graph.node if node.op_type != "If"]
    nodes = in_order([*around, *branch.node], [output.name for output in outputs])
    read = {name for node in nodes for name in needs(node)}
    graph = helper.make_graph(
        nodes,
        branch.name,
        [each for each in decoder.graph.input if each.name in read],
        outputs,
        [*decoder.graph.initializer, *branch.initializer],
    )
    opset = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(tidy(graph), producer_name="trunkline", opset_imports=opset)
    model.ir_version = decoder.ir_version
    return model


def _count_frames(graph: GraphProto, mask: str) -> None:
    """Let the graph take as many frames of a row as its samples alone make.

    It takes every 384th sample's mask, which is one or two frames more: in a padded row these
    are made of samples and padding.
    """
    spare = f"{mask}/frames"
    for node in _all_nodes(graph):
        node.input[:] = [spare if name == mask else name for name in node.input]
    added = _Nodes(graph)
    frames = added.samples(mask)
    for width, stride in CONVOLUTIONS:
        frames = added.after_convolution(frames, width, stride)
    reach = added.node("Mul", frames, added.constant(STRIDE))
    size = added.node("Gather", added.node("Shape", mask), added.constant(1), axis=0)
    positions = added.node("Range", added.constant(0), size, added.constant(1))
    heard = added.node("Less", positions, reach)
    added.node("Cast", heard, to=TensorProto.INT64, output=spare)
    added.put_first()


def _normalise_over_what_is_heard(graph: GraphProto) -> None:
    """Mean and variance over a row's own frames: as exported, padding would count too."""
    (norm,) = (node for node in graph.node if node.op_type == "InstanceNormalization")
    scale, bias = (_constant(graph, name) for name in norm.input[1:])
    (flat,) = (node for node in graph.node if norm.input[0] in node.output)
    if flat.op_type != "Reshape" or np.any(scale != 1.0) or np.any(bias != 0.0):
        raise NotPlain("the encoder's normalisation is another")
    added = _Nodes(graph)
    x, shape = flat.input
    frames = added.after_convolution(added.samples("attention_mask"), *CONVOLUTIONS[0])
    size = added.node("Gather", added.node("Shape", x), added.constant(2), axis=0)
    positions = added.node("Range", added.constant(0), size, added.constant(1))
    heard = added.node("Cast", added.node("Less", positions, frames), to=TensorProto.FLOAT)
    heard = added.node("Unsqueeze", heard, added.constant([1]))  # [batch, 1, frames]
    size, frames = (added.node("Cast", each, to=TensorProto.FLOAT) for each in (size, frames))
    share = added.node("Unsqueeze", added.node("Div", size, frames), added.constant([2]))
    # Means, not sums: they stay small enough for half precision.
    mean = added.mean(added.node("Mul", x, heard), share)
    centred = added.node("Mul", added.node("Sub", x, mean), heard)
    variance = added.mean(added.node("Mul", centred, centred), share)
    deviation = added.node("Sqrt", added.node("Add", variance, added.number(_EPSILON)))
    normal = added.node("Div", centred, deviation)
    graph.node.remove(norm)
    added.node("Reshape", normal, shape, output=norm.output[0])
    added.put_first()


class _Nodes:
    """Nodes being added to a graph."""

    def __init__(self, graph: GraphProto) -> None:
        self._graph = graph
        self._nodes: list[NodeProto] = []
        self._prefix = f"/added_{len(graph.node)}"
        self._names = 0

    def node(self, operator: str, *inputs: str, output: str = "", **attributes: int) -> str:
        """The output's name."""
        output = output or self._name()
        node = helper.make_node(operator, inputs, [output])
        node.attribute.extend(helper.make_attribute(*each) for each in attributes.items())
        self._nodes.append(node)
        return output

    def constant(self, value: int | Sequence[int]) -> str:
        """int64."""
        return self._keep(np.array(value, np.int64))

    def number(self, value: float) -> str:
        """float32."""
        return self._keep(np.array(value, np.float32))

    def samples(self, mask: str) -> str:
        """int64 [batch, 1], how many are marked."""
        return self.node("ReduceSum", mask, self.constant([1]), keepdims=1)

    def after_convolution(self, frames: str, width: int, stride: int) -> str:
        """int64 [batch, 1], how many frames a convolution makes of so many."""
        beyond = self.node("Sub", frames, self.constant(width - stride))
        return self.node("Div", beyond, self.constant(stride))

    def mean(self, x: str, share: str) -> str:
        """[batch, 1, 1], over all of a row's frames, times `share`."""
        whole = self.node("ReduceMean", x, self.constant([1, 2]), keepdims=1)
        return self.node("Mul", whole, share)

    def put_first(self) -> None:
        """All are in the graph now, in the order of their use."""
        self._graph.node.extend(self._nodes)
        tidy(self._graph)

    def _keep(self, value: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]") -> str:
        name = self._name()
        self._graph.initializer.append(numpy_helper.from_array(value, name))
        return name

    def _name(self) -> str:
        self._names += 1
        return f"{self._prefix}/{self._names}"


def _all_nodes(graph: GraphProto) -> list[NodeProto]:
    """Of the graph and its branches."""
    nodes = list(graph.node)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                nodes += _all_nodes(attribute.g)
    return nodes


def _constant(graph: GraphProto, name: str) -> "np.ndarray[tuple[int, ...], np.dtype[np.generic]]":
    (found,) = (tensor for tensor in graph.initializer if tensor.name == name)
    return numpy_helper.to_array(found)


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--models", type=Path, required=True, help="where weights were fetched to")
    parser.add_argument("--out", type=Path, required=True, help="folder for the .onnx files")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, model in exported(arguments.models).items():
        onnx.save(model, arguments.out / name)
        print(f"{name}: {(arguments.out / name).stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
