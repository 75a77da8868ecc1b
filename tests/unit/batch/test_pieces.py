"""How a file is cut into groups of pieces."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from trunkline.batch.pieces import PIECE_S, ROWS, Group, cut

SECOND = 16000


def speech(seconds: int, *, channels: int = 2) -> NDArray[np.int16]:
    """Noise with a pause of a second in every eight, elsewhere on each channel."""
    noise = np.random.default_rng(1).normal(0, 3000, (channels, 8 * SECOND)).astype(np.int16)
    for channel in range(channels):
        noise[channel, (3 + channel) * SECOND : (4 + channel) * SECOND] = 0
    return np.tile(noise, -(-seconds // 8))[:, : seconds * SECOND]


def blocks(audio: NDArray[np.int16], size: int) -> Iterator[NDArray[np.int16]]:
    for at in range(0, audio.shape[1], size):
        yield audio[:, at : at + size]


def put_together(groups: list[Group], channel: int) -> NDArray[np.int16]:
    pieces = [piece for group in groups for piece in group.pieces if piece.channel == channel]
    at_ms = 0
    for piece in pieces:
        assert piece.start_ms == at_ms
        assert len(piece.samples) % 16 == 0 or piece is pieces[-1]
        at_ms += len(piece.samples) // 16
    return np.concatenate([piece.samples for piece in pieces])


def test_every_sample_is_in_exactly_one_piece() -> None:
    audio = speech(400)
    groups = list(cut(blocks(audio, 10 * SECOND)))
    assert [group.number for group in groups] == list(range(len(groups)))
    assert len(groups) == 3
    for channel in (0, 1):
        assert np.array_equal(put_together(groups, channel), audio[channel])


def test_where_it_is_cut_does_not_depend_on_how_the_file_was_read() -> None:
    audio = speech(400)
    one = list(cut(blocks(audio, 10 * SECOND)))
    other = list(cut(blocks(audio, 12345)))
    assert [[p.start_ms for p in g.pieces] for g in one] == [
        [p.start_ms for p in g.pieces] for g in other
    ]


def test_it_is_cut_in_silence() -> None:
    audio = speech(400)
    for group in cut(blocks(audio, 10 * SECOND)):
        for piece in group.pieces:
            at = piece.start_ms * 16
            assert at == 0 or not audio[piece.channel, at - 2000 : at + 2000].any()


def test_a_group_has_as_many_rows_as_the_voice_detector_takes_side_by_side() -> None:
    for channels in (1, 2, 3):
        first = next(cut(blocks(speech(500, channels=channels), 10 * SECOND)))
        assert len(first.pieces) == ROWS // channels * channels
        longest = max(len(piece.samples) for piece in first.pieces)
        assert longest <= (PIECE_S + 10) * SECOND


def test_a_short_file_is_one_piece_a_channel_and_an_empty_one_none() -> None:
    (group,) = cut(blocks(speech(2), SECOND))
    assert [len(piece.samples) for piece in group.pieces] == [2 * SECOND] * 2
    assert group.audio_ms == 2000
    assert list(cut(blocks(speech(0), SECOND))) == []
