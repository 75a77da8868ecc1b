"""Word errors of a redacted transcript against the truth (pure).

A plain WER would punish redaction for doing its work. Here a personal span of the reference is a
wildcard: it may come out as a token, as nothing, or as words, none of which counts as right or
wrong. A token that lies over clean reference words swallows them: that is over-redaction, counted
apart from recognition errors, and only where the two meet in time.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from statistics import mean
from typing import NamedTuple

import msgspec

from trunkline.evaluate.normalise import normalise, plain
from trunkline.evaluate.reference import ReferenceWord

ERROR = 100
SWALLOW = 90  # cheaper than a deletion, so that a token is preferred over a lost word
ABSORB = 40  # cheaper than an insertion, dearer than matching the word where it belongs
NEAR_MS = 150  # how far the middle of a clean word, estimated, may lie outside its token
SPARE_WORDS = 2  # a span may absorb so many words more than were said in it


class Said(NamedTuple):
    """One element of a leg: a word that counts, or (kind set) a wildcard span or a token."""

    text: str
    start_ms: int
    end_ms: int
    kind: str | None = None
    words: int = 1
    """How many words were said in a wildcard."""

    turn: int = -1
    """The turn it was said in; -1 on the transcript's side."""

    confidence: float = 1.0
    """As the transcript says, 0 to 1."""


class Aligned(NamedTuple):
    """One step of the alignment."""

    reference: int
    """Index of the reference element; for an insertion of the one that follows it."""

    shown: int
    """Index of the shown element; for a deletion of the one that follows it."""

    step: str
    """match, substitution, deletion, insertion, or swallowed, passed, token, absorbed."""


class WordErrors(msgspec.Struct, frozen=True):
    """Errors over the words outside personal spans."""

    words: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0
    swallowed: int = 0
    """Clean words that a token covers; not among the deletions, nor in `wer`'s denominator."""

    @property
    def wer(self) -> float:
        """Word error rate over what was not swallowed."""
        errors = self.substitutions + self.deletions + self.insertions
        return errors / max(1, self.words - self.swallowed)

    @property
    def over_redaction(self) -> float:
        """Share of clean words that were masked."""
        return self.swallowed / max(1, self.words)


def total_errors(parts: Iterable[WordErrors]) -> WordErrors:
    """The errors of all parts together."""
    return WordErrors(*(sum(one) for one in zip(*map(msgspec.structs.astuple, parts), strict=True)))


def reference_elements(words: Sequence[ReferenceWord]) -> list[Said]:
    """The leg's normalised words, each personal span one wildcard."""
    return _elements(
        [
            Said(
                word.text,
                word.start_ms,
                word.end_ms,
                word.span.kind if word.span else None,
                turn=word.turn,
            )
            for word in words
        ],
        merge_same=[word.span for word in words],
    )


def shown_elements(words: Sequence[Said]) -> list[Said]:
    """The transcript's normalised words, each token as it is."""
    return _elements(words, merge_same=list(range(len(words))))


def _elements(words: Sequence[Said], *, merge_same: Sequence[object]) -> list[Said]:
    out: list[Said] = []
    clean: list[Said] = []
    merging: object = None
    for word, same in zip(words, merge_same, strict=True):
        if word.kind is None:
            clean.append(word)
            merging = None
            continue
        out += _normalised(clean)
        clean = []
        if merging is not None and same == merging:
            last = out.pop()
            word = word._replace(start_ms=last.start_ms, words=last.words + 1)
        out.append(word)
        merging = same
    return out + _normalised(clean)


def _normalised(run: Sequence[Said]) -> list[Said]:
    """Normalise a run of clean words as one text, and give each result its words' time."""
    texts = normalise(" ".join(word.text for word in run))
    matcher = SequenceMatcher(None, [plain(word.text) for word in run], texts, autojunk=False)
    out: list[Said] = []
    for _, i1, i2, j1, j2 in matcher.get_opcodes():
        for j in range(j1, j2):
            # Unmatched results (numbers, contractions) share the words between the matched ones.
            first = min(i1 + (j - j1) * (i2 - i1) // (j2 - j1), len(run) - 1)
            last = max(first, min(i1 + (j - j1 + 1) * (i2 - i1) // (j2 - j1), len(run)) - 1)
            out.append(
                Said(
                    texts[j],
                    run[first].start_ms,
                    run[last].end_ms,
                    turn=run[first].turn,
                    confidence=mean(word.confidence for word in run[first : last + 1]),
                )
            )
    return out


def count_errors(reference: Sequence[Said], shown: Sequence[Said]) -> WordErrors:
    """Align the two by dynamic programming and count."""
    return count_steps(reference, align(reference, shown))


def count_steps(reference: Sequence[Said], steps: Iterable[Aligned]) -> WordErrors:
    """The errors of an alignment."""
    return total_errors(errors_by_turn(reference, steps).values())


def errors_by_turn(reference: Sequence[Said], steps: Iterable[Aligned]) -> dict[int, WordErrors]:
    """The errors of an alignment, by the turn they fall into; an insertion into the one before."""
    of_turn: dict[int, list[Aligned]] = {}
    for step in steps:
        at = step.reference - 1 if step.step == "insertion" else step.reference
        at = min(max(at, 0), len(reference) - 1)
        of_turn.setdefault(reference[at].turn if reference else -1, []).append(step)
    return {turn: _count(reference, of_turn[turn]) for turn in sorted(of_turn)}


def _count(reference: Sequence[Said], steps: Sequence[Aligned]) -> WordErrors:
    counted = Counter(one.step for one in steps)
    absorbed = Counter(one.reference for one in steps if one.step == "absorbed")
    spare = sum(max(0, n - reference[i].words - SPARE_WORDS) for i, n in absorbed.items())
    return WordErrors(
        words=sum(counted[step] for step in ("match", "substitution", "deletion", "swallowed")),
        substitutions=counted["substitution"],
        deletions=counted["deletion"],
        insertions=counted["insertion"] + spare,
        swallowed=counted["swallowed"],
    )


def matches(reference: Sequence[Said], shown: Sequence[Said]) -> list[tuple[int, int]]:
    """Index pairs of words that are the same and in the same place."""
    return [(i, j) for i, j, step in align(reference, shown) if step == "match"]


def align(reference: Sequence[Said], shown: Sequence[Said]) -> list[Aligned]:
    """The cheapest way from one to the other, by dynamic programming."""
    above: list[int] = []
    table: list[list[str]] = []
    for i in range(len(reference) + 1):
        costs: list[int] = []
        steps: list[str] = []
        for j in range(len(shown) + 1):
            moves = list(_moves(reference, shown, at=(i, j), above=above, costs=costs))
            cost, step = min(moves, key=lambda move: move[0]) if moves else (0, "")
            costs.append(cost)
            steps.append(step)
        table.append(steps)
        above = costs
    return _trace(table)


def _moves(
    reference: Sequence[Said],
    shown: Sequence[Said],
    *,
    at: tuple[int, int],
    above: Sequence[int],
    costs: Sequence[int],
) -> Iterator[tuple[int, str]]:
    """Ways to have consumed i reference elements and j shown ones, with their costs."""
    i, j = at
    expected = reference[i - 1] if i else None
    came = shown[j - 1] if j else None
    if expected and came and expected.kind is None and came.kind is None:
        same = expected.text == came.text
        yield (above[j - 1], "match") if same else (above[j - 1] + ERROR, "substitution")
    if expected and expected.kind:
        yield above[j], "passed"
    elif expected and j < len(shown) and _covers(shown[j], expected):
        yield above[j] + SWALLOW, "swallowed"
    elif expected:
        yield above[j] + ERROR, "deletion"
    if came and came.kind:
        yield costs[j - 1], "token"
    elif came and i < len(reference) and reference[i].kind:
        yield costs[j - 1] + ABSORB, "absorbed"
    elif came:
        yield costs[j - 1] + ERROR, "insertion"


def _covers(token: Said, word: Said) -> bool:
    middle = (word.start_ms + word.end_ms) // 2
    return bool(token.kind) and token.start_ms - NEAR_MS <= middle <= token.end_ms + NEAR_MS


_BACK = {
    "match": (1, 1),
    "substitution": (1, 1),
    "passed": (1, 0),
    "swallowed": (1, 0),
    "deletion": (1, 0),
    "token": (0, 1),
    "absorbed": (0, 1),
    "insertion": (0, 1),
}


def _trace(table: Sequence[Sequence[str]]) -> list[Aligned]:
    """The cheapest way, backwards: (reference index, shown index, step) of each element."""
    i, j = len(table) - 1, len(table[0]) - 1
    out: list[Aligned] = []
    while i or j:
        step = table[i][j]
        di, dj = _BACK[step]
        i, j = i - di, j - dj
        out.append(Aligned(i, j, step))
    return out[::-1]
