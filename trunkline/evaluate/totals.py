"""What all calls of a run amount to (pure)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from trunkline.evaluate.align import WordErrors, total_errors
from trunkline.evaluate.bootstrap import Share, rate_interval
from trunkline.evaluate.calibration import Bin, expected_error, total_bins
from trunkline.evaluate.delays import percentile
from trunkline.evaluate.entities import Masking, Recall, total_masking, total_recall
from trunkline.evaluate.measures import Churned
from trunkline.evaluate.score import CallScore, LeakedSpan
from trunkline.evaluate.speakers import SpeakerErrors, total_speaker_errors
from trunkline.evaluate.stages import StageDelays, total_stages


class Rate(msgspec.Struct, frozen=True):
    """A rate, and its 95 % interval over calls."""

    value: float
    low: float
    high: float
    of: int
    """How many words, spans, ... it is a rate of."""


class Quantiles(msgspec.Struct, frozen=True):
    """Of some milliseconds."""

    p50: float
    p95: float
    count: int


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """The run in figures."""

    calls: int
    not_scored: int
    wer: Rate
    over_redaction: Rate
    slices: dict[str, Rate]
    """Word error rate of each."""

    entities: dict[str, Recall]
    personal: dict[str, Masking]
    spans: int
    leaked_finals: int
    leaked_shown: int
    leaked_stored: int
    legs_wrong: int
    turns: int
    lost_turns: int
    gap_ms: int
    speech_ms: int
    final_ms: Quantiles
    over_endpoint_ms: Quantiles
    word_ms: Quantiles
    stages: dict[str, Quantiles]
    """`final recognised`, `partial shown`, ..."""

    word_time_ms: Quantiles
    """Of starts and ends, without sign; count 0 where the true times are not known."""

    der: float
    speakers: SpeakerErrors
    churn: float
    churned: Churned
    calibration: tuple[Bin, ...]
    calibration_error: float


def totals(scores: Iterable[CallScore]) -> Totals:
    """Of all calls that were scored."""
    every = list(scores)
    scored = [score for score in every if not score.problem]
    errors = [score.errors for score in scored]
    speakers = total_speaker_errors(score.measures.speakers for score in scored)
    churned = _churned(scored)
    bins = total_bins(s.measures.calibration for s in scored if s.measures.calibration)
    return Totals(
        calls=len(scored),
        not_scored=len(every) - len(scored),
        wer=word_error_rate(errors),
        over_redaction=_rate([Share(e.swallowed, e.words) for e in errors]),
        slices=_slices(scored),
        entities=_by_kind([s.measures.entities for s in scored], total_recall),
        personal=_by_kind([s.measures.personal for s in scored], total_masking),
        spans=sum(score.spans for score in scored),
        leaked_finals=sum(len(score.leaked_finals) for score in scored),
        leaked_shown=sum(len(score.leaked_shown) for score in scored),
        leaked_stored=sum(len(distinct(score.leaked_stored)) for score in scored),
        legs_wrong=sum(not leg.right for score in scored for leg in score.legs),
        turns=sum(score.turns for score in scored),
        lost_turns=sum(score.lost_turns for score in scored),
        gap_ms=sum(score.gap_ms for score in scored),
        speech_ms=sum(score.measures.speech_ms for score in scored),
        final_ms=quantiles(ms for s in scored for ms in s.final_delays_ms),
        over_endpoint_ms=quantiles(ms for s in scored for ms in s.over_endpoint_ms),
        word_ms=quantiles(ms for s in scored for ms in s.word_delays_ms),
        stages=_stages(scored),
        word_time_ms=quantiles(
            ms for s in scored if s.measures.word_times for ms in s.measures.word_times.sizes_ms
        ),
        der=speakers.der,
        speakers=speakers,
        churn=churned.rate,
        churned=churned,
        calibration=bins,
        calibration_error=expected_error(bins),
    )


def error_share(errors: WordErrors) -> Share:
    """Errors of the words that were not masked."""
    wrong = errors.substitutions + errors.deletions + errors.insertions
    return Share(wrong, errors.words - errors.swallowed)


def word_error_rate(parts: Sequence[WordErrors]) -> Rate:
    """With its interval; each part is a call's."""
    return _rate([error_share(part) for part in parts], value=total_errors(parts or [_NONE]).wer)


_NONE = WordErrors()


def _rate(parts: Sequence[Share], *, value: float | None = None) -> Rate:
    if not parts:
        return Rate(0.0, 0.0, 0.0, 0)
    of = sum(part.of for part in parts)
    mean = sum(part.part for part in parts) / max(1.0, of) if value is None else value
    interval = rate_interval(parts)
    return Rate(mean, interval.low, interval.high, round(of))


def _slices(scored: Sequence[CallScore]) -> dict[str, Rate]:
    names = sorted({name for score in scored for name in score.measures.slices})
    return {
        name: word_error_rate(
            [s.measures.slices[name] for s in scored if name in s.measures.slices]
        )
        for name in names
    }


Counted = TypeVar("Counted")


def _by_kind(
    parts: Sequence[Mapping[str, Counted]], total: Callable[[Iterable[Counted]], Counted]
) -> dict[str, Counted]:
    kinds = sorted({kind for part in parts for kind in part})
    return {kind: total([part[kind] for part in parts if kind in part]) for kind in kinds}


def _stages(scored: Sequence[CallScore]) -> dict[str, Quantiles]:
    found = {}
    for name, of in (
        ("final", total_stages(s.measures.finals for s in scored)),
        ("partial", total_stages(s.measures.partials for s in scored)),
    ):
        for stage, values in stage_values(of).items():
            found[f"{name} {stage}"] = quantiles(values)
    return found


def stage_values(of: StageDelays) -> dict[str, Sequence[float]]:
    """The delays by the stage's name."""
    return {
        "recognised": of.recognised_ms,
        "redacted": of.redacted_ms,
        "shown": of.shown_ms,
    }


def _churned(scored: Sequence[CallScore]) -> Churned:
    parts = [score.measures.churn for score in scored]
    return Churned(
        sum(part.shown for part in parts),
        sum(part.changed for part in parts),
        sum(part.frozen_changed for part in parts),
    )


def quantiles(values: Iterable[float]) -> Quantiles:
    """By nearest rank."""
    every = list(values)
    return Quantiles(percentile(every, 0.5), percentile(every, 0.95), len(every))


def distinct(leaks: Iterable[LeakedSpan]) -> set[LeakedSpan]:
    """The spans, wherever they are readable."""
    return {LeakedSpan(leak.channel, leak.start_ms, leak.kind) for leak in leaks}
