"""Reviewed segments as cases: what a policy makes of what reviewers found."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from analytics.compliance.documents import MISSED, Case, GivenMark, ShownWord, Turn
from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted
from redaction.policy.prepared_policy import Policy
from triton_models.events import RawTranscript, Word

_CASE = msgspec.json.Decoder(Case)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CaseError(Exception):
    """A line of the file is no case: says which line, and nothing of what is in it."""


@dataclass(slots=True)
class CaseScore:
    """What a policy did with the cases."""

    cases: int = 0
    missed: Counter[str] = field(default_factory=Counter)
    """Spans that reviewers found missing, by kind."""

    masked_now: Counter[str] = field(default_factory=Counter)
    """Of them: those that this policy masks whole."""

    false_alarms: Counter[str] = field(default_factory=Counter)
    """Tokens that hid nothing personal, and of which the reviewer could tell what was said."""

    shown_now: Counter[str] = field(default_factory=Counter)
    """Of them: those that this policy shows."""

    untold: int = 0
    """False alarms of which nobody knows what was said: nothing can be tried."""

    clean_words: int = 0
    """Words that a reviewer saw and let stand."""

    clean_masked: int = 0
    """Of them: those that this policy masks."""

    failed: list[tuple[int, str, str]] = field(default_factory=list)
    """Review, `missed` or `false_alarm`, and kind of what this policy gets wrong."""


class _Heard(NamedTuple):
    """A turn as redaction gets it."""

    raw: RawTranscript
    places: list[list[int]]
    """For each word that the reviewer saw, its indices among the raw words."""


def read_cases(path: Path) -> list[Case]:
    """One case a line, as `trunkline review export` writes them; CaseError or OSError."""
    return list(_read(path.read_bytes().splitlines()))


def _read(lines: Iterable[bytes]) -> Iterator[Case]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            case = _CASE.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise CaseError(f"line {number} is no case") from None
        if not _fits(case):
            raise CaseError(f"line {number}: a mark lies outside its segment")
        yield case


def _fits(case: Case) -> bool:
    if not 0 <= case.at < len(case.turns):
        return False
    words = len(case.turns[case.at].words)
    return all(0 <= mark.first <= mark.last < words for mark in case.marks)


def try_cases(policy: Policy, cases: Iterable[Case]) -> CaseScore:
    """Redact each case as the finals of a call of its own."""
    score = CaseScore()
    for case in cases:
        score.cases += 1
        _try(policy, case, score)
    return score


def _try(policy: Policy, case: Case, score: CaseScore) -> None:
    said = {mark.first: mark.said.split() for mark in case.marks if mark.mark != MISSED}
    redactor = CallRedactor(policy, call_id=f"case {case.review_id}")
    judged: _Heard | None = None
    newest: dict[str, Redacted] = {}
    for at, turn in enumerate(case.turns):
        heard = _heard(turn, said if at == case.at else {}, case=case)
        if heard.raw.words:
            newest |= {one.raw.segment_id: one for one in redactor.receive(heard.raw)}
        if at == case.at:
            judged = heard
    newest |= {one.raw.segment_id: one for one in redactor.end()}
    assert judged is not None
    now = newest.get(judged.raw.segment_id)
    shown = set(now.rendered.sources) if now else set()
    _count(case, judged.places, shown, score=score)


def _count(
    case: Case, places: Sequence[Sequence[int]], shown: set[int | None], *, score: CaseScore
) -> None:
    marked: set[int] = set()
    for mark in case.marks:
        marked |= set(range(mark.first, mark.last + 1))
        words = {at for place in places[mark.first : mark.last + 1] for at in place}
        if not _is_right(mark, words, shown, score=score):
            score.failed.append((case.review_id, mark.mark, mark.kind))
    for at, word in enumerate(case.turns[case.at].words):
        if word.kind is None and at not in marked:
            score.clean_words += 1
            score.clean_masked += not shown.issuperset(places[at])


def _is_right(
    mark: GivenMark, words: set[int], shown: set[int | None], *, score: CaseScore
) -> bool:
    """Count a mark; whether the policy does now what the reviewer asked for."""
    if mark.mark == MISSED:
        right = shown.isdisjoint(words)
        score.missed[mark.kind] += 1
        score.masked_now[mark.kind] += right
        return right
    if not mark.said.split():
        score.untold += 1
        return True
    right = shown.issuperset(words)
    score.false_alarms[mark.kind] += 1
    score.shown_now[mark.kind] += right
    return right


def _heard(turn: Turn, said: dict[int, list[str]], *, case: Case) -> _Heard:
    words: list[Word] = []
    places: list[list[int]] = []
    for at, word in enumerate(turn.words):
        parts = said.get(at) or [word.text]
        places.append(list(range(len(words), len(words) + len(parts))))
        words += _spread(word, parts)
    raw = RawTranscript(
        tenant_id="",
        call_id=case.call_id,
        leg_id=f"{case.call_id}-{turn.channel}",
        segment_id=turn.segment_id,
        revision=1,
        is_final=True,
        start_ms=turn.start_ms,
        end_ms=turn.end_ms,
        words=tuple(words),
        speaker=turn.speaker,
        channel=turn.channel,
        language=turn.language,
        model="",
        model_sha256="",
        decoder="",
        audio_end_at=_EPOCH,
        recognised_at=_EPOCH,
    )
    return _Heard(raw, places)


def _spread(word: ShownWord, parts: Sequence[str]) -> Iterator[Word]:
    """The parts of a word, or what stood behind a token, evenly over its time."""
    each_ms = (word.end_ms - word.start_ms) / len(parts)
    for n, part in enumerate(parts):
        yield Word(
            text=part,
            start_ms=word.start_ms + int(n * each_ms),
            end_ms=word.start_ms + int((n + 1) * each_ms),
            confidence=word.confidence or 1.0,
        )


def report(score: CaseScore) -> Iterator[str]:
    """The score in lines; no word of the cases is in them."""
    yield f"{score.cases} cases"
    yield f"{'missed by reviewers':22}{'spans':>7}{'masked now':>12}"
    for kind in sorted(score.missed):
        yield f"  {kind:20}{score.missed[kind]:7}{score.masked_now[kind]:12}"
    yield f"{'false alarms':22}{'spans':>7}{'shown now':>12}"
    for kind in sorted(score.false_alarms):
        yield f"  {kind:20}{score.false_alarms[kind]:7}{score.shown_now[kind]:12}"
    if score.untold:
        yield f"  {score.untold} more cannot be tried: nobody knows what was said"
    yield f"clean words masked     {score.clean_masked} of {score.clean_words}"
    for review_id, mark, kind in score.failed:
        yield f"review {review_id}: {mark} {kind}: still so"
