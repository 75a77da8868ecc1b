"""Whether a candidate may take the base's place: continue, pause or rollback (pure).

The worst finding decides; a gain elsewhere excuses nothing.

rollback  personal data of a protected kind newly readable; many more leaks of other kinds; a leg on
          the wrong channel; calls that the candidate could not take; a guarded figure (word errors
          overall or in a protected slice, lost turns, entities, delay of finals) worse by more than
          its tolerance, and certainly so (the interval of the change lies above 0)
pause     too little evidence; a guarded figure worse by more than its tolerance, but not certainly;
          any other figure so; a few more leaks; calls of the base that the candidate did not place;
          another number of calls at a time
continue  none of these
"""

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple

import msgspec

from trunkline.evaluate.change import Change, changes
from trunkline.evaluate.report import Report
from trunkline.evaluate.rules import Rules
from trunkline.evaluate.score import CallScore, LeakedSpan


class Decision(Enum):
    """What to do with the candidate."""

    CONTINUE = "continue"
    PAUSE = "pause"
    ROLLBACK = "rollback"


SEVERITY = (Decision.CONTINUE, Decision.PAUSE, Decision.ROLLBACK)
EXIT_CODES = {Decision.CONTINUE: 0, Decision.PAUSE: 3, Decision.ROLLBACK: 4}


class Finding(msgspec.Struct, frozen=True):
    """One rule's outcome, in words."""

    decision: Decision
    why: str


class Verdict(msgspec.Struct, frozen=True):
    """The decision, what led to it, and every figure compared."""

    decision: Decision
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]


class Pair(NamedTuple):
    """One call in both runs."""

    base: CallScore
    candidate: CallScore


def compare(base: Report, candidate: Report, rules: Rules) -> Verdict:
    """Decide."""
    pairs = scored_pairs(base, candidate)
    figures = changes(pairs, rules) if pairs else ()
    findings = [
        *_coverage(base, candidate, rules),
        *_evidence(pairs, rules),
        *_privacy(pairs, rules),
        *_legs(pairs),
        *_figures(figures, rules),
    ]
    decision = max((one.decision for one in findings), key=SEVERITY.index, default=SEVERITY[0])
    findings.sort(key=lambda one: -SEVERITY.index(one.decision))
    return Verdict(decision, tuple(findings), tuple(figures))


def scored_pairs(base: Report, candidate: Report) -> list[Pair]:
    """Calls that both runs scored, by name."""
    later = {call.name: call for call in candidate.calls if not call.problem}
    return [
        Pair(call, later[call.name])
        for call in base.calls
        if not call.problem and call.name in later
    ]


def _coverage(base: Report, candidate: Report, rules: Rules) -> Iterator[Finding]:
    scored = {call.name for call in base.calls if not call.problem}
    tried = {call.name: call for call in candidate.calls}
    failed = [name for name in sorted(scored) if name in tried and tried[name].problem]
    if failed:
        many = len(failed) > rules.failed_share * len(scored)
        decision = Decision.ROLLBACK if many else Decision.PAUSE
        yield Finding(decision, f"the candidate could not take {', '.join(failed)}")
    if base.parallel != candidate.parallel:
        yield Finding(
            Decision.PAUSE,
            f"{base.parallel} and {candidate.parallel} calls at a time: delays cannot be compared",
        )
    if left_out := sorted(scored - tried.keys()):
        yield Finding(
            Decision.PAUSE, f"{len(left_out)} calls of the base were not placed: {left_out[0]}, ..."
        )


def _evidence(pairs: list[Pair], rules: Rules) -> Iterator[Finding]:
    least = rules.evidence
    for have, wanted, what in (
        (len(pairs), least.calls, "calls in both runs"),
        (sum(pair.base.errors.words for pair in pairs), least.words, "words"),
        (sum(pair.base.spans for pair in pairs), least.spans, "places of personal data"),
    ):
        if have < wanted:
            yield Finding(Decision.PAUSE, f"too little evidence: {have} {what} of {wanted}")


def _privacy(pairs: Iterable[Pair], rules: Rules) -> Iterator[Finding]:
    more = 0
    for pair in pairs:
        before, after = readable(pair.base), readable(pair.candidate)
        for leak in sorted(after - before):
            if leak.kind in rules.protected_kinds:
                yield Finding(
                    Decision.ROLLBACK,
                    f"{leak.kind} newly readable: {pair.base.name}, leg {leak.channel}, "
                    f"at {leak.start_ms / 1000:.1f} s",
                )
        others = [
            {leak for leak in leaks if leak.kind not in rules.protected_kinds}
            for leaks in (before, after)
        ]
        more += len(others[1]) - len(others[0])
    if more > 0:
        decision = Decision.ROLLBACK if more >= rules.net_leaks else Decision.PAUSE
        yield Finding(decision, f"{more} more readable spans of other personal data")


def readable(call: CallScore) -> set[LeakedSpan]:
    """Spans that can be read anywhere: in the transcript, in any caption, in the database."""
    return {
        LeakedSpan(leak.channel, leak.start_ms, leak.kind)
        for leaks in (call.leaked_finals, call.leaked_shown, call.leaked_stored)
        for leak in leaks
    }


def _legs(pairs: Iterable[Pair]) -> Iterator[Finding]:
    for pair in pairs:
        wrong = [leg.channel for leg in pair.candidate.legs if not leg.right]
        if wrong and all(leg.right for leg in pair.base.legs):
            yield Finding(Decision.ROLLBACK, f"{pair.base.name}: legs {wrong} are the wrong way")


def _figures(figures: Iterable[Change], rules: Rules) -> Iterator[Finding]:
    for one in figures:
        if one.of < one.least:
            yield Finding(
                Decision.PAUSE, f"too little evidence: {one.what} of {one.of:.0f} of {one.least}"
            )
        elif one.worse_by > one.tolerance:
            certain = one.low > 0
            decision = Decision.ROLLBACK if certain and one.guarded else Decision.PAUSE
            yield Finding(decision, f"{one} ({'certainly' if certain else 'perhaps'} worse)")
