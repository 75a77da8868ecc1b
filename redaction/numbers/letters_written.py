"""Letters that the recogniser wrote together: with what they are like, or with one another.

`enfornancy` is N for Nancy, `ici-c` are letters of a code: no word of English is made like that.
"""

import re
from collections.abc import Sequence

from redaction.language import lexicon
from redaction.language.common_words import COMMON_WORDS
from redaction.language.english import is_english

_EXPLAINED_LETTER = re.compile(
    rf"([a-z]|{'|'.join(lexicon.NAMES_OF_LETTERS)})(for|like)([a-z]{{3,}})"
)
"""`enfornancy`, `seeforcat`: a letter and what it is like, written as one word."""
_LONGEST_GROUP = 4
_LISTED = 4
"""So many figures in one word are read out: `nine-to-five` is not."""


def letter_explained(low: str) -> tuple[str, str, str] | None:
    """The letter, the link and the word of `dfordog`; None of any word there is."""
    if "for" not in low and "like" not in low:
        return None
    said = _EXPLAINED_LETTER.fullmatch(low)
    if said is None or low in COMMON_WORDS or is_english(low):
        return None
    name = said[1]
    return lexicon.NAMES_OF_LETTERS.get(name, name), said[2], said[3]


def figures_among(parts: Sequence[str]) -> list[str]:
    """`o-too-too-nine`: the figures that all parts of a word are, or sound like; else none."""
    figures = [lexicon.SOUND_ALIKES.get(p) or lexicon.DIGITS.get(p) for p in parts]
    if len(parts) < _LISTED or lexicon.DIGITS.keys().isdisjoint(parts):
        return []
    return [] if None in figures else [figure for figure in figures if figure]


def letters_among(parts: Sequence[str]) -> bool:
    """Whether the parts of a word are single letters and groups of them that make no word."""
    groups = [part for part in parts if len(part) > 1]
    spelt = groups and len(groups) < len(parts) and all(part.isalpha() for part in parts)
    return bool(spelt) and not any(len(p) > _LONGEST_GROUP or _is_word(p) for p in groups)


def _is_word(text: str) -> bool:
    return text in COMMON_WORDS or is_english(text)
