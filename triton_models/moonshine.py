"""Moonshine: samples of one utterance -> tokens, over ONNX Runtime on the CPU.

A batch is spread over threads by the caller, one utterance a thread, and not padded into one
tensor: both graphs quantise activations dynamically over the whole tensor, so a padded batch would
let the words of one call depend on the other calls; and the encoder gains nothing from a batch
(4 s of audio: 30 ms alone, 30 ms each of four).
"""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from triton_models import beam
from triton_models.tokens import END_TOKEN, START_TOKEN

SAMPLE_RATE_HZ = 16000
SHORTEST_SAMPLES = 4000
"""The encoder's convolutions need about 900 samples; under 250 ms there is no word in it."""

_LAYERS = 6
_HEADS = 8
_HEAD_SIZE = 36

Samples = NDArray[np.float32]
"""float32 [samples], 16 kHz mono, -1 to 1."""


class Decoded(NamedTuple):
    """What was decoded: tokens without start and end, and the probability of each."""

    tokens: tuple[int, ...]
    probabilities: tuple[float, ...]
    complete: bool
    """False when `most_tokens` stopped it."""


class Encoded(NamedTuple):
    """One utterance as the encoder hears it."""

    states: NDArray[np.float32]
    """float32 [1, frames, 288]."""

    mask: NDArray[np.int64]
    """int64 [1, samples]: the decoder wants the mask of the samples, not of the frames."""


class Moonshine:
    """The model in memory; `decode` may be called from several threads at a time."""

    def __init__(self, encoder: Path, decoder: Path) -> None:
        self._encoder = _session(encoder)
        self._decoder = _session(decoder)
        self._outputs = [output.name for output in self._decoder.get_outputs()]
        self._last = threading.local()

    def encode(self, samples: Samples) -> Encoded:
        """What the decoder attends to; asked again in the same thread, it is known already."""
        if getattr(self._last, "samples", None) is not samples:
            self._last.encoded = self._encode(samples)
            self._last.samples = samples
        encoded: Encoded = self._last.encoded
        return encoded

    def _encode(self, samples: Samples) -> Encoded:
        padded = _padded(samples)
        mask = np.ones((1, padded.shape[1]), np.int64)
        inputs = {"input_values": padded, "attention_mask": mask}
        return Encoded(self._encoder.run(["last_hidden_state"], inputs)[0], mask)

    def decode(
        self,
        samples: Samples,
        *,
        prefix: Sequence[int] = (),
        draft: Sequence[int] = (),
        most_tokens: int = 200,
    ) -> Decoded:
        """Greedy decode of one utterance.

        It starts with `prefix`, whatever is heard. `draft` is what an earlier decode of a shorter
        piece had after it: checked in the same one step, kept where right.
        """
        search = _Greedy(self._decoder, self._outputs, encoded=self.encode(samples))
        return search.run(prefix, draft, most_tokens=max(most_tokens, len(prefix)))

    def search(self, encoded: Encoded, how: beam.Search) -> list[beam.Found]:
        """Beam search: the best hypotheses, best first; at least one."""
        decoder = beam.Decoder(self._decoder, states=encoded.states, mask=encoded.mask)
        return beam.search(decoder, how)


class _Greedy:
    """One utterance's greedy search with its key-value cache."""

    def __init__(
        self,
        session: ort.InferenceSession,
        outputs: Sequence[str],
        *,
        encoded: Encoded,
    ) -> None:
        self._session = session
        self._outputs = outputs
        self._binding = session.io_binding()
        self._binding.bind_cpu_input("encoder_hidden_states", encoded.states)
        self._binding.bind_cpu_input("encoder_attention_mask", encoded.mask)

    def run(self, prefix: Sequence[int], draft: Sequence[int], *, most_tokens: int) -> Decoded:
        """Take the prefix and check the draft in one step, then go on token by token."""
        given = (*prefix, *draft[: most_tokens - len(prefix)])
        logits = self._first((START_TOKEN, *given))
        tokens = list(prefix)
        sure = [_probability(row, token) for row, token in zip(logits, prefix, strict=False)]
        for row in logits[len(prefix) :]:
            token, probability = _best(row)
            if token == END_TOKEN:
                return Decoded(tuple(tokens), tuple(sure), complete=True)
            tokens.append(token)
            sure.append(probability)
            if len(tokens) > len(given) or token != given[len(tokens) - 1]:
                break
        self._keep(len(tokens))
        return self._go_on(tokens, sure, most_tokens=most_tokens)

    def _go_on(self, tokens: list[int], sure: list[float], *, most_tokens: int) -> Decoded:
        while len(tokens) < most_tokens:
            token, probability = _best(self._next(tokens[-1])[0])
            if token == END_TOKEN:
                return Decoded(tuple(tokens), tuple(sure), complete=True)
            tokens.append(token)
            sure.append(probability)
        return Decoded(tuple(tokens), tuple(sure), complete=False)

    def _first(self, tokens: Sequence[int]) -> NDArray[np.float32]:
        """Logits float32 [tokens, vocabulary] of the first step, which fills the cache."""
        nothing = np.zeros((1, _HEADS, 0, _HEAD_SIZE), np.float32)
        for layer in range(_LAYERS):
            for part in ("decoder.key", "decoder.value", "encoder.key", "encoder.value"):
                self._binding.bind_cpu_input(f"past_key_values.{layer}.{part}", nothing)
        self._step(tokens, cached=False)
        for layer in range(_LAYERS):
            for part in ("encoder.key", "encoder.value"):
                value = self._cache[f"present.{layer}.{part}"]
                self._binding.bind_ortvalue_input(f"past_key_values.{layer}.{part}", value)
        return self._logits()

    def _keep(self, length: int) -> None:
        """Drop the cache of draft tokens that were wrong."""
        for layer in range(_LAYERS):
            for part in ("decoder.key", "decoder.value"):
                kept = self._cache[f"present.{layer}.{part}"].numpy()[:, :, :length]
                self._binding.bind_cpu_input(
                    f"past_key_values.{layer}.{part}", np.ascontiguousarray(kept)
                )

    def _next(self, token: int) -> NDArray[np.float32]:
        """Logits float32 [1, vocabulary] after one more token."""
        self._step((token,), cached=True)
        for layer in range(_LAYERS):
            for part in ("decoder.key", "decoder.value"):
                value = self._cache[f"present.{layer}.{part}"]
                self._binding.bind_ortvalue_input(f"past_key_values.{layer}.{part}", value)
        return self._logits()

    def _step(self, tokens: Sequence[int], *, cached: bool) -> None:
        self._binding.bind_cpu_input("input_ids", np.array([tokens], np.int64))
        self._binding.bind_cpu_input("use_cache_branch", np.array([cached]))
        self._binding.clear_binding_outputs()
        for name in self._outputs:
            if not (cached and ".encoder." in name):
                self._binding.bind_output(name)
        self._session.run_with_iobinding(self._binding)
        names = [n for n in self._outputs if not (cached and ".encoder." in n)]
        self._cache = dict(zip(names, self._binding.get_outputs(), strict=True))

    def _logits(self) -> NDArray[np.float32]:
        logits: NDArray[np.float32] = self._cache["logits"].numpy()[0]
        return logits


def _session(path: Path) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _padded(samples: Samples) -> NDArray[np.float32]:
    missing = max(0, SHORTEST_SAMPLES - len(samples))
    return np.pad(samples, (0, missing))[np.newaxis].astype(np.float32, copy=False)


def _probability(logits: NDArray[np.float32], token: int) -> float:
    return float(1.0 / np.exp(logits - logits[token]).sum())


def _best(logits: NDArray[np.float32]) -> tuple[int, float]:
    """The likeliest token and its probability."""
    token = int(logits.argmax())
    return token, _probability(logits, token)
