"""Which of the planted values can be read in some text or bytes, however they are written (pure).

A long value is looked for everywhere: six digits of it in a row, written in any grouping or spoken;
a whole name, e-mail or code. What is short (a CVV, an expiry date, four digits of a card, a single
name) is looked for only in what belongs to the call, because any log holds three digits.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from trunkline.audit.texts import PLACES
from trunkline.evaluate.leaks import DATED, READABLE, READABLE_ANYWHERE, Secret, ShownWord
from trunkline.evaluate.normalise import plain
from trunkline.evaluate.readable import (
    HOMOPHONES,
    NUMBER_WORDS,
    SKIPPED,
    letter_runs,
    runs,
    tokens,
)
from trunkline.evaluate.reference import Span

SEAM = "\n" * 24
"""Between texts that are searched at once: nothing is read across it."""

SOUND = "SOUND"
"""Kind of the audio itself, wherever it lies unsealed."""

LEAST_PHRASE = 8
"""Letters and digits of a name or code that is looked for everywhere."""

DATE_WORDS = 7
"""So many words a date takes at most: the ninth of the eleventh, seventy six."""

_SAID = {*NUMBER_WORDS, *(f"{word}s" for word in NUMBER_WORDS), "sixes"}


def _any_of(words: set[str]) -> bytes:
    return "|".join(sorted(words, key=lambda word: (-len(word), word))).encode()


_FIRST = b"|".join(
    [*map(str.encode, "0123456789"), *(f"{word}(?![a-z])".encode() for word in sorted(_SAID))]
)
_NEXT = rb"(?:\d|(?<![a-z])(?:" + _any_of({*_SAID, *HOMOPHONES, *SKIPPED}) + rb")(?![a-z]))"
_BETWEEN = rb"(?:[^0-9a-z\x00]{0,3}|\x00(?:[^0-9a-z\x00]\x00){0,3})"
"""What separates digits that somebody wrote, in UTF-8 or UTF-16. In rows of binary integers two
bytes of nought do: those of any new database have six digits in them by chance."""

_NUMBER = re.compile(rb"(?:" + _FIRST + rb")(?:" + _BETWEEN + _NEXT + rb"){2,}+")
"""A number, written or spoken, or both; three units are the least that give six digits.

Each way to begin starts with a plain character: then `re` skips all other bytes quickly.
"""

_CHANCE = re.compile(
    rb"\d{4}-\d\d-\d\d[t ]\d\d:\d\d:\d\d[\d:.+z-]*"  # a time
    rb"|(?<![\d.])(?P<start>\d{1,3}\.\d{5})\d*(?:e-?\d+)?(?![\d.])"  # a ratio or a duration
    rb"|(?<![0-9a-f])(?=\d*[a-f])[0-9a-f]{32,64}(?![0-9a-f])"  # an identifier or a hash
    rb'|"(?:' + "|".join(sorted(PLACES)).encode() + rb')": ?\d+'  # of a call and its history
)
"""Digits that mean no number that anyone said; of a ratio only what crosses its point may."""

_AROUND = 72

_GLUED = re.compile(
    r"[0-9a-f]{32,64}(?:-\d+)?(?:/\d+)?"  # a call, its leg, its segment
    r"|\d{4}-\d\d-\d\d[T ][\d:.+Z-]+"
    r"|\S*[@:=_\\]\S*"  # addresses, references into source, names of things
    r"|\S*\d[a-z]\S*|\S*[a-z]\d\S*",
    re.IGNORECASE,
)
"""Words of a text that are no speech; a short value in them is chance."""


class Planted:
    """The values of one call."""

    def __init__(self, spans: Sequence[Span], *, sounds: Sequence[bytes] = ()) -> None:
        self.spans = tuple(spans)
        self._sounds = tuple(sounds)
        self._secrets = [Secret(span) for span in spans]
        self._six: dict[str, str] = {}
        for secret in self._secrets:
            self._six |= dict.fromkeys(_grams(secret), secret.span.kind)
        phrases = {
            (secret.span.kind, phrase) for secret in self._secrets for phrase in _phrases(secret)
        }
        self._phrases = [(kind, re.compile(phrase)) for kind, phrase in sorted(phrases)]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Of each planted value, in the order of the call."""
        return tuple(span.kind for span in self.spans)

    def anywhere(self, data: bytes | str) -> set[str]:
        """Kinds of long values that can be read in it, whatever it is; or heard, if it is audio."""
        if isinstance(data, str):
            data = unicodedata.normalize("NFKC", data).encode(errors="replace")
        low = data.lower()
        found = {kind for kind, phrase in self._phrases if phrase.search(low)}
        found |= {SOUND} if self.sounds_in(data) else set()
        for number in _NUMBER.finditer(low):
            found |= self._read(number, low)
        return found

    def sounds_in(self, data: bytes) -> int:
        """How many of the known pieces of audio lie in it."""
        return sum(sound in data for sound in self._sounds)

    def of_the_call(self, text: str) -> set[str]:
        """Kinds of all values that can be read in a text of the call itself."""
        words = _GLUED.sub(" ", unicodedata.normalize("NFKC", text)).split()
        read = [run for homophones in (False, True) for run in runs(words, homophones=homophones)]
        digits = {part for run in read for part in re.findall(r"\d+", run)}
        names = {plain(word) for word in words}
        spelled = letter_runs(words)
        found = self.anywhere(text)
        for secret in self._secrets:
            if (
                _short(secret, read, digits)
                or _dated(secret, words)
                or secret.words & names
                or any(word.upper() in run for word in secret.words for run in spelled)
            ):
                found.add(secret.span.kind)
        return found

    def in_words(self, words: Sequence[ShownWord]) -> tuple[str, ...]:
        """Kinds of the spans that can be read, one for each span, in words with their times."""
        return tuple(one.span.kind for one in self._secrets if one.readable_in(words))

    def _read(self, number: re.Match[bytes], low: bytes) -> set[str]:
        found = self._six_of(number.group())
        if not found:
            return found
        # Once more without what is there by chance.
        start = max(0, number.start() - _AROUND)
        around = low[start : number.end() + _AROUND]
        kept = _CHANCE.sub(_blanked, around)
        at = number.start() - start
        return self._six_of(kept[at : at + len(number.group())].replace(b"#", b" # # # # "))

    def _six_of(self, number: bytes) -> set[str]:
        if number.isdigit() or not re.search(rb"[a-z#]", number):
            read = [re.sub(rb"\D", b"", number).decode()]
        else:
            words = [None if word == "#" else word for word in number.decode("latin-1").split()]
            read = [
                "".join(c for c in run if c.isdigit())
                for homophones in (False, True)
                for run in runs(words, homophones=homophones)
            ]
        return {
            self._six[run[at : at + READABLE_ANYWHERE]]
            for run in read
            for at in range(len(run) - READABLE_ANYWHERE + 1)
            if run[at : at + READABLE_ANYWHERE] in self._six
        }


def _blanked(chance: re.Match[bytes]) -> bytes:
    """As long as before, with marks in place of what does not count."""
    return (chance["start"] or b"").ljust(len(chance.group()), b"#")


def _grams(secret: Secret) -> Iterator[str]:
    """What of a number must not be found anywhere; a date may be anyone's."""
    if secret.span.kind in DATED:
        return
    for digits in re.findall(r"\d+", secret.characters):
        for at in range(len(digits) - READABLE_ANYWHERE + 1):
            yield digits[at : at + READABLE_ANYWHERE]


def _phrases(secret: Secret) -> Iterator[bytes]:
    """Patterns, for lower-case bytes, of a whole worded value or code, and of names spelled."""
    parts = [part.casefold() for part in tokens(secret.span.canonical)]
    worded = any(character.isalpha() for part in parts for character in part)
    if worded and sum(map(len, parts)) >= LEAST_PHRASE:
        escaped = [re.escape(part.encode()) for part in parts]
        yield rb"[^0-9a-z]{0,8}".join(escaped)
        if secret.span.kind == "NAME":
            yield rb"[^0-9a-z]{1,8}".join(reversed(escaped))
    if secret.characters and not secret.characters.isdigit():
        letters = [re.escape(c.encode()) for c in secret.characters.lower()]
        if len(letters) >= LEAST_PHRASE:
            yield rb"[^0-9a-z]{0,3}".join(letters)
    for word in secret.words:
        if len(word) >= READABLE_ANYWHERE and word.isascii():
            yield rb"[^0-9a-z]{1,3}".join(c.encode() for c in word)


def _short(secret: Secret, read: Iterable[str], digits: set[str]) -> bool:
    """True if a part of a number that is telling beside the call can be read."""
    value = secret.characters
    if not value:
        return False
    if len(value) < READABLE:
        return value in digits
    if secret.span.kind in DATED:
        length = len(value)
    else:  # four digits of a card tell enough; of other numbers any sum of money has four
        length = READABLE if secret.span.kind == "CARD" else min(len(value), READABLE + 1)
    parts = {value[at : at + length] for at in range(len(value) - length + 1)}
    return any(part in run for part in parts for run in [*read, *digits])


def _dated(secret: Secret, words: Sequence[str]) -> bool:
    """True if a date can be read in a few words in a row, as if said where it was."""
    span = secret.span
    if span.kind not in DATED:
        return False
    shown = [ShownWord(word, span.start_ms, span.end_ms, span.channel) for word in words]
    starts = range(max(1, len(shown) - DATE_WORDS + 1))
    return any(secret.readable_in(shown[at : at + DATE_WORDS]) for at in starts)
