"""Answers that are words: what a short direct answer says is what was asked for, however ordinary.

`What was your first pet?` `Biscuit.` `And your last name?` `Stone.` Nothing in the answer itself is
like a secret or a name, so that the question alone decides: it must be the last thing asked, and
the answer must be no sentence and no refusal.
"""

from collections.abc import Sequence
from typing import NamedTuple

from redaction.cues.questions import ASKED_WORD
from redaction.evidence.units import is_counted
from redaction.evidence.weighed import RIGHT_CONTEXT
from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.english import is_english
from redaction.language.lexicon import ACRONYMS, BACKCHANNELS
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.people.name_shape import is_strange
from redaction.recognizers.people.name_words import DAYS, KIN_SAID
from redaction.recognizers.places.known_places import STATES
from redaction.recognizers.places.no_places import INDOORS
from redaction.recognizers.places.numbered_places import is_street_alone
from redaction.recognizers.secrets.answer_leads import LEADS, is_kin, past_leads, says_who

_DECLINES = words_in("""
again blank both clue confirm correct declined forgot forgotten help hesitate idea joint mine minute
moment none nothing not nope pardon question recall refuse remember remembered repeat same sec
second skip speaking speak sure understand unsure why works yours husband's wife's
""")
"""Answers that say nothing, or say that nothing will be said."""

_SENTENCE = words_in("""
am are aren't can can't cannot could couldn't did didn't do does doesn't don't dont had has have
haven't how i'd i'll i'm i've if let me need not they wanna want wants we we're what what's when
where which who why will won't would you your you're
""")
"""A clause with one of these is something else than an answer of words."""

_CLAUSE = _SENTENCE | words_in("he i is it's she she's there was and but because so that that's")
_COURTESY = words_in("""
actually again and is it just obviously okay please really right so thank thanks yeah yep yes but
sir ma'am then um uh
""")
_NUMERIC = {Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.CODE, Class.MAGNITUDE,
            Class.MULTIPLIER, Class.CLOCK, Class.DECIMAL, Class.DATE, Class.AMOUNT, Class.IP,
            Class.EMAIL}  # fmt: skip
_ASIDES = words_in("he her his it it's its like my she she's that that's there they this we yes")
"""What begins another clause behind a comma, or behind `and`."""
_CALLS = words_in("accha aha aye blimey cor crikey eek gosh ha haha nah phew struth ta ugh yikes")
"""Whatever was asked, they answer nothing."""

_EMPTY = FUNCTION_WORDS | BACKCHANNELS | _CALLS
_PLACES_TOO = COMMON_WORDS | STATES


class _Question(NamedTuple):
    """What may answer a question of one kind."""

    kind: str
    """Of what is found."""
    longest: int
    """Atoms of an answer."""
    ends: frozenset[str]
    """Words that begin another clause."""


_QUESTIONS = {
    "security_answer": _Question("security_answer", 9, _SENTENCE | {"i", "because"}),
    "password": _Question("password", 9, _SENTENCE | {"i", "because", "it's", "that's"}),
    "asked_name": _Question("name", 4, _CLAUSE),
    "address": _Question("address", 9, _CLAUSE - {"and"}),
    ASKED_WORD: _Question("unknown", 4, _CLAUSE),
}


class _Stretch(NamedTuple):
    """The words of an answer."""

    first: int
    last: int
    is_ended: bool
    """By a stop, by the end of the words, or by courtesy: not by another clause."""


def find_answers(heard: Heard) -> tuple[list[Found], list[int]]:
    """Short direct answers to questions for words, and where undecided ones begin."""
    kinds = [kind for kind in _QUESTIONS if heard.may_expect(kind)]
    found: list[Found] = []
    undecided: list[int] = []
    if not (kinds or heard.expected.blind) or not heard.atoms:
        return found, undecided
    of_slots = [kind for kind in kinds if kind != ASKED_WORD]
    # A segment in which nothing was heard yet begins behind the last atom.
    for start in sorted({0, *heard.times.breaks} - {len(heard.atoms)}):
        kind = heard.asked_last(start, of_slots) if of_slots else None
        if kind is None and heard.is_asked_for_word(start):
            kind = ASKED_WORD
        unasked = kind is None and heard.is_blind(start)
        if unasked:
            kind = "security_answer"  # nobody knows what was asked: anything may be the answer
        if kind is None:
            continue
        question = _QUESTIONS[kind]
        stretch = _stretch(heard, start, question=question)
        if stretch is None or (unasked and _has_number(heard.atoms, stretch)):
            continue
        begins = heard.is_open and stretch.last + 1 == len(heard.atoms)
        declines = begins and _may_decline(heard.atoms[stretch.first : stretch.last + 1])
        if not declines and not _is_answer(heard.atoms, stretch, kind=kind):
            continue
        if heard.is_open and stretch.last + RIGHT_CONTEXT >= len(heard.atoms):
            undecided.append(stretch.first)
            continue
        why = f"is the whole answer to a question for {question.kind}"
        found.append(Found(stretch.first, stretch.last, question.kind, why=why))
    return found, undecided


def _has_number(atoms: Sequence[Atom], stretch: _Stretch) -> bool:
    return any(atom.cls in _NUMERIC for atom in atoms[stretch.first : stretch.last + 1])


def _stretch(heard: Heard, start: int, *, question: _Question) -> _Stretch | None:
    """The answer that begins at `start`, without what leads in and follows; None if too long."""
    atoms = heard.atoms
    first = past_leads(heard, start)
    at, is_ended = first, True
    while at < len(atoms) and (at == first or at not in heard.times.breaks):
        named = at == first and question.kind == "name" and _is_named_will(atoms, at)
        if at > first and question.kind != "address" and _is_aside(atoms, at):
            break
        if atoms[at].text in question.ends and not named:
            if at > first and says_who(atoms[at]):
                return None
            is_ended = False
            break
        at += 1
        if at - first > question.longest:
            return None
        if atoms[at - 1].stop in (".", "?", "!") and len(atoms[at - 1].text) > 1:
            break
    last = at - 1
    while last >= first and _says_nothing(atoms[last]):
        last -= 1
        is_ended = True
    if first == last and question.kind in ("name", "unknown") and is_kin(atoms, first):
        return None  # `my sister`: whom it is about
    return _Stretch(first, last, is_ended) if last >= first else None


def _is_aside(atoms: Sequence[Atom], at: int) -> bool:
    """`A caravan in Tenby, it rained`, `Hathersage, like the village`, `and it's the sixth`."""
    joins = atoms[at].text == "and" and at + 1 < len(atoms)
    if atoms[at].text == "like" and at + 1 < len(atoms) and atoms[at + 1].text in ("the", "a"):
        return True
    if joins:
        word = at + 2 < len(atoms) and atoms[at + 2].text in _TOLD
        return atoms[at + 1].text in _ASIDES or word
    return atoms[at - 1].stop == "," and atoms[at].text in _ASIDES


def _is_named_will(atoms: Sequence[Atom], at: int) -> bool:
    """`Will New yen`: the name, where the next word has a capital too."""
    after = atoms[at + 1] if at + 1 < len(atoms) else None
    named = after is not None and after.capital and after.cls is Class.OTHER
    return atoms[at].text == "will" and atoms[at].capital and not atoms[at].stop and named


def _says_nothing(atom: Atom) -> bool:
    return atom.text in _COURTESY or atom.cls in (Class.FILLER, Class.CORRECTION)


def _may_decline(words: Sequence[Atom]) -> bool:
    """Whether it says nothing yet: `correct` may be a refusal, or begin a passphrase."""
    return all(atom.text in _DECLINES for atom in words)


def _is_answer(atoms: Sequence[Atom], stretch: _Stretch, *, kind: str) -> bool:
    """Whether the words can be what was asked for."""
    words = atoms[stretch.first : stretch.last + 1]
    texts = {atom.text for atom in words}
    if texts & _DECLINES and not texts - _DECLINES - FUNCTION_WORDS - BACKCHANNELS - LEADS:
        return False
    if kind != "asked_name" and _is_said_of_others(words):
        return False
    if kind == "address" and _denies(atoms, stretch):
        return False
    content = [a for a in words if a.text not in _EMPTY]
    if not content or (texts & _DECLINES and kind in ("asked_name", "address")):
        return False
    if kind == "asked_name":
        plain = all(a.cls not in _NUMERIC and len(a.text) > 1 for a in content)
        reason = texts & _OF_FIRMS and len(words) > 1
        return plain and stretch.is_ended and not reason
    if kind == ASKED_WORD:
        if words[-1].stop == "?" or "o'clock" in texts:
            return False  # asked in return; a time
        strange = sum(
            is_strange(a) and a.text not in ACRONYMS and a.text[:-1] not in DAYS for a in content
        )
        least = 1 if stretch.first and atoms[stretch.first - 1].text in KIN_SAID else 2
        return stretch.is_ended and least * strange >= len(content)
    if kind == "address":
        if not stretch.is_ended or is_counted(atoms, stretch.first + 1):
            return False
        if words[-1].text in INDOORS and not _has_number(atoms, stretch):
            return False
        return is_street_alone(words) or any(
            a.cls is Class.OTHER and (a.text in STATES or a.text not in COMMON_WORDS)
            for a in content
        )
    counted = any(
        atoms[i].cls in _NUMERIC and is_counted(atoms, i + 1)
        for i in range(stretch.first, stretch.last + 1)
    )
    if counted:
        return False
    return stretch.is_ended or len(content) > 1 or content[0].text not in COMMON_WORDS


def _denies(atoms: Sequence[Atom], stretch: _Stretch) -> bool:
    """`not for furniture, only to a house`: words of the dictionary behind a `not`."""
    led = [atom.text for atom in atoms[max(0, stretch.first - 2) : stretch.first]]
    words = atoms[stretch.first : stretch.last + 1]
    plain = all(a.text in FUNCTION_WORDS or is_english(a.text) for a in words)
    return "not" in led and len(words) > 1 and plain and not any(a.capital for a in words)


def _is_said_of_others(words: Sequence[Atom]) -> bool:
    """`not stupid at all`, `she's always changing her number`: a sentence, no word to be told."""
    texts = [atom.text for atom in words]
    if texts[-2:] == ["at", "all"] or (len(texts) > 2 and "password" in texts):
        return True
    return len(texts) > 2 and texts[0] in _THEY_ARE and texts[1] in _BUILT


_THEY_ARE = words_in("he's she's they're they've")
_BUILT = FUNCTION_WORDS - words_in("a an the called my")
_TOLD = words_in("word word's password password's passphrase answer code")
_OF_FIRMS = words_in("""
account billing bill booking claim delivery internet order payment problem question refund
reservation service support technical
""")
"""What callers say for their reason to call."""


def words_of(heard: Heard, found: Found) -> list[str]:
    """The unusual words of it, to be known again; and those of a name that are ordinary are not."""
    return [
        atom.text
        for atom in heard.atoms[found.first : found.last + 1]
        if atom.cls is Class.OTHER and len(atom.text) > 3 and atom.text not in _PLACES_TOO
    ]
