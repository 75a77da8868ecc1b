"""One segment of a call: what was said, what it lets us expect, and what was decided about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from redaction.cues.cue_index import ALL_CUES, Cue, CueIndex, Strength, cues_in
from redaction.cues.slots import Filled, Stream, TimedCue, Turn
from redaction.language.lexicon import BACKCHANNELS
from redaction.language.words import Atom, Reader
from redaction.tagger.tags import Tag
from triton_models.events import RawTranscript

_READ_BACK_DIGITS = 3


class Awaited(Enum):
    """What somebody may be about to say."""

    NOTHING = auto()
    FIGURES = auto()
    """Something personal, or it was just mentioned."""
    WORDS = auto()
    """The same, and ordinary words may be all of it."""


class Span(NamedTuple):
    """Words `first` to `last` of a segment, masked as `kind`."""

    first: int
    last: int
    kind: str


def meet(a: Span, b: Span) -> bool:
    """Whether two spans of one segment share a word."""
    return a.first <= b.last and b.first <= a.last


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
    starts_ms: list[int] = field(default_factory=list)
    ends_ms: list[int] = field(default_factory=list)
    """When the word of each atom begins and ends."""
    cues: list[Cue] = field(default_factory=list)
    timed_cues: list[TimedCue] = field(default_factory=list)
    """The same on the call clock."""
    changes_subject: bool = False
    """It asks for something, or says something that is no read-back."""
    reader: Reader = field(default_factory=Reader)
    stream: Stream = field(init=False)
    """Who speaks."""
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
    awaited: Awaited = Awaited.WORDS
    """What somebody may be about to say: how long its newest words wait (`newest.py`)."""
    closed: bool = False
    """What comes later cannot be the rest of its last words."""
    overdue: bool = False
    """What its last words are was not known in time: an open number at their end is masked."""
    failed: bool = False
    shown_rank: int = -1
    """`rank` of what was published last; -1 before."""

    def __post_init__(self) -> None:
        self.stream = _stream_of(self.raw)

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
        self.raw, self.stream = raw, _stream_of(raw)
        self.failed = False
        self.atoms = self.reader.atoms_of(word.text for word in raw.words)
        self.starts_ms = [raw.words[atom.word].start_ms for atom in self.atoms]
        self.ends_ms = [raw.words[atom.word].end_ms for atom in self.atoms]
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
        self.timed_cues = [self._timed(cue) for cue in heard]
        self.changes_subject = self._changes_subject()
        self.spans, self.written, self.tags, self.closed = [], [], None, False
        self.why, self.whole, self.searched = {}, {}, None
        self.overdue = False
        return changed

    def _timed(self, cue: Cue) -> TimedCue:
        trailing = len(self.atoms) - 1 - cue.last
        start_ms, end_ms = self.starts_ms[cue.first], self.ends_ms[cue.last]
        return TimedCue(cue.kind, cue.strength, self.stream, start_ms, end_ms, trailing)

    def _changes_subject(self) -> bool:
        asks = any(cue.strength is Strength.STRONG for cue in self.cues)
        figures = sum(len(a.value) for a in self.atoms if a.value.isdigit())
        return asks or (self.substantive and figures < _READ_BACK_DIGITS)

    def turn(self) -> Turn:
        """The stretch of speech it is."""
        return Turn(self.stream, self.raw.start_ms, self.raw.end_ms)


def _stream_of(raw: RawTranscript) -> Stream:
    return (raw.leg_id, raw.channel, raw.speaker)


def is_substantive(atoms: Sequence[Atom]) -> bool:
    """Whether there is more in it than `mm-hm` and `okay`."""
    return any(atom.text not in BACKCHANNELS for atom in atoms)
