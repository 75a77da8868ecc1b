"""Many utterances decoded token by token side by side, for work that nobody waits for.

A step of the decoder costs hardly more for sixteen utterances than for one: 1.5 ms a token instead
of 4.5. In exchange, padding and the graphs' dynamic quantisation make the words of one utterance
depend a little on its neighbours: of 151 telephone turns 27 had another token somewhere (checking
a draft in one step changes 36), with as many word errors (11.6 % of ten calls, either way). So
whoever wants the same words again must give it the same utterances together.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from triton_models.moonshine import Decoded, Encoded, Moonshine, Samples
from triton_models.repetition import most_tokens as most_tokens_in
from triton_models.tokens import END_TOKEN, START_TOKEN

ROWS = 16


class Lockstep(Moonshine):
    """A `Moonshine` that decodes ahead, side by side, what it will be asked for one by one.

    Contract: `decode_ahead`, then `decode` each of the utterances, then `forget`; one thread.
    """

    def __init__(self, encoder: Path, decoder: Path) -> None:
        super().__init__(encoder, decoder)
        self._encoded: dict[int, Encoded] = {}
        self._decoded: dict[int, Decoded] = {}

    def decode_ahead(self, utterances: Sequence[Samples]) -> None:
        """Decode all of them. They must live until `forget`."""
        self._encoded = {id(one): super(Lockstep, self).encode(one) for one in utterances}
        by_length = sorted(utterances, key=len)
        for at in range(0, len(by_length), ROWS):
            batch = by_length[at : at + ROWS]
            found = self._side_by_side(batch)
            self._decoded |= {id(one): it for one, it in zip(batch, found, strict=True)}

    def forget(self) -> None:
        """What was decoded ahead has been asked for."""
        self._encoded, self._decoded = {}, {}

    def encode(self, samples: Samples) -> Encoded:
        """What the decoder attends to; known already for what was decoded ahead."""
        return self._encoded.get(id(samples)) or super().encode(samples)

    def decode(
        self,
        samples: Samples,
        *,
        prefix: Sequence[int] = (),
        draft: Sequence[int] = (),
        most_tokens: int = 200,
    ) -> Decoded:
        """Greedy decode of one utterance; done already for what was decoded ahead."""
        known = self._decoded.get(id(samples))
        if known is not None and not prefix and len(known.tokens) <= most_tokens:
            return known
        return super().decode(samples, prefix=prefix, draft=draft, most_tokens=most_tokens)

    def _side_by_side(self, batch: Sequence[Samples]) -> list[Decoded]:
        encoded = [self._encoded[id(one)] for one in batch]
        rows = _Rows(self._decoder, self._outputs, batch=encoded)
        searches = [_Search(most_tokens_in(len(one))) for one in batch]
        going = list(range(len(batch)))
        while going:
            best, sure = rows.step()
            still = [
                place
                for place, row in enumerate(going)
                if searches[row].goes_on(int(best[place]), float(sure[place]))
            ]
            if len(still) < len(going):
                rows.keep(still)
                going = [going[place] for place in still]
        return [search.decoded() for search in searches]


class _Search:
    """One row's tokens so far."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._tokens: list[int] = []
        self._sure: list[float] = []
        self._complete = False

    def goes_on(self, token: int, probability: float) -> bool:
        """Take the next token; False after the last."""
        if token == END_TOKEN:
            self._complete = True
            return False
        self._tokens.append(token)
        self._sure.append(probability)
        return len(self._tokens) < self._limit

    def decoded(self) -> Decoded:
        """The row's result."""
        return Decoded(tuple(self._tokens), tuple(self._sure), complete=self._complete)


class _Rows:
    """The greedy search of several utterances, and their key-value cache."""

    def __init__(
        self, session: ort.InferenceSession, outputs: Sequence[str], *, batch: Sequence[Encoded]
    ) -> None:
        self._session = session
        self._outputs = outputs
        self._binding = session.io_binding()
        self._tokens = np.full(len(batch), START_TOKEN, np.int64)
        self._states, self._mask = _padded(batch)
        self._cache: dict[str, ort.OrtValue] = {}
        self._bind_encoded()
        for given in session.get_inputs():
            if given.name.startswith("past_key_values."):
                _, heads, _, size = given.shape
                nothing = np.zeros((len(batch), heads, 0, size), np.float32)
                self._binding.bind_cpu_input(given.name, nothing)

    def step(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The likeliest next token of each row, and its probability."""
        is_first = not self._cache
        self._binding.bind_cpu_input("input_ids", self._tokens[:, np.newaxis])
        self._binding.bind_cpu_input("use_cache_branch", np.array([not is_first]))
        self._binding.clear_binding_outputs()
        names = [name for name in self._outputs if is_first or ".encoder." not in name]
        for name in names:
            self._binding.bind_output(name)
        self._session.run_with_iobinding(self._binding)
        given = dict(zip(names, self._binding.get_outputs(), strict=True))
        logits: NDArray[np.float32] = given.pop("logits").numpy()[:, -1]
        self._cache |= {name.replace("present", "past_key_values"): v for name, v in given.items()}
        for name, value in self._cache.items():
            self._binding.bind_ortvalue_input(name, value)
        self._tokens = logits.argmax(axis=1)
        likeliest = logits[np.arange(len(logits)), self._tokens]
        sure: NDArray[np.float32] = 1.0 / np.exp(logits - likeliest[:, np.newaxis]).sum(axis=1)
        return self._tokens, sure

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with these rows only."""
        if not rows:
            return
        self._tokens = self._tokens[rows]
        self._states, self._mask = self._states[rows], self._mask[rows]
        self._bind_encoded()
        for name, value in self._cache.items():
            kept = ort.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(value.numpy()[rows]))
            self._cache[name] = kept
            self._binding.bind_ortvalue_input(name, kept)

    def _bind_encoded(self) -> None:
        self._binding.bind_cpu_input("encoder_hidden_states", self._states)
        self._binding.bind_cpu_input("encoder_attention_mask", self._mask)


def _padded(batch: Sequence[Encoded]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """All rows as long as the longest, with the masks that say what is padding."""
    frames = max(one.states.shape[1] for one in batch)
    samples = max(one.mask.shape[1] for one in batch)
    states = np.zeros((len(batch), frames, batch[0].states.shape[2]), np.float32)
    mask = np.zeros((len(batch), samples), np.int64)
    for row, one in enumerate(batch):
        states[row, : one.states.shape[1]] = one.states[0]
        mask[row, : one.mask.shape[1]] = 1
    return states, mask
