"""Which words of a segment are personal data, and which must not be shown yet.

A pure function of the words in the call: the same words give the same answer, in whatever
revisions they came.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

from redaction.asked_numbers import SECRETS
from redaction.canonical import groups
from redaction.common_words import COMMON_WORDS
from redaction.evidence import is_counted
from redaction.lexicon import SOUND_ALIKES, SPELLING_ALPHABET
from redaction.memory import Memory
from redaction.recognizers import (
    address,
    answers,
    asked_places,
    card_dates,
    code_ends,
    email,
    joined,
    lost,
    own,
    person,
    secret,
    short_answers,
    spoken_sounds,
    tagged,
    unusual,
)
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.misheard import held_first, widened
from redaction.recognizers.name_words import TITLES
from redaction.recognizers.numbers import find_numbers
from redaction.recognizers.pieces import with_pieces
from redaction.runs import aside_length
from redaction.shape import Shape
from redaction.tables import words_in
from redaction.words import Atom, Class

_WORD_KINDS = ("name", "email", "password", "security_answer", "address")
_BEGINS = words_in("oh o double triple treble plus apartment flat unit suite")
_SPELT_KINDS = ("policy", "order", "ticket", "iban", "routing", "ssn")
_LONGEST_HOUSE = 6
_OF_DATES = (Class.MONTH, Class.ORDINAL)
_SPECIFIC = (
    "email", "iban", "card", "ip", "password", "security_answer", "address", "dob", "name",
)  # fmt: skip
"""Which kind a span gets where recognisers disagree, before others."""


class Analysis(NamedTuple):
    """What was found in a row of atoms, and where it must not be shown from."""

    found: list[Found]
    """In order, disjoint."""
    words: dict[str, str]
    """Plain words worth knowing again, and their kind: to be remembered, and let go."""
    hide_from: int | None
    """First atom that must not be shown yet; None when all is decided."""


def analyse(heard: Heard, memory: Memory, *, allowed: "Allowed") -> Analysis:
    """Every recogniser on one speaker's row of atoms."""
    for i, atom in enumerate(heard.atoms):
        if atom.text[0] == "[":
            heard.fill(Found(i, i, atom.text[1:-1].partition(":")[0], complete=True))
    numbers = find_numbers(heard, _recall(memory))
    found = list(numbers.found)
    undecided = [
        min(_with_article(heard.atoms, run.first), held_first(heard, run.first))
        for run in numbers.undecided
    ]
    words: dict[str, str] = {}
    for module, find in _WORD_RECOGNISERS:
        spans, open_from = find(heard)
        undecided += open_from
        found += spans
        for span in spans:
            words |= dict.fromkeys(module(heard, span), span.kind)
            if span.complete:
                heard.fill(span)
    found += _known_words(heard, memory) + (_begun(heard) if heard.overdue else [])
    found = [f for f in found if not allowed.covers(heard.atoms, f) and _is_taken_out(heard, f)]
    found = [f for f in found if not _was_taken_out(heard, f)]
    words = {word: kind for word, kind in words.items() if heard.rules.takes_out(kind)}
    whole = code_ends.completed(heard, widened(heard, merge(found, heard.atoms)))
    widest = [stuttered(with_pieces(heard, one), heard.atoms) for one in whole]
    merged = merge(widest, heard.atoms)
    if heard.is_open or heard.may_go_on:
        undecided += _awaited(heard, merged) + _open_date(heard) + _dangling(heard)
        undecided += _half_spelt(heard) + _begun_address(heard, merged)
    if heard.overdue == len(heard.atoms):
        undecided = []
    return Analysis(merged, words, min(undecided) if undecided else None)


def _was_taken_out(heard: Heard, found: Found) -> bool:
    """Whether it is tokens alone: a keyed hash of a keyed hash would be another one."""
    return all(atom.text[0] == "[" for atom in heard.atoms[found.first : found.last + 1])


def _is_taken_out(heard: Heard, found: Found) -> bool:
    """Whether the policy masks it; after lost speech nobody knows what a number is."""
    return heard.rules.takes_out(found.kind) or heard.is_blind(found.first)


_WORD_RECOGNISERS: tuple[
    tuple[
        Callable[[Heard, Found], list[str]],
        Callable[[Heard], tuple[list[Found], list[int]]],
    ],
    ...,
] = (
    (email.words_of, email.find_emails),
    (email.words_of, joined.find_joined),
    (secret.words_of, secret.find_secrets),
    (answers.words_of, answers.find_answers),
    (short_answers.words_of, short_answers.find_short_answers),
    (person.words_of, person.find_names),
    (address.words_of, address.find_addresses),
    (asked_places.words_of, asked_places.find_asked_places),
    (tagged.words_of, tagged.find_tagged),
    (unusual.words_of, unusual.find_unusual),
    (own.words_of, own.find_phrases),
    (card_dates.words_of, card_dates.find_card_dates),
    (code_ends.words_of, code_ends.find_letters),
    (spoken_sounds.words_of, spoken_sounds.find_sounds),
    (lost.words_of, lost.find_unasked),
)


def _with_article(atoms: Sequence[Atom], first: int) -> int:
    """`the second of August`: the article goes with it."""
    dated = atoms[first].cls is Class.ORDINAL and first > 0
    return first - 1 if dated and atoms[first - 1].text == "the" else first


def _recall(memory: Memory) -> Callable[[Shape], str | None]:
    """What a run was masked as earlier in the call, as a number or spelled word."""

    def recall(shape: Shape) -> str | None:
        if not len(memory):
            return None
        if shape.digits == 0 and shape.letters > 2:
            return memory.word(shape.value)
        return memory.number(shape.value)

    return recall


def _known_words(heard: Heard, memory: Memory) -> list[Found]:
    """Names and other unusual words that were masked before."""
    if not memory.has_words:
        return []
    found: list[Found] = []
    known = heard.kept.known
    for i, atom in enumerate(heard.atoms):
        if atom.cls is Class.OTHER and len(atom.text) > 2 and atom.text not in COMMON_WORDS:
            if i not in known:
                known[i] = memory.word(atom.text.removesuffix("'s"))
            if kind := known[i]:
                found.append(Found(i, i, kind))
    return found


def _awaited(heard: Heard, found: Sequence[Found]) -> list[int]:
    """The first undecided word of an answer that is words: it is held until the final."""
    kinds = [k for k in _WORD_KINDS if heard.rules.takes_out(k) and heard.may_expect(k)]
    if not kinds:
        return []
    masked = {i for f in found for i in range(f.first, f.last + 1)}
    for i, atom in enumerate(heard.atoms):
        plain = atom.text in COMMON_WORDS or atom.cls in (Class.FILLER, Class.GLUE)
        if i in masked or (plain and atom.text not in _BEGINS):
            continue
        if any(heard.awaits(i, kind) for kind in kinds):
            return [_with_number_before(heard.atoms, i)]
    return []


def _begun_address(heard: Heard, found: Sequence[Found]) -> list[int]:
    """`77 Old. Querry.`, a while after an address was asked for: a number that begins what is said,
    and no more of it than a house and its street."""
    atoms = heard.atoms
    if not heard.is_open or not heard.may_expect("address"):
        return []
    begun = {0, *heard.starts}
    for i in range(max(0, len(atoms) - _LONGEST_HOUSE), len(atoms)):
        house = i in begun and atoms[i].value.isdigit() and not is_counted(atoms, i + 1)
        if house and not any(f.first <= i <= f.last for f in found):
            asked = [s for s in heard.slots_at(i) if s.kind == "address"]
            if any(s.strength == 2 and s.asked_by != heard.stream for s in asked):
                return [i]
    return []


def _with_number_before(atoms: Sequence[Atom], i: int) -> int:
    """`nineteen Beech`: back over the number."""
    while i and atoms[i - 1].value.isdigit() and not atoms[i - 1].stop:
        i -= 1
    return i


def _begun(heard: Heard) -> list[Found]:
    """A date, a code or a secret of which the beginning was said, and no more in time."""
    last = len(heard.atoms) - 1
    if heard.overdue <= last or last < 0:
        return []
    begun = _open_date(heard) + _half_spelt(heard)
    if _answers_secret(heard, last):
        begun += _dangling(heard)
    why = "may be the beginning of what was asked for, and no more was said in time"
    return [Found(min(begun), last, "number", why=why)] if begun else []


def _half_spelt(heard: Heard) -> list[int]:
    """`whiskey`, `a` at the very end where a code was asked for: a letter, if more of it comes."""
    atoms = heard.atoms
    end = first = len(atoms)
    for i in range(end - 1, -1, -1):
        if atoms[i].text in SPELLING_ALPHABET or atoms[i].text == "a":
            first = i
        elif atoms[i].cls not in (Class.FILLER, Class.GLUE):
            break
    if first == end:
        return []
    kinds = {slot.kind for slot in heard.slots_at(first)}
    spelt = any(heard.rules.spells(kind) or kind in _SPELT_KINDS for kind in kinds)
    return [first] if spelt else []


def _dangling(heard: Heard) -> list[int]:
    """A word at the very end that only begins something: `oh`, `double`, `Miss`, `K as in`."""
    texts = [atom.text for atom in heard.atoms[-3:]]
    if not texts:
        return []
    last = len(heard.atoms) - 1
    if texts[-1] in TITLES:
        return [last]
    for said in (["as"], ["as", "in"], ["for"]):
        letter = last - len(said)
        if letter >= 0 and texts[-len(said) :] == said and _is_letter(heard.atoms[letter]):
            return [letter] if heard.slots_at(letter) else []
    begins = texts[-1] in _BEGINS or _begins_code(heard.atoms[last])
    if begins and heard.slots_at(last):
        return [last]
    alike = texts[-1] in SOUND_ALIKES or bool(heard.atoms[last].value)
    return [last] if alike and _answers_secret(heard, last) else []


def _answers_secret(heard: Heard, i: int) -> bool:
    """Whether a secret number was asked for, so that `for` may be its first figure."""
    return any(slot.is_answer and slot.kind in SECRETS for slot in heard.slots_at(i))


def _begins_code(atom: Atom) -> bool:
    """`PVK`, `ak`: letters that are no word, of which figures may follow."""
    if atom.cls is not Class.OTHER or atom.stop in (".", "?", "!") or len(atom.text) > 4:
        return False
    return bool(atom.value) or (atom.text.isalpha() and atom.text not in COMMON_WORDS)


def _is_letter(atom: Atom) -> bool:
    return atom.cls is Class.LETTER or atom.text == "o"


def _open_date(heard: Heard) -> list[int]:
    """A month or day at the very end, where a date was asked for: the rest is to come."""
    atoms = heard.atoms
    first = len(atoms)
    while first and aside_length(atoms, first - 1):
        first -= 1
    end = first
    while first and (atoms[first - 1].cls in _OF_DATES or atoms[first - 1].text in ("of", "the")):
        first -= 1
    if not any(atom.cls in _OF_DATES for atom in atoms[first:end]):
        return []
    dated = any(slot.kind in ("dob", "expiry", "card") for slot in heard.slots_at(first))
    return [first] if dated else []


def merge(found: Sequence[Found], atoms: Sequence[Atom]) -> list[Found]:
    """Overlapping spans joined; also touching ones of one kind, over fillers between them."""
    merged: list[Found] = []
    for item in sorted(found, key=lambda f: (f.first, -f.last)):
        if merged:
            last = merged[-1]
            between = atoms[last.last + 1 : item.first]
            bridged = len(between) <= 2 and all(a.cls is Class.FILLER for a in between)
            if item.first <= last.last or (item.kind == last.kind and bridged):
                merged[-1] = _join(last, item)
                continue
        merged.append(item)
    return merged


def stuttered(found: Found, atoms: Sequence[Atom]) -> Found:
    """`January January tenth`: with what it begins or ends with, said or recognised twice."""
    first, last = found.first, found.last
    while first and found.first - first < 2 and _repeats(atoms[first - 1], atoms[first]):
        first -= 1
    while (
        last + 1 < len(atoms) and last - found.last < 2 and _repeats(atoms[last], atoms[last + 1])
    ):
        last += 1
    same = first == found.first and last == found.last
    return found if same else found._replace(first=first, last=last)


def _repeats(a: Atom, b: Atom) -> bool:
    return a.text == b.text and a.cls is not Class.FILLER


def _join(a: Found, b: Found) -> Found:
    """One span over both, of the kind that says more."""
    ranked = sorted(
        (a, b),
        key=lambda f: (
            f.kind == "number",
            -(f.last - f.first),
            _SPECIFIC.index(f.kind) if f.kind in _SPECIFIC else len(_SPECIFIC),
        ),
    )
    best = ranked[0]
    value, pieces = a.value + b.value, a.pieces + b.pieces
    return Found(
        min(a.first, b.first),
        max(a.last, b.last),
        best.kind,
        value,
        pieces=pieces,
        complete=a.complete or b.complete,
        why=best.why,
    )


def _word_of(atom: Atom) -> int:
    return atom.word


class Allowed:
    """Phrases the operator wants to stay: its own service numbers, for example."""

    def __init__(self, phrases: Sequence[Sequence[Atom]], values: Sequence[str]) -> None:
        self._phrases = [tuple(a.text for a in phrase) for phrase in phrases if phrase]
        self._values = frozenset(values)

    def covers_words(self, atoms: Sequence[Atom], first: int, *, last: int) -> bool:
        """Whether these words of a segment are an allowed phrase, or say an allowed number."""
        inside = range(
            bisect_left(atoms, first, key=_word_of), bisect_right(atoms, last, key=_word_of)
        )
        if not inside:
            return False
        value = "".join(groups(atoms, inside, literal=True))
        return self.covers(atoms, Found(inside[0], inside[-1], "", value))

    def covers(self, atoms: Sequence[Atom], found: Found) -> bool:
        """Whether all of `found` is an allowed phrase, or a number with an allowed value."""
        if found.value and found.value in self._values:
            return True
        for phrase in self._phrases:
            for start in range(max(0, found.last - len(phrase) + 1), found.first + 1):
                end = start + len(phrase)
                if end > found.last and tuple(a.text for a in atoms[start:end]) == phrase:
                    return True
        return False
