"""Words just after speech that was lost: any of them may answer a question that nobody knows.

For that while what could be a name, part of an address, an e-mail or a password is not shown:
every word that is no ordinary one of conversation, every letter read out, an ordinal or a month
with which a phrase begins (the rest of its date may be what was lost), and an `oh` beside a figure.
"""

from redaction.language.common_words import COMMON_WORDS
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard

KIND = "unknown"
_LONE = frozenset({"a", "i", "o"})
"""Letters that are words."""


def find_unasked(heard: Heard) -> tuple[list[Found], list[int]]:
    """Unusual words and letters in blind time; nothing of it is ever undecided."""
    if not heard.expected.blind:
        return [], []
    why = "is no ordinary word, said just after speech that was lost"
    return [
        Found(i, i, KIND, why=why)
        for i, atom in enumerate(heard.atoms)
        if heard.is_blind(i) and (_may_be_personal(atom) or _may_end_something(heard, i))
    ], []


def _may_end_something(heard: Heard, i: int) -> bool:
    """Of what was lost: a date, or a number in which `oh` is a figure."""
    return _may_end_a_date(heard, i) or _may_be_nought(heard, i)


def _may_end_a_date(heard: Heard, i: int) -> bool:
    return heard.atoms[i].cls in (Class.ORDINAL, Class.MONTH) and heard.begins_phrase(i)


def _may_be_nought(heard: Heard, i: int) -> bool:
    """`nine oh.`, `dot five.`, the end of what was lost."""
    atom = heard.atoms[i]
    if atom.text not in ("oh", "o") and atom.cls is not Class.SYMBOL:
        return False
    before = heard.atoms[i - 1 : i] if i else []
    beside = [*before, *heard.atoms[i + 1 : i + 2]]
    return not beside or any(atom.value.isdigit() for atom in beside)


def words_of(heard: Heard, found: Found) -> list[str]:
    """None is known again: it may have been anything."""
    return []


def _may_be_personal(atom: Atom) -> bool:
    if atom.cls is Class.LETTER:
        return atom.text not in _LONE
    if atom.cls not in (Class.OTHER, Class.CODE, Class.EMAIL):
        return False
    return atom.text[0] != "[" and atom.text.removesuffix("'s") not in COMMON_WORDS
