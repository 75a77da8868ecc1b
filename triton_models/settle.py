"""Which words of an open segment stay as they are, and which are shown (pure).

A word is believed for every reading in a row that has it in its place, as much as the decoder was
sure of it and the reading had heard more; believed enough, and not among the last, it is frozen:
later decodes start with it. Of the rest a partial shows what two readings agree on and the next two
words; what it showed before them stays until two readings agree on something else.

Measured on readings of ten synthetic calls, 400 ms apart: of 1469 words, 466 are frozen before
their final, and 3 of these (0.2 % of all) are not what a greedy decode of the whole utterance would
have made of them. The decoder's own confidence decides that: three readings in a row, however sure,
would freeze 875, 24 of them wrongly.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from triton_models.align import proportional
from triton_models.events import Word

ENOUGH = 2.5
"""Belief that freezes a word: the confidences of the readings in a row that have it."""

DOUBTFUL = 0.6
"""A word the decoder was less sure of in a reading is believed no more: a final, read by a beam,
may still make another of it."""

NEWS_MS = 400
"""A reading that has heard less more than the one before counts for less."""

OPEN_WORDS = 2
"""The last words of a reading are never frozen: what follows may make other words of them."""


_ENDS = (".", "?", "!")


class _Belief(NamedTuple):
    plain: str
    sum: float
    readings: int


class Settling:
    """Contract: give it each reading of one segment in order; show what it returns."""

    def __init__(self) -> None:
        self.frozen: tuple[str, ...] = ()
        self.tokens: tuple[int, ...] = ()
        """The frozen words as the decoder wrote them: what every decode starts with."""

        self._beliefs: list[_Belief] = []
        self._unread = 0
        self._shown: tuple[str, ...] = ()
        """What the last partial showed before its open words."""

        self._until_ms = 0

    def receive(
        self,
        words: Sequence[Word],
        *,
        tokens: Sequence[int],
        ends: Sequence[int],
        news_ms: int = NEWS_MS,
    ) -> tuple[Word, ...]:
        """Take a reading of the whole segment; its words, of which frozen ones are as they were.

        `ends` counts the tokens up to the end of each word; empty: they are another decoder's, and
        nothing is frozen by them. `news_ms`: how much more it has heard than the last one.
        """
        whole = kept(self.frozen, words, until_ms=self._until_ms)
        as_read = [word.text for word in whole] == [word.text for word in words]
        self._beliefs, self._unread = _believed(self._beliefs, whole, news_ms=news_ms), 0
        if as_read and len(ends) == len(words) and self._begins(tokens):
            self._freeze(whole, tokens=tokens, ends=ends)
        return whole

    def receive_open(self, words: Sequence[Word], *, unread: int) -> tuple[Word, ...]:
        """Take a reading of the open end only: the first `unread` words are those of before."""
        whole = kept(self.frozen, words, until_ms=self._until_ms)
        self._beliefs, self._unread = _believed(self._beliefs, whole, unread=unread), unread
        return whole

    def to_show(self, words: Sequence[Word], *, all_of_them: bool = False) -> tuple[Word, ...]:
        """What to show of `words`, the last reading as it was taken; all at a pause."""
        agreed = self._agreed()
        stays = (*self.frozen, *self._shown[len(self.frozen) :])
        differs = _same(stays, words)
        if all_of_them or differs == len(stays) or agreed > differs:
            count = len(words) if all_of_them else max(agreed, len(stays)) + OPEN_WORDS
            shown = tuple(words[:count])
        else:
            sure = kept(stays, words, until_ms=words[differs - 1].end_ms if differs else 0)
            shown = sure[: len(stays) + OPEN_WORDS]
        self._shown = tuple(word.text for word in shown[: max(0, len(shown) - OPEN_WORDS)])
        return shown

    def _agreed(self) -> int:
        """How many leading words two readings agree on."""
        agreed = self._unread
        while agreed < len(self._beliefs) and self._beliefs[agreed].readings > 1:
            agreed += 1
        return max(agreed, len(self.frozen))

    def _freeze(self, words: Sequence[Word], *, tokens: Sequence[int], ends: Sequence[int]) -> None:
        count = len(self.frozen)
        last = len(words) - OPEN_WORDS
        while count < last and self._beliefs[count].sum >= ENOUGH:
            count += 1
        if count > len(self.frozen):
            self.frozen = tuple(word.text for word in words[:count])
            self.tokens = tuple(tokens[: ends[count - 1]])
            self._until_ms = words[count - 1].end_ms

    def _begins(self, tokens: Sequence[int]) -> bool:
        return tuple(tokens[: len(self.tokens)]) == self.tokens


def _believed(
    before: Sequence[_Belief], words: Sequence[Word], *, unread: int = 0, news_ms: int = NEWS_MS
) -> list[_Belief]:
    """The beliefs after one more reading: those up to the first other word go on, and those read
    again grow."""
    share = min(1.0, news_ms / NEWS_MS)
    plains = [_plain(word.text) for word in words]
    agreed = _same([belief.plain for belief in before], words)
    again = [
        old
        if at < unread
        else _Belief(old.plain, _grown(old.sum, word.confidence, share), old.readings + 1)
        for at, (old, word) in enumerate(zip(before[:agreed], words, strict=False))
    ]
    new = zip(plains[agreed:], words[agreed:], strict=True)
    return again + [_Belief(plain, _grown(0.0, word.confidence, 1.0), 1) for plain, word in new]


def _grown(belief: float, confidence: float, share: float) -> float:
    return belief + share * confidence if confidence >= DOUBTFUL else 0.0


def _same(texts: Sequence[str], words: Sequence[Word]) -> int:
    """How many leading words are the same."""
    count = 0
    while count < min(len(texts), len(words)) and _plain(texts[count]) == _plain(words[count].text):
        count += 1
    return count


def kept(frozen: Sequence[str], words: Sequence[Word], *, until_ms: int) -> tuple[Word, ...]:
    """`words`, of which the first are replaced by `frozen` where they are others.

    Which of `words` the frozen ones stand for is told by the fewest differences and, where that
    leaves it open, by when they ended; they share the time of what they stand for.
    """
    if [word.text for word in words[: len(frozen)]] == list(frozen):
        return tuple(words)
    count = _standing_for(frozen, words, until_ms=until_ms)
    replaced, rest = words[:count], words[count:]
    start_ms = words[0].start_ms if words else 0
    end_ms = replaced[-1].end_ms if replaced else start_ms
    spans = proportional(frozen, start_ms=start_ms, end_ms=end_ms)
    sure = min((word.confidence for word in replaced), default=0.0)
    return (
        *(
            Word(text=text, start_ms=span.start_ms, end_ms=span.end_ms, confidence=sure)
            for text, span in zip(frozen, spans, strict=True)
        ),
        *rest,
    )


def joined(before: Sequence[Word], words: Sequence[Word]) -> tuple[Word, ...]:
    """`words` as they go on after `before`: in time, and in the middle of a sentence without the
    capital letter that the decoder gives to whatever it reads first."""
    if not before or not words:
        return tuple(words)
    earliest_ms = before[-1].end_ms
    timed = [
        msgspec.structs.replace(
            word,
            start_ms=max(word.start_ms, earliest_ms),
            end_ms=max(word.end_ms, earliest_ms),
        )
        for word in words
    ]
    first = timed[0].text
    if before[-1].text[-1:] not in _ENDS and first[:1].isupper() and first[1:].islower():
        timed[0] = msgspec.structs.replace(timed[0], text=first[0].lower() + first[1:])
    return tuple(timed)


def _standing_for(frozen: Sequence[str], words: Sequence[Word], *, until_ms: int) -> int:
    """How many leading `words` differ least from all of `frozen`."""
    row = list(range(len(words) + 1))
    for i, text in enumerate(frozen, 1):
        row, above = [i], row
        for j, word in enumerate(words, 1):
            differs = _plain(text) != _plain(word.text)
            row.append(min(above[j - 1] + differs, above[j] + 1, row[-1] + 1))
    edges_ms = [words[0].start_ms if words else 0, *(word.end_ms for word in words)]
    return min(range(len(row)), key=lambda j: (row[j], abs(edges_ms[j] - until_ms)))


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum()) or text
