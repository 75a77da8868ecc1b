"""Diarisation error rate: who spoke when, against the truth (pure).

As NIST's RT evaluations count it: `collar_ms` around each reference boundary is not scored, time
with several speakers is (unless left out), and hypothesis speakers are mapped to the reference's
so that most time agrees.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import msgspec

COLLAR_MS = 250
JOINED_MS = 500
"""A pause so short does not part a speaker's region."""


class Region(NamedTuple):
    """One speaker, without a break."""

    start_ms: int
    end_ms: int
    speaker: str


class SpeakerErrors(msgspec.Struct, frozen=True):
    """Milliseconds of speaker time."""

    said_ms: int = 0
    missed_ms: int = 0
    false_alarm_ms: int = 0
    confused_ms: int = 0

    @property
    def der(self) -> float:
        """Diarisation error rate."""
        return (self.missed_ms + self.false_alarm_ms + self.confused_ms) / max(1, self.said_ms)


class _Moment(NamedTuple):
    """A stretch in which nobody starts or stops."""

    ms: int
    said: frozenset[str]
    heard: frozenset[str]


def speaker_errors(
    reference: Sequence[Region],
    hypothesis: Sequence[Region],
    *,
    collar_ms: int = COLLAR_MS,
    overlap: bool = True,
) -> SpeakerErrors:
    """Count; without `overlap` only where at most one speaker of the reference talks."""
    moments = [
        moment
        for moment in _moments(reference, hypothesis, collar_ms=collar_ms)
        if overlap or len(moment.said) <= 1
    ]
    same = _mapping(moments)
    right_ms = sum(
        moment.ms * sum(same.get(name) in moment.said for name in moment.heard)
        for moment in moments
    )
    both_ms = sum(m.ms * min(len(m.said), len(m.heard)) for m in moments)
    return SpeakerErrors(
        said_ms=sum(m.ms * len(m.said) for m in moments),
        missed_ms=sum(m.ms * max(0, len(m.said) - len(m.heard)) for m in moments),
        false_alarm_ms=sum(m.ms * max(0, len(m.heard) - len(m.said)) for m in moments),
        confused_ms=both_ms - right_ms,
    )


def total_speaker_errors(parts: Iterable[SpeakerErrors]) -> SpeakerErrors:
    """All parts together."""
    rows = [SpeakerErrors(), *parts]
    return SpeakerErrors(
        *(sum(one) for one in zip(*map(msgspec.structs.astuple, rows), strict=True))
    )


def _moments(
    reference: Sequence[Region], hypothesis: Sequence[Region], *, collar_ms: int
) -> Iterator[_Moment]:
    borders = [ms for region in reference for ms in region[:2]]
    hidden = [(ms - collar_ms, ms + collar_ms) for ms in borders]
    every = sorted(
        {*borders, *(ms for pair in hidden for ms in pair)}
        | {ms for region in hypothesis for ms in region[:2]}
    )
    for start, end in zip(every, every[1:], strict=False):
        if not any(low <= start and end <= high for low, high in hidden):
            said, heard = _talking(reference, start, end), _talking(hypothesis, start, end)
            if said or heard:
                yield _Moment(end - start, said, heard)


def _talking(regions: Iterable[Region], start: int, end: int) -> frozenset[str]:
    return frozenset(r.speaker for r in regions if r.start_ms <= start and r.end_ms >= end)


def _mapping(moments: Iterable[_Moment]) -> dict[str, str]:
    """Hypothesis speaker -> reference speaker, the best of all ways one to one."""
    shared: Counter[tuple[str, str]] = Counter()
    for moment in moments:
        for heard in moment.heard:
            for said in moment.said:
                shared[heard, said] += moment.ms
    heard_names = sorted({heard for heard, _ in shared})
    said_names = sorted({said for _, said in shared})

    @cache
    def best(at: int, taken: int) -> tuple[int, tuple[tuple[str, str], ...]]:
        """Most shared time of the hypothesis speakers from `at` on; `taken` is a bit set."""
        if at == len(heard_names):
            return 0, ()
        choices = [best(at + 1, taken)]
        for place, said in enumerate(said_names):
            if not taken & 1 << place:
                ms, pairs = best(at + 1, taken | 1 << place)
                pair = (heard_names[at], said)
                choices.append((ms + shared[pair], (pair, *pairs)))
        return max(choices, key=lambda choice: choice[0])

    return dict(best(0, 0)[1])


def joined(regions: Iterable[Region], *, pause_ms: int = JOINED_MS) -> list[Region]:
    """Regions of one speaker with at most `pause_ms` between them made one."""
    out: dict[str, list[Region]] = {}
    for region in sorted(regions):
        own = out.setdefault(region.speaker, [])
        if own and region.start_ms - own[-1].end_ms <= pause_ms:
            own[-1] = own[-1]._replace(end_ms=max(own[-1].end_ms, region.end_ms))
        else:
            own.append(region)
    return sorted(region for own in out.values() for region in own)
