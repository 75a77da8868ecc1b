"""The transducer's vocabulary: token numbers -> words, and phrases -> token numbers (pure).

`tokens.txt` has a line a token, `PIECE NUMBER`, as icefall writes it; SentencePiece's `bpe.vocab`,
`PIECE<tab>SCORE`, adds the scores by which a text is cut into pieces. Without scores a text is cut
into as few pieces as can be.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

WORD_START = "\u2581"
_BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>")
_CONTROL = re.compile(r"<.*>|#\d+")


class Token(NamedTuple):
    """One token of a hypothesis."""

    number: int
    frame: int
    """The encoder frame at which it was emitted, since the stream's start."""

    probability: float


class SpokenWord(NamedTuple):
    """A word as decoded."""

    text: str
    tokens: tuple[Token, ...]

    @property
    def confidence(self) -> float:
        """How sure the decoder was of the least sure token."""
        return min(token.probability for token in self.tokens)


class BadVocabulary(Exception):
    """`tokens.txt` or `bpe.vocab` is none; the message says which line."""


class Vocabulary:
    """Contract: token numbers are those of `tokens.txt`; a piece that is not there is not cut."""

    def __init__(self, pieces: Sequence[str], *, scores: Mapping[str, float] | None = None) -> None:
        self._pieces = pieces
        self._is_upper = not any(
            c.islower() for p in pieces if not _CONTROL.fullmatch(p) for c in p
        )
        self._costs = {
            piece: (number, -scores[piece] if scores else 1.0)
            for number, piece in enumerate(pieces)
            if not _CONTROL.fullmatch(piece) and (not scores or piece in scores)
        }
        self._longest = max(map(len, self._costs), default=0)

    def __len__(self) -> int:
        return len(self._pieces)

    def starts_word(self, number: int) -> bool:
        """True when the token begins a word."""
        return self._pieces[number].startswith(WORD_START)

    def words(self, tokens: Sequence[Token]) -> list[SpokenWord]:
        """The words of a hypothesis; in small letters where the vocabulary has capitals only."""
        groups: list[list[Token]] = []
        for token in tokens:
            if self.starts_word(token.number) or not groups:
                groups.append([])
            groups[-1].append(token)
        spoken = ((self._text(group), tuple(group)) for group in groups)
        return [SpokenWord(text, group) for text, group in spoken if text]

    def cut(self, phrase: str) -> tuple[int, ...]:
        """The phrase in tokens; empty if the vocabulary cannot spell it."""
        cased = phrase.upper() if self._is_upper else phrase
        text = "".join(WORD_START + word for word in cased.split())
        best: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
        for end in range(1, len(text) + 1):
            found: tuple[float, tuple[int, ...]] = (math.inf, ())
            for start in range(max(0, end - self._longest), end):
                number, cost = self._costs.get(text[start:end], (0, math.inf))
                if best[start][0] + cost < found[0]:
                    found = (best[start][0] + cost, (*best[start][1], number))
            best.append(found)
        return best[-1][1]

    def _text(self, tokens: Sequence[Token]) -> str:
        raw = b"".join(_bytes(self._pieces[token.number]) for token in tokens)
        text = raw.decode("utf-8", errors="ignore").strip()
        return text.lower() if self._is_upper else text


def vocabulary(tokens_txt: str, bpe_vocab: str = "") -> Vocabulary:
    """The vocabulary in the text of `tokens.txt` and, if there is one, of `bpe.vocab`."""
    pieces: list[str] = []
    for line in tokens_txt.splitlines():
        piece, _, number = line.rstrip().rpartition(" ")
        if not piece or number != str(len(pieces)):
            raise BadVocabulary(f"tokens.txt line {len(pieces) + 1}: PIECE NUMBER, in order")
        pieces.append(piece)
    return Vocabulary(pieces, scores=_scores(bpe_vocab))


def _scores(bpe_vocab: str) -> dict[str, float]:
    scores: dict[str, float] = {}
    for at, line in enumerate(bpe_vocab.splitlines(), 1):
        piece, _, score = line.partition("\t")
        try:
            scores[piece] = float(score)
        except ValueError:
            raise BadVocabulary(f"bpe.vocab line {at}: PIECE<tab>SCORE") from None
    return scores


def _bytes(piece: str) -> bytes:
    """What a token adds to the text."""
    if single := _BYTE.fullmatch(piece):
        return bytes([int(single[1], 16)])
    return b"" if _CONTROL.fullmatch(piece) else piece.replace(WORD_START, " ").encode()
