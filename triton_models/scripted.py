"""Speech that was written beforehand: what a leg says, and when, for unit tests."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sip_gateway.events import AudioFrame
from triton_models.events import RawTranscript, Word
from triton_models.results import Result, Results
from triton_models.speech import LegStream


class Line(NamedTuple):
    """One utterance: a partial with its first half on the way, the final once audio passed it."""

    start_ms: int
    end_ms: int
    text: str


class ScriptedSpeech:
    """Says its lines as the audio of the leg's channel passes them, whatever is in it."""

    def __init__(self, script: Mapping[int, Sequence[Line]]) -> None:
        self._script = script
        self._legs: dict[str, LegStream] = {}
        self._left: dict[str, list[Line]] = {}
        self._shown: set[str] = set()
        self._results = Results()
        self.held: list[tuple[str, int]] = []
        self.busy = 0.0

    @property
    def ready(self) -> bool:
        """Always."""
        return True

    @property
    def load(self) -> float:
        """0 idle, 1 full: more legs would make finals late."""
        return self.busy

    def start_leg(self, leg: LegStream) -> None:
        """The leg will say the lines of its channel."""
        self._legs[leg.leg_id] = leg
        self._left[leg.leg_id] = list(self._script.get(leg.channel, ()))

    def feed(self, frame: AudioFrame) -> None:
        """Say what the audio has reached."""
        end_ms = frame.start_ms + len(frame.pcm) * 1000 // (2 * frame.rate_hz)
        lines = self._left[frame.leg_id]
        while lines and lines[0].end_ms <= end_ms:
            self._say(frame.leg_id, lines.pop(0), at=frame.captured_at)
        if lines and end_ms >= (lines[0].start_ms + lines[0].end_ms) // 2:
            self._say_half(frame.leg_id, lines[0], at=frame.captured_at)

    def hold_leg(self, leg_id: str, *, at_ms: int) -> None:
        """Remembered in `held`."""
        self.held.append((leg_id, at_ms))

    async def end_leg(self, leg_id: str) -> None:
        """Say the line that was begun, drop the rest."""
        lines = self._left.pop(leg_id)
        if lines and self._segment_id(leg_id, lines[0]) in self._shown:
            self._say(leg_id, lines[0], at=datetime.now(UTC))

    async def receive(self) -> Result:
        """The next thing said."""
        return await self._results.take()

    async def close(self) -> None:
        """Nothing to close."""
        await asyncio.sleep(0)

    def _segment_id(self, leg_id: str, line: Line) -> str:
        return f"{leg_id}/{line.start_ms:09d}"

    def _say_half(self, leg_id: str, line: Line, *, at: datetime) -> None:
        segment_id = self._segment_id(leg_id, line)
        if segment_id not in self._shown:
            self._shown.add(segment_id)
            words = _words(line)
            half = words[: (len(words) + 1) // 2]
            self._put(leg_id, line, words=half, at=at, is_final=False)

    def _say(self, leg_id: str, line: Line, *, at: datetime) -> None:
        self._put(leg_id, line, words=_words(line), at=at, is_final=True)

    def _put(
        self, leg_id: str, line: Line, *, words: Sequence[Word], at: datetime, is_final: bool
    ) -> None:
        leg = self._legs[leg_id]
        self._results.put(
            RawTranscript(
                tenant_id=leg.tenant_id,
                call_id=leg.call_id,
                leg_id=leg_id,
                segment_id=self._segment_id(leg_id, line),
                revision=2 if is_final else 1,
                is_final=is_final,
                start_ms=line.start_ms,
                end_ms=words[-1].end_ms if words else line.end_ms,
                words=tuple(words),
                speaker=leg.speaker,
                channel=leg.channel,
                language=leg.language,
                model="scripted",
                model_sha256="",
                decoder="",
                audio_end_at=at,
                recognised_at=at,
            )
        )


def _words(line: Line) -> list[Word]:
    """The line's words, each with the same share of its time."""
    texts = line.text.split()
    step_ms = (line.end_ms - line.start_ms) // max(1, len(texts))
    return [
        Word(
            text=text,
            start_ms=line.start_ms + at * step_ms,
            end_ms=line.start_ms + (at + 1) * step_ms,
            confidence=1.0,
        )
        for at, text in enumerate(texts)
    ]
