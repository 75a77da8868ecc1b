"""Everything about a call beside its errors, leaks and delays (pure)."""

from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec

from analytics.events import SegmentDocument
from triton_models.churn import churn
from trunkline.evaluate.align import WordErrors, errors_by_turn
from trunkline.evaluate.calibration import Bin, bins, judged_words
from trunkline.evaluate.delays import Shown
from trunkline.evaluate.entities import (
    Masking,
    Recall,
    entity_recall,
    find_entities,
    masking,
    total_recall,
)
from trunkline.evaluate.leaks import ShownWord
from trunkline.evaluate.leg_alignment import LegAlignment, plain_words
from trunkline.evaluate.reference import Reference
from trunkline.evaluate.slices import errors_by_slice
from trunkline.evaluate.speakers import Region, SpeakerErrors, joined, speaker_errors
from trunkline.evaluate.stages import StageDelays, stage_delays
from trunkline.evaluate.word_times import WordTimes, word_time_errors

MEASURABLE = "synthesis"
"""Word times that the recogniser's own aligner has not made."""


class Churned(msgspec.Struct, frozen=True):
    """Words shown, and those of them that were taken back."""

    shown: int = 0
    changed: int = 0
    frozen_changed: int = 0
    """Words declared frozen that changed all the same."""

    @property
    def rate(self) -> float:
        """Share of shown words that were taken back."""
        return self.changed / max(1, self.shown)


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """One call's further results; all of them can be added up over calls."""

    slices: dict[str, WordErrors] = {}
    entities: dict[str, Recall] = {}
    personal: dict[str, Masking] = {}
    calibration: tuple[Bin, ...] = ()
    word_times: WordTimes | None = None
    """None where nobody knows the true times."""

    speakers: SpeakerErrors = SpeakerErrors()
    churn: Churned = Churned()
    partials: StageDelays = StageDelays()
    finals: StageDelays = StageDelays()
    speech_ms: int = 0
    """Of all legs together, by the truth."""

    duration_ms: int = 0
    models: tuple[str, ...] = ()
    """What recognised it, as its captions say."""


def measure(
    reference: Reference,
    legs: Sequence[LegAlignment],
    *,
    segments: Sequence[SegmentDocument],
    shown: Sequence[Shown],
    audible: Reference,
) -> Measures:
    """Measure one call."""
    by_turn: dict[int, WordErrors] = {}
    for leg in legs:
        by_turn |= errors_by_turn(leg.reference, leg.steps)
    judged = [one for leg in legs for one in judged_words(leg.shown, leg.steps)]
    return Measures(
        slices=errors_by_slice(reference, by_turn),
        entities=_entities(reference, legs),
        personal=masking(reference.pii, _tokens(segments)),
        calibration=bins(judged),
        word_times=_word_times(reference, segments, legs),
        speakers=speaker_errors(said_regions(audible), heard_regions(segments)),
        churn=churned(shown),
        partials=stage_delays(shown, final=False),
        finals=stage_delays(shown, final=True),
        speech_ms=sum(turn.end_ms - turn.start_ms for turn in audible.turns),
        duration_ms=reference.duration_ms,
        models=tuple(sorted({one.segment.model for one in shown if one.segment.model})),
    )


def _entities(reference: Reference, legs: Iterable[LegAlignment]) -> dict[str, Recall]:
    found: dict[str, list[Recall]] = {}
    for leg in legs:
        entities = find_entities(reference, leg.reference, channel=leg.channel)
        for kind, recall in entity_recall(entities, leg).items():
            found.setdefault(kind, []).append(recall)
    return {kind: total_recall(found[kind]) for kind in sorted(found)}


def _tokens(segments: Iterable[SegmentDocument]) -> list[ShownWord]:
    return [
        ShownWord(word.text, word.start_ms, word.end_ms, segment.channel, word.kind)
        for segment in segments
        for word in segment.words
        if word.kind
    ]


def _word_times(
    reference: Reference, segments: Sequence[SegmentDocument], legs: Iterable[LegAlignment]
) -> WordTimes | None:
    if reference.word_times != MEASURABLE:
        return None
    parts = [
        word_time_errors(*plain_words(reference, segments, channel=leg.channel)) for leg in legs
    ]
    return WordTimes(
        tuple(ms for part in parts for ms in part.start_ms),
        tuple(ms for part in parts for ms in part.end_ms),
    )


def said_regions(audible: Reference) -> list[Region]:
    """Who spoke when: by the words' times where they are known, else by turns."""
    regions = [
        Region(start_ms, end_ms, turn.speaker)
        for turn in audible.turns
        for start_ms, end_ms in turn.times or ((turn.start_ms, turn.end_ms),)
    ]
    return joined(regions)


def heard_regions(segments: Iterable[SegmentDocument]) -> list[Region]:
    """Who spoke when, by the transcript."""
    return joined(
        Region(word.start_ms, word.end_ms, segment.speaker)
        for segment in segments
        for word in segment.words
    )


def churned(shown: Iterable[Shown]) -> Churned:
    """Of all segments, from the revisions in order of arrival."""
    ordered = sorted(shown, key=lambda one: (one.segment.segment_id, one.segment.revision))
    total = Churned()
    for _, of_one in groupby(ordered, key=lambda one: one.segment.segment_id):
        revisions = list(of_one)
        words = [[word.text for word in one.segment.words] for one in revisions]
        found = churn(words, frozen=[one.segment.frozen_words for one in revisions])
        total = Churned(
            total.shown + found.shown,
            total.changed + found.changed,
            total.frozen_changed + found.frozen_changed,
        )
    return total
