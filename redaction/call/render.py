"""A segment as it may be shown: its words, and one token for each masked span."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple, Protocol

from msgspec import UNSET

from redaction.call.newest import shown_until
from redaction.call.segments import Segment, Span, Tombstone
from redaction.events import RedactedWord
from triton_models.events import RawTranscript, Word

TOLERANCE_MS = 80
"""A word may reach so far into a masked interval and still be shown: word times are not exact."""


class Rendered(NamedTuple):
    """The words to publish."""

    words: tuple[RedactedWord, ...]
    sources: tuple[int | None, ...]
    """For each word its index in the raw transcript; None for a token."""
    rank: int
    """Grows with every word decided: held 0, shown 1, masked 2, masked as a known kind 3; and with
    every token that is known to be part of a longer value."""


class _Masked(NamedTuple):
    """A token to be: words `first` to `last` (none if `last` < `first`), and its interval."""

    first: int
    last: int
    kind: str
    start_ms: int
    end_ms: int


class _Clock:
    """Which words lie where in time: found by halving, so that work is linear in their number."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words

    # Of words in no order of time these bounds still hold: up to here, from here on.
    @cached_property
    def _ended(self) -> list[int]:
        return list(accumulate((word.end_ms for word in self._words), max))

    @cached_property
    def _begun(self) -> list[int]:
        begun = accumulate((word.start_ms for word in reversed(self._words)), min)
        return list(begun)[::-1]

    @cached_property
    def _starts(self) -> list[int]:
        return sorted(word.start_ms for word in self._words)

    def inside(self, stone: Tombstone) -> list[int]:
        """The words that reach into an interval."""
        first = bisect_right(self._ended, stone.start_ms)
        until = bisect_left(self._begun, stone.end_ms)
        return [i for i in range(first, until) if lies_in(self._words[i], stone)]

    def begun_before(self, at_ms: int) -> int:
        """How many words began before."""
        return bisect_left(self._starts, at_ms)


class Forms(Protocol):
    """How a kind is shown, given the words it stands for: none where they say nothing yet."""

    def token(self, kind: str, spoken: str) -> str:
        """To everyone."""
        ...

    def shown(self, kind: str, spoken: str) -> dict[str, str]:
        """To the roles that see another form."""
        ...


def render(segment: Segment, *, hold_last_words: int, forms: Forms) -> Rendered:
    """What may be shown of `segment` now; its tombstones take up what is masked in it."""
    words = segment.raw.words
    hide = len(words)
    if not segment.raw.is_final:
        hide = shown_until(
            segment.atoms, words=hide, hold_last_words=hold_last_words, awaited=segment.awaited
        )
    if segment.held_from is not None:
        hide = min(hide, segment.held_from)
    spans = [span for span in segment.spans + segment.written if span.first < hide]
    clock = _Clock(words)
    masked = _masked(words, spans, tombstones=segment.tombstones, clock=clock)
    segment.tombstones = [Tombstone(m.start_ms, m.end_ms, m.kind) for m in masked]
    tokens = [_token(segment, m, forms=forms) for m in masked]
    places = [_place(m, clock) for m in masked]
    rendered = _lay_out(words[:hide], masked, tokens=tokens, places=places)
    parts = sum(bool(_wholes(segment, m)) for m in masked) if segment.raw.is_final else 0
    return rendered._replace(rank=rendered.rank + parts)


def _token(segment: Segment, m: _Masked, *, forms: Forms) -> RedactedWord:
    """What stands in place of a span. A partial's says its kind only: more of it may follow."""
    spoken = _spoken(segment, m) if segment.raw.is_final else ""
    return RedactedWord(
        text=forms.token(m.kind, spoken),
        start_ms=m.start_ms,
        end_ms=m.end_ms,
        confidence=0.0,
        kind=m.kind,
        shown=(forms.shown(m.kind, spoken) if spoken else None) or UNSET,
    )


def _spoken(segment: Segment, m: _Masked) -> str:
    """The words that a token stands for; those of all parts at the last part of a split number."""
    if whole := _wholes(segment, m):
        return max(whole, key=len)
    return " ".join(word.text for word in segment.raw.words[m.first : m.last + 1])


def _wholes(segment: Segment, m: _Masked) -> list[str]:
    """Of each part of a longer value in a token, what `Segment.whole` says."""
    return [
        said
        for span, said in segment.whole.items()
        if m.first <= span.first and span.last <= m.last
    ]


def _masked(
    words: Sequence[Word],
    spans: Sequence[Span],
    *,
    tombstones: Sequence[Tombstone],
    clock: _Clock,
) -> list[_Masked]:
    """Spans and earlier masked intervals as disjoint tokens, in order of time."""
    tokens = [_of_words(words, span) for span in spans]
    tokens += [_of_interval(clock, stone) for stone in tombstones]
    tokens.sort(key=lambda m: (m.start_ms, m.end_ms))
    joined: list[_Masked] = []
    for item in tokens:
        if joined and _meets(joined[-1], item):
            joined[-1] = _join(joined[-1], item)
        else:
            joined.append(item)
    return joined


def _of_words(words: Sequence[Word], span: Span) -> _Masked:
    inside = words[span.first : span.last + 1]
    start_ms = min(word.start_ms for word in inside)
    end_ms = max(word.end_ms for word in inside)
    return _Masked(span.first, span.last, span.kind, start_ms, end_ms)


def _of_interval(clock: _Clock, stone: Tombstone) -> _Masked:
    """The words that lie in an interval masked before."""
    inside = clock.inside(stone)
    first, last = (inside[0], inside[-1]) if inside else (0, -1)
    return _Masked(first, last, stone.kind, stone.start_ms, stone.end_ms)


def lies_in(word: Word, stone: Tombstone) -> bool:
    """Whether a word reaches into a masked interval by more than its time can be wrong."""
    overlap_ms = min(word.end_ms, stone.end_ms) - max(word.start_ms, stone.start_ms)
    if overlap_ms <= 0:
        return False
    return overlap_ms > TOLERANCE_MS or 2 * overlap_ms >= word.end_ms - word.start_ms


def _meets(a: _Masked, b: _Masked) -> bool:
    """Whether two tokens share words, or time where one of them has no words."""
    if a.last >= a.first and b.last >= b.first:
        return b.first <= a.last and a.first <= b.last
    return b.start_ms <= a.end_ms


def _join(a: _Masked, b: _Masked) -> _Masked:
    named = [m for m in (a, b) if m.last >= m.first] or [a]
    longest = max(named, key=lambda m: (m.kind != "number", m.last - m.first))
    return _Masked(
        min(m.first for m in named),
        max(m.last for m in named),
        longest.kind,
        min(a.start_ms, b.start_ms),
        max(a.end_ms, b.end_ms),
    )


def _lay_out(
    words: Sequence[Word],
    masked: Sequence[_Masked],
    *,
    tokens: Sequence[RedactedWord],
    places: Sequence[int],
) -> Rendered:
    """Shown words and tokens in order."""
    out: list[tuple[int, RedactedWord, int | None]] = []
    covered: set[int] = set()
    rank = 0
    for m, token, place in zip(masked, tokens, places, strict=True):
        covered.update(range(m.first, m.last + 1))
        rank += (2 if m.kind == "number" else 3) * (m.last - m.first + 1)
        out.append((place, token, None))
    for i, heard in enumerate(words):
        if i not in covered:
            rank += 1
            out.append((2 * i, _shown(heard), i))
    out.sort(key=lambda entry: entry[0])
    return Rendered(tuple(e[1] for e in out), tuple(e[2] for e in out), rank)


def _place(m: _Masked, clock: _Clock) -> int:
    """Where a token stands among the words: at its first word, else by its time."""
    if m.last >= m.first:
        return 2 * m.first
    return 2 * clock.begun_before(m.start_ms) - 1


def _shown(word: Word) -> RedactedWord:
    return RedactedWord(
        text=word.text, start_ms=word.start_ms, end_ms=word.end_ms, confidence=word.confidence
    )


def frozen(rendered: Rendered, count: int) -> int:
    """How many leading words of `rendered` come of the first `count` raw ones, tokens between them
    included."""
    of_them = [
        at for at, source in enumerate(rendered.sources) if source is not None and source < count
    ]
    return of_them[-1] + 1 if of_them else 0


def unavailable(raw: RawTranscript) -> Rendered:
    """One token in place of the whole segment."""
    return Rendered(unavailable_words(raw.start_ms, raw.end_ms), (None,), 0)


def unavailable_words(start_ms: int, end_ms: int) -> tuple[RedactedWord]:
    """The token in place of whatever was said then."""
    word = RedactedWord(
        text="[unavailable]",
        start_ms=start_ms,
        end_ms=end_ms,
        confidence=0.0,
        kind="unavailable",
    )
    return (word,)
