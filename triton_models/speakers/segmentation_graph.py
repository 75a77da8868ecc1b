"""The graph of pyannote's segmentation-3.0 (PyanNet) from its weights.

Sinc filters (Ravanelli and Bengio 2018), three convolutions, a bidirectional LSTM of four layers,
two linear layers; out come log-probabilities of the seven sets of at most two of three speakers.
"""

import numpy as np
from numpy.typing import NDArray

from triton_models.speakers.checkpoint import Weights
from triton_models.speakers.graph import Output, Pen

_RATE_HZ = 16000
_LOWEST_HZ = 50.0
_NARROWEST_HZ = 50.0
_STRIDE = 10
_LAYERS = 4
_HIDDEN = 128
_SLOPE = 0.01


def build(weights: Weights) -> bytes:
    """ONNX: `samples` float32 [batch, 1, samples] -> `log_probabilities` [batch, frames, 7]."""
    pen = Pen()
    value = _convolved(pen, weights)
    value = pen.write("Transpose", value, perm=[2, 0, 1])  # frames, batch, features
    for layer in range(_LAYERS):
        value = _lstm(pen, weights, value, layer=layer)
    value = pen.write("Transpose", value, perm=[1, 0, 2])
    for name in ("linear.0", "linear.1"):
        value = pen.write("LeakyRelu", _linear(pen, weights, value, name), alpha=_SLOPE)
    value = pen.write("LogSoftmax", _linear(pen, weights, value, "classifier"), axis=-1)
    return pen.model(
        "segmentation",
        inputs={"samples": ("batch", 1, "samples")},
        output=Output("log_probabilities", value, ("batch", "frames", 7)),
    )


def _convolved(pen: Pen, weights: Weights) -> str:
    value = _normed(pen, weights, "samples", "sincnet.wav_norm1d")
    for layer in range(3):
        if layer == 0:
            filters = pen.weight("sinc", sinc_filters(weights))
            value = pen.write("Abs", pen.write("Conv", value, filters, strides=[_STRIDE]))
        else:
            name = f"sincnet.conv1d.{layer}"
            kernel = pen.weight(f"{name}.weight", weights[f"{name}.weight"])
            bias = pen.weight(f"{name}.bias", weights[f"{name}.bias"])
            value = pen.write("Conv", value, kernel, bias)
        value = pen.write("MaxPool", value, kernel_shape=[3], strides=[3])
        value = _normed(pen, weights, value, f"sincnet.norm1d.{layer}")
        value = pen.write("LeakyRelu", value, alpha=_SLOPE)
    return value


def sinc_filters(weights: Weights) -> NDArray[np.float32]:
    """Band-pass filters, float32 [80, 1, 251]: 40 even ones, then 40 odd ones."""
    prefix = "sincnet.conv1d.0.filterbank."
    times = np.asarray(weights[prefix + "n_"], np.float32)
    window = np.asarray(weights[prefix + "window_"], np.float32)
    low = np.float32(_LOWEST_HZ) + np.abs(np.asarray(weights[prefix + "low_hz_"], np.float32))
    width = np.float32(_NARROWEST_HZ) + np.abs(np.asarray(weights[prefix + "band_hz_"], np.float32))
    high = np.clip(low + width, np.float32(_LOWEST_HZ), np.float32(_RATE_HZ / 2))
    band = high - low
    even = (np.sin(high @ times) - np.sin(low @ times)) / (times / 2) * window
    odd = (np.cos(low @ times) - np.cos(high @ times)) / (times / 2) * window
    filters = np.concatenate(
        (
            np.concatenate((even, 2 * band, even[:, ::-1]), axis=1) / (2 * band),
            np.concatenate((odd, 0 * band, -odd[:, ::-1]), axis=1) / (2 * band),
        )
    )
    return np.asarray(filters[:, np.newaxis], np.float32)


def _normed(pen: Pen, weights: Weights, value: str, name: str) -> str:
    scale = pen.weight(f"{name}.weight", weights[f"{name}.weight"])
    bias = pen.weight(f"{name}.bias", weights[f"{name}.bias"])
    return pen.write("InstanceNormalization", value, scale, bias, epsilon=1e-5)


def _lstm(pen: Pen, weights: Weights, value: str, *, layer: int) -> str:
    """One bidirectional layer: [frames, batch, features] -> [frames, batch, 2 hidden]."""
    stacks: dict[str, list[NDArray[np.float32]]] = {"w": [], "r": [], "b": []}
    for suffix in ("", "_reverse"):
        part = {
            name: _gates(weights[f"lstm.{name}_l{layer}{suffix}"])
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        }
        stacks["w"].append(part["weight_ih"])
        stacks["r"].append(part["weight_hh"])
        stacks["b"].append(np.concatenate((part["bias_ih"], part["bias_hh"])))
    named = [pen.weight(f"lstm{layer}.{key}", np.stack(rows)) for key, rows in stacks.items()]
    (found,) = pen.write_many(
        "LSTM", value, *named, outputs=1, hidden_size=_HIDDEN, direction="bidirectional"
    )
    apart = pen.write("Transpose", found, perm=[0, 2, 1, 3])  # frames, batch, direction, hidden
    return pen.write("Reshape", apart, pen.integers(0, 0, 2 * _HIDDEN))


def _gates(values: NDArray[np.generic]) -> NDArray[np.float32]:
    """From PyTorch's input, forget, cell, output to ONNX's input, output, forget, cell."""
    i, f, c, o = np.split(np.asarray(values, np.float32), 4)
    return np.concatenate((i, o, f, c))


def _linear(pen: Pen, weights: Weights, value: str, name: str) -> str:
    matrix = pen.weight(f"{name}.weight", np.asarray(weights[f"{name}.weight"]).T)
    bias = pen.weight(f"{name}.bias", weights[f"{name}.bias"])
    return pen.write("Add", pen.write("MatMul", value, matrix), bias)
