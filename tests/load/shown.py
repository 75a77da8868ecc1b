"""What was on the screen when: errors, delays, changed words, of any recogniser's texts (pure).

Recognisers without word times can be measured too: a word counts as shown once the text on the
screen, aligned with what was said, holds it.
"""

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

import jiwer
import msgspec

from trunkline.evaluate.normalise import normalise, plain
from trunkline.evaluate.reference import Reference, words


class Shown(msgspec.Struct, frozen=True):
    """A text that came on the screen."""

    at_s: float
    """Since the first sample of the leg was fed, at the pace of speech."""

    leg: int
    line: str
    """The same for all texts that replace each other."""

    text: str
    final: bool


class Leg(NamedTuple):
    """One party of a call, and the truth."""

    reference: Reference
    audible: Reference
    channel: int

    @property
    def speech_s(self) -> float:
        """How long it speaks."""
        turns = (turn for turn in self.audible.turns if turn.channel == self.channel)
        return sum(turn.end_ms - turn.start_ms for turn in turns) / 1000

    @property
    def text(self) -> str:
        """All that it says."""
        turns = (turn for turn in self.reference.turns if turn.channel == self.channel)
        return " ".join(turn.text for turn in turns)


class Errors(NamedTuple):
    """Words that are wrong, of how many."""

    wrong: int
    said: int

    @property
    def rate(self) -> float:
        """Word error rate."""
        return self.wrong / self.said if self.said else 0.0


def word_errors(legs: Sequence[Leg], shown: Sequence[Shown]) -> Errors:
    """Of the finals, English Whisper normalisation, each leg as one text."""
    wrong = said = 0
    for at, leg in enumerate(legs):
        final = " ".join(one.text for one in shown if one.leg == at and one.final)
        reference = " ".join(normalise(leg.text))
        counted = jiwer.process_words(reference, " ".join(normalise(final)))
        wrong += counted.substitutions + counted.deletions + counted.insertions
        said += len(reference.split())
    return Errors(wrong, said)


def word_delays_ms(leg: Leg, shown: Sequence[Shown]) -> list[float]:
    """From each word's end to when it is first on the screen; words never shown are left out."""
    spoken = list(words(leg.reference, leg.channel))
    at_ms = _first_seen(leg, _screens(shown))
    return [at - spoken[index].end_ms for index, at in at_ms.items()]


def final_delays_ms(leg: Leg, shown: Sequence[Shown]) -> list[float]:
    """From the end of each turn to when the last of its words that is right is final."""
    spoken = list(words(leg.reference, leg.channel))
    at_ms = _first_seen(leg, _screens([one for one in shown if one.final]))
    last: dict[int, float] = {}
    for index in sorted(at_ms):
        last[spoken[index].turn] = at_ms[index]
    return [at - leg.audible.turns[turn].end_ms for turn, at in last.items()]


def percentile(values: Iterable[float], share: float) -> float:
    """The value that `share` of all are not above; not a number of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def _screens(shown: Sequence[Shown]) -> Iterator[tuple[float, list[str]]]:
    """The words of all lines after each change, with its time in ms."""
    lines: dict[str, list[str]] = {}
    for one in shown:
        lines[one.line] = [found for word in one.text.split() if (found := plain(word))]
        yield one.at_s * 1000, [word for line in lines.values() for word in line]


def _first_seen(leg: Leg, screens: Iterable[tuple[float, list[str]]]) -> dict[int, float]:
    """When each of the leg's words was first on the screen, by its place."""
    spoken = list(words(leg.reference, leg.channel))
    names = [plain(word.text) for word in spoken]
    seen: dict[int, float] = {}
    for at_ms, screen in screens:
        # A word is not looked for before it begins.
        begun = sum(word.start_ms <= at_ms for word in spoken)
        matcher = SequenceMatcher(None, names[:begun], screen, autojunk=False)
        for block in matcher.get_matching_blocks():
            for index in range(block.a, block.a + block.size):
                seen.setdefault(index, at_ms)
    return seen
