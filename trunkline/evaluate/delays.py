"""How long captions took, by the sender's wall clock (pure).

Everything is measured from outside: the moment a message reached this client, against the moment
the sender put that part of the audio on the wire. Nothing the appliance says of itself is used.
"""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from trunkline.evaluate.align import Said, matches
from trunkline.evaluate.normalise import plain
from trunkline.evaluate.reference import Reference, Turn, words
from trunkline.live_captions import CaptionSegment

REACHES_MS = 1000
"""The segment of a turn's end may miss so much of it."""

OVERRUN_MS = 700
"""A segment that ends so long after the turn holds the leg's next turn too: no end to measure."""


class Shown(NamedTuple):
    """One revision of a segment, and when it came."""

    at: float
    """Unix time in seconds."""

    segment: CaptionSegment


def final_delays_ms(
    reference: Reference, shown: Sequence[Shown], *, started_at: float
) -> list[float]:
    """For each turn: from the end of its speech until its final came."""
    finals = first_finals(shown)
    return [
        (final.at - started_at) * 1000 - turn.end_ms
        for turn in reference.turns
        if (final := _final_of(turn, finals)) is not None
    ]


def first_finals(shown: Iterable[Shown]) -> list[Shown]:
    """The first final revision of each segment, in order of arrival."""
    found: dict[str, Shown] = {}
    for one in shown:
        if one.segment.is_final:
            found.setdefault(one.segment.segment_id, one)
    return list(found.values())


def _final_of(turn: Turn, finals: Iterable[Shown]) -> Shown | None:
    """The final that holds the turn's end, unless it goes on with a later turn."""
    over_end = [
        final
        for final in finals
        if final.segment.channel == turn.channel
        and final.segment.start_ms < turn.end_ms
        and final.segment.end_ms > max(turn.start_ms, turn.end_ms - REACHES_MS)
    ]
    last = max(over_end, key=lambda final: final.segment.end_ms, default=None)
    if last is None or last.segment.end_ms > turn.end_ms + OVERRUN_MS:
        return None
    return last


def word_delays_ms(
    reference: Reference, shown: Sequence[Shown], *, channel: int, started_at: float
) -> list[float]:
    """For each clean word of a leg that was recognised: from its end until it was first shown.

    Where the words' true times are not known they are estimated within the turn, give or take some
    150 ms: good for the median; the 95th percentile contains that error.
    """
    spoken = [
        Said(plain(word.text), word.start_ms, word.end_ms, word.span.kind if word.span else None)
        for word in words(reference, channel)
    ]
    of_leg = [one for one in shown if one.segment.channel == channel]
    finals = sorted(first_finals(of_leg), key=lambda one: one.segment.start_ms)
    came: list[Said] = []
    came_at: list[float] = []
    for final in finals:
        first_at = _first_shown(final.segment, of_leg)
        for word, at in zip(final.segment.words, first_at, strict=True):
            came.append(Said(plain(word.text), word.start_ms, word.end_ms, word.kind))
            came_at.append(at)
    return [(came_at[j] - started_at) * 1000 - spoken[i].end_ms for i, j in matches(spoken, came)]


def _first_shown(final: CaptionSegment, shown: Iterable[Shown]) -> list[float]:
    """When each word of the final was first to be seen in its place."""
    texts = [plain(word.text) for word in final.words]
    first: list[float | None] = [None] * len(texts)
    latest = 0.0
    for one in shown:
        if one.segment.segment_id != final.segment_id:
            continue
        latest = one.at
        shown_texts = [plain(word.text) for word in one.segment.words]
        matcher = SequenceMatcher(None, texts, shown_texts, autojunk=False)
        for block in matcher.get_matching_blocks():
            for at in range(block.a, block.a + block.size):
                first[at] = first[at] or one.at
        if one.segment.is_final:
            break
    return [latest if at is None else at for at in first]


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank; 0 without values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
