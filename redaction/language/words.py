"""Words into atoms: what each recognised word can be in a number, a spelling or an address.

The words themselves are never rewritten. A word yields one atom, or several where the recogniser
ran digits together (`7-3-1`, `555-0147`); every atom knows its word.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto
from typing import NamedTuple

from redaction.language import lexicon
from redaction.language.glued import taken_apart
from redaction.numbers.letters_written import figures_among, letter_explained, letters_among


class Class(Enum):
    """What a word can be."""

    # By identity, in C: that of an Enum is a call of Python for each look into a set.
    __hash__ = object.__hash__

    DIGIT = auto()
    """One spoken digit."""
    NUMERAL = auto()
    """Digits as written by the recogniser."""
    TEEN = auto()
    TEN = auto()
    MULTIPLIER = auto()
    PLURAL = auto()
    MAGNITUDE = auto()
    ORDINAL = auto()
    MONTH = auto()
    LETTER = auto()
    CODE = auto()
    """Letters and digits in one written word, or a few capitals."""
    SYMBOL = auto()
    CLOCK = auto()
    """`9:20`: a time, unless a number was asked for."""
    DECIMAL = auto()
    """`8.2`: a measure, unless a number was asked for."""
    DATE = auto()
    """`03/14/1982`."""
    AMOUNT = auto()
    """Shows by itself that it is none of ours: `$42.50`, `20%`, `7pm`."""
    IP = auto()
    EMAIL = auto()
    FILLER = auto()
    CORRECTION = auto()
    GLUE = auto()
    OTHER = auto()


class Atom(NamedTuple):
    """One word, or a part of one."""

    word: int
    """Index of the word it comes from."""
    cls: Class
    value: str
    """Canonical digits or letters; empty for plain words."""
    text: str
    """Lower case, without punctuation around it."""
    stop: str
    """Punctuation after it: empty, or its first character."""
    capital: bool


def says(atoms: Sequence[Atom], at: int, phrase: Sequence[str]) -> bool:
    """Whether the words of a phrase stand there: mostly its second word is another already."""
    if at + len(phrase) > len(atoms):
        return False
    for i, word in enumerate(phrase, at):  # noqa: SIM110 - no generator made for each question
        if atoms[i].text != word:
            return False
    return True


TOKEN = re.compile(r"\[([a-z_]+)(:(\d{4}|[a-p]{12}))?\]")
"""What stands in place of masked words, with a card's last four or a keyed hash in it or not; text
that was redacted before is not redacted again."""

_EDGE = " \t\r\n.,;:!?\"“”‘’'()[]{}…*~|<>"
_LEADING = _EDGE + "-–—"
_PLAIN: dict[str, tuple[Class, str]] = (
    {w: (Class.GLUE, "") for w in lexicon.GLUE}
    | {w: (Class.FILLER, "") for w in lexicon.FILLERS}
    | {w: (Class.CORRECTION, "") for w in lexicon.CORRECTIONS}
    | {w: (Class.SYMBOL, v) for w, v in lexicon.SYMBOLS.items()}
    | {w: (Class.MONTH, v) for w, v in lexicon.MONTHS.items()}
    | {w: (Class.ORDINAL, v) for w, v in lexicon.ORDINALS.items()}
    | {w: (Class.MAGNITUDE, v) for w, v in lexicon.MAGNITUDES.items()}
    | {w: (Class.PLURAL, v) for w, v in lexicon.PLURALS.items()}
    | {w: (Class.MULTIPLIER, v) for w, v in lexicon.MULTIPLIERS.items()}
    | {w: (Class.TEN, v) for w, v in lexicon.TENS.items()}
    | {w: (Class.TEEN, v) for w, v in lexicon.TEENS.items()}
    | {w: (Class.DIGIT, v) for w, v in lexicon.DIGITS.items()}
)
_SECOND_OF_PAIR = frozenset(second for _, second in lexicon.SYMBOL_PAIRS)
_AMOUNT = re.compile(
    r"[$£€¥]\s?[\d,.]+[kmb]?|[\d,.]+(%|[$£€¥]|am|pm|a\.m|p\.m|k|mb|gb|tb|kb|mbps|kg|lb|lbs|km|ft|"
    r"hrs?|mins?|secs?|ml|mm|cm|kwh|kw|mph|[-–](day|month|year|hour|minute|week|night|mile|foot|inch|"
    r"star|bed|bedroom|seat|point|digit|man|page|step|pound|dollar)s?)|\d{1,2}[:.]\d\d\s?([ap]\.?m)",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3}){1,2}(\.\d+)?")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)")
_DECIMAL = re.compile(r"\d{1,4}\.\d{1,2}")
_DATE = re.compile(
    r"\d{1,2}/\d{1,2}/(\d\d|\d{4})|\d{4}-[01]\d-[0-3]\d|\d{1,2}[-.]\d{1,2}[-.](19|20)\d\d|\d{1,2}/\d{2,4}"
)
_DOTTED = re.compile(r"\d{1,3}(\.\d{1,3}){2,3}")
_IP = re.compile(r"[0-9a-f]{0,4}(:[0-9a-f]{0,4}){4,7}", re.IGNORECASE)
_ORDINAL = re.compile(r"(\d{1,2})(st|nd|rd|th)", re.IGNORECASE)
_DECADE = re.compile(r"(\d+)'?s", re.IGNORECASE)
_PARTS = re.compile(r"[A-Za-z]+|\d+|[^A-Za-z\d]")


class Reader:
    """Reads the words of one segment's revisions: most of the next one's are those of the last.

    What it remembers is of the last revision alone, so that no word outlives its segment.
    """

    def __init__(self) -> None:
        self._read: list[tuple[str, tuple[Atom, ...]]] = []

    def atoms_of(self, texts: Iterable[str]) -> list[Atom]:
        """The atoms of the words of a revision, in order."""
        before, self._read = self._read, []
        for i, text in enumerate(texts):
            known = i < len(before) and before[i][0] == text
            self._read.append(before[i] if known else (text, tuple(_atoms(i, text))))
        return _with_pairs([atom for _, read in self._read for atom in read])


def atoms_of(texts: Iterable[str]) -> list[Atom]:
    """The atoms of some words, in order."""
    return Reader().atoms_of(texts)


def _with_pairs(atoms: list[Atom]) -> list[Atom]:
    """With what two words make together: `at sign`."""
    for i in range(1, len(atoms)):
        if atoms[i].text not in _SECOND_OF_PAIR:
            continue
        joined = lexicon.SYMBOL_PAIRS.get((atoms[i - 1].text, atoms[i].text))
        if joined is not None and not atoms[i - 1].stop:
            part, symbol = (i - 1, i) if joined else (i, i - 1)
            atoms[part] = atoms[part]._replace(cls=Class.FILLER, value="")
            if joined:
                atoms[symbol] = atoms[symbol]._replace(cls=Class.SYMBOL, value=joined)
    return atoms


def _atoms(word: int, text: str) -> Iterator[Atom]:
    for piece in text.split():
        if TOKEN.fullmatch(piece):
            yield Atom(word, Class.OTHER, "", piece, "", False)
            continue
        core = piece.lstrip(_LEADING).rstrip(_LEADING)
        if not core:
            continue
        tail = piece[piece.rfind(core) + len(core) :].lstrip("\"')]}”’*")
        yield from _piece(word, core, stop=tail[:1])


def _piece(word: int, core: str, *, stop: str) -> Iterator[Atom]:
    low = core.lower().replace("’", "'")
    capital = core[0].isupper()
    known = _PLAIN.get(low)
    if known is not None:
        yield Atom(word, known[0], known[1], low, stop, capital)
    elif len(low) == 1 and low.isalpha():
        yield Atom(word, Class.LETTER, low, low, stop, capital)
    elif low.isalpha():
        if (said := letter_explained(low)) is not None:
            letter, link, named = said
            yield Atom(word, Class.LETTER, letter, letter, "", capital)
            yield Atom(word, Class.OTHER, "", link, "", False)
            yield Atom(word, Class.OTHER, "", named, stop, False)
            return
        if (parts := taken_apart(low)) is not None:
            for n, part in enumerate(parts, 1 - len(parts)):
                yield from _piece(word, part, stop="" if n else stop)
            return
        caps = core.isupper() and len(core) <= 6
        yield Atom(word, Class.OTHER, low if caps else "", low, stop, capital)
    else:
        yield from _mixed(word, core, stop=stop)


def _mixed(word: int, core: str, *, stop: str) -> Iterator[Atom]:
    """A written word that is not letters alone."""
    low = core.lower().replace("’", "'")
    if "-" in low and letter_explained(low.replace("-", "")) is not None:
        yield from _piece(word, core.replace("-", ""), stop=stop)  # `Exforx-ray`
        return
    if "'" in low and not any(c.isdigit() for c in low):
        yield Atom(word, Class.OTHER, "", low, stop, core[0].isupper())
        return
    if _DOTTED.fullmatch(low):
        yield from _dotted(word, low, stop=stop)
        return
    whole = _written(low)
    if whole is not None:
        yield Atom(word, whole[0], whole[1], low, stop, False)
        return
    parts = [p for p in _PARTS.findall(low) if p[0].isalnum() or p in "_@&+#/"]
    spoken = _heard_together(parts) or [_part(p) for p in parts]
    if not parts or any(s is None for s in spoken):
        yield _unsplit(word, core, stop=stop)
        return
    if low[0] == "+":
        yield Atom(word, Class.SYMBOL, "+", "+", "", False)
    kept = [(p, s) for p, s in zip(parts, spoken, strict=True) if s is not None and p != "+"]
    for i, (part, (cls, value)) in enumerate(kept):
        last = i == len(kept) - 1
        yield Atom(word, cls, value, part, stop if last else "", False)


def _dotted(word: int, low: str, *, stop: str) -> Iterator[Atom]:
    """`192.0.2.7`, or as much of it as the recogniser joined: its numbers and its dots."""
    parts = re.findall(r"\d+|\.", low)
    for n, part in enumerate(parts):
        cls = Class.SYMBOL if part == "." else Class.NUMERAL
        yield Atom(word, cls, part, part, stop if n + 1 == len(parts) else "", False)


def _unsplit(word: int, core: str, *, stop: str) -> Atom:
    """A word with inner punctuation that is no spelling: letters kept as a code if digits too."""
    low = core.lower().replace("’", "'")
    if any(c.isdigit() for c in low):
        value = "".join(c for c in low if c.isalnum())
        return Atom(word, Class.CODE, value, low, stop, core[0].isupper())
    return Atom(word, Class.OTHER, "", low, stop, core[0].isupper())


def _written(low: str) -> tuple[Class, str] | None:
    """Class of a written form that must not be taken apart."""
    digits = "".join(c for c in low if c.isdigit())
    if "@" in low and len(low) > 2:
        return Class.EMAIL, low
    if not digits:
        return None
    if (match := _DECADE.fullmatch(low)) and len(match[1]) == 1:
        return Class.PLURAL, match[1]
    if _AMOUNT.fullmatch(low) or _DECADE.fullmatch(low):
        return Class.AMOUNT, digits
    if _THOUSANDS.fullmatch(low):
        return Class.AMOUNT, digits
    if _IP.fullmatch(low):
        return Class.IP, low
    if match := _ORDINAL.fullmatch(low):
        return Class.ORDINAL, match[1]
    if _CLOCK.fullmatch(low):
        return Class.CLOCK, digits
    if _DECIMAL.fullmatch(low):
        return Class.DECIMAL, digits
    if _DATE.fullmatch(low):
        return Class.DATE, digits
    return None


def _heard_together(parts: Sequence[str]) -> list[tuple[Class, str] | None] | None:
    """`o-too-too-nine`, `e-like`, `ici-c`: figures joined with what sounds like them, letters."""
    if len(parts) == 2 and parts[1] == "like" and len(parts[0]) == 1:
        return [_part(parts[0]), (Class.FILLER, "")]
    if figures := figures_among(parts):
        return [(Class.DIGIT, figure) for figure in figures]
    if not letters_among(parts) or any(part in _PLAIN for part in parts if len(part) > 1):
        return None
    return [(Class.LETTER if len(part) == 1 else Class.OTHER, part) for part in parts]


def _part(part: str) -> tuple[Class, str] | None:
    """Class of a part of a joined word; None when the word must stay whole."""
    if part.isdigit():
        return Class.NUMERAL, part
    if part in ("_", "@", "&", "+", "#", "/"):
        return Class.SYMBOL, part
    if part in lexicon.DIGITS:
        return Class.DIGIT, lexicon.DIGITS[part]
    if part in lexicon.TEENS:
        return Class.TEEN, lexicon.TEENS[part]
    if part in lexicon.TENS:
        return Class.TEN, lexicon.TENS[part]
    if part in lexicon.ORDINALS:
        return Class.ORDINAL, lexicon.ORDINALS[part]
    if part in lexicon.MULTIPLIERS:
        return Class.MULTIPLIER, lexicon.MULTIPLIERS[part]
    if part in lexicon.MAGNITUDES:
        return Class.MAGNITUDE, lexicon.MAGNITUDES[part]
    if len(part) == 1:
        return Class.LETTER, part
    return None
