"""Which words of a segment are personal data, and which must not be shown yet.

A pure function of the words in the call: the same words give the same answer, in whatever
revisions they came.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from redaction.allowed import Allowed
from redaction.common_words import COMMON_WORDS
from redaction.memory import Memory
from redaction.merged import merge, stuttered
from redaction.recognizers import (
    address,
    answers,
    asked_places,
    birth_dates,
    card_dates,
    code_ends,
    email,
    framed_places,
    joined,
    lost,
    mentioned,
    own,
    person,
    read_letters,
    secret,
    short_answers,
    spoken_sounds,
    tagged,
    unannounced_names,
    unusual,
)
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.misheard import held_first, widened
from redaction.recognizers.numbers import find_numbers
from redaction.recognizers.pieces import with_pieces
from redaction.shape import Shape
from redaction.unfinished import begun_in_time, unfinished
from redaction.words import Atom, Class


class Analysis(NamedTuple):
    """What was found in a row of atoms, and where it must not be shown from."""

    found: list[Found]
    """In order, disjoint."""
    words: dict[str, str]
    """Plain words worth knowing again, and their kind: to be remembered, and let go."""
    hide_from: int | None
    """First atom that must not be shown yet; None when all is decided."""


def analyse(heard: Heard, memory: Memory, *, allowed: Allowed) -> Analysis:
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
    found += _known_words(heard, memory) + (begun_in_time(heard) if heard.overdue else [])
    found = [f for f in found if not allowed.covers(heard.atoms, f) and _is_taken_out(heard, f)]
    found = [f for f in found if not _was_taken_out(heard, f)]
    words = {word: kind for word, kind in words.items() if heard.rules.takes_out(kind)}
    whole = code_ends.completed(heard, widened(heard, merge(found, heard.atoms)))
    widest = [stuttered(with_pieces(heard, one), heard.atoms) for one in whole]
    merged = merge(widest, heard.atoms)
    if heard.is_open or heard.may_go_on:
        undecided += unfinished(heard, merged)
    if heard.overdue == len(heard.atoms):
        undecided = []
    return Analysis(merged, words, min(undecided) if undecided else None)


def _was_taken_out(heard: Heard, found: Found) -> bool:
    """Whether it is tokens alone: a keyed hash of a keyed hash would be another one."""
    if heard.atoms[found.first].text[0] != "[":
        return False
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
    (mentioned.words_of, mentioned.find_mentioned),
    (short_answers.words_of, short_answers.find_short_answers),
    (person.words_of, person.find_names),
    (unannounced_names.words_of, unannounced_names.find_unannounced),
    (address.words_of, address.find_addresses),
    (asked_places.words_of, asked_places.find_asked_places),
    (framed_places.words_of, framed_places.find_framed),
    (tagged.words_of, tagged.find_tagged),
    (unusual.words_of, unusual.find_unusual),
    (own.words_of, own.find_phrases),
    (birth_dates.words_of, birth_dates.find_birth_dates),
    (card_dates.words_of, card_dates.find_card_dates),
    (read_letters.words_of, read_letters.find_letters),
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
