"""Caches of a graph, packed into one tensor: nothing of what it computes changes."""

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray

from tests.services import toy_transducer as toy
from tests.services.transducer import GEOMETRY
from triton_models.export import pack
from triton_models.export.graphs import Unsuitable, renamed
from triton_models.transducer.tensors import Tensors

Arrays = dict[str, NDArray[np.generic]]
STREAMS = 3


def session(model: onnx.ModelProto) -> ort.InferenceSession:
    return ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def run(model: ort.InferenceSession, inputs: Arrays) -> Arrays:
    names = [output.name for output in model.get_outputs()]
    return dict(zip(names, model.run(names, inputs), strict=True))


def test_the_packed_encoder_is_the_exported_one() -> None:
    exported = toy.encoder(toy.weights())
    plain, packed = session(exported), session(pack.packed(exported, Tensors(GEOMETRY)))
    rng = np.random.default_rng(1)
    before: Arrays = {
        name: rng.normal(size=[STREAMS if isinstance(d, str) else d for d in dims]).astype(
            "float32"
        )
        for name, dims in ((i.name, i.shape) for i in plain.get_inputs())
    }
    before["processed_lens"] = np.array([0, 16, 320])
    caches = pack.caches(exported)
    flat = [
        np.moveaxis(before[cache.name], cache.batch_axis, 0).reshape(STREAMS, -1)
        for cache in caches
    ]
    wanted = run(plain, before)
    found = run(
        packed,
        {
            "FEATURES": before["x"],
            "CACHE": np.concatenate(flat, axis=1),
            "POSITION": before["processed_lens"][:, np.newaxis],
        },
    )
    assert np.array_equal(found["ENCODED"], wanted["encoder_out"])
    assert np.array_equal(found["POSITION_NEXT"][:, 0], wanted["new_processed_lens"])
    at = 0
    for cache in caches:
        part = found["CACHE_NEXT"][:, at : at + cache.size]
        there = np.moveaxis(wanted[f"new_{cache.name}"], cache.batch_axis, 0)
        assert np.array_equal(part.reshape(there.shape), there), cache.name
        at += cache.size
    assert at == GEOMETRY.cache_size == found["CACHE_NEXT"].shape[1]


def test_a_graph_that_is_none_of_icefalls_is_refused() -> None:
    with pytest.raises(Unsuitable, match="encoder_out"):
        renamed(toy.decoder(toy.weights()), {"encoder_out": "ENCODED"})


def test_a_cache_of_fixed_batch_is_refused() -> None:
    exported = toy.encoder(toy.weights())
    exported.graph.input[1].type.tensor_type.shape.dim[1].dim_value = 1
    with pytest.raises(Unsuitable, match="one open axis"):
        pack.caches(exported)


def test_a_zipformer_of_the_older_recipe_is_refused() -> None:
    """Its first cache of each layer counts frames, in INT64."""
    exported = toy.encoder(toy.weights())
    exported.graph.input.append(
        onnx.helper.make_tensor_value_info("cached_len_0", onnx.TensorProto.INT64, [2, "N"])
    )
    with pytest.raises(Unsuitable, match="cached_len_0"):
        pack.caches(exported)
