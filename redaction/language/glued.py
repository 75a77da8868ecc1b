"""Joiners of e-mail addresses that were written together with a word: `atgmail`, `dotcom`."""

from redaction.language.common_words import COMMON_WORDS
from redaction.language.english import is_english
from redaction.language.tables import words_in

_HOSTS = words_in("""
aol btinternet gmail googlemail gmx hotmail icloud outlook proton protonmail verizon yahoo
""")
_ENDS = words_in("au ca com dotcom edu gov net nz org uk")
_LEAST = 4
"""Letters of a word that a `dot` stands at: `Dotson` and `Dottie` are names."""


def taken_apart(low: str) -> list[str] | None:
    """`corydot` as `cory dot`; None of any word there is."""
    if "dot" not in low and low[:2] != "at":
        return None
    if low in COMMON_WORDS or is_english(low):
        return None
    head = ["at"] if low[:2] == "at" and low[2:].removesuffix("dot") in _HOSTS else []
    rest = low[2:] if head else low
    if rest[:3] == "dot" and (rest[3:] in _ENDS or len(rest) >= 3 + _LEAST):
        head, rest = [*head, "dot"], rest[3:]
    tail = ["dot"] if rest[-3:] == "dot" and len(rest) >= 3 + _LEAST else []
    rest = rest[:-3] if tail else rest
    return [*head, rest, *tail] if head or tail else None
