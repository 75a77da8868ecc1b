"""Beam search over Moonshine's decoder: several hypotheses of one utterance, best first.

Used where greedy is not to be trusted: phrases are expected, digits were read, or the greedy
decode repeats itself. Costs about twice a greedy decode (width 4: all hypotheses go in one run).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from triton_models.tokens import END_TOKEN, START_TOKEN

_LAYERS = 6
_HEADS = 8
_HEAD_SIZE = 36

Floats = NDArray[np.float32]
State = tuple[tuple[int, ...], ...]
"""Where a hypothesis stands within each phrase that it may be saying; see `bias.py`."""


class Bias(Protocol):
    """What raises some tokens above others."""

    def start(self) -> State:
        """Before the first token."""
        ...

    def raises(self, state: State) -> Mapping[int, float]:
        """Log-probability added to tokens."""
        ...

    def after(self, state: State, token: int) -> tuple[State, float]:
        """The state after `token`, and what is taken back of what was added before."""
        ...

    def owed(self, state: State) -> float:
        """What is taken back if the utterance ends here."""
        ...


class Search(NamedTuple):
    """How to search."""

    width: int = 4
    most_tokens: int = 200
    prefix: tuple[int, ...] = ()
    """What every hypothesis starts with."""

    banned: NDArray[np.bool_] | None = None
    """bool [vocabulary]: tokens that are never said."""

    bias: Bias | None = None


class Found(NamedTuple):
    """One hypothesis: tokens without start and end."""

    tokens: tuple[int, ...]
    log_probabilities: tuple[float, ...]
    """As the model has them, unbiased; one a token."""

    score: float
    """Sum with the end's and with what was added, a token."""

    complete: bool
    """False when `most_tokens` stopped it."""


class _Open(NamedTuple):
    tokens: tuple[int, ...]
    sure: tuple[float, ...]
    total: float
    state: State


class _Said(NamedTuple):
    parent: int
    token: int
    sure: float
    added: float


class _Next(NamedTuple):
    parent: int
    token: int
    sure: float
    total: float
    state: State


class Decoder:
    """The decoder's graph over one utterance's encoder states, several hypotheses at a time."""

    def __init__(
        self, session: ort.InferenceSession, *, states: Floats, mask: NDArray[np.int64]
    ) -> None:
        self._session = session
        self._names = [output.name for output in session.get_outputs()]
        self._states = states
        self._mask = mask
        self._encoder: dict[str, Floats] = {}
        self._sides: dict[int, dict[str, Floats | NDArray[np.int64]]] = {}
        self._cache: dict[str, Floats] = {}

    def first(self, tokens: Sequence[int]) -> Floats:
        """Log-probabilities float32 [tokens + 1, vocabulary] after START and after each token."""
        nothing = np.zeros((1, _HEADS, 0, _HEAD_SIZE), np.float32)
        past = {
            f"past_key_values.{layer}.{part}.{kind}": nothing
            for layer in range(_LAYERS)
            for part in ("decoder", "encoder")
            for kind in ("key", "value")
        }
        found = self._run(self._names, np.array([[START_TOKEN, *tokens]]), past)
        self._encoder = {_past(n): found[n] for n in self._names if ".encoder." in n}
        self._keep(found)
        return log_softmax(found["logits"][0])

    def next(self, parents: Sequence[int], tokens: Sequence[int]) -> Floats:
        """Log-probabilities float32 [hypotheses, vocabulary] after one more token each.

        `parents` says which hypothesis of the call before each one goes on from.
        """
        order = np.array(parents)
        past = {name: value[order] for name, value in self._cache.items()}
        names = [name for name in self._names if ".encoder." not in name]
        found = self._run(names, np.array(tokens)[:, np.newaxis], past)
        self._keep(found)
        return log_softmax(found["logits"][:, -1])

    def _keep(self, found: Mapping[str, Floats]) -> None:
        self._cache = {_past(n): value for n, value in found.items() if ".decoder." in n}

    def _run(
        self, names: Sequence[str], tokens: NDArray[np.int64], past: Mapping[str, Floats]
    ) -> dict[str, Floats]:
        inputs = {
            "input_ids": tokens.astype(np.int64),
            "use_cache_branch": np.array([bool(self._encoder)]),
            **self._side(len(tokens)),
            **past,
        }
        return dict(zip(names, self._session.run(list(names), inputs), strict=True))

    def _side(self, count: int) -> dict[str, Floats | NDArray[np.int64]]:
        """What was heard, for so many hypotheses; made once."""
        if not self._encoder:
            return {"encoder_hidden_states": self._states, "encoder_attention_mask": self._mask}
        if count not in self._sides:
            self._sides[count] = {
                "encoder_hidden_states": np.repeat(self._states, count, 0),
                "encoder_attention_mask": np.repeat(self._mask, count, 0),
                **{name: np.repeat(value, count, 0) for name, value in self._encoder.items()},
            }
        return self._sides[count]


def search(decoder: Decoder, how: Search) -> list[Found]:
    """The best hypotheses, best first; at least one."""
    rows = decoder.first(how.prefix)
    sure = tuple(float(row[token]) for row, token in zip(rows, how.prefix, strict=False))
    state = how.bias.start() if how.bias else ()
    for token in how.prefix:
        state, _ = how.bias.after(state, token) if how.bias else ((), 0.0)
    beam = [_Open(how.prefix, sure, sum(sure), state)]
    ended: list[Found] = []
    now = rows[-1:]
    while True:
        going = _continuations(beam, now, how)
        ended += [_ended(beam[n.parent], n) for n in going if n.token == END_TOKEN]
        going = [n for n in going if n.token != END_TOKEN][: how.width]
        beam = [_grown(beam[n.parent], n) for n in going]
        if _is_over(beam, ended, how):
            break
        now = decoder.next([n.parent for n in going], [n.token for n in going])
    if not ended:
        ended = [_unfinished(hypothesis) for hypothesis in beam]
    return sorted(ended, key=lambda found: -found.score)[: how.width]


def _is_over(beam: Sequence[_Open], ended: Sequence[Found], how: Search) -> bool:
    """True when nothing open can still be better than what has ended."""
    if not beam or len(beam[0].tokens) >= how.most_tokens:
        return True
    if len(ended) < how.width:
        return False
    best = max(found.score for found in ended)
    return beam[0].total / (len(beam[0].tokens) + 1) < best


def _continuations(beam: Sequence[_Open], now: Floats, how: Search) -> list[_Next]:
    """The likeliest next tokens of all hypotheses, best first, twice as many as are kept."""
    found: list[_Next] = []
    for parent, (hypothesis, row) in enumerate(zip(beam, now, strict=True)):
        raised = how.bias.raises(hypothesis.state) if how.bias else {}
        scores = row.copy()
        for token, added in raised.items():
            scores[token] += added
        if how.banned is not None:
            scores[how.banned] = -np.inf
        for token in np.argpartition(-scores, 2 * how.width)[: 2 * how.width].tolist():
            said = _Said(parent, token, float(row[token]), raised.get(token, 0.0))
            found.append(_next(hypothesis, said, bias=how.bias))
    return sorted(found, key=lambda following: -following.total)[: 2 * how.width]


def _next(hypothesis: _Open, said: _Said, *, bias: Bias | None) -> _Next:
    total = hypothesis.total + said.sure + said.added
    state: State = ()
    if bias and said.token == END_TOKEN:
        total -= bias.owed(hypothesis.state)
    elif bias:
        state, taken_back = bias.after(hypothesis.state, said.token)
        total -= taken_back
    return _Next(said.parent, said.token, said.sure, total, state)


def _grown(hypothesis: _Open, following: _Next) -> _Open:
    tokens = (*hypothesis.tokens, following.token)
    return _Open(tokens, (*hypothesis.sure, following.sure), following.total, following.state)


def _ended(hypothesis: _Open, following: _Next) -> Found:
    score = following.total / (len(hypothesis.tokens) + 1)
    return Found(hypothesis.tokens, hypothesis.sure, score, complete=True)


def _unfinished(hypothesis: _Open) -> Found:
    score = hypothesis.total / (len(hypothesis.tokens) + 1)
    return Found(hypothesis.tokens, hypothesis.sure, score, complete=False)


def log_softmax(logits: Floats) -> Floats:
    """Log-probabilities over the last axis."""
    shifted = logits - logits.max(-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)), np.float32)


def _past(name: str) -> str:
    return name.replace("present.", "past_key_values.", 1)
