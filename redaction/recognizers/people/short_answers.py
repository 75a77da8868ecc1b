"""Names in short answers to questions of any wording, while somebody is being identified.

`And first?` `Poppy.` `Buzzer says?` `Summers.`: neither the question nor the word says that it is a
name. That other personal data was asked for or given just before does, and that nothing else is
said.
"""

from collections.abc import Sequence

from redaction.evidence.weighed import RIGHT_CONTEXT
from redaction.language.common_words import COMMON_WORDS
from redaction.language.household_words import PLAIN_WORDS
from redaction.language.lexicon import ACRONYMS
from redaction.language.words import Atom
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.people.name_shape import can_be_name, is_cased
from redaction.recognizers.people.name_words import ALSO_NAMES, NO_NAMES, NOT_NAMED
from redaction.recognizers.secrets.answer_leads import past_leads
from redaction.recognizers.well_known import WELL_KNOWN

KIND = "name"
_IDENTIFIES = frozenset({"asked_name", "dob", "address", "ssn", "password", "security_answer",
                         "phone", "email", "name"})  # fmt: skip
_STAGE_MS = 45_000
_LONGEST = 3
_NEVER_ALONE = (NO_NAMES | NOT_NAMED | WELL_KNOWN) - ALSO_NAMES


def find_short_answers(heard: Heard) -> tuple[list[Found], list[int]]:
    """What is hardly more than a name, and where undecided ones begin."""
    found: list[Found] = []
    undecided: list[int] = []
    for start in sorted({0, *heard.times.breaks} - {len(heard.atoms)}):
        if not heard.is_asked_for_word(start) or not _is_identifying(heard, start):
            continue
        span = _name_said(heard, start)
        if span is None:
            continue
        first, last = span
        if heard.is_open and last + RIGHT_CONTEXT >= len(heard.atoms):
            undecided.append(first)
        else:
            found.append(Found(first, last, KIND, why="is all of an answer, beside personal data"))
    return found, undecided


def _is_identifying(heard: Heard, i: int) -> bool:
    """Whether personal data was asked for or given just before."""
    at_ms = heard.times.start_ms[i]
    return any(
        cue.kind in _IDENTIFIES and cue.strength == 2 and 0 < at_ms - cue.end_ms <= _STAGE_MS
        for cue in heard.expected.openers(at_ms)
    )


def _name_said(heard: Heard, start: int) -> tuple[int, int] | None:
    """The name with which the answer begins, if it ends with it or pauses there."""
    atoms = heard.atoms
    first = start if _names_too(atoms[start]) else past_leads(heard, start)
    last = first
    while last < len(atoms) and last - first < _LONGEST and can_be_name(atoms[last]):
        if atoms[last].stop or last + 1 == len(atoms) or last + 1 in heard.times.breaks:
            break
        last += 1
    if last >= len(atoms) or last - first >= _LONGEST or not can_be_name(atoms[last]):
        return None
    ended = bool(atoms[last].stop) or last + 1 == len(atoms) or last + 1 in heard.times.breaks
    asks = atoms[last].stop == "?"
    return (first, last) if ended and not asks and _is_name(atoms, first, last) else None


def _names_too(atom: Atom) -> bool:
    """`Will.`: not `will it`."""
    return atom.capital and atom.text in ALSO_NAMES and atom.stop in (".", ",")


def _is_name(atoms: Sequence[Atom], first: int, last: int) -> bool:
    words = atoms[first : last + 1]
    if any(a.text in _NEVER_ALONE or (a.value and a.text in ACRONYMS) for a in words):
        return False
    if is_cased(atoms, last) and not all(a.capital for a in words):
        return False
    if len(words) == 1:
        return words[0].text in ALSO_NAMES or words[0].text not in PLAIN_WORDS
    likely = any(a.text in ALSO_NAMES or a.text not in COMMON_WORDS for a in words)
    return likely and (is_cased(atoms, last) or any(a.text not in PLAIN_WORDS for a in words))


def words_of(heard: Heard, found: Found) -> list[str]:
    """The unusual words of it, to be known again."""
    return [a.text for a in heard.atoms[found.first : found.last + 1] if a.text not in PLAIN_WORDS]
