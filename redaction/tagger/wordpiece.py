"""Words into the pieces that a BERT model reads: lower case, longest known piece first."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

UNKNOWN = "[UNK]"
MAX_PIECES = 12
"""Of one word: more say nothing about what it is."""

_MARK = r"!-/:-@\[-`{-~\u2010-\u2027\u2030-\u205e\u00a1\u00a7\u00ab\u00b6\u00b7\u00bb\u00bf"
_PARTS = re.compile(f"[{_MARK}]|[^\\s{_MARK}]+")
_LONGEST = 100


class Vocabulary:
    """The pieces a model knows, numbered by line."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._numbers = {piece: n for n, piece in enumerate(pieces)}

    @classmethod
    def load(cls, path: Path) -> "Vocabulary":
        """From a file with a piece a line."""
        return cls(path.read_text(encoding="utf-8").splitlines())

    def number(self, piece: str) -> int:
        """The number of one whole piece, such as `[CLS]`."""
        return self._numbers[piece]

    def pieces(self, word: str) -> list[int]:
        """The numbers of a word's pieces; punctuation is pieces of its own."""
        plain = unicodedata.normalize("NFD", word.lower())
        plain = "".join(c for c in plain if unicodedata.category(c) != "Mn")
        numbers: list[int] = []
        for part in _PARTS.findall(plain):
            numbers += self._split(part)
            if len(numbers) >= MAX_PIECES:
                break
        return numbers[:MAX_PIECES]

    def _split(self, part: str) -> list[int]:
        numbers: list[int] = []
        at = 0
        while at < len(part) <= _LONGEST:
            prefix = "##" if at else ""
            ends = range(len(part), at, -1)
            end = next((e for e in ends if prefix + part[at:e] in self._numbers), 0)
            if not end:
                return [self._numbers[UNKNOWN]]
            numbers.append(self._numbers[prefix + part[at:end]])
            at = end
        return numbers or [self._numbers[UNKNOWN]]
