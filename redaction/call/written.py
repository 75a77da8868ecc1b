"""The written form of a redacted final: "twenty five dollars" -> "$25" (pure).

Made of what redaction lets through, after it, so that no rewriting stands between a spoken number
and the rules that look for it; the spoken words and their times stay as they are. Numbers are read
by text2num; money, shares, dates and times of day are English only.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from text_to_num import alpha2digit

from redaction.events import RedactedWord

_LANGUAGES = frozenset({"en", "fr", "es", "pt", "de", "nl", "it"})
"""What text2num reads."""

_MONTHS = "January February March April May June July August September October November December"
_MONTH = "|".join(_MONTHS.split())
_AMOUNT = r"(\d[\d,]*(?:\.\d+)?)"

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


def written(words: Iterable[RedactedWord], *, language: str) -> str:
    """The text with numbers, money, dates and times as one writes them; tokens stay whole."""
    parts = (
        part if is_token else _written(part, language=language.partition("-")[0])
        for part, is_token in _parts(words)
    )
    return " ".join(parts)


def _parts(words: Iterable[RedactedWord]) -> Iterator[tuple[str, bool]]:
    """Stretches of plain words, and tokens: nothing is read across a token."""
    plain: list[str] = []
    for word in words:
        if word.kind is None:
            plain.append(word.text)
            continue
        if plain:
            yield " ".join(plain), False
            plain = []
        yield word.text, True
    if plain:
        yield " ".join(plain), False


def _written(text: str, *, language: str) -> str:
    if language not in _LANGUAGES:
        return text
    if language != "en":
        return str(alpha2digit(text, language))
    text = _DOUBLED.sub(r"\2 \2", text)
    text = str(alpha2digit(text, "en"))
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def _money(sign: str) -> Callable[[re.Match[str]], str]:
    def write(found: re.Match[str]) -> str:
        whole, small = found[1], found[2]
        return f"{sign}{whole}.{int(small):02}" if small and "." not in whole else f"{sign}{whole}"

    return write


def _joined(found: re.Match[str]) -> str:
    """Digits said one by one, as one number; a trailing stop stays."""
    return re.sub(r"[ ,]+", "", found[0]).replace("oh", "0").replace("Oh", "0")


def _time(found: re.Match[str]) -> str:
    half = "a.m." if found[3][0] in "aA" else "p.m."
    return f"{found[1]}:{found[2]} {half}"


def _rule(pattern: str, replacement: str | Callable[[re.Match[str]], str]) -> Rule:
    return re.compile(pattern, re.IGNORECASE), replacement


def _currency(units: str, small: str, sign: str) -> Rule:
    cents = rf"(?:,?(?: and)? (\d{{1,2}}) (?:{small})\b)?"
    return _rule(rf"\b(?:a )?{_AMOUNT} (?:{units})\b{cents}", _money(sign))


_DOUBLED = re.compile(
    r"\b(double) (oh|zero|one|two|three|four|five|six|seven|eight|nine|\d)\b", re.IGNORECASE
)

_RULES: tuple[Rule, ...] = (
    _currency("dollars?|bucks?", "cents?", "$"),
    _currency("pounds?(?! per| of)", "pence|pennies|p", "£"),
    _currency("euros?", "cents?", "€"),
    _rule(rf"\b{_AMOUNT} per ?cent\b", r"\1%"),
    _rule(r"\b([1-9]|1[0-2]) ([0-5]\d) ?([ap]\.? ?m\b\.?)", _time),
    # A year is said in two halves; only a date before it tells it from two numbers.
    _rule(rf"\b((?:{_MONTH})(?: \d{{1,2}}(?:st|nd|rd|th)?)?,?) (19|20) (\d\d)\b", r"\1 \2\3"),
    _rule(r"\b(in|since|of|year|from) (19|20) (\d\d)\b(?! \d)", r"\1 \2\3"),
    _rule(rf"\b({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)\b", r"\1 \2"),
    _rule(rf"\b(?:the )?(\d{{1,2}})(?:st|nd|rd|th) of ({_MONTH})\b", r"\1 \2"),
    _rule(r"(?<![\d.])\b(?:\d|oh)(?:,? (?:\d|oh)\b(?![.:%]?\d|%)){2,}", _joined),
    _rule(r"\ba (100|1000)\b", r"\1"),
)
