"""Name, type and shape of every tensor of the transducer's models, written once.

`repository_gpu/*/config.pbtxt`, the `trtexec` commands and the graphs that `export/` writes all
come from here. Shapes leave out the batch dimension, which is the first of every tensor.

The encoder's caches (98 tensors of a Zipformer) are one tensor to Triton: it carries two states a
stream from step to step, not a hundred, and the configuration is the same for every checkpoint.
"""

from typing import NamedTuple

import msgspec

from triton_models.tensors import Tensor

SAMPLE_RATE_HZ = 16000
FRAME_SHIFT = 160
FRAME_LENGTH = 400
"""Samples: features every 10 ms over 25 ms."""

MELS = 80
FRAME_MS = 10

BATCH = 64
"""Most rows of one request or batch, of every model."""


class Geometry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The numbers in which one checkpoint's graphs differ from another's."""

    window_frames: int
    """Feature frames the encoder takes at a time, with those it looks ahead."""

    shift_frames: int
    """Feature frames from one window to the next."""

    encoded_frames: int
    """Encoder frames a window yields."""

    joined_size: int
    """Size of what encoder and decoder hand to the joiner."""

    cache_size: int
    """Numbers that a stream's encoder caches hold."""

    context_size: int
    """Tokens that the decoder sees."""

    vocabulary_size: int

    @property
    def window_samples(self) -> int:
        """Samples from which the features of one window are made."""
        return (self.window_frames - 1) * FRAME_SHIFT + FRAME_LENGTH

    @property
    def shift_samples(self) -> int:
        """Samples from one window to the next."""
        return self.shift_frames * FRAME_SHIFT

    @property
    def encoded_ms(self) -> int:
        """Audio that one encoder frame stands for."""
        return self.shift_frames * FRAME_MS // self.encoded_frames


ZIPFORMER_EN = Geometry(
    window_frames=45,
    shift_frames=32,
    encoded_frames=8,
    joined_size=512,
    cache_size=462_720,
    context_size=2,
    vocabulary_size=500,
)
"""icefall's streaming Zipformer of 66 M parameters, chunks of 320 ms, 128 frames to the left
(`icefall-asr-librispeech-streaming-zipformer-2023-05-17`, Apache-2.0): what the committed
configurations are for."""


class State(NamedTuple):
    """A pair of tensors that Triton carries from a sequence's step to its next; starts as zeros."""

    before: Tensor
    after: Tensor


class Length(NamedTuple):
    """Between what an open dimension lies, and what is usual."""

    least: int
    usual: int
    most: int


class Part(NamedTuple):
    """One model of the repository: a graph."""

    name: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    states: tuple[State, ...] = ()

    @property
    def all_inputs(self) -> tuple[Tensor, ...]:
        """What the graph takes."""
        return self.inputs + tuple(state.before for state in self.states)

    @property
    def all_outputs(self) -> tuple[Tensor, ...]:
        """What the graph gives."""
        return self.outputs + tuple(state.after for state in self.states)


ENSEMBLE = "transducer"
FEATURES, ENCODER, DECODER, JOINER = (
    f"{ENSEMBLE}_{part}" for part in ("features", "encoder", "decoder", "joiner")
)


class Tensors:
    """The tensors of a checkpoint with this geometry."""

    def __init__(self, of: Geometry) -> None:
        self.window = Tensor("WINDOW", "INT16", (of.window_samples,))
        self.features = Tensor("FEATURES", "FP32", (of.window_frames, MELS))
        self.encoded = Tensor("ENCODED", "FP32", (of.encoded_frames, of.joined_size))
        self.cache = State(
            Tensor("CACHE", "FP32", (of.cache_size,)),
            Tensor("CACHE_NEXT", "FP32", (of.cache_size,)),
        )
        self.position = State(
            Tensor("POSITION", "INT64", (1,)), Tensor("POSITION_NEXT", "INT64", (1,))
        )
        self.tokens = Tensor("TOKENS", "INT64", (of.context_size,))
        self.predicted = Tensor("PREDICTED", "FP32", (of.joined_size,))
        self.frame = Tensor("FRAME", "FP32", (of.joined_size,))
        self.logits = Tensor("LOGITS", "FP32", (of.vocabulary_size,))

    def parts(self) -> tuple[Part, ...]:
        """The graphs, in the order a step runs through them."""
        return (
            Part(FEATURES, (self.window,), (self.features,)),
            Part(ENCODER, (self.features,), (self.encoded,), (self.cache, self.position)),
            Part(DECODER, (self.tokens,), (self.predicted,)),
            Part(JOINER, (self.frame, self.predicted), (self.logits,)),
        )
