"""Any sample rate to 16 kHz, block by block (pure).

A block of outputs is one product of a window of inputs with a matrix of filter taps. Every block
has the same shape and place, so that the samples do not depend on how the input was cut up: a job
that goes on after a kill hears what it would have heard without.
"""

from math import gcd

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16000

_ZEROS = 16
"""Zero crossings of the windowed sinc on either side."""

_PASS = 0.97
_KAISER_BETA = 8.0
"""Images and aliases are 70 dB down."""

_ROWS = 4
"""Periods in one product. Small products run on one thread in every BLAS build we know: batch work
keeps to the cores it was given."""

_LEAST_OUTPUTS = 64

Block = NDArray[np.float32]
"""float32 [samples], mono, -1 to 1."""


class Resampler:
    """Contract: `process` each block in order, then `finish` once; together they are the output."""

    def __init__(self, from_hz: int) -> None:
        shared = gcd(from_hz, RATE_HZ)
        up, down = RATE_HZ // shared, from_hz // shared
        periods = -(-_LEAST_OUTPUTS // up)
        self._outputs, self._inputs = up * periods, down * periods
        self._reach = _ZEROS * max(up, down) // up + 1
        self._taps = _matrix(up, down, outputs=self._outputs, reach=self._reach)
        self._line = np.zeros(self._reach, np.float32)
        self._is_plain = up == down
        self._received = 0
        self._given = 0
        self._ratio = up, down

    def process(self, block: Block) -> Block:
        """What can be said of the output after one more block of input."""
        self._received += len(block)
        if self._is_plain:
            return block
        self._line = np.concatenate((self._line, block))
        return self._take()

    def finish(self) -> Block:
        """The rest: as much output as the input lasted."""
        if self._is_plain:
            return np.zeros(0, np.float32)
        up, down = self._ratio
        missing = -(-self._received * up // down) - self._given
        advance = _ROWS * self._inputs
        padding = np.zeros(advance + len(self._taps) + self._reach, np.float32)
        self._line = np.concatenate((self._line, padding))
        parts: list[Block] = [np.zeros(0, np.float32)]
        while sum(map(len, parts)) < missing:
            parts.append(self._take())
            self._line = np.concatenate((self._line, padding))
        return np.concatenate(parts)[:missing]

    def _take(self) -> Block:
        """All whole products that the line holds."""
        window, advance = len(self._taps), _ROWS * self._inputs
        found: list[Block] = [np.zeros(0, np.float32)]
        at = 0
        while at + advance - self._inputs + window <= len(self._line):
            rows = np.stack(
                [self._line[at + row * self._inputs :][:window] for row in range(_ROWS)]
            )
            found.append((rows @ self._taps).reshape(-1))
            at += advance
        self._line = self._line[at:]
        taken = np.concatenate(found)
        self._given += len(taken)
        return taken


def _matrix(up: int, down: int, *, outputs: int, reach: int) -> Block:
    """float32 [inputs of a window, outputs]: output n stands at input n * down / up + reach."""
    centres = np.arange(outputs) * down / up + reach
    window = int(centres[-1]) + reach + 2
    away = np.arange(window)[:, None] - centres[None, :]
    cutoff = _PASS * min(1.0, up / down)
    at = away * min(1.0, up / down) / _ZEROS
    inside = np.sqrt(np.maximum(0.0, 1.0 - at**2))
    shape = np.i0(_KAISER_BETA * inside) / np.i0(_KAISER_BETA)
    taps = cutoff * np.sinc(cutoff * away) * shape * (np.abs(at) <= 1.0)
    return np.ascontiguousarray(taps, dtype=np.float32)
