"""Whether names, numbers, dates and products came out right (pure).

An entity is found when its normalised words are, however they are grouped. Numbers and dates are
told from the normalised reference, proper names by their capitals inside a sentence, others are
annotated with the call. Personal data is counted apart: there, right means masked.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from trunkline.evaluate.align import Said
from trunkline.evaluate.leaks import ShownWord
from trunkline.evaluate.leg_alignment import LegAlignment
from trunkline.evaluate.normalise import normalise
from trunkline.evaluate.readable import MONTHS
from trunkline.evaluate.reference import Reference, Span, pieces, spoken_words

NEAR_MS = 300
"""A token may stand so far beside the span it masks."""

WEEKDAYS = frozenset({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})
_VERBS = frozenset({"may", "march"})
"""Months only beside a number."""

_LINKS = frozenset({"of", "the"})
_CALENDAR = WEEKDAYS | MONTHS.keys()


class Entity(NamedTuple):
    """One entity's place among the normalised reference words of a leg."""

    kind: str
    start: int
    stop: int


class Recall(msgspec.Struct, frozen=True):
    """Entities of one kind."""

    said: int = 0
    found: int = 0
    masked: int = 0
    """Taken for personal data, which they are not."""


class Masking(msgspec.Struct, frozen=True):
    """Personal spans of one kind."""

    said: int = 0
    masked: int = 0
    """A token stands in their place."""

    as_kind: int = 0
    """...that names their kind."""


def find_entities(reference: Reference, elements: Sequence[Said], *, channel: int) -> list[Entity]:
    """Every entity of a leg outside personal data."""
    found = [*_annotated(reference, elements), *_proper(reference, elements, channel=channel)]
    taken = {at for one in found for at in range(one.start, one.stop)}
    return sorted(
        [
            *found,
            *(one for one in _numbers(elements) if taken.isdisjoint(range(one.start, one.stop))),
        ],
        key=lambda one: one.start,
    )


def _numbers(elements: Sequence[Said]) -> Iterator[Entity]:
    """Runs of numbers and calendar words; with a calendar word they are a date."""
    at = 0
    while at < len(elements):
        stop = at
        while stop < len(elements) and _goes_on(elements, at, stop):
            stop += 1
        texts = [element.text for element in elements[at:stop]]
        while texts and texts[-1] in _LINKS:
            texts.pop()
        dated = [text for text in texts if text in _CALENDAR]
        counted = any(_is_number(text) for text in texts)
        if counted or any(text not in _VERBS for text in dated):
            yield Entity("date" if dated else "number", at, at + len(texts))
        at = max(stop, at + 1)


def _goes_on(elements: Sequence[Said], start: int, at: int) -> bool:
    one = elements[at]
    if one.kind is not None or one.turn != elements[start].turn:
        return False
    if at > start and one.text in _LINKS:
        return True
    return _is_number(one.text) or one.text in _CALENDAR


def _is_number(text: str) -> bool:
    return any(c.isdigit() for c in text)


def _proper(reference: Reference, elements: Sequence[Said], *, channel: int) -> Iterator[Entity]:
    for turn, name in proper_names(reference, channel):
        place = _locate(elements, turn, normalise(name))
        if place:
            yield Entity("name", *place)


def proper_names(reference: Reference, channel: int) -> Iterator[tuple[int, str]]:
    """(turn, words) of each run of capitalised words inside a sentence, calendar words left out."""
    for piece in pieces(reference, channel):
        starts = not piece.span and piece.start_ms == reference.turns[piece.turn].start_ms
        run: list[str] = []
        for word in ("." if starts else ",", *(spoken_words(piece.text) if not piece.span else ())):
            plain = word.strip(".,;:?!\"'")
            name = len(plain) > 1 and plain[0].isupper() and not plain.startswith("I'")
            if name and not starts and plain.casefold() not in _CALENDAR:
                run.append(plain)
            elif run:
                yield piece.turn, " ".join(run)
                run = []
            if run and word[-1] in ".,;:?!":
                yield piece.turn, " ".join(run)
                run = []
            starts = word[-1] in ".?!"
        if run:
            yield piece.turn, " ".join(run)


def _annotated(reference: Reference, elements: Sequence[Said]) -> Iterator[Entity]:
    for entity in reference.entities:
        place = _locate(elements, entity.turn, normalise(entity.spoken))
        if place:
            yield Entity(entity.kind.casefold(), *place)


def _locate(elements: Sequence[Said], turn: int, texts: Sequence[str]) -> tuple[int, int] | None:
    """Where these words stand in the turn."""
    for at in range(len(elements) - len(texts) + 1):
        part = elements[at : at + len(texts)]
        if texts and [one.text for one in part] == list(texts) and part[0].turn == turn:
            return at, at + len(texts)
    return None


def entity_recall(entities: Iterable[Entity], leg: LegAlignment) -> dict[str, Recall]:
    """By kind, how many came out letter for letter, whatever the gaps between words."""
    place = {one.reference: at for at, one in enumerate(leg.steps) if one.step not in _OF_SHOWN}
    counts: dict[str, Recall] = {}
    for entity in entities:
        first, last = place[entity.start], place[entity.stop - 1]
        said = "".join(one.text for one in leg.reference[entity.start : entity.stop])
        masked = any(one.step == "swallowed" for one in leg.steps[first : last + 1])
        one = Recall(1, int(said in _readings(leg, first, last)), int(masked))
        counts[entity.kind] = total_recall([counts.get(entity.kind, Recall()), one])
    return counts


_OF_SHOWN = frozenset({"insertion", "token", "absorbed"})
"""Steps that consume no reference word."""


def _readings(leg: LegAlignment, first: int, last: int) -> set[str]:
    """What was shown in the steps' place, without and with what was inserted beside it.

    `10 30` for `1030` is one word for another and one too many.
    """
    before, after = first, last
    while before > 0 and leg.steps[before - 1].step == "insertion":
        before -= 1
    while after + 1 < len(leg.steps) and leg.steps[after + 1].step == "insertion":
        after += 1
    return {
        "".join(
            leg.shown[one.shown].text
            for one in leg.steps[start : stop + 1]
            if one.step in ("match", "substitution", "insertion")
        )
        for start in (before, first)
        for stop in (last, after)
    }


def total_recall(parts: Iterable[Recall]) -> Recall:
    """All parts together."""
    return Recall(*(sum(one) for one in zip(*map(msgspec.structs.astuple, parts), strict=True)))


def total_masking(parts: Iterable[Masking]) -> Masking:
    """All parts together."""
    return Masking(*(sum(one) for one in zip(*map(msgspec.structs.astuple, parts), strict=True)))


def masking(spans: Iterable[Span], shown: Sequence[ShownWord]) -> dict[str, Masking]:
    """By kind of personal data, how many spans have a token over them, and one of their kind."""
    counts: dict[str, Masking] = {}
    for span in spans:
        over = {
            word.kind
            for word in shown
            if word.kind
            and word.channel == span.channel
            and word.start_ms < span.end_ms + NEAR_MS
            and word.end_ms > span.start_ms - NEAR_MS
        }
        one = Masking(1, int(bool(over)), int(span.kind.casefold() in over))
        counts[span.kind] = total_masking([counts.get(span.kind, Masking()), one])
    return counts
