"""What Riva says of one leg as revisions and finals of segments (sans-I/O).

A segment is named by where its audio starts, as far as that is known when it is first shown:
later than every segment before it. A final whose words have several speakers becomes as many
segments; the first takes the place of the partial.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate, groupby, pairwise
from typing import NamedTuple

import msgspec

from triton_models.events import RawTranscript, Word
from triton_models.riva.offer import Origin
from triton_models.riva.said import Said
from triton_models.speech import LegStream

_LETTER_MS = 75
"""A word without times is put so much before the end of what was heard, for each letter."""


class Stamp(NamedTuple):
    """What is put on a transcript besides its words."""

    heard_ms: int
    """Call clock up to which Riva has heard the leg."""

    audio_end_at: datetime
    recognised_at: datetime
    origin: Origin
    cut: bool
    """True when no more is sent on the stream: a final is due to that, not to silence."""


class _Spoken(NamedTuple):
    """A word on the call clock."""

    word: Word
    speaker: str


class Segments:
    """Contract: `start_stream` for each stream, then `receive` all it says, in order."""

    def __init__(self, leg: LegStream) -> None:
        self._leg = leg
        self._stream_ms = 0
        self._closed_ms = 0
        self._segment_ms = -1
        self._shown: RawTranscript | None = None
        self._tags: dict[int, str] = {}
        self._speakers = 0

    @property
    def is_open(self) -> bool:
        """True while a partial is shown whose final has not come."""
        return self._shown is not None

    def start_stream(self, start_ms: int) -> None:
        """Offsets count from `start_ms`; the numbers of speakers have no meaning any more."""
        self._stream_ms = start_ms
        self._closed_ms = max(self._closed_ms, start_ms)
        self._tags.clear()

    def receive(self, said: Said, stamp: Stamp) -> list[RawTranscript]:
        """The transcripts that a hypothesis comes to; none if there is nothing to show."""
        spoken = self._spoken(said, stamp.heard_ms)
        if not said.is_final:
            return [self._revise(spoken, stamp, paused=said.paused)] if spoken else []
        turns = [list(turn) for _, turn in groupby(spoken, key=lambda one: one.speaker)]
        if not turns and self._shown is not None:
            turns = [[]]  # takes back what was shown
        finals = [self._close(self._revise(turn, stamp)) for turn in turns]
        if finals and not stamp.cut:
            ended = msgspec.structs.replace(finals[-1], speech_final=True, utterance_end=True)
            finals[-1] = ended
        return finals

    def stand(self) -> RawTranscript | None:
        """The final that the open segment's last partial becomes, if one is open."""
        shown = self._shown
        if shown is None:
            return None
        return self._close(msgspec.structs.replace(shown, revision=shown.revision + 1))

    def _revise(
        self, spoken: Sequence[_Spoken], stamp: Stamp, *, paused: bool = False
    ) -> RawTranscript:
        leg, before = self._leg, self._shown
        if before is None:
            first_ms = spoken[0].word.start_ms if spoken else self._closed_ms
            self._segment_ms = max(first_ms, self._segment_ms + 1)
        self._shown = RawTranscript(
            tenant_id=leg.tenant_id,
            call_id=leg.call_id,
            leg_id=leg.leg_id,
            segment_id=f"{leg.leg_id}/{self._segment_ms:09d}",
            revision=before.revision + 1 if before else 1,
            is_final=False,
            start_ms=spoken[0].word.start_ms if spoken else before.start_ms if before else 0,
            end_ms=spoken[-1].word.end_ms if spoken else before.end_ms if before else 0,
            words=tuple(one.word for one in spoken),
            speaker=_most(spoken) or leg.speaker,
            channel=leg.channel,
            language=leg.language,
            speech_final=paused,
            audio_end_at=stamp.audio_end_at,
            recognised_at=stamp.recognised_at,
            **stamp.origin._asdict(),
        )
        return self._shown

    def _close(self, last: RawTranscript) -> RawTranscript:
        self._shown = None
        self._closed_ms = max(self._closed_ms, last.end_ms)
        return msgspec.structs.replace(last, is_final=True, frozen_words=len(last.words))

    def _spoken(self, said: Said, heard_ms: int) -> list[_Spoken]:
        """The words on the call clock, in order, after all that is final."""
        spoken: list[_Spoken] = []
        labels = [self._label(word.tag) for word in said.words]
        speaker = next(filter(None, labels), self._leg.speaker)
        reached_ms = self._closed_ms
        for span, label, word in zip(self._placed(said, heard_ms), labels, said.words, strict=True):
            start_ms = max(span[0], reached_ms)
            reached_ms = max(start_ms, span[1])
            speaker = label or speaker
            placed = Word(
                text=word.text, start_ms=start_ms, end_ms=reached_ms, confidence=word.confidence
            )
            spoken.append(_Spoken(placed, speaker))
        return spoken

    def _placed(self, said: Said, heard_ms: int) -> list[tuple[int, int]]:
        """Where each word is; shared out by their letters where Riva does not tell."""
        if all(word.start_ms >= 0 for word in said.words):
            offset = self._stream_ms
            return [(offset + word.start_ms, offset + word.end_ms) for word in said.words]
        ends = list(accumulate(len(word.text) for word in said.words))
        start_ms = heard_ms - _LETTER_MS * ends[-1]
        if self._shown is not None:
            start_ms = min(start_ms, self._shown.start_ms)
        start_ms = min(max(self._closed_ms, start_ms), heard_ms)
        edges = [start_ms + (heard_ms - start_ms) * end // ends[-1] for end in (0, *ends)]
        return list(pairwise(edges))

    def _label(self, tag: int) -> str:
        """`speaker_N` in the order of their arrival on the leg; empty for a word without tag."""
        if self._leg.options.most_speakers <= 1 or tag == 0:
            return ""
        if tag not in self._tags:
            self._speakers += 1
            self._tags[tag] = f"speaker_{self._speakers}"
        return self._tags[tag]


def _most(spoken: Sequence[_Spoken]) -> str:
    """Who says most of the words; of equals the first."""
    names = [one.speaker for one in spoken]
    return max(dict.fromkeys(names), key=names.count, default="")
