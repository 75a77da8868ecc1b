"""The features of a window as an ONNX graph, so that they are computed where the encoder is.

Preparation and Fourier transform of a frame are one linear map: a convolution over the samples.
It has to stay in FP32: powers of quiet samples are lost in FP16.
"""

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from triton_models.export.graphs import finished, value
from triton_models.transducer.features import (
    FFT_SIZE,
    FLOOR,
    FULL_SCALE,
    mel_weights,
    preparation,
)
from triton_models.transducer.tensors import FRAME_SHIFT, Geometry, Tensors

BINS = FFT_SIZE // 2 + 1


def features_graph(geometry: Geometry) -> onnx.ModelProto:
    """WINDOW int16 [N, samples] -> FEATURES float32 [N, frames, 80]."""
    tensors = Tensors(geometry)
    constants = {
        "transform": transform().astype(np.float32)[:, np.newaxis],
        "mel_weights": mel_weights().astype(np.float32),
        "floor": np.float32(FLOOR),
        "channel": np.array([1], np.int64),
        "halves": np.array([BINS, BINS], np.int64),
    }
    nodes = [
        helper.make_node("Cast", [tensors.window.name], ["float_samples"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["float_samples", "channel"], ["signal"]),
        helper.make_node("Conv", ["signal", "transform"], ["spectrum"], strides=[FRAME_SHIFT]),
        helper.make_node("Mul", ["spectrum", "spectrum"], ["squares"]),
        helper.make_node("Split", ["squares", "halves"], ["real", "imaginary"], axis=1),
        helper.make_node("Add", ["real", "imaginary"], ["powers"]),
        helper.make_node("Transpose", ["powers"], ["frames"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["frames", "mel_weights"], ["energies"]),
        helper.make_node("Max", ["energies", "floor"], ["audible"]),
        helper.make_node("Log", ["audible"], [tensors.features.name]),
    ]
    graph = helper.make_graph(
        nodes,
        "features",
        [value(tensors.window)],
        [value(tensors.features)],
        [numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items()],
    )
    return finished(graph)


def transform() -> NDArray[np.float64]:
    """float64 [2 * 257, 400]: a frame's samples (int16) to its spectrum's real and imaginary
    parts."""
    prepared = preparation() / FULL_SCALE
    spectrum = np.fft.rfft(prepared.T, FFT_SIZE).T
    return np.concatenate((spectrum.real, spectrum.imag))
