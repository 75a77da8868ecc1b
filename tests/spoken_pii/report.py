"""The result against the targets: as text, as JSON, as a page."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from tests.spoken_pii.intervals import Figure, figure
from tests.spoken_pii.paired import Speed
from tests.spoken_pii.score import CallScore
from trunkline.evaluate.bootstrap import Share

TARGETS = (
    ("card, cvv, expiry, national id, routing, iban, pin, otp",
     ("card", "cvv", "expiry", "national_id", "routing", "iban", "pin", "otp"), 0.995),
    ("phone", ("phone",), 0.99),
    ("e-mail, ip", ("email", "ip"), 0.98),
    ("date of birth; bank account; account, policy, order number",
     ("dob", "account", "reference"), 0.97),
    ("address", ("address",), 0.90),
    ("name", ("name",), 0.95),
    ("password, security answer", ("password", "security_answer"), 0.90),
    ("plate, passport, licence (no target)", ("plate", "passport", "license"), 0.0),
)  # fmt: skip
"""Row, kinds, whole-span recall wanted; leaks in partials of the first row: none."""

OVER_WORDS, OVER_SEGMENTS = 0.01, 0.03
WAIT_WORDS = 3


class Row(msgspec.Struct, frozen=True):
    """One line of the table."""

    name: str
    recall: Figure
    never_shown: Figure
    target: float
    met: bool
    shown_in_partials_only: int
    """Spans hidden at the end of which a partial showed something."""


class Report(msgspec.Struct, frozen=True):
    """Of one system on one half."""

    system: str
    half: str
    calls: int
    clean_calls: int
    groups: list[Row]
    kinds: list[Row]
    total: Row
    over_words: Figure
    """On calls without anything personal."""

    over_segments: Figure
    over_beside: Figure
    """Clean words masked in calls with personal data."""

    wait_p50: int
    """Words heard after a word before it was shown, on calls without anything personal."""

    wait_p95: int
    outside_wait_p95: int
    """Of the words heard while no slot was open: what the target is for."""

    outside_words: int
    number_wait_p95: int
    """Of the words of numbers: no open number is shown."""

    shown_late: Figure
    """Clean words shown only after their segment's final."""


class Sets(NamedTuple):
    """Which set was measured."""

    system: str
    half: str


def build(scores: Sequence[CallScore], sets: Sets) -> Report:
    """Count."""
    clean = [s for s in scores if s.clean]
    personal = [s for s in scores if not s.clean]
    kinds = sorted({kind for s in personal for kind in s.spans})
    return Report(
        sets.system, sets.half, len(personal), len(clean),
        [_row(personal, name, of, target) for name, of, target in TARGETS],
        [_row(personal, kind, (kind,), _target(kind)) for kind in kinds],
        _row(personal, "all", tuple(kinds), 0.0),
        figure([Share(s.clean_masked, s.clean_words) for s in clean], _dialogues(clean)),
        figure([Share(s.clean_touched, s.clean_segments) for s in clean], _dialogues(clean)),
        figure([Share(s.clean_masked, s.clean_words) for s in personal], _dialogues(personal)),
        *_waits(clean),
    )  # fmt: skip


def _waits(scores: Sequence[CallScore]) -> tuple[int, int, int, int, int, Figure]:
    plain = [n for s in scores for n in s.waits.elements()]
    numbers = [n for s in scores for n in s.number_waits.elements()]
    late = [
        Share(s.shown_late, s.shown_late + s.waits.total() + s.number_waits.total()) for s in scores
    ]
    outside = [n for s in scores for n in s.outside_waits.elements()]
    return (
        _quantile(plain, 0.5),
        _quantile(plain, 0.95),
        _quantile(outside, 0.95),
        len(outside),
        _quantile(numbers, 0.95),
        figure(late, _dialogues(scores)),
    )


def _quantile(of: Sequence[int], share: float) -> int:
    return sorted(of)[int(len(of) * share)] if of else 0


def _dialogues(scores: Sequence[CallScore]) -> list[str]:
    return [s.dialogue for s in scores]


def _target(kind: str) -> float:
    return next((target for _, kinds, target in TARGETS if kind in kinds), 0.0)


def _row(scores: Sequence[CallScore], name: str, kinds: Sequence[str], target: float) -> Row:
    def shares(counted: str) -> list[Share]:
        out = []
        for s in scores:
            of = sum(s.spans[kind] for kind in kinds)
            bad = sum(getattr(s, counted)[kind] for kind in kinds)
            out.append(Share(of - bad, of))
        return out

    dialogues = _dialogues(scores)
    recall, never = figure(shares("missed"), dialogues), figure(shares("leaked"), dialogues)
    return Row(name, recall, never, target, recall.value >= target, recall.part - never.part)


def text(report: Report) -> Iterator[str]:
    """The table, for a terminal."""
    yield (
        f"{report.system}, {report.half}: {report.calls} calls with personal data, "
        f"{report.clean_calls} without"
    )
    whole = "whole at the end (95 %)"
    yield f"{'':30}{'spans':>7} {whole:^34}{'never shown':>13}{'target':>9}"
    for row in (*report.groups, *report.kinds, report.total):
        yield _line(row)
    for name, one, limit in (
        ("clean words masked, clean calls", report.over_words, OVER_WORDS),
        ("clean segments touched", report.over_segments, OVER_SEGMENTS),
        ("clean words masked beside personal data", report.over_beside, 0.0),
    ):
        if not one.of:
            continue
        verdict = f"  <= {limit:.0%} {_verdict(one.value <= limit)}" if limit else ""
        yield f"{name:40} {one.part}/{one.of} = {_share(one)}{verdict}"
    late = report.shown_late
    yield (
        "words outside numbers of clean calls wait for "
        f"{report.wait_p50} more words (p50), {report.wait_p95} (p95), in open slots too; "
        f"the {report.outside_words} heard while no slot was open (the target's) for "
        f"{report.outside_wait_p95} (p95)  "
        f"<= {WAIT_WORDS} {_verdict(report.outside_wait_p95 <= WAIT_WORDS)}; "
        f"words of numbers for {report.number_wait_p95} (p95); "
        f"{late.part} of {late.of} come after the final"
    )
    yield (
        "Intervals: 95 %, dialogues resampled with all their calls (by call, and Wilson's, in "
        "the JSON);\nwhere none or all were missed, the rule of three over spans. In brackets: "
        "spans that only partials showed."
    )


class Beside(msgspec.Struct, frozen=True):
    """One system in the paired run."""

    speed: Speed
    recall: Figure
    never_shown: Figure
    over_words: Figure


def beside(speed: Speed, result: Report) -> Beside:
    """A system's speed, and what it found in the same calls."""
    total = result.total
    return Beside(speed, total.recall, total.never_shown, result.over_words)


LIMITS = (
    ("partial p95 ms", "partial_p95_ms", 2.0),
    ("final p95 ms", "final_p95_ms", 15.0),
    ("start s of CPU", "start_cpu_s", 5.0),
    ("memory MB", "rss_mb", 400.0),
)
"""Of the first system: what, field of its `Speed`, at most."""


def paired_text(rows: Sequence[Beside]) -> Iterator[str]:
    """The paired run, for a terminal."""
    yield (
        f"{'':28}{'start s':>8}{'of CPU':>8}{'MB':>6}{'partial p50/p95':>18}"
        f"{'final p50/p95 ms':>18}{'whole':>9}{'never shown':>13}{'clean masked':>14}"
    )
    for row in rows:
        one = row.speed
        partial = f"{one.partial_p50_ms:.2f}/{one.partial_p95_ms:.2f}"
        final = f"{one.final_p50_ms:.2f}/{one.final_p95_ms:.2f}"
        yield (
            f"{one.system:28}{one.start_s:8.2f}{one.start_cpu_s:8.2f}{one.rss_mb:6.0f}"
            f"{partial:>18}{final:>18}{row.recall.value:9.1%}{row.never_shown.value:13.1%}"
            f"{row.over_words.value:14.2%}"
        )
    if rows:
        one = rows[0].speed
        yield f"{one.partials} partials and {one.finals} finals, CPU time, one thread"
        for name, measured, limit in LIMITS:
            value = getattr(one, measured)
            yield f"{one.system}: {name} {value:.2f} <= {limit:g} {_verdict(value <= limit)}"


def _line(row: Row) -> str:
    target = f">={row.target:.1%} {_verdict(row.met)}" if row.target else ""
    never = f"{row.never_shown.value:9.2%} ({row.shown_in_partials_only})"
    return f"{row.name[:30]:30}{row.recall.of:7} {_share(row.recall):^34}{never:>13}  {target}"


def _share(one: Figure) -> str:
    low, high = one.by_dialogue or one.wilson
    return f"{one.value:.2%} ({low:.2%} to {high:.2%})"


def _verdict(met: bool) -> str:
    return "met" if met else "MISSED"
