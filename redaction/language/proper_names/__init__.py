"""Proper names that are no everyday words: `priya`, `nowak`, `stockport`, `ryanair`.

Of itself such a word tells nothing: people, shops, brands and places bear the same ones. The lists
are facts, written down for Trunkline.
"""

from collections.abc import Sequence
from pathlib import Path

from redaction.language.common_words import COMMON_WORDS
from redaction.language.english import is_english
from redaction.language.tables import fingerprint_of, lines_in

_FOLDER = Path(__file__).parent


def _read(name: str) -> frozenset[str]:
    return lines_in(_FOLDER / f"{name}.txt") - COMMON_WORDS


FIRST_NAMES = _read("first_names")
SURNAMES = _read("surnames")
PLACES = _read("places")
"""Towns, districts, countries."""
PUBLIC_NAMES = _read("public_names")
"""Firms, products, shows, nationalities."""

FAMOUS = lines_in(_FOLDER / "famous_people.txt")
"""People whom anybody may speak of, by their first and last names: `neil young`."""

_LONGEST = 3

_LISTS = (("first", FIRST_NAMES), ("last", SURNAMES), ("place", PLACES), ("public", PUBLIC_NAMES))


def what_it_is(word: str) -> str:
    """Which lists a lower-case word is in: `<first place>`; `<unknown>` if no list of words has it,
    and nothing for a plain word."""
    if word in COMMON_WORDS:
        return ""
    kinds = [kind for kind, words in _LISTS if word in words]
    if is_english(word):
        return f"<{' '.join(kinds)} word>" if kinds else ""
    return f"<{' '.join(kinds) or 'unknown'}>"


def is_famous(words: Sequence[str], first: int, last: int) -> bool:
    """Whether lower-case words `first` to `last` share one with a famous name among `words`."""
    for begin in range(max(0, first - _LONGEST + 1), last + 1):
        ends = range(max(begin, first) + 1, min(len(words), begin + _LONGEST) + 1)
        if any(" ".join(words[begin:end]) in FAMOUS for end in ends):
            return True
    return False


def fingerprint() -> str:
    """Of the lists, for the policy's version."""
    return fingerprint_of(sorted(_FOLDER.glob("*.txt")))
