"""Decodes one utterance so that it can be trusted: expected phrases, digits, no repetitions.

Partials are greedy, or a narrow beam where phrases are expected. Finals are a beam where phrases
are expected or digits are said; where they say digit strings, a second decode held to words stands
beside it (`digits.py` says why). Measured live on ten synthetic calls (1321 words): word errors
12.0 % greedy, 10.8 % so. A beam for whatever greedy is in doubt about helps whole turns (12.1 to
9.8 %), but not live ones (11.1 %), where frozen words cannot be read again, and costs a tenth more.
"""

import string
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from triton_models import digits
from triton_models.beam import Found, Search
from triton_models.bias import PhraseBias
from triton_models.cut import quietest
from triton_models.moonshine import Decoded, Moonshine, Samples
from triton_models.options import Phrase
from triton_models.repetition import first_loop, most_tokens
from triton_models.tokens import SpokenWord, Vocabulary

_SHIFT_SAMPLES = 4800
_SHORTEST_HALF = 16000
_WIDTH = 2
_EXPECTING_WIDTH = 4
"""Finals of a leg with phrases: a name begins less likely than what it sounds like."""

_PLAIN = string.ascii_letters + "',.?!-"
"""What words are written with: no numerals, and no signs that stand in for them."""


class Given(NamedTuple):
    """What a decode goes by besides the audio."""

    prefix: tuple[int, ...] = ()
    """Words that are frozen."""

    draft: tuple[int, ...] = ()
    phrases: tuple[Phrase, ...] = ()


class Trusted:
    """Contract: `frugal` may be set at any time; the rest may be called from several threads."""

    def __init__(self, model: Moonshine, vocabulary: Vocabulary) -> None:
        self.frugal = False
        """The machine is short of time: greedy unless phrases are expected or it repeats itself,
        and no second decode of digits."""

        self._model = model
        self._vocabulary = vocabulary
        self._not_words = vocabulary.without(_PLAIN)
        self._bias = lru_cache(maxsize=256)(self._make_bias)

    def partial(self, samples: Samples, given: Given) -> Decoded:
        """What seems to be said so far."""
        limit = most_tokens(len(samples))
        if given.phrases:
            how = self._how(given, limit=limit)._replace(width=_WIDTH)
            decoded = _decoded(self._model.search(self._model.encode(samples), how)[0])
        else:
            decoded = self._greedy(samples, given)
        return decoded if _is_sound(decoded, samples) else _before_loop(decoded, samples)

    def final(self, samples: Samples, given: Given) -> Decoded:
        """What was said. A decode that repeats itself is made again shifted in time, then in
        halves; what still does is cut where it starts to repeat."""
        first = self._searched(samples, given)
        if _is_sound(first, samples):
            return first
        shifted = np.concatenate((np.zeros(_SHIFT_SAMPLES, np.float32), samples))
        again = self._greedy(shifted, given._replace(draft=()))
        if _is_sound(again, samples):
            return again
        if len(samples) >= 2 * _SHORTEST_HALF:
            return self._in_halves(samples, given)
        return _before_loop(first, samples)

    def _searched(self, samples: Samples, given: Given) -> Decoded:
        if not given.phrases:
            greedy = self._greedy(samples, given)
            if _is_sound(greedy, samples) and not self._says_digits(greedy):
                return greedy
        best = self._beamed(samples, given)
        return self._with_digits(best, samples, given) if self._says_digits(best) else best

    def _says_digits(self, decoded: Decoded) -> bool:
        return not self.frugal and digits.is_heavy(self._texts(decoded))

    def _greedy(self, samples: Samples, given: Given) -> Decoded:
        limit = most_tokens(len(samples))
        return self._model.decode(
            samples, prefix=given.prefix, draft=given.draft, most_tokens=limit
        )

    def _beamed(self, samples: Samples, given: Given) -> Decoded:
        """The best hypothesis that does not repeat itself; the best of all if all do."""
        how = self._how(given, limit=most_tokens(len(samples)))
        found = [_decoded(each) for each in self._model.search(self._model.encode(samples), how)]
        return next((each for each in found if _is_sound(each, samples)), found[0])

    def _how(self, given: Given, *, limit: int) -> Search:
        bias = self._bias(given.phrases) or None
        width = _EXPECTING_WIDTH if given.phrases else _WIDTH
        return Search(width, max(limit, len(given.prefix)), given.prefix, bias=bias)

    def _with_digits(self, best: Decoded, samples: Samples, given: Given) -> Decoded:
        """`best`, its digit strings as a decode without numerals has them where it has more."""
        if not any(char.isdigit() for text in self._texts(best) for char in text):
            return best
        how = self._how(given, limit=2 * len(best.tokens) + 12)._replace(banned=self._not_words)
        worded = _decoded(self._model.search(self._model.encode(samples), how)[0])
        if not worded.complete:
            return best
        return self._spliced(best, worded, keep=len(given.prefix))

    def _spliced(self, best: Decoded, worded: Decoded, *, keep: int) -> Decoded:
        """The first `keep` tokens are not touched."""
        ours, theirs = self._words(best), self._words(worded)
        texts = [word.text for word in ours], [word.text for word in theirs]
        for mine, other in digits.to_replace(*texts):
            begin, end = _tokens_of(ours, mine)
            if begin >= keep:
                best = _with_piece(best, slice(begin, end), worded, _tokens_of(theirs, other))
        return best

    def _in_halves(self, samples: Samples, given: Given) -> Decoded:
        at = quietest(samples, first=_SHORTEST_HALF, last=len(samples) - _SHORTEST_HALF)
        alone = Given(phrases=given.phrases)
        return _joined(*(self.final(half, alone) for half in (samples[:at], samples[at:])))

    def _words(self, decoded: Decoded) -> list[SpokenWord]:
        return self._vocabulary.words(decoded.tokens, decoded.probabilities)

    def _texts(self, decoded: Decoded) -> list[str]:
        return [word.text for word in self._words(decoded)]

    def _make_bias(self, phrases: tuple[Phrase, ...]) -> PhraseBias:
        return PhraseBias(
            (self._vocabulary.encode(spelled), phrase.weight)
            for phrase in phrases
            for spelled in {phrase.text, phrase.text.lower(), phrase.text.capitalize()}
            if spelled.strip()
        )


def _tokens_of(words: Sequence[SpokenWord], part: slice) -> tuple[int, int]:
    """The tokens of a part of the words: from, to."""
    return (words[part.start - 1].end if part.start else 0), words[part.stop - 1].end


def _with_piece(whole: Decoded, part: slice, other: Decoded, of_other: tuple[int, int]) -> Decoded:
    """`whole`, its tokens of `part` replaced by some of another's."""
    piece = slice(*of_other)
    return Decoded(
        whole.tokens[: part.start] + other.tokens[piece] + whole.tokens[part.stop :],
        whole.probabilities[: part.start]
        + other.probabilities[piece]
        + whole.probabilities[part.stop :],
        complete=True,
    )


def _decoded(found: Found) -> Decoded:
    probabilities = tuple(float(p) for p in np.exp(found.log_probabilities))
    return Decoded(found.tokens, probabilities, found.complete)


def _is_sound(decoded: Decoded, samples: Samples) -> bool:
    return decoded.complete and first_loop(decoded.tokens, samples=len(samples)) is None


def _joined(first: Decoded, second: Decoded) -> Decoded:
    return Decoded(
        first.tokens + second.tokens, first.probabilities + second.probabilities, complete=True
    )


def _before_loop(decoded: Decoded, samples: Samples) -> Decoded:
    """The hypothesis up to its first repetition; all of it if it was only too long."""
    end = first_loop(decoded.tokens, samples=len(samples))
    return Decoded(decoded.tokens[:end], decoded.probabilities[:end], complete=True)
