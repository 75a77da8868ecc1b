"""Moonshine's vocabulary: token numbers -> text, and text tokens -> words.

`tokenizer.bin` holds one entry a token, in order: a length (one byte below 128, else two bytes,
low seven bits first) and so many bytes of UTF-8. A word's first token starts with U+2581;
`<0xNN>` tokens are single bytes; `<...>` tokens carry no text.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

START_TOKEN = 1
END_TOKEN = 2

_WORD_START = "\u2581".encode()
_BYTE = re.compile(rb"<0x([0-9A-Fa-f]{2})>")
_CONTROL = re.compile(rb"<.*>", re.DOTALL)


class SpokenWord(NamedTuple):
    """A word as decoded, and how sure the decoder was of its least sure token."""

    text: str
    confidence: float
    end: int = 0
    """How many tokens it and the words before it take."""


class Vocabulary:
    """Reads `tokenizer.bin`, and turns token numbers into text."""

    def __init__(self, table: bytes) -> None:
        entries = list(_entries(table))
        self._pieces = [_piece(entry) for entry in entries]
        self._numbers = {entry: number for number, entry in reversed(list(enumerate(entries)))}

    def __len__(self) -> int:
        return len(self._pieces)

    def text(self, tokens: Sequence[int]) -> str:
        """The text of `tokens`, words separated by one space."""
        joined = b"".join(self._pieces[token] for token in tokens)
        return joined.replace(_WORD_START, b" ").decode("utf-8", errors="ignore").strip()

    def encode(self, text: str) -> tuple[int, ...]:
        """The tokens of `text`, as words of their own; not those a decoder would always choose.

        Byte-pair encoding as SentencePiece has it: a piece made earlier has a lower number.
        """
        pieces = [char.encode() for char in "\u2581" + text.strip().replace(" ", "\u2581")]
        while True:
            pairs = enumerate(zip(pieces, pieces[1:], strict=False))
            joined = [(self._numbers.get(a + b), at) for at, (a, b) in pairs]
            number, at = min(((n, at) for n, at in joined if n is not None), default=(-1, 0))
            if number < 0:
                return tuple(n for piece in pieces for n in self._spelled(piece))
            pieces[at : at + 2] = [pieces[at] + pieces[at + 1]]

    def _spelled(self, piece: bytes) -> list[int]:
        """A piece's own number, or its bytes'."""
        if piece in self._numbers:
            return [self._numbers[piece]]
        return [self._numbers[b"<0x%02X>" % byte] for byte in piece]

    def without(self, allowed: str) -> NDArray[np.bool_]:
        """bool [vocabulary]: tokens that write any other character than `allowed` and a space."""
        whole = {END_TOKEN}
        plain = set(allowed + " ")
        return np.array(
            [
                number not in whole
                and not set(piece.replace(_WORD_START, b" ").decode("utf-8", "replace")) <= plain
                for number, piece in enumerate(self._pieces)
            ]
        )

    def words(self, tokens: Sequence[int], probabilities: Sequence[float]) -> list[SpokenWord]:
        """Whitespace-separated words; punctuation stays on its word and does not count for it."""
        groups: list[tuple[bytearray, list[float]]] = []
        ends: list[int] = []
        for at, (token, probability) in enumerate(zip(tokens, probabilities, strict=True)):
            piece = self._pieces[token]
            if piece.startswith(_WORD_START) or not groups:
                groups.append((bytearray(), []))
                ends.append(at)
            ends[-1] = at + 1
            groups[-1][0].extend(piece.replace(_WORD_START, b""))
            if any(byte > 127 or chr(byte).isalnum() for byte in piece.replace(_WORD_START, b"")):
                groups[-1][1].append(probability)
        return [
            SpokenWord(text, min(sure, default=1.0), end)
            for (raw, sure), end in zip(groups, ends, strict=True)
            if (text := raw.decode("utf-8", errors="ignore").strip())
        ]


def load(path: Path) -> Vocabulary:
    """The vocabulary in the file `path`."""
    return Vocabulary(path.read_bytes())


def _entries(table: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(table):
        size = table[at]
        at += 1
        if size >= 128:
            size = size - 128 + table[at] * 128
            at += 1
        yield table[at : at + size]
        at += size


def _piece(entry: bytes) -> bytes:
    """The bytes a token adds to the text."""
    if single := _BYTE.fullmatch(entry):
        return bytes([int(single[1], 16)])
    return b"" if _CONTROL.fullmatch(entry) else entry
