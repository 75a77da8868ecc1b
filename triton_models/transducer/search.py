"""From encoder frames to tokens: greedy, or a beam that favours phrases (pure).

Every stream has its own `Stream`; all of them advance together, a frame at a time, so that
decoder and joiner see one batch. A stream without phrases is decoded greedily: a beam of one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from triton_models.transducer.phrases import ROOT, Phrases
from triton_models.transducer.pieces import Token

BLANK = 0
NO_TOKEN = -1
"""Stands before the first token in what the decoder sees."""

Floats = NDArray[np.float32]


class Scorer(Protocol):
    """Decoder and joiner."""

    def predict(self, contexts: NDArray[np.int64]) -> Floats:
        """float32 [n, joined] of the last tokens, int64 [n, context]."""
        ...

    def join(self, frames: Floats, predicted: Floats) -> Floats:
        """Logits, float32 [n, vocabulary], of encoder frames and predictions, [n, joined] each."""
        ...


class Path(NamedTuple):
    """One hypothesis of a stream."""

    tokens: tuple[Token, ...]
    context: tuple[int, ...]
    predicted: Floats
    score: float = 0.0
    """Log-probability."""

    raised: float = 0.0
    """By phrases, with what is only lent."""

    node: int = ROOT

    @property
    def rank(self) -> float:
        """What paths are compared by."""
        return self.score + self.raised


@dataclass(slots=True)
class Stream:
    """The search of one stream."""

    phrases: Phrases = field(default_factory=lambda: Phrases(()))
    beam: int = 1
    paths: list[Path] = field(default_factory=list)
    """Best first; empty before the first frame."""

    frame: int = 0
    """Encoder frames since the stream's start."""

    def best(self) -> Path | None:
        """The likeliest path, once it gave back what phrases that it did not complete lent it."""
        return max(
            self.paths, key=lambda p: p.rank + self.phrases.away(p.node).raised, default=None
        )

    def agreed(self) -> tuple[Token, ...]:
        """The tokens that all paths begin with: no later path is without them."""
        if not self.paths:
            return ()
        columns = zip(*(path.tokens for path in self.paths), strict=False)
        same = takewhile(lambda column: len({token.number for token in column}) == 1, columns)
        return tuple(column[0] for column in same)

    def forget(self, tokens: int) -> None:
        """The best path's first `tokens` are settled; they are dropped, and so are other paths."""
        if (best := self.best()) is not None:
            lent = -self.phrases.away(best.node).raised
            self.paths = [best._replace(tokens=best.tokens[tokens:], score=0.0, raised=lent)]

    def reset(self) -> None:
        """An utterance is over: the next one starts without a past."""
        self.paths = []


class _Grown(NamedTuple):
    """A path and one symbol more; BLANK: it is through with the frame."""

    path: Path
    token: int
    score: float
    raised: float
    node: int
    probability: float

    @property
    def rank(self) -> float:
        return self.score + self.raised


class Search:
    """Contract: `advance` takes the next encoder frame of each stream."""

    def __init__(self, scorer: Scorer, *, context_size: int, most_symbols: int = 1) -> None:
        self._scorer = scorer
        self._context_size = context_size
        self._most_symbols = most_symbols

    def advance(self, streams: Sequence[Stream], frames: Floats) -> None:
        """Take a frame of each stream, float32 [streams, joined]."""
        self._begin(streams)
        through: list[list[Path]] = [[] for _ in streams]
        open_: list[list[Path]] = [stream.paths for stream in streams]
        for _ in range(self._most_symbols):
            rows = [row for row, paths in enumerate(open_) for _ in paths]
            if not rows:
                break
            logits = self._join(frames[rows], [path for paths in open_ for path in paths])
            open_ = self._grow(streams, open_, logits=logits, through=through)
        for stream, done, left in zip(streams, through, open_, strict=True):
            stream.paths = _best(done + left, stream.beam)
            stream.frame += 1

    def _begin(self, streams: Sequence[Stream]) -> None:
        fresh = [stream for stream in streams if not stream.paths]
        if not fresh:
            return
        context = (NO_TOKEN,) * (self._context_size - 1) + (BLANK,)
        predicted = self._scorer.predict(np.array([context], np.int64))[0]
        for stream in fresh:
            stream.paths = [Path((), context, predicted)]

    def _join(self, frames: Floats, paths: Sequence[Path]) -> NDArray[np.float64]:
        """Log-probabilities, float64 [paths, vocabulary]."""
        predicted = np.stack([path.predicted for path in paths])
        logits = self._scorer.join(frames, predicted).astype(np.float64)
        shifted = logits - logits.max(axis=1, keepdims=True)
        return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))

    def _grow(
        self,
        streams: Sequence[Stream],
        open_: Sequence[Sequence[Path]],
        *,
        logits: NDArray[np.float64],
        through: list[list[Path]],
    ) -> list[list[Path]]:
        """Each stream's paths by one symbol; those that took none go to `through`."""
        grown: list[list[_Grown]] = []
        at = 0
        for stream, paths, done in zip(streams, open_, through, strict=True):
            rows = logits[at : at + len(paths)]
            at += len(paths)
            found = _candidates(stream, paths, rows)
            kept, still = _pruned(found, done, beam=stream.beam)
            done[:] = kept
            grown.append(still)
        return self._predicted(streams, grown)

    def _predicted(
        self, streams: Sequence[Stream], grown: Sequence[Sequence[_Grown]]
    ) -> list[list[Path]]:
        """The grown paths, with what the decoder makes of their last tokens."""
        flat = [one for some in grown for one in some]
        if not flat:
            return [[] for _ in grown]
        contexts = [(*one.path.context[1:], one.token) for one in flat]
        predicted = iter(self._scorer.predict(np.array(contexts, np.int64)))
        return [
            [
                Path(
                    (*one.path.tokens, Token(one.token, stream.frame, one.probability)),
                    (*one.path.context[1:], one.token),
                    next(predicted),
                    one.score,
                    one.raised,
                    one.node,
                )
                for one in some
            ]
            for stream, some in zip(streams, grown, strict=True)
        ]


def _candidates(stream: Stream, paths: Sequence[Path], rows: NDArray[np.float64]) -> list[_Grown]:
    """The likeliest next symbols of each path, at most `beam` and blank."""
    found = []
    for path, row in zip(paths, rows, strict=True):
        moves, away = stream.phrases.moves(path.node), stream.phrases.away(path.node)
        ranks = row + away.raised
        for token, move in moves.items():
            ranks[token] = row[token] + move.raised
        ranks[BLANK] = row[BLANK]
        for token in _likeliest(ranks, stream.beam):
            move = moves.get(token, away)
            node, raised = (path.node, 0.0) if token == BLANK else move
            score = path.score + float(row[token])
            sure = math.exp(row[token])
            found.append(_Grown(path, token, score, path.raised + raised, node, sure))
    return found


def _likeliest(ranks: NDArray[np.float64], count: int) -> list[int]:
    """The highest, best first."""
    if count == 1:
        return [int(ranks.argmax())]
    if count >= len(ranks):
        return [int(at) for at in np.argsort(-ranks, kind="stable")]
    highest = np.sort(np.argpartition(-ranks, count)[:count])
    return [int(at) for at in highest[np.argsort(-ranks[highest], kind="stable")]]


def _pruned(
    found: Sequence[_Grown], done: Sequence[Path], *, beam: int
) -> tuple[list[Path], list[_Grown]]:
    """The best of all: paths that are through with the frame, and grown ones that are not."""
    blanks = [one.path._replace(score=one.score) for one in found if one.token == BLANK]
    through = _merged([*done, *blanks])
    grown = [one for one in found if one.token != BLANK]
    both: list[Path | _Grown] = []
    both += through
    both += grown
    ranked = sorted(both, key=lambda one: -one.rank)[:beam]
    return (
        [one for one in ranked if isinstance(one, Path)],
        [one for one in ranked if isinstance(one, _Grown)],
    )


def _best(paths: Sequence[Path], beam: int) -> list[Path]:
    return sorted(_merged(paths), key=lambda path: -path.rank)[:beam]


def _merged(paths: Sequence[Path]) -> list[Path]:
    """Paths with the same tokens are one: their probabilities add up."""
    by_tokens: dict[tuple[int, ...], Path] = {}
    for path in paths:
        key = tuple(token.number for token in path.tokens)
        known = by_tokens.get(key)
        if known is None:
            by_tokens[key] = path
        else:
            likelier = max(known, path, key=lambda p: p.score)
            score = float(np.logaddexp(known.score, path.score))
            by_tokens[key] = likelier._replace(score=score)
    return list(by_tokens.values())
