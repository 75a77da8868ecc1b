"""Which personal spans can still be read in what was shown or stored (pure).

A span leaks if four characters of its written form in a row (all of them where it is shorter), or
a word of a name, an address, an e-mail or a password, can be read on its leg within two seconds of
where it was said; a long number also if six in a row can be read anywhere in the call.
"""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from typing import NamedTuple

from trunkline.evaluate.normalise import plain
from trunkline.evaluate.readable import (
    NUMBER_WORDS,
    SKIPPED,
    letter_runs,
    months,
    numbers,
    runs,
    tokens,
)
from trunkline.evaluate.reference import Span

WINDOW_MS = 2000
READABLE = 4
LONG = 7
"""A value of so many characters is looked for in the whole call..."""

READABLE_ANYWHERE = 6
"""...by so many of them in a row."""

ALIKE = 0.8
"""A misheard name that is so similar to the true one gives it away all the same."""

PAUSE_MS = 5000
"""So long a silence parts two numbers."""

WORDED = frozenset({"NAME", "EMAIL", "PASSWORD", "ADDRESS"})
DATED = frozenset({"DOB", "EXPIRY"})
GENERIC = NUMBER_WORDS | SKIPPED | {
    "doctor", "dr", "mister", "mr", "missus", "mrs", "miss", "ms", "sir", "at", "com", "net", "org",
    "uk", "www", "exclamation", "mark", "star", "hash", "in", "as", "unit", "apartment", "apt",
    "flat", "suite", "floor", "street", "st", "road", "rd", "lane", "row", "close", "avenue", "ave",
    "drive", "court", "place", "way", "square", "house", "the", "of",
}  # fmt: skip


class ShownWord(NamedTuple):
    """One word as displayed or stored; `kind` marks a token in place of a masked span."""

    text: str
    start_ms: int
    end_ms: int
    channel: int
    kind: str | None = None


class Secret:
    """What must not be readable of one span."""

    def __init__(self, span: Span) -> None:
        self.span = span

    @cached_property
    def characters(self) -> str:
        """Digits and letters of a value that is dictated; empty for worded values."""
        kind, written = self.span.kind, self.span.canonical
        if kind in WORDED:
            # A postcode is dictated like a number; of other addresses only the digits are.
            written = written if kind == "ADDRESS" and self._is_code() else ""
        return "".join(c for c in written.upper() if c.isalnum())

    def _is_code(self) -> bool:
        return not any(part.isalpha() and len(part) > 2 for part in self.span.canonical.split())

    @cached_property
    def words(self) -> frozenset[str]:
        """The telling words of a worded value, without case and punctuation."""
        if self.span.kind not in WORDED or (self.span.kind == "ADDRESS" and self._is_code()):
            return frozenset()
        shortest = 4 if self.span.kind == "ADDRESS" else 3
        texts = tokens(self.span.canonical)
        if self.span.kind in ("EMAIL", "PASSWORD"):
            texts += tokens(self.span.spoken)
        stems = (text.casefold().strip("0123456789") for text in texts)
        return frozenset(s for s in stems if len(s) >= shortest and s not in GENERIC)

    def readable_in(self, shown: Sequence[ShownWord]) -> bool:
        """True if this can be read in these words, which may be a whole call's.

        They come segment by segment, as one reads them: segments of a leg may overlap a little.
        """
        near = [word for word in shown if self._is_near(word)]
        texts = _texts(near)
        return (
            self._has_characters(texts, READABLE)
            or self._has_word(texts)
            or self._has_date(texts)
            or (
                len(self.characters) >= LONG
                and self._has_characters(_texts(shown), READABLE_ANYWHERE)
            )
        )

    def readable_untimed(self, text: str) -> bool:
        """True if this can be read in a text that does not say when it was spoken.

        Short values are not looked for: any log or identifier holds three digits.
        """
        texts: list[str | None] = list(text.split())
        return (
            len(self.characters) >= READABLE_ANYWHERE
            and self._has_characters(texts, READABLE_ANYWHERE)
        ) or any(len(word) >= 5 and word in plain(text) for word in self.words - {self._domain})

    @property
    def _domain(self) -> str:
        """The domain of an e-mail address: it may stand in any SIP address by itself."""
        host = self.span.canonical.partition("@")[2]
        return host.partition(".")[0].casefold()

    def _is_near(self, word: ShownWord) -> bool:
        return (
            word.channel == self.span.channel
            and word.end_ms >= self.span.start_ms - WINDOW_MS
            and word.start_ms <= self.span.end_ms + WINDOW_MS
        )

    def _has_characters(self, texts: Sequence[str | None], least: int) -> bool:
        length = min(least, len(self.characters))
        if length == 0:
            return False
        parts = {
            self.characters[at : at + length] for at in range(len(self.characters) - length + 1)
        }
        read = [run for homophones in (False, True) for run in runs(texts, homophones=homophones)]
        if self.characters.isdigit():
            read += ["".join(c for c in run if c.isdigit()) for run in read]
        return any(part in run for part in parts for run in read)

    def _has_word(self, texts: Sequence[str | None]) -> bool:
        if not self.words:
            return False
        candidates = set(_joined(texts))
        return any(
            _alike(secret, candidate) for secret in self.words for candidate in candidates
        ) or any(
            part.upper() in run
            for secret in self.words
            for part in (secret[at : at + READABLE] for at in range(len(secret) - READABLE + 1))
            for run in letter_runs(texts)
        )

    def _has_date(self, texts: Sequence[str | None]) -> bool:
        """Two of day, month and year tell enough of a date."""
        if self.span.kind not in DATED:
            return False
        parts = [int(p) for p in self.span.canonical.replace("/", "-").split("-") if p.isdigit()]
        seen = [n % 100 if n >= 1000 else n for n in numbers(texts)]
        named = months(texts)
        found = 0
        for part in parts:
            if part in named:
                found += 1
            elif part % 100 in seen:
                found += 1
                seen.remove(part % 100)
        return found >= 2


def _texts(shown: Iterable[ShownWord]) -> list[str | None]:
    """In the order given, legs apart; tokens as None."""
    ordered = sorted(shown, key=lambda word: word.channel)
    texts: list[str | None] = []
    for at, word in enumerate(ordered):
        before = ordered[at - 1] if at else word
        if before.channel != word.channel or word.start_ms - before.end_ms > PAUSE_MS:
            texts.append(None)
        texts.append(None if word.kind else word.text)
    return texts


def _joined(texts: Sequence[str | None]) -> Iterable[str]:
    """Every word, and every two and three in a row as one: `blue bird` is `bluebird`."""
    words = [plain(text) if text else None for text in texts]
    for at in range(len(words)):
        for length in (1, 2, 3):
            group = words[at : at + length]
            if None not in group:
                yield "".join(word or "" for word in group)


def _alike(secret: str, candidate: str) -> bool:
    if candidate in (secret, f"{secret}s"):
        return True
    if len(secret) < 5 or abs(len(secret) - len(candidate)) > 2:
        return False
    return SequenceMatcher(None, secret, candidate, autojunk=False).ratio() >= ALIKE


def leaked(spans: Iterable[Span], shown: Sequence[ShownWord]) -> list[Span]:
    """The spans that can be read in what was shown."""
    return [span for span in spans if Secret(span).readable_in(shown)]
