"""What the linear model sees of a claim: the words around it, what was asked, who claims it.

A name or any other rare word is never a feature by itself, only that it is one: the model must not
learn the values that its training calls happen to have. The window ends where a segment does, and
two words on, so that a partial and its final tell the same of what both have.
"""

from collections.abc import Iterator

from redaction.classifier.evidence import Claim
from redaction.language.household_words import PLAIN_WORDS
from redaction.language.proper_names import is_famous, what_it_is
from redaction.language.words import Atom
from redaction.recognizers.found import Heard

AFTER = 2
"""So many atoms behind a claim are looked at."""

_BEFORE = 2
_CASE_BEFORE = 8
_SAID_MS = 30_000
_JUST_SAID_MS = 6_000
_GIVEN_MS = 45_000
_LONGEST = 6
_MOST_TURNS = 3
_ROLES = frozenset({"agent", "customer"})
_BEGINS, _ENDS = "<s>", "</s>"
_PAIRED = ("1 before", "1 after", "stop ", "length", "unusual", "is ")
"""What is also a feature together with who claims it."""


def features(heard: Heard, claim: Claim) -> frozenset[str]:
    """All that are there."""
    sources = sorted({f"{one.source}:{one.found.kind}" for one in claim.evidence})
    by_all = " ".join(("by all", *sources))
    beside = (*_of_claim(heard, claim), *_around(heard, claim))
    paired = (f"{by_all}, {one}" for one in beside if one.startswith(_PAIRED))
    by_each = (f"by {source}" for source in sources)
    return frozenset((by_all, *by_each, *beside, *paired, *_expected(heard, claim)))


def word_of(atom: Atom) -> str:
    """An ordinary word as it is, any other as what it is: `<first>`, `<unknown>`, `#4`."""
    text = atom.text.removesuffix("'s")
    letters = text.replace("'", "").replace("-", "")
    if not letters.isalpha():
        return f"#{min(len(letters), 5)}" if letters.isdigit() else "#x"
    if text in PLAIN_WORDS:
        return atom.text
    return what_it_is(text) or atom.text


def is_proper(word: str) -> bool:
    """Whether it is of no ordinary word."""
    return word[0] == "<"


def _of_claim(heard: Heard, claim: Claim) -> Iterator[str]:
    yield f"length {min(claim.last - claim.first, _LONGEST)}"
    atoms = heard.atoms[claim.first : claim.last + 1]
    words = [word_of(atom) for atom in atoms]
    for atom, word in zip(atoms, words, strict=True):
        yield f"word {word}"
        yield f"class {atom.cls.name}"
        yield f"capital {atom.capital} {is_proper(word)}"
        if is_proper(word):
            yield from (f"is {kind}" for kind in word.strip("<>").split())
        else:
            yield f"ending {word[-3:]}"
    yield f"first {words[0]}"
    yield f"last {words[-1]}"
    yield f"stop {atoms[-1].stop}"
    yield f"unusual {any(map(is_proper, words))}"
    begun, end = _segment(heard, claim)
    nearby = range(max(begun, claim.first - _BEFORE), min(end, claim.last + 1 + AFTER))
    said = [heard.atoms[i].text.removesuffix("'s") for i in nearby]
    if is_famous(said, claim.first - nearby.start, claim.last - nearby.start):
        yield "is famous"


def _around(heard: Heard, claim: Claim) -> Iterator[str]:
    begun, end = _segment(heard, claim)
    atoms = heard.atoms
    before = [word_of(a) for a in atoms[max(begun, claim.first - _BEFORE) : claim.first]][::-1]
    after = [word_of(a) for a in atoms[claim.last + 1 : min(end, claim.last + 1 + AFTER)]]
    before += [_BEGINS] * (_BEFORE - len(before))
    after += [_ENDS] * (AFTER - len(after))
    for n, (left, right) in enumerate(zip(before, after, strict=True), 1):
        yield f"{n} before {left}"
        yield f"{n} after {right}"
    yield f"before {before[1]} {before[0]}"
    yield f"after {after[0]} {after[1]}"
    yield f"between {before[0]} {after[0]}"
    yield f"stop before {atoms[claim.first - 1].stop if claim.first > begun else _BEGINS}"
    near = (*range(max(begun + 1, claim.first - _CASE_BEFORE), claim.first),
            *range(claim.last + 1, min(end, claim.last + 1 + AFTER)))  # fmt: skip
    yield f"cased {any(atoms[i].capital for i in near)}"


def _segment(heard: Heard, claim: Claim) -> tuple[int, int]:
    """The first atom of the segment that a claim begins in, and the one behind that it ends in."""
    begun = max((start for start in heard.starts if start <= claim.first), default=0)
    end = min((start for start in heard.starts if start > claim.last), default=len(heard.atoms))
    return begun, end


def _expected(heard: Heard, claim: Claim) -> Iterator[str]:
    at_ms = heard.times.start_ms[claim.first]
    kinds = {one.found.kind for one in claim.evidence}
    open_kinds = set()
    for slot in heard.slots_at(claim.first):
        how = f"{slot.strength} {slot.is_answer} {min(slot.turns, _MOST_TURNS)}"
        open_kinds.add(slot.kind)
        yield f"slot {slot.kind} {slot.strength}"
        yield f"slot {slot.kind} {how}"
        if slot.kind in kinds:
            yield f"own slot {how}"
    yield from (f"no slot {kind}" for kind in kinds - open_kinds)
    for cue in heard.expected.near(at_ms):
        if cue.start_ms < at_ms and at_ms - cue.end_ms < _SAID_MS:
            said = f"{cue.kind} {cue.strength} {cue.stream == heard.stream}"
            yield f"cue {said}"
            if at_ms - cue.end_ms < _JUST_SAID_MS:
                yield f"cue just now {said}"
    yield f"asked for word {heard.is_asked_for_word(claim.first)}"
    yield f"asked of numbers {heard.asked_of_numbers(claim.first)}"
    for given in heard.given_lately(claim.first, within_ms=_GIVEN_MS):
        yield f"given {given.kind} {given.stream == heard.stream}"
    role = heard.stream[2]
    if role in _ROLES:
        yield f"role {role}"
