"""What was masked in this call, as keyed hashes: to know it when it is read back.

Nothing here can be turned back into a value without the key, which is the call's own.
"""

import hashlib
from collections.abc import Iterable

from redaction.language.common_words import COMMON_WORDS
from redaction.language.sounds import sound_of
from redaction.numbers.date_parts import DateParts

_GRAM = 4
_SHORT = 3
_MAX_ENTRIES = 20_000


class Memory:
    """Keyed hashes of the values masked in one call."""

    def __init__(self, key: bytes, *, call_id: str) -> None:
        self._key = hashlib.blake2b(call_id.encode(), key=key[:64], digest_size=32).digest()
        self._seen: dict[bytes, str] = {}
        self.has_words = False
        self.has_dates = False

    def __len__(self) -> int:
        return len(self._seen)

    def add_number(self, value: str, *, pieces: Iterable[str], kind: str) -> bool:
        """Remember a number whole, in groups as spoken, and by every four digits in a row.

        Whether any of it is new.
        """
        known = len(self._seen)
        for gram in _grams(value):
            self._put("g" + gram, kind)
        self._put("w" + value, kind)
        for piece in (*pieces, value[:_SHORT], value[-_SHORT:]):
            if len(piece) >= _SHORT:
                self._put("w" + piece, kind)
                for gram in _grams(piece):
                    self._put("g" + gram, kind)
        return len(self._seen) > known

    def add_word(self, word: str, *, kind: str) -> bool:
        """Remember a word: a name, or part of an address or password; of a name, its sound too.

        Whether it is new.
        """
        known = len(self._seen)
        self._put("n" + word, kind)
        common = word in COMMON_WORDS
        if kind == "name" and not common and (sound := sound_of(word)):
            self._put("s" + sound, kind)
        self.has_words = True
        return len(self._seen) > known

    def add_date(self, parts: DateParts) -> bool:
        """Remember the month and the year of a card's date, each alone. Whether one is new."""
        known = len(self._seen)
        if parts.month:
            self._put("m" + parts.month, "expiry")
        if parts.year:
            self._put("y" + parts.year, "expiry")
            self._put(f"w20{parts.year}", "expiry")
        self.has_dates = self.has_dates or bool(parts.month or parts.year)
        return len(self._seen) > known

    def date_part(self, parts: DateParts) -> str | None:
        """What it was masked as: the month or the year of a card's date; None if it was not."""
        if not self.has_dates:
            return None
        return self._get("m" + parts.month if parts.month else "y" + parts.year)

    def number(self, value: str) -> str | None:
        """What `value` is part of; None if it was not masked before.

        Three digits must have been a group of their own, since one number in fifty holds any
        given three by chance; of longer ones every four in a row must be known.
        """
        if len(value) < _SHORT:
            return None
        if whole := self._get("w" + value):
            return whole
        if len(value) < _GRAM:
            return None
        kinds = [self._get("g" + gram) for gram in _grams(value)]
        return None if None in kinds else kinds[0]

    def word(self, word: str) -> str | None:
        """What `word` was masked as before, or a name that sounds like it."""
        if kind := self._get("n" + word):
            return kind
        sound = sound_of(word)
        return self._get("s" + sound) if sound else None

    def _put(self, entry: str, kind: str) -> None:
        if len(self._seen) < _MAX_ENTRIES:
            self._seen.setdefault(self._hash(entry), kind)

    def _get(self, entry: str) -> str | None:
        return self._seen.get(self._hash(entry))

    def _hash(self, entry: str) -> bytes:
        return hashlib.blake2b(entry.encode(), key=self._key, digest_size=12).digest()


def _grams(value: str) -> list[str]:
    return [value[i : i + _GRAM] for i in range(len(value) - _GRAM + 1)]
