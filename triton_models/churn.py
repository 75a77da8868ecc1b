"""How much of what was shown was taken back later (pure).

A caption may still change its last words while they are spoken; what stands before them should
stay. Words count as the same without regard to case and punctuation; frozen words must stay
letter for letter.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

OPEN_TAIL_WORDS = 2


class Churn(NamedTuple):
    """What became of one segment's words, or of many segments' together."""

    shown: int
    """Words that were ever shown: those of the last revision, and those taken back."""

    changed: int
    """Words outside the open tail that the next revision had not, or had otherwise."""

    frozen: int = 0
    """Words that were declared frozen before the last revision."""

    frozen_changed: int = 0
    """Of these, changed by a later revision: a broken promise."""

    @property
    def rate(self) -> float:
        """Share of the shown words that were taken back, 0 to 1."""
        return self.changed / self.shown if self.shown else 0.0

    def plus(self, other: "Churn") -> "Churn":
        """Both together."""
        return Churn(*(a + b for a, b in zip(self, other, strict=True)))


def churn(
    revisions: Sequence[Sequence[str]],
    *,
    tail: int = OPEN_TAIL_WORDS,
    frozen: Sequence[int] = (),
) -> Churn:
    """The churn of one segment, from its revisions' words in order, the final last.

    `frozen`: how many leading words each revision declares frozen; as long as `revisions`, or
    empty. A revision's last `tail` words are its open tail.
    """
    pairs = list(zip(revisions, revisions[1:], strict=False))
    changed = sum(_changed(words[: max(0, len(words) - tail)], later) for words, later in pairs)
    last = len(revisions[-1]) if revisions else 0
    broken = sum(
        sum(a != b for a, b in zip(words[:count], _filled(later, count), strict=True))
        for (words, later), count in zip(pairs, frozen, strict=False)
    )
    early = max(frozen[: len(pairs)], default=0)
    return Churn(last + changed, changed, early, broken)


class RunningChurn:
    """Contract: tell it each revision of one leg's segments in order."""

    def __init__(self) -> None:
        self._segment_id = ""
        self._words: tuple[str, ...] = ()

    def receive(self, segment_id: str, words: Sequence[str], *, is_final: bool) -> Churn:
        """What this revision adds: words it changed, and with the final those that stay."""
        before = self._words if segment_id == self._segment_id else ()
        self._segment_id, self._words = segment_id, tuple(words)
        changed = _changed(before[: max(0, len(before) - OPEN_TAIL_WORDS)], words)
        return Churn(changed + (len(words) if is_final else 0), changed)


def _changed(words: Sequence[str], later: Sequence[str]) -> int:
    """How many of `words` are not found, in order, in `later`."""
    matcher = SequenceMatcher(
        None, [_plain(word) for word in words], [_plain(word) for word in later], autojunk=False
    )
    return len(words) - sum(block.size for block in matcher.get_matching_blocks())


def _filled(words: Sequence[str], size: int) -> list[str]:
    return [*words[:size], *[""] * (size - len(words))]


def _plain(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum()) or word
