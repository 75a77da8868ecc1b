"""Plays calls through the redactor in segments and partials, and counts what was shown."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted
from redaction.policy.prepared_policy import Policy
from tests.unit.redaction.spoken_calls import Call, Said, Turn
from triton_models.events import RawTranscript, Word

NEVER = datetime(2026, 1, 1, tzinfo=UTC)
WORD_MS = 320
TURN_GAP_MS = 500


@dataclass(slots=True)
class Cut:
    """How turns are cut: words a segment, words a partial; 0 is no cut, no partials."""

    segment: int = 0
    partial: int = 0
    seed: int = 0


def raw(
    words: list[Word], *, segment_id: str, revision: int, is_final: bool, agent: bool, start_ms: int
) -> RawTranscript:
    """An event with these words."""
    return RawTranscript(
        tenant_id="t",
        call_id="c",
        leg_id=f"c-{int(not agent)}",
        segment_id=segment_id,
        revision=revision,
        is_final=is_final,
        start_ms=start_ms,
        end_ms=words[-1].end_ms if words else start_ms,
        words=tuple(words),
        speaker="agent" if agent else "customer",
        channel=int(not agent),
        language="en",
        model="m",
        model_sha256="",
        decoder="",
        audio_end_at=NEVER,
        recognised_at=NEVER,
    )


def events(call: Call, cut: Cut) -> Iterator[tuple[RawTranscript, list[Said]]]:
    """The call's events in order, each with what was said in it."""
    rng = random.Random(f"{call.name}/{cut}")
    at_ms = 0
    for n, turn in enumerate(call.turns):
        for first, last in _segments(turn, cut, rng):
            said = turn.words[first:last]
            start_ms = at_ms
            words = []
            for word in said:
                pieces = len(word.text.split())
                words.append(
                    Word(
                        text=word.text,
                        start_ms=at_ms,
                        end_ms=at_ms + WORD_MS * pieces,
                        confidence=0.9,
                    )
                )
                at_ms += WORD_MS * pieces
            for revision, end in enumerate(_prefixes(len(words), cut, rng), start=1):
                yield (
                    raw(
                        words[:end],
                        segment_id=f"{n}/{start_ms:09d}",
                        revision=revision,
                        is_final=end == len(words) and revision > 0,
                        agent=turn.agent,
                        start_ms=start_ms,
                    ),
                    said[:end],
                )
        at_ms += TURN_GAP_MS


def _segments(turn: Turn, cut: Cut, rng: random.Random) -> Iterator[tuple[int, int]]:
    first, total = 0, len(turn.words)
    while first < total:
        size = rng.randint(max(1, cut.segment // 2), cut.segment * 2) if cut.segment else total
        last = min(first + size, total)
        yield first, last
        first = last


def _prefixes(total: int, cut: Cut, rng: random.Random) -> Iterator[int]:
    end = 0
    while cut.partial and (end := end + rng.randint(1, cut.partial * 2)) < total:
        yield end
    yield total


@dataclass(slots=True)
class Score:
    """Spans by kind: how many, how many whole at the end, and how many ever shown in part."""

    spans: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    leaked: Counter[str] = field(default_factory=Counter)
    clean_words: int = 0
    clean_masked: int = 0
    clean_segments: int = 0
    clean_touched: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, other: "Score") -> None:
        """Sum two scores."""
        self.spans += other.spans
        self.missed += other.missed
        self.leaked += other.leaked
        self.clean_words += other.clean_words
        self.clean_masked += other.clean_masked
        self.clean_segments += other.clean_segments
        self.clean_touched += other.clean_touched
        self.examples += other.examples


class _Book:
    """What was said in each segment, what is shown of it now, and what ever was."""

    def __init__(self) -> None:
        self.said: dict[str, list[Said]] = {}
        self.shown: dict[str, set[int]] = {}
        self.ever: dict[str, set[int]] = {}
        self.text: dict[str, str] = {}

    def take(self, redacted: Redacted) -> None:
        key = redacted.raw.segment_id
        shown = {i for i in redacted.rendered.sources if i is not None}
        self.shown[key] = shown
        self.ever.setdefault(key, set()).update(shown)
        self.text[key] = " ".join(word.text for word in redacted.rendered.words)


def play(policy: Policy, call: Call, cut: Cut) -> Score:
    """Redact a call and score it."""
    redactor = CallRedactor(policy, call_id=call.name)
    book = _Book()
    for event, said in events(call, cut):
        book.said[event.segment_id] = said
        for redacted in redactor.receive(event):
            assert not redacted.fault, redacted.fault
            book.take(redacted)
    for redacted in redactor.end():
        book.take(redacted)
    return _score(book)


def _score(book: _Book) -> Score:
    score = Score()
    kinds: dict[int, str] = {}
    missed: set[int] = set()
    leaked: set[int] = set()
    for key, said in book.said.items():
        clean = [i for i, word in enumerate(said) if word.span is None]
        hidden = [i for i in clean if i not in book.shown[key]]
        score.clean_words += len(clean)
        score.clean_masked += len(hidden)
        if len(clean) == len(said):
            score.clean_segments += 1
            score.clean_touched += bool(hidden)
        if hidden:
            score.examples.append(f"over: {_mark(said, hidden)}")
        for i, word in enumerate(said):
            if word.span is None or word.free:
                continue
            kinds[word.span] = word.kind
            if i in book.shown[key]:
                missed.add(word.span)
            if i in book.ever[key]:
                leaked.add(word.span)
        open_words = [i for i in book.shown[key] if said[i].span is not None and not said[i].free]
        if open_words:
            score.examples.append(f"miss: {_mark(said, open_words)}")
    score.spans.update(kinds.values())
    score.missed.update(kinds[s] for s in missed)
    score.leaked.update(kinds[s] for s in leaked)
    return score


def _mark(said: list[Said], marked: list[int]) -> str:
    return " ".join(f"<{w.text}>" if i in marked else w.text for i, w in enumerate(said))
