"""A real Zipformer's inputs and outputs, as icefall names and shapes them, around empty graphs:
its export is what is committed. The numbers are those of the 66 M model, from its metadata."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper, numpy_helper

from triton_models.export import committed, transducer
from triton_models.export.configs import Runs
from triton_models.transducer import checkpoint
from triton_models.transducer.tensors import ENCODER, ENSEMBLE, JOINER, ZIPFORMER_EN

LAYERS, WIDTHS = (2, 2, 3, 4, 3, 2), (192, 256, 384, 512, 384, 256)
LEFT, HEADS = (128, 64, 32, 16, 32, 64), (4, 4, 4, 8, 4, 4)
KERNELS = (31, 31, 15, 15, 15, 31)
QUERY, VALUE, JOINED, PIECES = 32, 12, 512, 500


def caches() -> Iterator[tuple[str, list[int | str]]]:
    layer = 0
    for stack, count in enumerate(LAYERS):
        left, width, heads = LEFT[stack], WIDTHS[stack], HEADS[stack]
        for _ in range(count):
            yield f"cached_key_{layer}", [left, "N", QUERY * heads]
            yield f"cached_nonlin_attn_{layer}", [1, "N", left, 3 * width // 4]
            yield f"cached_val1_{layer}", [left, "N", VALUE * heads]
            yield f"cached_val2_{layer}", [left, "N", VALUE * heads]
            yield f"cached_conv1_{layer}", ["N", width, KERNELS[stack] // 2]
            yield f"cached_conv2_{layer}", ["N", width, KERNELS[stack] // 2]
            layer += 1
    yield "embed_states", ["N", 128, 3, 19]


def tensor(name: str, dims: list[int | str], kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, dims)


def model(graph: onnx.GraphProto, **about: int) -> onnx.ModelProto:
    found = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    found.ir_version = 8
    helper.set_model_props(found, {key: str(value) for key, value in about.items()})
    return found


def encoder() -> onnx.ModelProto:
    """Every cache comes out as it went in; frames are every fourth feature frame, padded."""
    nodes = [helper.make_node("Identity", [n], [f"new_{n}"]) for n, _ in caches()]
    nodes += [
        helper.make_node("Add", ["processed_lens", "sixteen"], ["new_processed_lens"]),
        helper.make_node("Slice", ["x", "from", "to", "axis", "every"], ["frames"]),
        helper.make_node("Pad", ["frames", "pads"], ["encoder_out"]),
    ]
    lens = tensor("processed_lens", ["N"], TensorProto.INT64)
    after = tensor("new_processed_lens", ["N"], TensorProto.INT64)
    constants = {
        "sixteen": 16,
        "from": [0],
        "to": [32],
        "axis": [1],
        "every": [4],
        "pads": [0, 0, 0, 0, 0, JOINED - 80],
    }
    graph = helper.make_graph(
        nodes,
        "shape",
        [tensor("x", ["N", 45, 80]), *(tensor(n, d) for n, d in caches()), lens],
        [
            tensor("encoder_out", ["N", 8, JOINED]),
            *(tensor(f"new_{n}", d) for n, d in caches()),
            after,
        ],
        [numpy_helper.from_array(np.array(v, np.int64), n) for n, v in constants.items()],
    )
    return model(graph, decode_chunk_len=32, T=45)


def decoder() -> onnx.ModelProto:
    rows = numpy_helper.from_array(np.zeros((2, JOINED), np.float32), "weights")
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["y"], ["floats"], to=TensorProto.FLOAT),
            helper.make_node("MatMul", ["floats", "weights"], ["decoder_out"]),
        ],
        "shape",
        [tensor("y", ["N", 2], TensorProto.INT64)],
        [tensor("decoder_out", ["N", JOINED])],
        [rows],
    )
    return model(graph, context_size=2, vocab_size=PIECES)


def joiner() -> onnx.ModelProto:
    rows = numpy_helper.from_array(np.zeros((JOINED, PIECES), np.float32), "weights")
    graph = helper.make_graph(
        [
            helper.make_node("Add", ["encoder_out", "decoder_out"], ["both"]),
            helper.make_node("MatMul", ["both", "weights"], ["logit"]),
        ],
        "shape",
        [tensor(name, ["N", JOINED]) for name in ("encoder_out", "decoder_out")],
        [tensor("logit", ["N", PIECES])],
        [rows],
    )
    return model(graph, joiner_dim=JOINED)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    exported = tmp_path_factory.mktemp("exported")
    for name, graph in (("encoder", encoder()), ("decoder", decoder()), ("joiner", joiner())):
        onnx.checker.check_model(graph)
        onnx.save(graph, exported / f"{name}-epoch-99-avg-1-chunk-16-left-128.onnx")
    (exported / "tokens.txt").write_text("<blk> 0\n", encoding="utf-8")
    folder = tmp_path_factory.mktemp("models")
    named = transducer.Named("shape", "Apache-2.0")
    transducer.write(exported, folder, named=named, runs=Runs.TENSORRT)
    return folder


def test_its_numbers_are_those_of_the_committed_geometry(repository: Path) -> None:
    assert checkpoint.load(repository / "asr" / "1").geometry == ZIPFORMER_EN


@pytest.mark.parametrize("name", ["asr", ENSEMBLE, ENCODER, JOINER, "transducer_decoder"])
def test_its_configurations_are_the_committed_ones(repository: Path, name: str) -> None:
    path = Path(name) / "config.pbtxt"
    there = (committed.REPOSITORY / path).read_text(encoding="utf-8")
    assert (repository / path).read_text(encoding="utf-8") == there


def test_its_plans_are_the_committed_ones(repository: Path) -> None:
    written = (repository / transducer.PLANS).read_text(encoding="utf-8")
    there = (committed.REPOSITORY / transducer.PLANS).read_text(encoding="utf-8")
    assert there.startswith(written)


def test_its_packed_encoder_runs_with_the_committed_shapes(repository: Path) -> None:
    session = ort.InferenceSession(
        str(checkpoint.graph(repository, ENCODER)), providers=["CPUExecutionProvider"]
    )
    cache = np.random.default_rng(1).normal(size=(3, ZIPFORMER_EN.cache_size)).astype("float32")
    inputs = {
        "FEATURES": np.zeros((3, 45, 80), np.float32),
        "CACHE": cache,
        "POSITION": np.array([[0], [16], [32]]),
    }
    names = [output.name for output in session.get_outputs()]
    found = dict(zip(names, session.run(names, inputs), strict=True))
    assert found["ENCODED"].shape == (3, 8, 512)
    assert np.array_equal(found["CACHE_NEXT"], cache)
    assert found["POSITION_NEXT"].tolist() == [[16], [32], [48]]
