"""What one call has said so far: segments in order, by speaker, and what each lets us expect."""

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from redaction.lexicon import BACKCHANNELS
from redaction.runs import Times
from redaction.slots import (
    ALL_CUES,
    Cue,
    CueIndex,
    Filled,
    Stream,
    Strength,
    TimedCue,
    Turn,
    cues_in,
)
from redaction.tags import CONTEXT_WORDS, Tag
from redaction.words import Atom, atoms_of
from triton_models.events import RawTranscript

CONTEXT_ATOMS = 56
"""How far back a speaker's own words are looked at again: a card number and its asides."""

CONTEXT_MS = 45_000
_READ_BACK_DIGITS = 3
_PHRASE_PAUSE_MS = 3000
_PHRASE_ATOMS = 5
KEPT_SEGMENTS = 400
KEPT_MS = 300_000
"""Older segments are let go: what they said can no longer change."""


class Span(NamedTuple):
    """Words `first` to `last` of a segment, masked as `kind`."""

    first: int
    last: int
    kind: str


class Tombstone(NamedTuple):
    """An interval that was masked once, and stays so."""

    start_ms: int
    end_ms: int
    kind: str


@dataclass(slots=True, eq=False)
class Segment:
    """One segment of one speaker: its newest words, and what has been decided about them."""

    raw: RawTranscript
    order: int
    """When its first revision came; decides between segments that begin together."""
    atoms: list[Atom] = field(default_factory=list)
    cues: list[Cue] = field(default_factory=list)
    substantive: bool = False
    spans: list[Span] = field(default_factory=list)
    written: list[Span] = field(default_factory=list)
    """Found by the pattern recognisers in the final's text."""
    searched: tuple[list[Span], list[Span]] | None = None
    """What the pattern recognisers answered last, and the spans they were given."""
    why: dict[Span, str] = field(default_factory=dict)
    """The rule behind each span, to explain it."""
    whole: dict[Span, str] = field(default_factory=dict)
    """Of a span that is one with spans of other segments: the words of all of it where it is their
    last, none where it is not."""
    tags: tuple[Tag, ...] | None = None
    """What the model takes each word of the final for; None before it was asked."""
    suspects: dict[str, bool] = field(default_factory=dict)
    """Unusual words of its partials, and whether the model took them for names."""
    filled: list[Filled] = field(default_factory=list)
    tombstones: list[Tombstone] = field(default_factory=list)
    held_from: int | None = None
    """Index of the first word held back, if any."""
    wary: bool = True
    """An answer in words may have been asked for: its newest words wait (`newest.py`)."""
    closed: bool = False
    """What comes later cannot be the rest of its last words."""
    failed: bool = False
    shown_rank: int = -1
    """`rank` of what was published last; -1 before."""

    @property
    def stream(self) -> Stream:
        """Who speaks."""
        return (self.raw.leg_id, self.raw.channel, self.raw.speaker)

    @property
    def changes_subject(self) -> bool:
        """Whether it asks for something, or says something that is no read-back."""
        asks = any(cue.strength is Strength.STRONG for cue in self.cues)
        figures = sum(len(a.value) for a in self.atoms if a.value.isdigit())
        return asks or (self.substantive and figures < _READ_BACK_DIGITS)

    @property
    def sort_key(self) -> tuple[int, int]:
        """Order in time."""
        return (self.raw.start_ms, self.order)

    def hear(
        self, raw: RawTranscript, *, before: Sequence[Atom], cues: CueIndex = ALL_CUES
    ) -> bool:
        """Take a revision; whether its cues or its substance changed.

        `before` are the same speaker's last words: a phrase may have begun there.
        """
        self.raw = raw
        self.failed = False
        self.atoms = atoms_of([word.text for word in raw.words])
        row = [*before, *self.atoms]
        heard = [
            cue._replace(first=max(0, cue.first - len(before)), last=cue.last - len(before))
            for cue in cues_in(row, cues)
            if cue.last >= len(before)
        ]
        substantive = is_substantive(self.atoms)
        changed = substantive != self.substantive or [c.kind for c in heard] != [
            c.kind for c in self.cues
        ]
        self.cues, self.substantive = heard, substantive
        self.spans, self.written, self.tags, self.closed = [], [], None, False
        self.why, self.whole, self.searched = {}, {}, None
        return changed

    def start_of(self, atom: int) -> int:
        """When this atom's word begins, ms on the call clock."""
        return self.raw.words[self.atoms[atom].word].start_ms

    def end_of(self, atom: int) -> int:
        """When this atom's word ends, ms on the call clock."""
        return self.raw.words[self.atoms[atom].word].end_ms

    def timed_cues(self) -> list[TimedCue]:
        """Its cues on the call clock."""
        return [
            TimedCue(
                c.kind,
                c.strength,
                self.stream,
                self.start_of(c.first),
                self.end_of(c.last),
                len(self.atoms) - 1 - c.last,
            )
            for c in self.cues
        ]

    def turn(self) -> Turn:
        """The stretch of speech it is."""
        return Turn(self.stream, self.raw.start_ms, self.raw.end_ms)


def is_substantive(atoms: Sequence[Atom]) -> bool:
    """Whether there is more in it than `mm-hm` and `okay`."""
    return any(atom.text not in BACKCHANNELS for atom in atoms)


class Context(NamedTuple):
    """One speaker's words up to and with a segment, as one row of atoms."""

    segments: list[Segment]
    """The last one is the segment in question."""
    atoms: list[Atom]
    times: Times
    places: list[tuple[int, int]]
    """For each atom, its segment (index into `segments`) and its word there."""
    first_new: int
    is_cut: bool
    """Words before these were left out."""

    def words(self) -> tuple[list[str], int]:
        """The newest segment's words behind a few of what its speaker said before it, and how
        many those are."""
        before = [word.text for s in self.segments[:-1] for word in s.raw.words][-CONTEXT_WORDS:]
        return before + [word.text for word in self.segments[-1].raw.words], len(before)

    def starts(self) -> list[int]:
        """The first atom of each segment but the first."""
        return [i for i, (a, b) in enumerate(pairwise(self.places), 1) if a[0] != b[0]]

    def tags(self) -> dict[int, Tag]:
        """What the model takes each atom for, where it takes it for anything."""
        found: dict[int, Tag] = {}
        for i, (n, word) in enumerate(self.places):
            tags = self.segments[n].tags
            if tags and tags[word]:
                found[i] = tags[word]
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

    def context(self, segment: Segment) -> Context:
        """The segment behind the same speaker's last words before it."""
        chain = [segment]
        count, is_cut = 0, False
        for earlier in reversed(self.segments[: self.segments.index(segment)]):
            if earlier.stream != segment.stream or earlier.failed:
                continue
            if segment.raw.start_ms - earlier.raw.end_ms > CONTEXT_MS:
                break
            if count >= CONTEXT_ATOMS:
                is_cut = True
                break
            chain.append(earlier)
            count += len(earlier.atoms)
        chain.reverse()
        return _row(chain, interrupted=self._interrupted(chain), is_cut=is_cut)

    def _interrupted(self, chain: Sequence[Segment]) -> list[bool]:
        """For each segment, whether somebody changed the subject since the one before it."""
        flags = [False] * len(chain)
        for n in range(1, len(chain)):
            begin, end = chain[n - 1].sort_key, chain[n].sort_key
            flags[n] = any(
                s.changes_subject
                for s in self.segments
                if begin < s.sort_key < end and s.stream != chain[n].stream
            )
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

    def has_later_of_same_speaker(self, segment: Segment) -> bool:
        """Whether the same speaker has said something since."""
        at = self.segments.index(segment)
        return any(s.stream == segment.stream and s.atoms for s in self.segments[at + 1 :])

    def turns(self) -> list[Turn]:
        """Every turn with substance."""
        return [s.turn() for s in self.segments if s.substantive]


def _row(chain: list[Segment], *, interrupted: Sequence[bool], is_cut: bool) -> Context:
    atoms: list[Atom] = []
    starts: list[int] = []
    ends: list[int] = []
    places: list[tuple[int, int]] = []
    breaks: list[int] = []
    for n, segment in enumerate(chain):
        if interrupted[n] and atoms:
            breaks.append(len(atoms))
            # What stands before the other speaker's question is no context of what comes after.
            if atoms[-1].stop not in (".", "?", "!"):
                atoms[-1] = atoms[-1]._replace(stop=".")
        words = segment.raw.words
        for atom in segment.atoms:
            atoms.append(atom)
            starts.append(words[atom.word].start_ms)
            ends.append(words[atom.word].end_ms)
            places.append((n, atom.word))
    first_new = len(atoms) - len(chain[-1].atoms)
    times = Times(starts, ends, frozenset(breaks))
    return Context(chain, atoms, times, places, first_new, is_cut)
