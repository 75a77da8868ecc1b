"""What stands before an answer that is words: `yeah, it's`, `my nephew changed it, that'd be`."""

from collections.abc import Sequence

from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.numbers.runs import aside_length
from redaction.recognizers.found import Heard
from redaction.recognizers.people.name_words import KIN_SAID

LEADS = words_in("""
actually ah alright be believe called er erm fine good gosh hello honestly let's go put probably hi
his hm hmm in is it it'd it's its just like my name name's no oh ok okay really right seriously
should so sorry sure that that'd that'll that's thats then think this uh um under was well would
yeah yep yes for
""")
"""What stands before an answer, or is all there is of it."""

_MAX_LEADS = 8
_CLAUSE_WORDS = 9
_CARRIERS = frozenset({("that'd", "be"), ("it'd", "be"), ("it'll", "be"), ("that'll", "be"),
                       ("should", "be"), ("would", "be"), ("still", "be")})  # fmt: skip
_OWNERS = words_in("my his her our their your")
_THEY = words_in("he she they we i")
_DEEDS = words_in("set changed made chose picked did wrote typed put did entered has had")
_OTHERS = words_in("he she they")
_SAYS = words_in("says said say reckons thinks")
_SUBJECT = 6
_CALLED_ON = words_in("days dear god goodness gosh heavens life lord stars word")
_ELLIPTIC = words_in(
    "did do does has have had can can't couldn't didn't doesn't haven't will won't"
)


def past_leads(heard: Heard, start: int) -> int:
    """The first atom after `yeah, it's` and the like."""
    atoms, at = heard.atoms, _past_clause(heard, start)
    start = at
    while (
        at < len(atoms)
        and at - start < _MAX_LEADS
        and (at == start or at not in heard.times.breaks)
    ):
        lead = atoms[at].text in LEADS or atoms[at].cls in (Class.FILLER, Class.CORRECTION)
        step = 3 if _is_cry(atoms, at) else 1 if lead else aside_length(atoms, at)
        if not step:
            step = _past_deed(heard, at)
        if not step:
            break
        at += step
    return _past_subject(heard, at)


def _past_clause(heard: Heard, start: int) -> int:
    """Past `unless someone's changed it, that'd be`, and `for the third time`."""
    atoms = heard.atoms
    texts = [atom.text for atom in atoms[start : start + _CLAUSE_WORDS]]
    if texts[:2] == ["for", "the"] and texts[3:4] == ["time"]:
        return start + 4 if start + 4 < len(atoms) else start
    if texts[:1] != ["unless"]:
        return start
    for at, carrier in enumerate(zip(texts[1:], texts[2:], strict=False), start + 1):
        if carrier in _CARRIERS and at + 2 < len(atoms):
            return at + 2
    return start


def _past_deed(heard: Heard, at: int) -> int:
    """`my grandson changed it`, `she made it`: of a clause about the secret, so many atoms."""
    atoms = heard.atoms
    kin = is_kin(atoms, at)
    if atoms[at].text in _OTHERS and at + 2 < len(atoms) and atoms[at + 1].text in _SAYS:
        return 2
    if not (kin or atoms[at].text in _THEY):
        return 0
    done = [atom.text for atom in atoms[at + 1 : at + 3]]
    if len(done) == 2 and done[0] in _DEEDS and done[1] in ("it", "that", "them"):
        return 3
    named = done and at + 1 not in heard.times.breaks and done[0] not in FUNCTION_WORDS
    return 1 if kin and named else 0


def is_kin(atoms: Sequence[Atom], at: int) -> bool:
    return atoms[at].text in KIN_SAID and at > 0 and atoms[at - 1].text in _OWNERS


def _past_subject(heard: Heard, at: int) -> int:
    """Past `the password is`, `my teacher was called`."""
    atoms = heard.atoms
    for i in range(at, min(at + _SUBJECT, len(atoms) - 1)):
        if i > at and i in heard.times.breaks:
            break
        if atoms[i].text not in COMMON_WORDS or atoms[i].stop in (".", "?", "!"):
            break
        if atoms[i].text in ("is", "was", "called") and i > at:
            called = atoms[i + 1].text in ("called", "a", "is")
            return i + 2 if called else i + 1
    return at


def _is_cry(atoms: Sequence[Atom], at: int) -> bool:
    """`Oh my lord.`"""
    said = [atom.text for atom in atoms[at : at + 3]] if atoms[at].text == "oh" else []
    return said[1:2] == ["my"] and said[-1] in _CALLED_ON


def says_who(atom: Atom) -> bool:
    """`The boss did.`: the last word of an answer that says who it was, not what."""
    return atom.text in _ELLIPTIC and atom.stop == "."
