"""What an operator lets stay: phrases of its own, with numbers in them or not."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from redaction.language.words import Atom
from redaction.numbers.canonical import groups
from redaction.recognizers.found import Found


def _word_of(atom: Atom) -> int:
    return atom.word


class Allowed:
    """Phrases the operator wants to stay: its own service numbers, for example."""

    def __init__(self, phrases: Sequence[Sequence[Atom]], values: Sequence[str]) -> None:
        self._phrases = [tuple(a.text for a in phrase) for phrase in phrases if phrase]
        self._values = frozenset(values)

    def covers_words(self, atoms: Sequence[Atom], first: int, *, last: int) -> bool:
        """Whether these words of a segment are an allowed phrase, or say an allowed number."""
        inside = range(
            bisect_left(atoms, first, key=_word_of), bisect_right(atoms, last, key=_word_of)
        )
        if not inside:
            return False
        value = "".join(groups(atoms, inside, literal=True))
        return self.covers(atoms, Found(inside[0], inside[-1], "", value))

    def covers(self, atoms: Sequence[Atom], found: Found) -> bool:
        """Whether all of `found` is an allowed phrase, or a number with an allowed value."""
        if found.value and found.value in self._values:
            return True
        for phrase in self._phrases:
            for start in range(max(0, found.last - len(phrase) + 1), found.first + 1):
                end = start + len(phrase)
                if end > found.last and tuple(a.text for a in atoms[start:end]) == phrase:
                    return True
        return False
