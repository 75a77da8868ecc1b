"""Which words of a segment are personal data, and which must not be shown yet.

A pure function of the words in the call: the same words give the same answer, in whatever
revisions they came.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from redaction.call.allowed import Allowed
from redaction.call.memory import Memory
from redaction.call.merged import merge, stuttered
from redaction.call.unfinished import begun_in_time, unfinished
from redaction.classifier.evidence import Evidence
from redaction.classifier.listed_names import SOURCE as LISTED
from redaction.classifier.span_classifier import Classifier
from redaction.cues.slots import SAID_IN_WORDS
from redaction.language.common_words import COMMON_WORDS
from redaction.language.words import Atom, Class
from redaction.numbers.date_parts import part_of
from redaction.numbers.shape import Shape
from redaction.recognizers import lost, own, tagged, unusual
from redaction.recognizers.figures import (
    birth_dates,
    card_dates,
    placed_digits,
    read_letters,
    spoken_sounds,
)
from redaction.recognizers.figures.dates_again import months_again
from redaction.recognizers.figures.numbers import find_numbers
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.internet import email, ip_parts, joined, mail_halves, mail_hosts
from redaction.recognizers.internet.mail_again import mails_again
from redaction.recognizers.people import person, short_answers, unannounced_names
from redaction.recognizers.people.names_again import COMMON_NAMES, is_called
from redaction.recognizers.people.own_greeting import without_firm
from redaction.recognizers.places import address, asked_places, framed_places
from redaction.recognizers.places.place_chains import CHAIN_ENDS
from redaction.recognizers.places.place_links import begun_links, linked
from redaction.recognizers.rest import code_ends
from redaction.recognizers.rest.misheard import held_first, widened
from redaction.recognizers.rest.pieces import with_pieces
from redaction.recognizers.secrets import answers, mentioned, secret
from redaction.recognizers.secrets.bare_words import GOES_ON


class Analysis(NamedTuple):
    """What was found in a row of atoms, and where it must not be shown from."""

    found: list[Found]
    """In order, disjoint."""
    words: dict[str, str]
    """Plain words worth knowing again, and their kind: to be remembered, and let go."""
    hide_from: int | None
    """First atom that must not be shown yet; None when all is decided."""


def analyse(
    heard: Heard, memory: Memory, *, allowed: Allowed, classifier: Classifier | None = None
) -> Analysis:
    """Every recogniser on one speaker's row of atoms; then the model, if any, on what they say."""
    for i in [i for i, atom in enumerate(heard.atoms) if atom.text[0] == "["]:
        kind = heard.atoms[i].text[1:-1].partition(":")[0]
        heard.fill(Found(i, i, kind, complete=True))
    numbers = find_numbers(heard, _recall(memory))
    evidence = [Evidence("numbers", one) for one in numbers.found]
    undecided = [
        min(_with_article(heard.atoms, run.first), held_first(heard, run.first))
        for run in numbers.undecided
    ]
    for source, find in _FINDERS:
        spans, open_from = find(heard)
        undecided += open_from
        spans = [left for span in spans if (left := without_firm(heard, span))]
        evidence += [Evidence(source, span) for span in spans]
        for span in spans:
            heard.fill(span)
    words = _words_of(heard, evidence)
    again, open_from = mails_again(heard, memory, words)
    undecided += open_from
    evidence += [Evidence("again", one) for one in months_again(heard, memory) + again]
    evidence += [Evidence("known_words", one) for one in _known_words(heard, memory)]
    if heard.overdue:
        evidence += [Evidence("overdue", one) for one in begun_in_time(heard)]
    if classifier is not None:
        before = min(undecided, default=len(heard.atoms))
        evidence, open_from = classifier.judge(heard, evidence, before=before)
        undecided += open_from
        words = _words_of(heard, evidence)
    found = [one.found for one in evidence]
    left_in = [f for f in found if not _is_taken_out(heard, f)]
    found = [f for f in found if not _is_left_in(f, left_in)]
    found = [f for f in found if not allowed.covers(heard.atoms, f)]
    found = [f for f in found if not _was_taken_out(heard, f)]
    words = {word: kind for word, kind in words.items() if heard.rules.takes_out(kind)}
    whole = code_ends.completed(heard, widened(heard, merge(found, heard.atoms)))
    whole = linked(heard, whole)
    widest = [stuttered(with_pieces(heard, one), heard.atoms) for one in whole]
    merged = merge(widest, heard.atoms)
    if heard.is_open or heard.may_go_on:
        undecided += unfinished(heard, merged) + begun_links(heard, merged)
    if heard.overdue == len(heard.atoms):
        undecided = []
    return Analysis(merged, words, min(undecided) if undecided else None)


def _words_of(heard: Heard, evidence: Iterable[Evidence]) -> dict[str, str]:
    """The plain words of what was kept that are worth knowing again, and their kind."""
    words: dict[str, str] = {}
    for source, found in evidence:
        if words_of := _WORDS_OF.get(source):
            words |= dict.fromkeys(words_of(heard, found), found.kind)
    return words


def _was_taken_out(heard: Heard, found: Found) -> bool:
    """Whether it is tokens alone: a keyed hash of a keyed hash would be another one."""
    if heard.atoms[found.first].text[0] != "[":
        return False
    return all(atom.text[0] == "[" for atom in heard.atoms[found.first : found.last + 1])


def _is_left_in(found: Found, left_in: Sequence[Found]) -> bool:
    """Whether the policy leaves it in: a kind, or letters that are read out as part of one."""
    return any(
        found is one
        or (found.kind == "number" and one.first <= found.first and found.last <= one.last)
        for one in left_in
    )


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
    (email.words_of, mail_halves.find_halves),
    (email.words_of, mail_hosts.find_hosts),
    (ip_parts.words_of, ip_parts.find_ip_parts),
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
    (placed_digits.words_of, placed_digits.find_placed),
    (read_letters.words_of, read_letters.find_letters),
    (spoken_sounds.words_of, spoken_sounds.find_sounds),
    (lost.words_of, lost.find_unasked),
)


_NAMED = [
    (find.__module__.rpartition(".")[2], words_of, find) for words_of, find in _WORD_RECOGNISERS
]
_FINDERS = [(source, find) for source, _, find in _NAMED]
_WORDS_OF = {LISTED: person.words_of} | {source: words_of for source, words_of, _ in _NAMED}
_GAP = 2
"""So many words on, another of a secret's is of the same one."""


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
        part = part_of(shape.value) if memory.has_dates and shape.value.isdigit() else None
        return (part and memory.date_part(part)) or memory.number(shape.value)

    return recall


def _known_words(heard: Heard, memory: Memory) -> list[Found]:
    """Names and other unusual words that were masked before."""
    if not memory.has_words:
        return []
    found: list[Found] = []
    known = heard.kept.known
    for i, atom in enumerate(heard.atoms):
        if i and atom.text in CHAIN_ENDS and (place := _known_place(heard, memory, i)):
            found.append(place)
        unusual = atom.cls is Class.OTHER and len(atom.text) > 2 and atom.text not in COMMON_WORDS
        if unusual or (atom.text in COMMON_NAMES and is_called(heard.atoms, i)):
            if i not in known:
                known[i] = memory.word(atom.text.removesuffix("'s"))
            if kind := known[i]:
                found.append(Found(_over_gap(heard, found, i, kind=kind), i, kind))
    return found


def _known_place(heard: Heard, memory: Memory, i: int) -> Found | None:
    """`the old dairy`, said before as part of an address: ordinary words, known by two of them."""
    atoms = heard.atoms
    if atoms[i - 1].stop or memory.word(f"{atoms[i - 1].text} {atoms[i].text}") != "address":
        return None
    article = i > 1 and atoms[i - 2].text == "the" and not atoms[i - 2].stop
    return Found(i - 1 - article, i, "address")


def _over_gap(heard: Heard, found: Sequence[Found], i: int, *, kind: str) -> int:
    """`brave little toaster`: with an ordinary word between two of one secret, said again."""
    last = found[-1] if found else None
    if last is None or last.kind != kind or kind not in SAID_IN_WORDS or i - last.last > _GAP:
        return i
    between = range(last.last, i)
    paused = any(heard.atoms[j].stop or j + 1 in heard.times.breaks for j in between)
    sentence = any(heard.atoms[j].text in GOES_ON for j in range(last.last + 1, i))
    return i if paused or sentence else last.last + 1
