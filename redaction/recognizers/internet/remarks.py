"""What people say about how an address is written, within it or behind it: `all one word`."""

from collections.abc import Sequence

from redaction.language.common_words import COMMON_WORDS
from redaction.language.tables import phrases_in
from redaction.language.words import Atom, Class, says

_REMARKS = tuple(
    tuple(phrase.split())
    for phrase in phrases_in("""
all lower case, all lowercase, all one word, as one word, one word, no spaces, no space, no dots,
no caps, no capitals, small letters, all small, all together, all in lower case, in lower case,
all run together, run together, all joined up, joined up, all joined together, all squashed up,
all squashed together, all letters, all as one, nothing between, nothing in between,
no dot, no full stop, no full stops, no hyphen, no hyphens, no underscore, no underscores, no dash,
no dashes, no gap, no gaps, no punctuation, as letters, as figures, as digits, as a figure, as a
number, as numbers, as a word, as words, in figures, in digits, in numbers, in letters, in words,
two words
""")
)
_SURE = tuple(
    words
    for words in _REMARKS
    if (len(words) > 2 or "lowercase" in words) and words[1] not in ("a", "full")
)
"""Of these, what is said of hardly anything else."""

_SAID = tuple(" ".join(words) for words in _REMARKS)
_BY_FIRST = {words[0]: tuple(one for one in _REMARKS if one[0] == words[0]) for words in _REMARKS}


def remarks_at(atoms: Sequence[Atom], at: int) -> Sequence[tuple[str, ...]]:
    """Those that begin with this word."""
    return _BY_FIRST.get(atoms[at].text, ()) if at < len(atoms) else ()


def begins_remark(words: str) -> bool:
    """Whether one begins with these."""
    return any(remark.startswith(words) for remark in _SAID)


def is_sure(atoms: Sequence[Atom], i: int) -> bool:
    """`hargreaves, all one word`: a name or no word at all, and a remark on how it is written."""
    if atoms[i].cls is not Class.OTHER or atoms[i].text in COMMON_WORDS:
        return False
    return any(says(atoms, i + 1, words) for words in _SURE)
