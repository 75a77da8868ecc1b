"""Recognises one group: the live recogniser, fed whole pieces, finals only."""

import itertools
from collections.abc import Callable, Sequence

import msgspec

from triton_models.hypothesis import Hypothesis, Step
from triton_models.recogniser import Recogniser
from triton_models.speakers.listener import Voice
from trunkline.batch.pieces import Group, Piece
from trunkline.batch.quality import Sound, measure
from trunkline.batch.voices import Voices


class HeardPiece(msgspec.Struct, frozen=True):
    """What a piece holds: raw words, to be kept sealed until they are redacted."""

    channel: int
    hypotheses: tuple[Hypothesis, ...]
    sound: Sound
    voices: tuple[Voice, ...] = ()
    """Where several people share the channel."""


class HeardGroup(msgspec.Struct, frozen=True):
    """What a group holds."""

    number: int
    audio_ms: int
    pieces: tuple[HeardPiece, ...]
    cpu_s: float


class Hearing:
    """One thread's recogniser."""

    def __init__(self, recogniser: Recogniser, voices: Voices | None = None) -> None:
        self._recogniser = recogniser
        self._voices = voices
        self._sequences = itertools.count(1)

    def hear(self, group: Group, *, clock: Callable[[], float]) -> HeardGroup:
        """All finals of the group's pieces."""
        began_s = clock()
        found = self._recogniser.step([self._step(piece) for piece in group.pieces])
        pairs = zip(group.pieces, found, strict=True)
        pieces = tuple(self._heard(piece, hypotheses, group) for piece, hypotheses in pairs)
        return HeardGroup(group.number, group.audio_ms, pieces, clock() - began_s)

    def _heard(self, piece: Piece, hypotheses: Sequence[Hypothesis], group: Group) -> HeardPiece:
        finals = tuple(one for one in hypotheses if one.is_final)
        is_lone = {one.channel for one in group.pieces} == {0}
        voices = self._voices.of(piece) if self._voices is not None and is_lone else ()
        sound = measure(piece.samples, _spoken_in(piece, finals))
        return HeardPiece(piece.channel, finals, sound, voices)

    def _step(self, piece: Piece) -> Step:
        """A piece as a whole leg of its own."""
        return Step(
            next(self._sequences),
            piece.samples,
            piece.start_ms,
            starts=True,
            ends=True,
        )


def _spoken_in(piece: Piece, hypotheses: Sequence[Hypothesis]) -> list[tuple[int, int]]:
    """Spans of speech, from the piece's start."""
    return [(one.start_ms - piece.start_ms, one.end_ms - piece.start_ms) for one in hypotheses]
