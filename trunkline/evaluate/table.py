"""The evaluation's results as a table (pure)."""

from collections.abc import Iterable, Iterator, Sequence

from trunkline.evaluate.align import WordErrors, total_errors
from trunkline.evaluate.delays import percentile
from trunkline.evaluate.score import CallScore, LeakedSpan
from trunkline.evaluate.totals import Totals, totals

HEADING = (
    f"{'CALL':22} {'WER 0':>6} {'WER 1':>6} {'WER':>6} {'OVER':>6}  "
    f"{'LEAKS final/shown/stored':>24}  {'LEGS':4} {'LOST':>6} "
    f"{'FINAL p50/p95':>14} {'over endpoint':>14} {'WORD p50/p95':>14} {'GAPS':>6}"
)

NOTES = (
    "WER: word errors outside personal data, per leg and overall. OVER: clean words masked.",
    "LEAKS: personal spans readable in the transcript / in any caption ever shown / in Postgres.",
    "LEGS: each leg's text fits its own channel. LOST: turns of which nothing was recognised.",
    "FINAL: end of speech to its final on the socket, ms; over endpoint: less the silence that ends"
    " an utterance.",
    "WORD: end of a word to the first caption that shows it, ms. GAPS: ms not heard.",
)


def table(scores: Sequence[CallScore]) -> Iterator[str]:
    """One line a call, then the total, then what leaked."""
    yield HEADING
    for score in scores:
        yield (
            f"{_short(score.name):22} not scored: {score.problem}"
            if score.problem
            else _line(score.name, [score])
        )
    scored = [score for score in scores if not score.problem]
    if scored:
        yield _line(f"total, {len(scored)} calls", scored)
        yield ""
        yield from _leaks(scored)
        yield from _measures(totals(scored))
        yield from NOTES


def _measures(all_calls: Totals) -> Iterator[str]:
    """What has no column: worst slices, entities, word times, speakers, churn, confidence."""
    rates = sorted(all_calls.slices.items(), key=lambda item: -item[1].value)
    worst = ", ".join(f"{name} {_share(rate.value).strip()}" for name, rate in rates[:4])
    found = ", ".join(f"{kind} {r.found}/{r.said}" for kind, r in all_calls.entities.items())
    times = all_calls.word_time_ms
    yield f"worst slices: {worst or '-'}"
    yield f"entities found: {found or '-'}"
    yield (
        f"word times off: {f'{times.p50:.0f}/{times.p95:.0f} ms' if times.count else '-'}"
        f"   DER: {_share(all_calls.der).strip()}   churn: {_share(all_calls.churn).strip()}"
        f"   calibration error: {_share(all_calls.calibration_error).strip()}"
    )
    yield ""


def _line(name: str, scores: Sequence[CallScore]) -> str:
    total = total_errors(score.errors for score in scores)
    spans = sum(score.spans for score in scores)
    leaks = "/".join(
        str(sum(len(part) for part in parts))
        for parts in (
            [score.leaked_finals for score in scores],
            [score.leaked_shown for score in scores],
            [_distinct(score.leaked_stored) for score in scores],
        )
    )
    right = all(leg.right for score in scores for leg in score.legs)
    lost = f"{sum(s.lost_turns for s in scores)}/{sum(s.turns for s in scores)}"
    return (
        f"{_short(name):22} {_leg_wer(scores, 0)} {_leg_wer(scores, 1)} {_of(total.wer, total)} "
        f"{_of(total.over_redaction, total)}  {f'{leaks} of {spans}':>24}  "
        f"{'ok' if right else 'NO':4} {lost:>6} {_ms([s.final_delays_ms for s in scores])} "
        f"{_ms([s.over_endpoint_ms for s in scores])} {_ms([s.word_delays_ms for s in scores])} "
        f"{sum(s.gap_ms for s in scores):>6}"
    )


def _leg_wer(scores: Iterable[CallScore], channel: int) -> str:
    legs = [leg.errors for score in scores for leg in score.legs if leg.channel == channel]
    if not legs:
        return f"{'-':>6}"
    return _share(total_errors(legs).wer)


def _short(name: str) -> str:
    """Both ends of a name: one tells what it is, the other which."""
    return name if len(name) <= 22 else f"{name[:9]}..{name[-11:]}"


def _of(value: float, errors: WordErrors) -> str:
    return _share(value) if errors.words else f"{'-':>6}"


def _share(value: float) -> str:
    return f"{100 * value:5.1f}%"


def _ms(lists: Iterable[Sequence[float]]) -> str:
    values = [value for one in lists for value in one]
    if not values:
        return f"{'-':>14}"
    return f"{f'{percentile(values, 0.5):.0f}/{percentile(values, 0.95):.0f}':>14}"


def _distinct(leaks: Iterable[LeakedSpan]) -> set[LeakedSpan]:
    return {_place_apart(leak) for leak in leaks}


def _leaks(scores: Iterable[CallScore]) -> Iterator[str]:
    """One line a span, and everywhere it can be read: kind, leg and time, never the value."""
    for score in scores:
        places: dict[LeakedSpan, list[str]] = {}
        for leak in score.leaked_finals:
            places.setdefault(_place_apart(leak), []).append("transcript")
        for leak in score.leaked_shown:
            places.setdefault(_place_apart(leak), []).append("captions")
        for leak in score.leaked_stored:
            places.setdefault(_place_apart(leak), []).append(f"stored {leak.place}")
        for leak, found in sorted(places.items()):
            yield (
                f"leak: {score.name} {leak.kind} leg {leak.channel} "
                f"at {leak.start_ms / 1000:.1f} s in {', '.join(found)}"
            )


def _place_apart(leak: LeakedSpan) -> LeakedSpan:
    return LeakedSpan(leak.channel, leak.start_ms, leak.kind)
