"""A small streaming Zipformer-like transducer with random weights, exported as icefall exports one.

Same tensors, caches, subsampling and look-ahead as the real one, a few thousand weights from a
fixed seed; so that the way from checkpoint to Triton can be walked without a checkpoint. Blank is
tied to loudness: it says something where somebody speaks, and nothing where nobody does. What it
says means nothing.

`whole` computes the same encoder over a whole signal at once, without caches: what streaming is
held against.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from triton_models.transducer.features import log_mel

Array = NDArray[np.float32]

WINDOW, SHIFT, CHUNK = 45, 32, 16
"""Feature frames taken and moved by; frames of 20 ms inside the encoder."""

MELS, WIDTH, JOINED, CONTEXT, EMBEDDED = 80, 24, 32, 2, 16
LAYERS = ((16, 8), (8, 4))
"""Frames to the left, and width of the convolution's past, of each layer."""

KEYS, NONLIN, VALUES = 8, 12, 10
QUIET, STEEP = -10.0, 1.5
"""Mean log-mel under which blank wins, and how fast."""

PIECES = ("<blk>", "<sos/eos>", "<unk>", *(f"\u2581{c}" for c in "ABCDEFGHIJKL"), *"AEIOUNRSTLDM")


class Layer(NamedTuple):
    """One layer's weights."""

    left: int
    past: int
    weights: dict[str, Array]


class Weights(NamedTuple):
    """All there is to know of the toy."""

    embed: Array
    loud: Array
    mix: Array
    layers: tuple[Layer, ...]
    out: Array
    embedding: Array
    decoder: Array
    joiner: Array
    bias: Array


def weights(seed: int = 3) -> Weights:
    """Random weights."""
    rng = np.random.default_rng(seed)

    def some(*shape: int) -> Array:
        fan = int(np.prod(shape[1:])) if len(shape) > 1 else 1
        drawn: Array = (rng.normal(size=shape) / np.sqrt(fan)).astype(np.float32)
        return drawn

    layers = tuple(
        Layer(
            left,
            past,
            {
                **{name: some(WIDTH, KEYS) * 2 for name in ("query", "key")},
                **{name: some(WIDTH, VALUES) for name in ("val1", "val2")},
                **{name: some(VALUES, WIDTH) * 2 for name in ("out1", "out2")},
                "nonlin": some(WIDTH, NONLIN),
                "back": some(NONLIN, WIDTH) * 2,
                **{name: some(WIDTH, 1, past + 1) for name in ("conv1", "conv2")},
            },
        )
        for left, past in LAYERS
    )
    joiner = some(JOINED, len(PIECES)) * 3
    joiner[-1] = 0.0
    joiner[-1, 0] = -14.0  # the louder, the less blank
    return Weights(
        embed=some(WIDTH, MELS, 9) / 4,
        loud=np.full((1, MELS, 9), 1.0 / (MELS * 9), np.float32),
        mix=some(WIDTH, 1, 7),
        layers=layers,
        out=some(2 * WIDTH, JOINED - 1),
        embedding=some(len(PIECES), EMBEDDED) * 3,
        decoder=some(CONTEXT * EMBEDDED, JOINED),
        joiner=joiner,
        bias=np.array([8.0] + [0.0] * (len(PIECES) - 1), np.float32),
    )


@dataclass
class _Graph:
    """Collects nodes; every method that adds one gives the name of its result."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def const(self, value: object, kind: type[np.generic] = np.float32) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, kind), name))
        return name

    def op(self, kind: str, *inputs: str, to: str = "", **attributes: int | list[int]) -> str:
        name = to or f"n{len(self.nodes)}"
        node = helper.make_node(kind, list(inputs), [name])
        node.attribute.extend(helper.make_attribute(k, v) for k, v in attributes.items())
        self.nodes.append(node)
        return name

    def part(self, of: str, *, axis: int, start: int, end: int = 2**31, to: str = "") -> str:
        bounds = [self.const([v], np.int64) for v in (start, end, axis)]
        return self.op("Slice", of, *bounds, to=to)

    def times(self, left: str, right: Array) -> str:
        return self.op("MatMul", left, self.const(right))

    def model(
        self,
        inputs: Sequence[onnx.ValueInfoProto],
        outputs: Sequence[onnx.ValueInfoProto],
        **about: int,
    ) -> onnx.ModelProto:
        graph = helper.make_graph(self.nodes, "toy", inputs, outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
        model.ir_version = 8
        helper.set_model_props(model, {key: str(value) for key, value in about.items()})
        return model


def _tensor(name: str, *dims: int | str, kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, dims)


def encoder(w: Weights) -> onnx.ModelProto:
    """As `export-onnx-streaming.py` writes it: caches in and out, the batch on any axis."""
    g = _Graph()
    inputs = [_tensor("x", "N", WINDOW, MELS)]
    outputs = [_tensor("encoder_out", "N", CHUNK // 2, JOINED)]
    mels = g.op("Transpose", "x", perm=[0, 2, 1])
    first = g.op("Tanh", g.op("Conv", mels, g.const(w.embed), strides=[2]))  # [N, WIDTH, 19]
    last_axis = g.const([3], np.int64)
    past = g.op("Squeeze", "embed_states", last_axis)
    mixed = g.op("Conv", g.op("Concat", past, first, axis=2), g.const(w.mix), group=WIDTH)
    kept = g.part(first, axis=2, start=CHUNK - 3, end=CHUNK)
    g.op("Unsqueeze", kept, last_axis, to="new_embed_states")
    x = g.op("Transpose", g.op("Tanh", mixed), perm=[0, 2, 1])  # [N, CHUNK, WIDTH]
    for index, layer in enumerate(w.layers):
        x = _layer(g, x, layer, index=index)
        for name, dims in _cache_dims(layer).items():
            inputs.append(_tensor(f"{name}_{index}", *dims))
            outputs.append(_tensor(f"new_{name}_{index}", *dims))
    g.op("Add", "processed_lens", g.const(CHUNK, np.int64), to="new_processed_lens")
    _joined(g, x, mels, w)
    inputs += [_tensor("embed_states", "N", WIDTH, 3, 1)]
    inputs += [_tensor("processed_lens", "N", kind=TensorProto.INT64)]
    outputs += [_tensor("new_embed_states", "N", WIDTH, 3, 1)]
    outputs += [_tensor("new_processed_lens", "N", kind=TensorProto.INT64)]
    return g.model(inputs, outputs, decode_chunk_len=SHIFT, T=WINDOW)


def _cache_dims(layer: Layer) -> dict[str, tuple[int | str, ...]]:
    return {
        "cached_key": (layer.left, "N", KEYS),
        "cached_nonlin_attn": (1, "N", layer.left, NONLIN),
        "cached_val1": (layer.left, "N", VALUES),
        "cached_val2": (layer.left, "N", VALUES),
        "cached_conv1": ("N", WIDTH, layer.past),
        "cached_conv2": ("N", WIDTH, layer.past),
    }


def _layer(g: _Graph, x: str, layer: Layer, *, index: int) -> str:
    w, left = layer.weights, layer.left

    def with_past(now: str, cache: str, axis: int, size: int) -> str:
        """Prepends the cache, and writes its successor: the last `size` of both."""
        both = g.op("Concat", f"{cache}_{index}", now, axis=axis)
        g.part(both, axis=axis, start=-size, to=f"new_{cache}_{index}")
        return both

    def timed(of: str) -> str:
        return g.op("Transpose", of, perm=[1, 0, 2])  # batch first <-> time first

    keys = timed(with_past(timed(g.times(x, w["key"])), "cached_key", 0, left))
    scores = g.op("MatMul", g.times(x, w["query"]), g.op("Transpose", keys, perm=[0, 2, 1]))
    ages = g.const(np.concatenate((np.arange(left, 0, -1), np.zeros(CHUNK))), np.int64)
    heard = g.op("Unsqueeze", "processed_lens", g.const([1], np.int64))
    missing = _cast(g, g.op("Greater", ages, heard))
    masked = g.op(
        "Add",
        scores,
        g.op("Unsqueeze", g.op("Mul", missing, g.const(-1e9)), g.const([1], np.int64)),
    )
    attention = g.op("Softmax", masked, axis=2)  # [N, CHUNK, left + CHUNK]

    zeroth = g.const([0], np.int64)
    nonlin = g.op("Unsqueeze", g.op("Tanh", g.times(x, w["nonlin"])), zeroth)
    seen = g.op("Squeeze", with_past(nonlin, "cached_nonlin_attn", 2, left), zeroth)
    x = g.op("Add", x, g.times(g.op("MatMul", attention, seen), w["back"]))
    for half in ("1", "2"):
        values = timed(with_past(timed(g.times(x, w[f"val{half}"])), f"cached_val{half}", 0, left))
        x = g.op("Add", x, g.times(g.op("MatMul", attention, values), w[f"out{half}"]))
        wide = g.op("Transpose", x, perm=[0, 2, 1])
        wide = with_past(wide, f"cached_conv{half}", 2, layer.past)
        moved = g.op("Conv", wide, g.const(w[f"conv{half}"]), group=WIDTH)
        x = g.op("Tanh", g.op("Add", x, g.op("Transpose", moved, perm=[0, 2, 1])))
    return x


def _cast(g: _Graph, of: str) -> str:
    name = f"n{len(g.nodes)}"
    g.nodes.append(helper.make_node("Cast", [of], [name], to=TensorProto.FLOAT))
    return name


def _joined(g: _Graph, x: str, mels: str, w: Weights) -> None:
    """Pairs of frames become one; the last channel says how loud it is."""
    pairs = g.const([0, CHUNK // 2, 2 * WIDTH], np.int64)
    out = g.times(g.op("Reshape", x, pairs), w.out)
    loud = g.part(g.op("Conv", mels, g.const(w.loud), strides=[2]), axis=2, start=0, end=CHUNK)
    halves = g.op("Reshape", loud, g.const([0, CHUNK // 2, 2], np.int64))
    mean = g.op("ReduceMean", halves, axes=[2], keepdims=1)
    level = g.op("Div", g.op("Sub", mean, g.const(QUIET)), g.const(STEEP))
    g.op("Concat", out, level, axis=2, to="encoder_out")


def decoder(w: Weights) -> onnx.ModelProto:
    """The last tokens' embeddings, projected; -1 stands for none."""
    g = _Graph()
    known = g.op("Max", "y", g.const(0, np.int64))
    there = _cast(g, g.op("GreaterOrEqual", "y", g.const(0, np.int64)))
    vectors = g.op("Gather", g.const(w.embedding), known, axis=0)
    kept = g.op("Mul", vectors, g.op("Unsqueeze", there, g.const([2], np.int64)))
    flat = g.op("Reshape", kept, g.const([0, CONTEXT * EMBEDDED], np.int64))
    projected = g.times(flat, np.concatenate((w.decoder[:, :-1], 0 * w.decoder[:, -1:]), axis=1))
    g.op("Identity", projected, to="decoder_out")
    return g.model(
        [_tensor("y", "N", CONTEXT, kind=TensorProto.INT64)],
        [_tensor("decoder_out", "N", JOINED)],
        context_size=CONTEXT,
        vocab_size=len(PIECES),
    )


def joiner(w: Weights) -> onnx.ModelProto:
    """tanh of the sum, projected to the vocabulary."""
    g = _Graph()
    both = g.op("Tanh", g.op("Add", "encoder_out", "decoder_out"))
    g.op("Add", g.times(both, w.joiner), g.const(w.bias), to="logit")
    inputs = [_tensor(name, "N", JOINED) for name in ("encoder_out", "decoder_out")]
    return g.model(inputs, [_tensor("logit", "N", len(PIECES))], joiner_dim=JOINED)


def export(folder: Path) -> Path:
    """The toy as icefall would leave it in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    w = weights()
    for name, model in (("encoder", encoder(w)), ("decoder", decoder(w)), ("joiner", joiner(w))):
        onnx.checker.check_model(model)
        onnx.save(model, folder / f"{name}-epoch-99-avg-1-chunk-16-left-128.onnx")
    lines = "".join(f"{piece} {number}\n" for number, piece in enumerate(PIECES))
    (folder / "tokens.txt").write_text(lines, encoding="utf-8")
    return folder


def whole(w: Weights, samples: NDArray[np.int16]) -> Array:
    """Encoder frames, float32 [frames, joined], of a whole signal that whole windows fit into."""
    features = log_mel(samples).astype(np.float64)
    chunks = (len(features) - WINDOW) // SHIFT + 1
    features = features[: (chunks - 1) * SHIFT + WINDOW]
    x = np.tanh(_conv(features, w.embed, stride=2))
    x = np.concatenate((np.zeros((3, WIDTH)), x))
    x = np.tanh(_conv(x, w.mix, grouped=True))[: chunks * CHUNK]
    for layer in w.layers:
        x = _whole_layer(x, layer)
    pairs = x.reshape(chunks * CHUNK // 2, 2 * WIDTH)
    loud = _conv(features, w.loud, stride=2)[: chunks * CHUNK].reshape(-1, 2).mean(axis=1)
    level = (loud - QUIET) / STEEP
    frames: Array = np.concatenate((pairs @ w.out, level[:, np.newaxis]), axis=1).astype("float32")
    return frames


def _whole_layer(x: NDArray[np.float64], layer: Layer) -> NDArray[np.float64]:
    w = layer.weights
    scores = (x @ w["query"]) @ (x @ w["key"]).T
    at = np.arange(len(x))
    chunk = at // CHUNK
    first = (chunk * CHUNK - layer.left)[:, np.newaxis]
    last = ((chunk + 1) * CHUNK)[:, np.newaxis]
    scores = np.where((at >= first) & (at < last), scores, -np.inf)
    attention = np.exp(scores - scores.max(axis=1, keepdims=True))
    attention /= attention.sum(axis=1, keepdims=True)
    x = x + attention @ np.tanh(x @ w["nonlin"]) @ w["back"]
    for half in ("1", "2"):
        x = x + attention @ (x @ w[f"val{half}"]) @ w[f"out{half}"]
        before = np.concatenate((np.zeros((layer.past, WIDTH)), x))
        x = np.tanh(x + _conv(before, w[f"conv{half}"], grouped=True))
    return x


def _conv(
    x: NDArray[np.float64], kernel: Array, *, stride: int = 1, grouped: bool = False
) -> NDArray[np.float64]:
    """[time, channels] by [out, in, width]; `grouped`: each channel by its own kernel."""
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[2], 0)
    taken = windows[::stride]  # [time, channels, width]
    if grouped:
        return np.asarray((taken * kernel[:, 0]).sum(axis=2))
    return np.asarray(np.einsum("tcw,ocw->to", taken, kernel))
