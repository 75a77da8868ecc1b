"""Key tones in 8 kHz audio (DTMF, ITU-T Q.23 and Q.24): found while they last, told when over.

Every 6 ms a block of 26 ms is compared with the eight frequencies. A tone is two blocks in a row in
which one row and one column hold nearly all of the energy; speech hardly ever does that.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sip_gateway.audio.g711 import peak
from sip_gateway.audio.key import Key

RATE_HZ = 8000
ROWS_HZ = (697, 770, 852, 941)
COLUMNS_HZ = (1209, 1336, 1477, 1633)
SYMBOLS = "123A456B789C*0#D"

BLOCK = 205
HOP = 50
"""Samples. Two blocks in a row lie within every tone of 40 ms, however it falls."""

LOOK_AHEAD = 40 * RATE_HZ // 1000
"""Samples: what a tone that starts now needs to be known."""

MARGIN = 20 * RATE_HZ // 1000
"""Samples silenced before the first block and behind the last: the tone's edges."""

_OFF = (-0.013, 0.0, 0.013)
"""Each frequency is looked for as sent exactly and this much off (Q.24: up to 1.5 %)."""

_SHARE = 0.8
"""Of the block's energy in the two frequencies."""

_TWIST = 10.0
"""dB between the two; Q.24 asks for 4 and 8."""

_ABOVE_OTHERS = 10 ** (8.0 / 10)
"""Each stands out of its four by so much."""

_FLOOR = (32768 * 10 ** (-45.0 / 20)) ** 2 / 2
"""Power of the weaker one, at -45 dBov: 10 dB below the weakest that Q.24 wants heard."""

_LEAST_PEAK = int(0.9 * (2 * _FLOOR) ** 0.5)
"""Audio that nowhere goes beyond holds no two frequencies of that power."""

_BRIDGED = 4
"""Blocks: a drop-out of 20 ms does not cut a tone in two; keys are 40 ms apart at least."""

_TWIST_RATIO = 10 ** (_TWIST / 10)

Samples = NDArray[np.int16]


def _probe() -> NDArray[np.float32]:
    """float32 [BLOCK, 2 * 24]: cosines, then sines, scaled so that squares add up to power."""
    wanted = np.array(ROWS_HZ + COLUMNS_HZ, dtype=np.float64)
    frequencies = np.concatenate([wanted * (1 + off) for off in _OFF])
    angle = 2 * np.pi * np.outer(np.arange(BLOCK), frequencies) / RATE_HZ
    both = np.concatenate([np.cos(angle), np.sin(angle)], axis=1) * np.sqrt(2) / BLOCK
    return np.asarray(both, dtype=np.float32)


_PROBE = _probe()


class Tone(NamedTuple):
    """A key's tone from its first sample to its last, margins included."""

    start: int
    end: int
    key: Key


class _Heard(NamedTuple):
    """A tone so far, in samples of the blocks that it filled."""

    start: int
    end: int
    symbol: int
    blocks: int


class ToneFinder:
    """Finds the tones of one leg, given all of its audio in order.

    After `receive`, a tone that began `LOOK_AHEAD` or more before the end of what was given lies
    in `spans`: silence those before the audio goes on.
    """

    def __init__(self) -> None:
        self.spans: list[tuple[int, int]] = []
        """What to silence, in samples; `forget` it when it has gone by."""

        self._past = b""
        """int16 [samples]"""

        self._at = 0
        """Position of the first sample in `_past`, which is the next block's."""

        self._open: _Heard | None = None

    def receive(self, pcm: Samples, *, start: int) -> list[Tone]:
        """Take the audio that starts at sample `start`; the tones that are over now."""
        over: list[Tone] = []
        if start != self._at + len(self._past) // 2:
            over = self.finish()
            self._past, self._at = b"", start
        line = np.concatenate((np.frombuffer(self._past, np.int16), pcm))
        count = max(0, (len(line) - BLOCK) // HOP + 1)
        symbols = _symbols(line.astype(np.float32), count)
        if symbols or self._open is not None:
            for n in range(count):
                over += self._take(symbols[n] if symbols else -1, self._at + n * HOP)
        self._past, self._at = line[count * HOP :].tobytes(), self._at + count * HOP
        return over

    def line_with(self, pcm: bytes, *, start: int) -> bytes | None:
        """What `receive` will look at if it is given this audio; None if it must look itself."""
        if self._open is not None or start != self._at + len(self._past) // 2:
            return None
        return self._past + pcm

    def receive_toneless(self, line: bytes) -> int:
        """In place of `receive`: `tones_likely` found none in this line; where it ends."""
        gone_by = max(0, (len(line) // 2 - BLOCK) // HOP + 1) * HOP
        self._past, self._at = line[2 * gone_by :], self._at + gone_by
        return self._at + len(self._past) // 2

    def finish(self) -> list[Tone]:
        """The audio ends or jumps here."""
        heard, self._open = self._open, None
        if heard is None or heard.blocks < 2:
            return []
        return [Tone(heard.start - MARGIN, heard.end + MARGIN, Key(SYMBOLS[heard.symbol]))]

    def forget(self, before: int) -> None:
        """Audio before this sample has gone by."""
        self.spans = [span for span in self.spans if span[1] > before]

    def _take(self, symbol: int, at: int) -> list[Tone]:
        heard = self._open
        if symbol < 0:
            gone_by = heard is not None and at - (heard.end - BLOCK) > _BRIDGED * HOP
            # One block alone is chance: the next must follow it at once.
            chance = heard is not None and heard.blocks < 2
            return self.finish() if gone_by or chance else []
        if heard is None or heard.symbol != symbol:
            over = self.finish()
            self._open = _Heard(at, at + BLOCK, symbol, 1)
            return over
        self._open = heard = _Heard(heard.start, at + BLOCK, symbol, heard.blocks + 1)
        start = heard.start - MARGIN
        if self.spans and self.spans[-1][0] == start:
            self.spans.pop()
        self.spans.append((start, heard.end + MARGIN))
        return []


def too_quiet(line: bytes) -> bool:
    """Whether no tone can be in this audio: in most calls one of two is silent."""
    return peak(line) < _LEAST_PEAK


def tones_likely(lines: Sequence[bytes]) -> list[bool]:
    """Which of several lines of one length may hold what `receive` takes for a tone.

    A tone is two blocks in a row, so looking at every second one misses none. For many lines at
    once this costs a tenth of what each line costs alone.
    """
    count = (len(lines[0]) // 2 - BLOCK) // HOP + 1
    if count < 2:
        return [True] * len(lines)
    samples = np.frombuffer(b"".join(lines), np.int16).astype(np.float32).reshape(len(lines), -1)
    first = HOP * (1 - count % 2)  # with the last block, which may go on in the next line
    shape = (len(lines), (count + 1) // 2, BLOCK)
    strides = (samples.strides[0], 2 * HOP * samples.itemsize, samples.itemsize)
    view: NDArray[np.float32] = np.ndarray(
        shape, samples.dtype, samples, offset=first * samples.itemsize, strides=strides
    )
    blocks = np.ascontiguousarray(view)
    energy = np.einsum("ijk,ijk->ij", blocks, blocks) / BLOCK
    # A product for each line: one for all of them would be shared out among threads.
    is_tone, _ = _judged(np.matmul(blocks, _PROBE), energy)
    likely: list[bool] = is_tone.any(axis=1).tolist()
    return likely


def _judged(
    parts: NDArray[np.float32], energy: NDArray[np.float32]
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """For blocks of given energy: whether each is a tone, and its power at the 8 frequencies."""
    np.square(parts, out=parts)
    half = parts.shape[-1] // 2
    both = parts[..., :half] + parts[..., half:]
    power = np.maximum(np.maximum(both[..., :8], both[..., 8:16]), both[..., 16:])
    ordered = np.sort(power.reshape(*power.shape[:-1], 2, 4), axis=-1)
    best, second = ordered[..., 3], ordered[..., 2]
    row, column = best[..., 0], best[..., 1]
    weak, strong = np.minimum(row, column), np.maximum(row, column)
    stands_out = best > _ABOVE_OTHERS * second
    return (
        (row + column > _SHARE * energy)
        & (weak > _FLOOR)
        & (strong < _TWIST_RATIO * weak)
        & stands_out[..., 0]
        & stands_out[..., 1]
    ), power


def _symbols(line: NDArray[np.float32], count: int) -> list[int]:
    """For each of the first `count` blocks: which key's tone it is, or -1. Empty: none of any."""
    if count == 0:
        return []
    # Views cost as much to make as the sums themselves, and products of views are slow.
    shape, strides = (count, BLOCK), (HOP * line.itemsize, line.itemsize)
    blocks: NDArray[np.float32] = np.ascontiguousarray(
        np.ndarray(shape, line.dtype, line, strides=strides)
    )
    energy = np.einsum("ij,ij->i", blocks, blocks) / BLOCK
    if energy.max() <= 2 * _FLOOR:
        return []
    is_tone, power = _judged(blocks @ _PROBE, energy)
    row, column = power[:, :4].argmax(axis=1), power[:, 4:].argmax(axis=1)
    return [int(n) for n in np.where(is_tone, 4 * row + column, -1)] if is_tone.any() else []
