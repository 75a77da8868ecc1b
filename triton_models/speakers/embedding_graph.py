"""The graph of CAM++ (3D-Speaker; arXiv 2303.00332) from its weights.

A small residual network over the spectrum, a densely connected time-delay network whose layers
mask themselves by their context, mean and deviation over time, one linear layer.
"""

from triton_models.speakers.checkpoint import Weights
from triton_models.speakers.graph import Output, Pen

_BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers and dilation of each dense block."""

_POOLED = 100
"""Frames of one segment of context."""

_EPSILON = 1e-5


def build(weights: Weights) -> bytes:
    """ONNX: `features` float32 [batch, frames, 80] -> `voice` float32 [batch, 192]."""
    net = _Net(weights)
    pen = net.pen
    value = net.head(pen.write("Transpose", "features", perm=[0, 2, 1]))
    value = net.conv(value, "xvector.tdnn.linear", strides=[2], pads=[2, 2])
    value = net.norm(value, "xvector.tdnn.nonlinear.batchnorm")
    for number, (layers, dilation) in enumerate(_BLOCKS, start=1):
        for layer in range(1, layers + 1):
            name = f"xvector.block{number}.tdnnd{layer}"
            new = net.dense_layer(value, name, dilation=dilation)
            value = pen.write("Concat", value, new, axis=1)
        value = net.norm(value, f"xvector.transit{number}.nonlinear.batchnorm")
        value = net.conv(value, f"xvector.transit{number}.linear")
    value = net.norm(value, "xvector.out_nonlinear.batchnorm")
    value = net.conv(net.pooled(value), "xvector.dense.linear")
    value = net.norm(value, "xvector.dense.nonlinear.batchnorm", relu=False)
    value = pen.write("Squeeze", value, pen.integers(2))
    return pen.model(
        "voice",
        inputs={"features": ("batch", "frames", 80)},
        output=Output("voice", value, ("batch", 192)),
    )


class _Net:
    def __init__(self, weights: Weights) -> None:
        self.pen = Pen()
        self._weights = weights

    def conv(self, value: str, name: str, **attributes: list[int]) -> str:
        inputs = [value, self.pen.weight(f"{name}.weight", self._weights[f"{name}.weight"])]
        if f"{name}.bias" in self._weights:
            inputs.append(self.pen.weight(f"{name}.bias", self._weights[f"{name}.bias"]))
        return self.pen.write("Conv", *inputs, **attributes)

    def norm(self, value: str, name: str, *, relu: bool = True) -> str:
        """Batch normalisation with what was learnt; `affine=False` layers scale by 1."""
        mean = self._weights[f"{name}.running_mean"]
        parts = {
            "weight": self._weights.get(f"{name}.weight", mean * 0 + 1),  # type: ignore[operator]
            "bias": self._weights.get(f"{name}.bias", mean * 0),  # type: ignore[operator]
            "running_mean": mean,
            "running_var": self._weights[f"{name}.running_var"],
        }
        named = [self.pen.weight(f"{name}.{part}", kept) for part, kept in parts.items()]
        normed = self.pen.write("BatchNormalization", value, *named, epsilon=_EPSILON)
        return self.pen.write("Relu", normed) if relu else normed

    def head(self, value: str) -> str:
        """[batch, 80, frames] -> [batch, 320, frames]: 32 maps of 10 bands."""
        pen = self.pen
        value = pen.write("Unsqueeze", value, pen.integers(1))
        value = self.norm(self.conv(value, "head.conv1", pads=[1] * 4), "head.bn1")
        for layer in ("head.layer1", "head.layer2"):
            value = self._residual(value, f"{layer}.0", stride=2)
            value = self._residual(value, f"{layer}.1", stride=1)
        value = self.conv(value, "head.conv2", pads=[1] * 4, strides=[2, 1])
        value = self.norm(value, "head.bn2")
        return pen.write("Reshape", value, pen.integers(0, 320, -1))

    def _residual(self, value: str, name: str, *, stride: int) -> str:
        strides = [stride, 1]
        new = self.norm(
            self.conv(value, f"{name}.conv1", pads=[1] * 4, strides=strides), f"{name}.bn1"
        )
        new = self.norm(self.conv(new, f"{name}.conv2", pads=[1] * 4), f"{name}.bn2", relu=False)
        if f"{name}.shortcut.0.weight" in self._weights:
            value = self.conv(value, f"{name}.shortcut.0", strides=strides)
            value = self.norm(value, f"{name}.shortcut.1", relu=False)
        return self.pen.write("Relu", self.pen.write("Add", new, value))

    def dense_layer(self, value: str, name: str, *, dilation: int) -> str:
        pen = self.pen
        value = self.norm(value, f"{name}.nonlinear1.batchnorm")
        value = self.norm(self.conv(value, f"{name}.linear1"), f"{name}.nonlinear2.batchnorm")
        local = self.conv(
            value, f"{name}.cam_layer.linear_local", pads=[dilation] * 2, dilations=[dilation]
        )
        mean = pen.write("ReduceMean", value, axes=[2], keepdims=1)
        context = pen.write("Add", mean, self._segments(value))
        context = pen.write("Relu", self.conv(context, f"{name}.cam_layer.linear1"))
        mask = pen.write("Sigmoid", self.conv(context, f"{name}.cam_layer.linear2"))
        return pen.write("Mul", local, mask)

    def _segments(self, value: str) -> str:
        """Each frame's mean over its segment of `_POOLED` frames; the last may be shorter.

        Sums over a padded copy, divided by a padded count of ones: pooling with `ceil_mode`
        is computed differently by different versions of ONNX Runtime.
        """
        pen = self.pen
        length = pen.write("Slice", pen.write("Shape", value), pen.integers(2), pen.integers(3))
        padding = pen.write(
            "Mod", pen.write("Neg", length), pen.integers(_POOLED)
        )  # ONNX: the sign of the divisor, so 0 to 99
        pads = pen.write("Concat", pen.integers(0, 0, 0, 0, 0), padding, axis=0)
        one = pen.write(
            "Expand", pen.number(1.0), pen.write("Concat", pen.integers(1, 1), length, axis=0)
        )
        apart = pen.integers(0, 0, -1, _POOLED)
        sums = [
            pen.write(
                "ReduceSum",
                pen.write("Reshape", pen.write("Pad", part, pads), apart),
                pen.integers(3),
                keepdims=1,
            )
            for part in (value, one)
        ]
        means = pen.write("Div", *sums)
        spread = pen.write("Expand", means, pen.integers(1, 1, 1, _POOLED))
        flat = pen.write("Reshape", spread, pen.integers(0, 0, -1))
        return pen.write("Slice", flat, pen.integers(0), length, pen.integers(2))

    def pooled(self, value: str) -> str:
        """Mean and unbiased deviation over time, [batch, channels * 2, 1]."""
        pen = self.pen
        mean = pen.write("ReduceMean", value, axes=[2], keepdims=1)
        off = pen.write("Sub", value, mean)
        squares = pen.write("ReduceSum", pen.write("Mul", off, off), pen.integers(2), keepdims=1)
        length = pen.write("Slice", pen.write("Shape", value), pen.integers(2), pen.integers(3))
        count = pen.write("Cast", pen.write("Sub", length, pen.integers(1)), to=1)
        deviation = pen.write("Sqrt", pen.write("Div", squares, count))
        return pen.write("Concat", mean, deviation, axis=1)
