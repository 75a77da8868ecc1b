"""Runs: stretches of digits and letters as somebody reads out a number, pauses and slips included.

A run is maximal. It goes on over fillers, corrections and asides, and over the recogniser's
segments, because its input is one speaker's words in a row, not a segment.
"""

from collections.abc import Sequence
from typing import NamedTuple

from redaction.language import lexicon
from redaction.language.words import Atom, Class
from redaction.numbers.letter_marks import DIGITS, SPELT, is_explained
from redaction.numbers.number_marks import mark_numbers

MAX_PAUSE_MS = 12_000
"""A longer silence ends a run."""

_MAX_GLUE = 4
_ARTICLES = frozenset({"a", "an", "another"})
_MAX_ASIDE = 9
_ASIDES: dict[str, list[tuple[str, ...]]] = {}
for _phrase in sorted((tuple(p.split()) for p in lexicon.GAP_PHRASES), key=len, reverse=True):
    _ASIDES.setdefault(_phrase[0], []).append(_phrase)
_LONGEST_ASIDE = 4
_AS_IN = (("as", "in"), ("as", "an"), ("for",), ("like",), ("as",), ("is", "for"), ("is", "in"))


class Run(NamedTuple):
    """Atoms `first` to `last`; `numbers` are those of them that are digits, letters or joiners."""

    first: int
    last: int
    numbers: tuple[int, ...]


class Times(NamedTuple):
    """Start and end of each atom on the call clock."""

    start_ms: Sequence[int]
    end_ms: Sequence[int]
    breaks: frozenset[int] = frozenset()
    """Atoms before which somebody else changed the subject: no run goes on over that."""


def find_runs(atoms: Sequence[Atom], times: Times) -> list[Run]:
    """The runs of one speaker's atoms, left to right."""
    numeric = mark_numbers(atoms)
    runs: list[Run] = []
    at = 0
    while at < len(atoms):
        if numeric[at]:
            run = _extend(atoms, numeric, first=at, times=times)
            runs.append(run)
            at = run.last + 1
        else:
            at += 1
    return runs


def _extend(atoms: Sequence[Atom], numeric: Sequence[bool], *, first: int, times: Times) -> Run:
    """The run that begins at `first`."""
    numbers, last, at = [first], first, first + 1
    while True:
        at = _after_as_in(atoms, numeric, last)
        last = at - 1
        nxt = next_number(atoms, numeric, at)
        if nxt is None or times.start_ms[nxt] - times.end_ms[last] > MAX_PAUSE_MS:
            return Run(first, last, tuple(numbers))
        if any(at in times.breaks for at in range(last + 1, nxt + 1)):
            return Run(first, last, tuple(numbers))
        numbers.append(nxt)
        last = nxt


def _after_as_in(atoms: Sequence[Atom], numeric: Sequence[bool], last: int) -> int:
    """The atom after `last` and its `as in king`, if `last` is a letter that has one."""
    at = last + 1
    letter = atoms[last].cls is Class.LETTER or atoms[last].text == "o"
    # `IE-19-A as in apple`
    letter = letter or (atoms[last].cls is Class.CODE and atoms[last].value[-1:].isalpha())
    if not letter and not is_explained(atoms, last):
        return at
    for words in _AS_IN:
        end = at + len(words)
        if end < len(atoms) and tuple(a.text for a in atoms[at:end]) == words:
            named = atoms[end]
            same = named.text[:1] == (atoms[last].value or atoms[last].text)[-1:]
            explains = same or words[0] == "as" or _goes_on_spelling(atoms, last, end + 1)
            plain = named.cls in (Class.OTHER, Class.MONTH) or same
            if plain and explains:
                return end + 1
    named_now = atoms[at] if at < len(atoms) else None
    if named_now and SPELT.get(named_now.text) == atoms[last].value and not numeric[at]:
        return at + 1
    return at


def _goes_on_spelling(atoms: Sequence[Atom], letter: int, after: int) -> bool:
    """Whether letters or digits stand around a letter and its word: `N like Mary, H`."""
    spelt = DIGITS | {Class.LETTER, Class.CODE}
    before = letter and atoms[letter - 1].cls in spelt
    return bool(before) or (after < len(atoms) and atoms[after].cls in spelt)


def next_number(atoms: Sequence[Atom], numeric: Sequence[bool], at: int) -> int | None:
    """The next number atom after tolerable words from `at` on; None when the run is over."""
    glue = aside = 0
    while at < len(atoms):
        if numeric[at]:
            return at if aside or glue <= _MAX_GLUE else None
        step = aside_length(atoms, at)
        if step:
            aside += step
        elif atoms[at].cls is Class.GLUE or _links(atoms, at):
            glue += 1
            step = 1
        else:
            return None
        if aside + glue > _MAX_ASIDE:
            return None
        at += step
    return None


def _links(atoms: Sequence[Atom], at: int) -> bool:
    """`a three and another nine`, `then a dash`: what stands between figures that are told."""
    if atoms[at].text == "and":
        return at + 1 < len(atoms) and atoms[at + 1].text in _ARTICLES
    dash = atoms[at].cls is Class.SYMBOL and atoms[at].value in ("-", "/")
    return dash or atoms[at].text in _ARTICLES


def aside_before(atoms: Sequence[Atom], at: int) -> int:
    """How many atoms right before `at` are an aside: `it's, let me see, 14`."""
    for length in range(2, min(_LONGEST_ASIDE, at) + 1):
        phrase = tuple(atom.text for atom in atoms[at - length : at])
        if phrase in _ASIDES.get(phrase[0], ()):
            return length
    return 0


def aside_length(atoms: Sequence[Atom], at: int) -> int:
    """How many atoms from `at` on are a filler, a correction or an aside; 0 if none."""
    for phrase in _ASIDES.get(atoms[at].text, ()):
        if tuple(a.text for a in atoms[at : at + len(phrase)]) == phrase:
            return len(phrase)
    if atoms[at].cls in (Class.FILLER, Class.CORRECTION):
        return 1
    return int(atoms[at].text in ("oh", "o"))
