"""Puts speakers onto what was recognised on one shared leg (pure).

Roles are a guess from words that an agent says (`agent_phrases`), else there are none: speakers
are `speaker_1`, `speaker_2`, ... in order of arrival. A label says "the same as before", never who.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec

from triton_models.events import RawTranscript, Word
from triton_models.speakers.listener import Voice
from triton_models.speakers.roster import Roster
from triton_models.speakers.turns import SpeakerTurn

FIRST = "speaker_1"
AGENT = "agent"
CUSTOMER = "customer"

SHORTEST_RUN_MS = 300
"""Words of less time in all, between words of another, are that other's: a change of speaker
within a sentence takes longer, an error of the word times or of the segmentation does not."""

RECENT_MS = 30_000
"""No open utterance reaches further back: older turns are not looked at for live labels."""


class _Span(NamedTuple):
    start_ms: int
    end_ms: int


class _Published(NamedTuple):
    """A final that went out, without its text."""

    segment_id: str
    speaker: str
    spans: tuple[_Span, ...]


class LegLabels:
    """Contract: `hear` voices, ask `partial` and `final` for labels; at the end `corrected`."""

    def __init__(self, *, most: int, agent_phrases: Sequence[str] = ()) -> None:
        self.done_ms = 0
        self._roster = Roster(most=most)
        self._phrases = [_plain(phrase) for phrase in agent_phrases if phrase.strip()]
        self._agent_at: _Span | None = None
        self._published: list[_Published] = []
        self._last = FIRST

    def hear(self, voices: Iterable[Voice], *, done_ms: int) -> None:
        """The diariser heard these voices, and has decided all before `done_ms`."""
        for voice in voices:
            self._roster.receive(voice)
        self.done_ms = max(self.done_ms, done_ms)

    def partial(self, transcript: RawTranscript) -> RawTranscript:
        """With the speaker of most of it so far."""
        turns = self._turns(transcript)
        speaker = _most(_spans(transcript), turns) or self._last
        return msgspec.structs.replace(transcript, speaker=self._name(speaker))

    def final(self, transcript: RawTranscript) -> list[RawTranscript]:
        """Its parts, each of one speaker; the first has the name under which it was shown."""
        runs = _runs(transcript.words, self._turns(transcript), before=self._last)
        if not runs:
            return [self.partial(transcript)]
        self._last = runs[-1][0]
        for _, words in runs:
            self._note_agent(words)
        parts = [_part(transcript, words, number=n) for n, (_, words) in enumerate(runs)]
        named = [
            msgspec.structs.replace(
                part,
                speaker=self._name(speaker),
                speech_final=transcript.speech_final and part.end_ms == parts[-1].end_ms,
                utterance_end=transcript.utterance_end and part.end_ms == parts[-1].end_ms,
            )
            for part, (speaker, _) in zip(parts, runs, strict=True)
        ]
        self._published += [_Published(p.segment_id, p.speaker, _spans(p)) for p in named]
        return named

    def corrected(self) -> dict[str, str]:
        """The published finals whose speaker is another by all that was heard."""
        turns = self._roster.corrected()
        names = _names(turns, self._agent_at)
        changed: dict[str, str] = {}
        for one in self._published:
            speaker = _most(one.spans, turns)
            if speaker is not None and names[speaker] != one.speaker:
                changed[one.segment_id] = names[speaker]
        return changed

    def _turns(self, transcript: RawTranscript) -> list[SpeakerTurn]:
        since_ms = min(transcript.start_ms, self.done_ms) - 1000
        return self._roster.turns(since_ms=max(since_ms, transcript.start_ms - RECENT_MS))

    def _note_agent(self, words: Sequence[Word]) -> None:
        said = f" {_plain(' '.join(word.text for word in words))} "
        if self._agent_at is None and any(f" {phrase} " in said for phrase in self._phrases):
            self._agent_at = _Span(words[0].start_ms, words[-1].end_ms)

    def _name(self, speaker: str) -> str:
        if self._agent_at is None:
            return speaker
        turns = self._roster.turns()
        return _names(turns, self._agent_at).get(speaker, speaker)


def _names(turns: Sequence[SpeakerTurn], agent_at: _Span | None) -> dict[str, str]:
    """Each speaker's label: roles where an agent is known, then the first other is the customer."""
    order = list(dict.fromkeys(turn.speaker for turn in turns))
    names = {speaker: speaker for speaker in order}
    agent = _most((agent_at,), turns) if agent_at else None
    if agent is None:
        return names
    others = [speaker for speaker in order if speaker != agent]
    named = {speaker: f"speaker_{n}" for n, speaker in enumerate(others, start=2)}
    return {agent: AGENT} | named | {speaker: CUSTOMER for speaker in others[:1]}


def _runs(
    words: Sequence[Word], turns: Sequence[SpeakerTurn], *, before: str
) -> list[tuple[str, list[Word]]]:
    """The words in runs of one speaker each; a word in no turn goes with the one before it."""
    speakers: list[str | None] = [
        _most((_Span(word.start_ms, word.end_ms),), turns) for word in words
    ]
    last = next((speaker for speaker in speakers if speaker), before)
    told = []
    for speaker in speakers:
        last = speaker or last
        told.append(last)
    told = _steadied(words, told)
    pairs = zip(told, words, strict=True)
    return [(speaker, [w for _, w in run]) for speaker, run in groupby(pairs, lambda p: p[0])]


def _steadied(words: Sequence[Word], speakers: Sequence[str]) -> list[str]:
    """Runs that are too short are given to the longer of their neighbours."""
    runs = [
        (speaker, [at for at, _ in run])
        for speaker, run in groupby(enumerate(speakers), lambda pair: pair[1])
    ]
    spans = [words[at[-1]].end_ms - words[at[0]].start_ms for _, at in runs]
    told = list(speakers)
    for number, (_, places) in enumerate(runs):
        if spans[number] >= SHORTEST_RUN_MS or len(runs) == 1:
            continue
        around = [n for n in (number - 1, number + 1) if 0 <= n < len(runs)]
        neighbour = max(around, key=lambda n: spans[n])
        for at in places:
            told[at] = runs[neighbour][0]
    return told


def _most(spans: Iterable[_Span], turns: Sequence[SpeakerTurn]) -> str | None:
    """Who speaks in most of that time; None where nobody does."""
    shared: Counter[str] = Counter()
    for span in spans:
        for turn in turns:
            both_ms = min(span.end_ms, turn.end_ms) - max(span.start_ms, turn.start_ms)
            if both_ms > 0:
                shared[turn.speaker] += both_ms
    return shared.most_common(1)[0][0] if shared else None


def _spans(transcript: RawTranscript) -> tuple[_Span, ...]:
    words = tuple(_Span(word.start_ms, word.end_ms) for word in transcript.words)
    return words or (_Span(transcript.start_ms, transcript.end_ms),)


def _part(whole: RawTranscript, words: Sequence[Word], *, number: int) -> RawTranscript:
    """Those words of a final as a segment of its own; number 0 stays what it was."""
    first_ms = int(whole.segment_id.rpartition("/")[2])
    # Words may share a start: what follows must still be named after what came before.
    start_ms = max(words[0].start_ms, first_ms + number)
    name = whole.segment_id if number == 0 else f"{whole.leg_id}/{start_ms:09d}"
    return msgspec.structs.replace(
        whole,
        segment_id=name,
        revision=whole.revision if number == 0 else 1,
        start_ms=words[0].start_ms,
        end_ms=words[-1].end_ms,
        words=tuple(words),
        frozen_words=min(whole.frozen_words, len(words)),
    )


def _plain(text: str) -> str:
    kept = "".join(c if c.isalnum() or c == "'" else " " for c in text.casefold())
    return " ".join(kept.split())
