"""How each figure of a candidate differs from the base's, with its interval over calls (pure)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

import msgspec

from trunkline.evaluate.align import WordErrors
from trunkline.evaluate.bootstrap import Sampling, Share, pooled_change, rate, rate_change
from trunkline.evaluate.calibration import expected_error, total_bins
from trunkline.evaluate.delays import percentile
from trunkline.evaluate.rules import Rules
from trunkline.evaluate.score import CallScore
from trunkline.evaluate.totals import error_share

Calls = Sequence[tuple[CallScore, CallScore]]
"""Base and candidate of each call."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One figure; higher is worse. Rates in percent, their changes in percentage points."""

    what: str
    unit: str
    base: float
    candidate: float
    low: float
    """Interval of the change over calls."""

    high: float
    tolerance: float
    guarded: bool
    """A rollback, not a pause, where it is certainly worse."""

    of: float = 0
    """How many words, turns, ... the base's figure is of."""

    least: int = 0

    @property
    def worse_by(self) -> float:
        """Candidate less base."""
        return self.candidate - self.base

    def __str__(self) -> str:
        return (
            f"{self.what} {self.base:.1f} -> {self.candidate:.1f} {self.unit}, "
            f"change {self.worse_by:+.1f} [{self.low:+.1f}, {self.high:+.1f}], "
            f"tolerated {self.tolerance:g}"
        )


class _Limit(msgspec.Struct, frozen=True):
    what: str
    tolerance: float
    guarded: bool
    least: int = 0


def changes(pairs: Calls, rules: Rules) -> tuple[Change, ...]:
    """Every figure that both sides have."""
    evidence = rules.evidence
    sampling = Sampling(evidence.rounds, evidence.confidence, evidence.seed)
    return (*_rates(pairs, rules, sampling), *_percentiles(pairs, rules, sampling))


def _rates(pairs: Calls, rules: Rules, sampling: Sampling) -> Iterator[Change]:
    may = rules.tolerances
    rates: list[tuple[_Limit, Callable[[CallScore], Share]]] = [
        (_Limit("WER", may.wer, True), lambda call: error_share(call.errors)),
        *((_slice_limit(name, rules), _of_slice(name)) for name in _protected(pairs, rules)),
        (_Limit("over-redaction", may.over_redaction, False), _over_redaction),
        (_Limit("lost turns", may.lost_turns, True), lambda c: Share(c.lost_turns, c.turns)),
        (_Limit("entities not found", may.entities, True), _entities_missed),
        (_Limit("DER", may.der, False), _speakers),
        (_Limit("churn", may.churn, False), _churn),
    ]
    for limit, share in rates:
        base = [share(before) for before, _ in pairs]
        candidate = [share(after) for _, after in pairs]
        if sum(one.of for one in base) and sum(one.of for one in candidate):
            interval = rate_change(base, candidate, sampling)
            yield Change(
                what=limit.what,
                unit="%",
                base=100 * rate(base),
                candidate=100 * rate(candidate),
                low=100 * interval.low,
                high=100 * interval.high,
                tolerance=limit.tolerance,
                guarded=limit.guarded,
                of=sum(one.of for one in base),
                least=limit.least,
            )


def _slice_limit(name: str, rules: Rules) -> _Limit:
    return _Limit(f"WER {name}", rules.tolerances.slice_wer, True, rules.evidence.slice_words)


def _of_slice(name: str) -> Callable[[CallScore], Share]:
    return lambda call: error_share(call.measures.slices.get(name, WordErrors()))


def _protected(pairs: Calls, rules: Rules) -> list[str]:
    names = {name for before, _ in pairs for name in before.measures.slices}
    return sorted(
        name for name in names if any(fnmatchcase(name, p) for p in rules.protected_slices)
    )


def _over_redaction(call: CallScore) -> Share:
    return Share(call.errors.swallowed, call.errors.words)


def _entities_missed(call: CallScore) -> Share:
    kinds = call.measures.entities.values()
    said = sum(one.said for one in kinds)
    return Share(said - sum(one.found for one in kinds), said)


def _speakers(call: CallScore) -> Share:
    errors = call.measures.speakers
    return Share(errors.missed_ms + errors.false_alarm_ms + errors.confused_ms, errors.said_ms)


def _churn(call: CallScore) -> Share:
    return Share(call.measures.churn.changed, call.measures.churn.shown)


def _percentiles(pairs: Calls, rules: Rules, sampling: Sampling) -> Iterator[Change]:
    may = rules.tolerances
    figures: list[tuple[_Limit, Callable[[CallScore], Sequence[float]]]] = [
        (_Limit("final p95", may.final_p95_ms, True), lambda call: call.final_delays_ms),
        (_Limit("word p95", may.word_p95_ms, False), lambda call: call.word_delays_ms),
        (_Limit("word time error p95", may.word_time_p95_ms, False), _word_times),
    ]
    for limit, values in figures:
        base = [values(before) for before, _ in pairs]
        candidate = [values(after) for _, after in pairs]
        if any(base) and any(candidate):
            interval = pooled_change(base, candidate, figure=_p95, sampling=sampling)
            yield Change(
                what=limit.what,
                unit="ms",
                base=_p95(_pooled(base)),
                candidate=_p95(_pooled(candidate)),
                low=interval.low,
                high=interval.high,
                tolerance=limit.tolerance,
                guarded=limit.guarded,
                of=len(_pooled(base)),
            )
    yield from _calibration(pairs, rules)


def _word_times(call: CallScore) -> Sequence[float]:
    times = call.measures.word_times
    return times.sizes_ms if times else ()


def _p95(values: Sequence[float]) -> float:
    return percentile(values, 0.95)


def _pooled(calls: Iterable[Sequence[float]]) -> list[float]:
    return [value for call in calls for value in call]


def _calibration(pairs: Calls, rules: Rules) -> Iterator[Change]:
    """Of all words together: resampled it would be biased upwards, so without an interval."""
    base = total_bins(b.measures.calibration for b, _ in pairs if b.measures.calibration)
    candidate = total_bins(c.measures.calibration for _, c in pairs if c.measures.calibration)
    errors = [100 * expected_error(one) for one in (base, candidate)]
    if any(one.words for one in base):
        yield Change(
            what="calibration error",
            unit="%",
            base=errors[0],
            candidate=errors[1],
            low=errors[1] - errors[0],
            high=errors[1] - errors[0],
            tolerance=rules.tolerances.calibration,
            guarded=False,
            of=sum(one.words for one in base),
        )
