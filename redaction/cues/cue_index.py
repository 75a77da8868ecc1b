"""The cues in a row of words: phrases, questions and single nouns that open slots."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from redaction.cues import phrases as cues
from redaction.cues.asked_numbers import ANYTHING, QUANTITY, SECRETS, WHEN, numbers_asked
from redaction.cues.asked_numbers import KINDS as ASKED_NUMBERS
from redaction.cues.card_cues import CARD_TALK, PERHAPS, perhaps, speaks_of_card
from redaction.cues.gapped_cues import BARE, GAPPED
from redaction.cues.mere_talk import KINDS as TALKED_OF
from redaction.cues.mere_talk import is_mere_talk
from redaction.cues.no_cues import NO_CUE
from redaction.cues.questions import ASKED_WORD, questions_in
from redaction.cues.secrets_asked import TALK
from redaction.evidence.goods import goods_in
from redaction.evidence.units import is_counted
from redaction.language.tables import words_in
from redaction.language.words import Atom


class Strength(IntEnum):
    """How much a cue makes of a short number."""

    WEAK = 1
    STRONG = 2


class Cue(NamedTuple):
    """A phrase that opens a slot."""

    kind: str
    strength: Strength
    first: int
    last: int
    """Atom indices in its segment."""


_Phrase = tuple[tuple[str, ...], str, Strength]


class CueIndex:
    """The phrases that open slots: those of every policy, and a policy's own."""

    def __init__(self, own: Mapping[str, Sequence[str]] | None = None) -> None:
        """`own`: slot kind -> phrases, strong ones, which take the place of others that read so."""
        own = own or {}
        taken = {phrase for phrases in own.values() for phrase in phrases}
        rows: list[_Phrase] = [
            (tuple(p.split()), "", Strength.WEAK) for p in NO_CUE if p not in taken
        ]
        for table, strength in ((cues.STRONG, Strength.STRONG), (cues.WEAK, Strength.WEAK)):
            rows += [
                (tuple(p.split()), kind, strength)
                for kind, phrases in table.items()
                for p in phrases
                if p not in taken
            ]
        rows += [
            (tuple(p.split()), kind, Strength.STRONG)
            for kind, phrases in own.items()
            for p in phrases
        ]
        self._by_first: dict[str, list[_Phrase]] = {}
        self._by_two: dict[tuple[str, str], list[_Phrase]] = {}
        self._alone: dict[str, list[_Phrase]] = {}
        for row in sorted(rows, key=lambda r: (-len(r[0]), r[1])):
            phrase = row[0]
            self._by_first.setdefault(phrase[0], []).append(row)
            if len(phrase) == 1:
                self._alone.setdefault(phrase[0], []).append(row)
                continue
            self._by_two.setdefault((phrase[0], phrase[1]), []).append(row)
            if len(phrase) == 2:
                self._by_two.setdefault((phrase[0], f"{phrase[1]}'s"), []).append(row)

    def beginning_with(self, word: str) -> Sequence[_Phrase]:
        """Phrases by first word, longest first."""
        found = self._by_first.get(word)
        if found is None and word.endswith("'s"):
            found = self._by_first.get(word[:-2])
        return found or ()

    def phrase_at(self, texts: Sequence[str], at: int) -> _Phrase | None:
        """The longest phrase that stands here, its last word with an `'s` or without."""
        word = texts[at]
        if at + 1 < len(texts):
            for row in self._by_two.get((word, texts[at + 1]), ()):
                if _reads(texts, at, row[0]):
                    return row
        if word not in self._by_first and word.endswith("'s"):
            word = word[:-2]
        return next(iter(self._alone.get(word, ())), None)


ALL_CUES = CueIndex()
"""Without any policy's own."""
_NAME_CUES: dict[str, list[tuple[str, ...]]] = {}
for _phrase in sorted((tuple(p.split()) for p in cues.NAME), key=len, reverse=True):
    _NAME_CUES.setdefault(_phrase[0], []).append(_phrase)


_LONGEST_COUNT = 5
_GAP = 3
_BARE_WORDS = 4
_ENDS = (".", "?", "!")
_NO_QUESTION = words_in("a in no any our big new per this next last every each depends")
_GAPPED: dict[str, list[tuple[tuple[tuple[str, ...], ...], str]]] = {}
for _kind, _phrases in GAPPED.items():
    for _text in _phrases:
        _parts = tuple(tuple(part.split()) for part in _text.split("*"))
        _GAPPED.setdefault(_parts[0][0], []).append((_parts, _kind))


def cues_in(atoms: Sequence[Atom], index: CueIndex = ALL_CUES) -> list[Cue]:
    """Every cue, the longest phrase at each place; name cues besides the others."""
    texts = [atom.text for atom in atoms]
    found: list[Cue] = []
    at = 0
    while at < len(texts):
        step = 1
        if row := index.phrase_at(texts, at):
            phrase, kind, strength = row
            step = len(phrase)
            if kind:
                found.append(Cue(perhaps(phrase, kind), strength, at, at + step - 1))
        at += step
    named = list(goods_in(texts))
    found = [cue for cue in found if not _is_of_things(atoms, cue, goods=bool(named))]
    found += [Cue(q.kind, _strength(q.kind), q.at, q.at) for q in questions_in(atoms)]
    found += _name_cues(texts, index) + _gapped_cues(atoms) + _bare_cues(atoms)
    found = [cue for cue in found if not _is_talk(atoms, cue)]
    secret = any(cue.kind in SECRETS and cue.strength is Strength.STRONG for cue in found)
    for kind, at in numbers_asked(atoms):
        kind = ANYTHING if secret and kind in (QUANTITY, WHEN) else kind
        found.append(Cue(kind, _strength(kind), at, at))
    found += [Cue(one.kind, Strength.WEAK, one.at, one.at) for one in named]
    card = speaks_of_card(texts)
    return found if card is None else [*found, Cue(CARD_TALK, Strength.WEAK, card, card)]


def _is_of_things(atoms: Sequence[Atom], cue: Cue, *, goods: bool) -> bool:
    """`the part number stamped on it`, `I'm at six thousand feet`, `if I'm at twenty`: only sounds
    like a cue."""
    if cue.kind == PERHAPS["expiry"]:
        return goods and atoms[cue.last].text == "stamped"
    if cue.kind != "address" or atoms[cue.last].text not in ("at", "on"):
        return False
    at = end = cue.last + 1
    while end < len(atoms) and end - at < _LONGEST_COUNT and atoms[end].value.isdigit():
        end += 1
    ends = end > at and (end == len(atoms) or bool(atoms[end - 1].stop))
    measures = ends and atoms[cue.first].text == "i'm" and atoms[cue.last].text == "at"
    thousands = any(a.text == "thousand" for a in atoms[at : end + 1])
    return measures or (end > at and (thousands or is_counted(atoms, end)))


def _is_talk(atoms: Sequence[Atom], cue: Cue) -> bool:
    return cue.kind in TALKED_OF and is_mere_talk(atoms, cue.first, cue.last, kind=cue.kind)


def _reads(texts: Sequence[str], at: int, phrase: tuple[str, ...]) -> bool:
    """Whether the phrase stands here, its last word with an `'s` or without."""
    end = at + len(phrase)
    if end > len(texts):
        return False
    # The last word first: it is the one that differs.
    last = texts[end - 1]
    if last != phrase[-1] and (last[-2:] != "'s" or last[:-2] != phrase[-1]):
        return False
    return tuple(texts[at : end - 1]) == phrase[:-1]


def _strength(kind: str) -> Strength:
    any_question = kind in ASKED_NUMBERS or kind == ASKED_WORD or kind in TALK
    return Strength.WEAK if any_question else Strength.STRONG


def _name_cues(texts: Sequence[str], index: CueIndex) -> list[Cue]:
    return [
        Cue("name", Strength.STRONG, at, at + len(phrase) - 1)
        for at, text in enumerate(texts)
        for phrase in _NAME_CUES.get(text, ())[:8]
        if tuple(texts[at : at + len(phrase)]) == phrase and not _no_cue(texts, at, index)
    ]


def _gapped_cues(atoms: Sequence[Atom]) -> list[Cue]:
    """`first` ... `pet`: a few words between those that count, none of them ending a sentence."""
    found: list[Cue] = []
    for at, atom in enumerate(atoms):
        for parts, kind in _GAPPED.get(atom.text, ()):
            end = at
            for part in parts:
                end = _part_ends(atoms, end, part, gap=_GAP if end > at else 0)
                if not end:
                    break
            if end:
                found.append(Cue(kind, Strength.STRONG, at, end - 1))
    return found


def _part_ends(atoms: Sequence[Atom], at: int, part: tuple[str, ...], *, gap: int) -> int:
    """Where `part` ends, if it begins at `at` or up to `gap` words later; else 0."""
    for first in range(at, min(at + gap + 1, len(atoms) - len(part) + 1)):
        if first > at and atoms[first - 1].stop in (".", "?", "!"):
            return 0
        if atoms[first].text != part[0]:
            continue
        if tuple(a.text for a in atoms[first : first + len(part)]) == part:
            return first + len(part)
    return 0


def _bare_cues(atoms: Sequence[Atom]) -> list[Cue]:
    """`And the city?`: a question of hardly more than its noun, behind whatever was said before."""
    first = len(atoms) - 1
    while first > 0 and len(atoms) - first <= _BARE_WORDS and atoms[first - 1].stop not in _ENDS:
        first -= 1
    if first > 0 and atoms[-1].stop != "?":
        return []
    passed, atoms = first, atoms[max(first, 0) :]
    if not atoms or len(atoms) > _BARE_WORDS or any(a.text in _NO_QUESTION for a in atoms):
        return []
    last = passed + len(atoms) - 1
    return [
        Cue(kind, Strength.STRONG, last, last)
        for kind, nouns in BARE.items()
        if atoms[-1].text in nouns
    ]


def _no_cue(texts: Sequence[str], at: int, index: CueIndex) -> bool:
    """Whether a phrase that opens nothing stands here, or began one word before."""
    for start in (at, at - 1):
        for phrase, kind, _ in index.beginning_with(texts[start]) if start >= 0 else ():
            if not kind and tuple(texts[start : start + len(phrase)]) == phrase:
                return True
    return False
