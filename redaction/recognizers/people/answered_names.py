"""Names in answers: unusual words where a name was asked for, and what is spelled out."""

from collections.abc import Sequence

from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.words import Atom, Class, says
from redaction.recognizers.found import Heard
from redaction.recognizers.people.name_shape import (
    can_be_name,
    end_of_name,
    extends,
    is_cased,
    leads,
)
from redaction.recognizers.people.name_words import AFTER_NAME, OF_SENTENCES, SKIPPED, SPELLS
from redaction.recognizers.people.names_again import COMMON_NAMES

_WHOLE_ANSWER = 4
_LETTERS = 3
_ANSWER_ATOMS = 14
_ACTS = frozenset({"can", "did", "does", "has", "is", "will"})
_LEADS_IN = SKIPPED | {"in", "under", "for", "with"}


def answered(heard: Heard) -> list[tuple[int, int]]:
    """The unusual words at the start of the answer to a question for a name."""
    atoms = heard.atoms
    spans: list[tuple[int, int]] = []
    if not heard.may_expect("name"):
        return spans
    answered_from: int | None = None
    for i, atom in enumerate(atoms):
        if spans and i <= spans[-1][1]:
            continue
        if atom.text in COMMON_NAMES and _acts(heard, i) and heard.answers(i, "name"):
            spans.append((i, i))
        if atom.text in COMMON_WORDS or not can_be_name(atom):
            continue
        if answered_from is None or i - answered_from > _ANSWER_ATOMS:
            if not heard.answers(i, "name"):
                continue
            answered_from = i
        elif not heard.answers(i, "name"):
            continue
        if atom.capital or not is_cased(atoms, i):
            spans.append(_whole_answer(heard, i) or (i, end_of_name(atoms, i)))
    return spans


def _acts(heard: Heard, i: int) -> bool:
    """`April does`: with what `who holds the key` is answered."""
    atoms = heard.atoms
    begins = not i or i in heard.times.breaks or bool(atoms[i - 1].stop)
    return begins and i + 1 < len(atoms) and atoms[i + 1].text in _ACTS


def _whole_answer(heard: Heard, i: int) -> tuple[int, int] | None:
    """The few words up to the first stop, where the answer begins with them: all are the name.

    Recognisers make words of names: `all of our brands`, `Priya rammed bottom`.
    """
    atoms = heard.atoms
    first = i
    while first and i - first < _WHOLE_ANSWER and _is_in_answer(heard, first - 1):
        first -= 1
    last = i
    while last + 1 < len(atoms) and not atoms[last].stop and last - first < _WHOLE_ANSWER:
        last += 1
    ended = bool(atoms[last].stop) or (last + 1 == len(atoms) and not heard.is_open)
    if not ended or not _begins_answer(heard, first):
        return None
    while first < i and atoms[first].text in _LEADS_IN:
        first += 1
    while last > i and (atoms[last].text in AFTER_NAME or atoms[last].cls is not Class.OTHER):
        last -= 1
    spoken = any(a.text in OF_SENTENCES for a in atoms[first : last + 1])
    return None if spoken else (first, last)


def spelled_out(heard: Heard) -> list[tuple[int, int]]:
    """`All of our brands, that's B R A N D`: the words before a spelling are what is spelled."""
    atoms = heard.atoms
    spans: list[tuple[int, int]] = []
    expected = heard.may_expect("name")
    for i in range(1, len(atoms) - 2 if Class.LETTER in heard.classes else 0):
        if atoms[i].cls is not Class.LETTER or atoms[i - 1].cls is Class.LETTER:
            continue
        spelt = _end_of_spelling(atoms, i)
        if not spelt:
            continue
        last = i - 1
        while last > 0 and atoms[last].text in SPELLS:
            last -= 1
        same = atoms[last].text[0] == atoms[i].text and atoms[last].text not in FUNCTION_WORDS
        if not same or atoms[last].cls is not Class.OTHER:
            continue
        if expected and heard.awaits(i, "name"):
            spans.append(_whole_answer(heard, last) or (last, last))
        elif (atoms[last].text not in COMMON_WORDS and not atoms[last].value) or (
            last and atoms[last].capital and leads(atoms, last - 1) and atoms[last - 1].capital
        ):
            # Whose first letter is spelled out behind it is a name, whatever was asked.
            first = last - 1 if last and extends(atoms, last) and leads(atoms, last - 1) else last
            spans.append((first, spelt))
    return spans


def _end_of_spelling(atoms: Sequence[Atom], i: int) -> int:
    """The last atom of what is spelled from `i` on, each letter explained (`B for boy`) or not;
    0 if that is no three letters."""
    letters, at = 0, i
    while at < len(atoms) and atoms[at].cls is Class.LETTER:
        letters += 1
        at += 1
        for said in (("as", "in"), ("like",), ("for",)):
            end = at + len(said)
            if end < len(atoms) and says(atoms, at, said):
                at = end + 1
                break
    return at - 1 if letters >= _LETTERS else 0


def _is_in_answer(heard: Heard, i: int) -> bool:
    return not heard.atoms[i].stop and i + 1 not in heard.times.breaks


def _begins_answer(heard: Heard, first: int) -> bool:
    """Whether nothing but `yes,` and the like of the answer stands before atom `first`."""
    before = first - 1
    while before >= 0 and before + 1 not in heard.times.breaks:
        if not heard.answers(before, "name"):
            return True
        if heard.atoms[before].text not in SKIPPED:
            return False
        before -= 1
    return True
