"""Recognises one group: the live recogniser, fed whole pieces, finals only."""

import itertools
from collections.abc import Callable, Sequence

import msgspec

from triton_models.hypothesis import Hypothesis, Step
from triton_models.recogniser import Recogniser
from trunkline.batch.pieces import Group, Piece
from trunkline.batch.quality import Sound, measure


class HeardPiece(msgspec.Struct, frozen=True):
    """What a piece holds: raw words, to be kept sealed until they are redacted."""

    channel: int
    hypotheses: tuple[Hypothesis, ...]
    sound: Sound


class HeardGroup(msgspec.Struct, frozen=True):
    """What a group holds."""

    number: int
    audio_ms: int
    pieces: tuple[HeardPiece, ...]
    cpu_s: float


class Hearing:
    """One thread's recogniser."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self._sequences = itertools.count(1)

    def hear(self, group: Group, *, clock: Callable[[], float]) -> HeardGroup:
        """All finals of the group's pieces."""
        began_s = clock()
        found = self._recogniser.step([self._step(piece) for piece in group.pieces])
        pieces = tuple(
            HeardPiece(
                piece.channel,
                tuple(one for one in hypotheses if one.is_final),
                measure(piece.samples, _spoken_in(piece, hypotheses)),
            )
            for piece, hypotheses in zip(group.pieces, found, strict=True)
        )
        return HeardGroup(group.number, group.audio_ms, pieces, clock() - began_s)

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
    return [
        (one.start_ms - piece.start_ms, one.end_ms - piece.start_ms)
        for one in hypotheses
        if one.is_final
    ]
