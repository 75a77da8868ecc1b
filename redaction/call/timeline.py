"""The segments of a call in order of time, and one speaker's words in a row over them."""

from bisect import insort
from collections.abc import Sequence
from typing import NamedTuple

from redaction.call.segments import Segment
from redaction.cues.slots import Turn
from redaction.language.words import Atom
from redaction.numbers.runs import Times
from redaction.tagger.tags import CONTEXT_WORDS, Tag
from triton_models.events import RawTranscript

CONTEXT_ATOMS = 56
"""How far back a speaker's own words are looked at again: a card number and its asides."""

NEAR_ATOMS = 16
"""How far back they are looked at while the newest are a partial's, if nothing is masked there."""

_BESIDE = 6
"""So many words around what is masked or held are looked at with it."""

CONTEXT_MS = 45_000
_PHRASE_PAUSE_MS = 3000
_PHRASE_ATOMS = 5
KEPT_SEGMENTS = 400
KEPT_MS = 300_000
"""Older segments are let go: what they said can no longer change."""


class Context(NamedTuple):
    """One speaker's words up to and with a segment, as one row of atoms."""

    segments: list[Segment]
    """The last one is the segment in question."""
    atoms: list[Atom]
    times: Times
    places: list[tuple[int, int]]
    """For each atom, its segment (index into `segments`) and its word there."""
    starts: list[int]
    """The first atom of each segment but the first."""
    first_new: int
    left_out: int
    """So many atoms of the first segment are not in the row."""
    is_cut: bool
    """Words before these were left out."""

    def words(self) -> tuple[list[str], int]:
        """The newest segment's words behind a few of what its speaker said before it, and how
        many those are."""
        before = [word.text for s in self.segments[:-1] for word in s.raw.words][-CONTEXT_WORDS:]
        return before + [word.text for word in self.segments[-1].raw.words], len(before)

    def overdue(self) -> int:
        """How many leading atoms are of segments whose end may be open no longer."""
        ends = [n for n, segment in enumerate(self.segments) if segment.overdue]
        if not ends:
            return 0
        return sum(len(segment.atoms) for segment in self.segments[: ends[-1] + 1]) - self.left_out

    def tags(self) -> dict[int, Tag]:
        """What the model takes each atom for, where it takes it for anything."""
        found: dict[int, Tag] = {}
        first = -self.left_out
        for segment in self.segments:
            tags = segment.tags
            if tags and any(tags):
                for i, atom in enumerate(segment.atoms, first):
                    if i >= 0 and tags[atom.word]:
                        found[i] = tags[atom.word]
            first += len(segment.atoms)
        return found


class Timeline:
    """The segments of one call that can still matter, in order of time."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self._order = 0
        self.forgotten_ms: int | None = None
        """What was said before this may be forgotten; None: nothing is."""

    def add(self, raw: RawTranscript) -> Segment:
        """A new segment, put in its place."""
        self._order += 1
        segment = Segment(raw, self._order)
        insort(self.segments, segment, key=lambda s: s.sort_key)
        return segment

    def moved(self, segment: Segment) -> None:
        """Put a segment whose start changed into its place again."""
        self.segments.sort(key=lambda s: s.sort_key)

    def last_words(self, segment: Segment) -> list[Atom]:
        """The same speaker's words just before this segment, if nobody spoke in between."""
        words: list[Atom] = []
        start_ms = segment.raw.start_ms
        for earlier in reversed(self.segments[: self.segments.index(segment)]):
            if earlier.stream == segment.stream:
                if start_ms - earlier.raw.end_ms > _PHRASE_PAUSE_MS:
                    break
                words = [*earlier.atoms, *words]
                start_ms = earlier.raw.start_ms
            if len(words) >= _PHRASE_ATOMS or (
                earlier.stream != segment.stream and earlier.substantive
            ):
                break
        return words[-_PHRASE_ATOMS:]

    def forget(self, before_ms: int, *, besides: Segment) -> list[Segment]:
        """Drop and return what is older, or too many."""
        surplus = len(self.segments) - KEPT_SEGMENTS
        old = [
            s
            for i, s in enumerate(self.segments)
            if (s.raw.end_ms < before_ms or i < surplus) and s is not besides
        ]
        if old:
            ends = [s.raw.end_ms for s in old]
            self.forgotten_ms = max(ends + [self.forgotten_ms or ends[0]])
            gone = set(map(id, old))
            self.segments = [s for s in self.segments if id(s) not in gone]
        return old

    def context(self, segment: Segment, *, most: int = CONTEXT_ATOMS) -> Context:
        """The segment behind the same speaker's last words before it: of `most`, and more where
        something is masked or held among them."""
        at = self.segments.index(segment)
        chain, places = [segment], [at]
        count, left_out, is_cut = 0, 0, False
        for place in range(at - 1, -1, -1):
            earlier = self.segments[place]
            if earlier.stream != segment.stream or earlier.failed:
                continue
            if segment.raw.start_ms - earlier.raw.end_ms > CONTEXT_MS:
                break
            if count >= CONTEXT_ATOMS:
                is_cut = True
                break
            chain.append(earlier)
            places.append(place)
            count += len(earlier.atoms)
            if most <= count and most < CONTEXT_ATOMS:
                left_out = _left_out(earlier, count - most)
                if left_out:
                    is_cut = True
                    break
        chain.reverse()
        places.reverse()
        row = _row(chain, interrupted=self._interrupted(places), left_out=left_out)
        return row._replace(is_cut=is_cut)

    def _interrupted(self, places: Sequence[int]) -> list[bool]:
        """For each segment of a row, whether somebody changed the subject since the one before."""
        flags = [False] * len(places)
        for n in range(1, len(places)):
            stream = self.segments[places[n]].stream
            for between in self.segments[places[n - 1] + 1 : places[n]]:
                if between.changes_subject and between.stream != stream:
                    flags[n] = True
                    break
        return flags

    def later(self, segment: Segment, *, within_ms: int) -> list[Segment]:
        """Segments that begin after this one begins, soon enough to be concerned."""
        at = self.segments.index(segment)
        limit = segment.raw.end_ms + within_ms
        return [s for s in self.segments[at + 1 :] if s.raw.start_ms <= limit]

    def following(self, segment: Segment) -> Segment | None:
        """The same speaker's next segment, in whose context this one is."""
        at = self.segments.index(segment)
        for later in self.segments[at + 1 :]:
            if later.stream == segment.stream and not later.failed:
                near = later.raw.start_ms - segment.raw.end_ms <= CONTEXT_MS
                return later if near else None
        return None

    def newest_after(self, segment: Segment) -> Segment:
        """The last segment of the same speaker that follows it near enough; itself if none does."""
        while (later := self.following(segment)) is not None:
            segment = later
        return segment

    def has_later_of_same_speaker(self, segment: Segment) -> bool:
        """Whether the same speaker has said something since."""
        at = self.segments.index(segment)
        return any(
            s.stream == segment.stream and s.atoms and not s.failed for s in self.segments[at + 1 :]
        )

    def turns(self) -> list[Turn]:
        """Every turn with substance."""
        return [s.turn() for s in self.segments if s.substantive]


def _left_out(segment: Segment, surplus: int) -> int:
    """How many of its first atoms can be left out: up to so many, none beside what is masked."""
    if not surplus:
        return 0
    word = segment.atoms[surplus].word if surplus < len(segment.atoms) else len(segment.raw.words)
    if segment.held_from is not None:
        word = min(word, segment.held_from - _BESIDE)
    for span in sorted(segment.spans, key=lambda span: -span.last):
        if span.last + _BESIDE >= word:
            word = min(word, span.first - _BESIDE)
    return sum(atom.word < word for atom in segment.atoms)


def _row(chain: list[Segment], *, interrupted: Sequence[bool], left_out: int) -> Context:
    atoms: list[Atom] = []
    starts: list[int] = []
    ends: list[int] = []
    places: list[tuple[int, int]] = []
    breaks: list[int] = []
    begun: list[int] = []
    for n, segment in enumerate(chain):
        if interrupted[n] and atoms:
            breaks.append(len(atoms))
            # What stands before the other speaker's question is no context of what comes after.
            if atoms[-1].stop not in (".", "?", "!"):
                atoms[-1] = atoms[-1]._replace(stop=".")
        if atoms and segment.atoms:
            begun.append(len(atoms))
        since = 0 if n else left_out
        atoms += segment.atoms[since:]
        starts += segment.starts_ms[since:]
        ends += segment.ends_ms[since:]
        places += [(n, atom.word) for atom in segment.atoms[since:]]
    first_new = len(atoms) - len(chain[-1].atoms)
    times = Times(starts, ends, frozenset(breaks))
    return Context(chain, atoms, times, places, begun, first_new, left_out, is_cut=False)
