"""How a written word is said, in the phones of the aligner's dictionary (CMU's ARPABET; pure).

Numbers are read out; words the dictionary lacks get letter-to-sound rules. Alignment only needs
about the right sounds in about the right length.
"""

import re
from collections.abc import Callable, Iterator

Lookup = Callable[[str], str | None]
"""Phones of a lower-case word, or None."""

_DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = [".", ".", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SIGNS = {
    "@": "at", "%": "percent", "$": "dollars", "£": "pounds", "€": "euros", "&": "and",
    "+": "plus", "_": "underscore", "/": "slash", "#": "number",
}  # fmt: skip
_PART = re.compile(r"\d+(?:,\d{3})+|\d+|[^\W\d_]+(?:['’][^\W\d_]+)*|.")
_ORDINAL = re.compile(r"(st|nd|rd|th)$")

# Longest first; the letters at the start of the rest of the word, and their phones.
_SOUNDS = {
    "tion": "SH AH N", "sion": "ZH AH N", "ough": "AO", "augh": "AO", "eigh": "EY",
    "igh": "AY", "tch": "CH", "sch": "SH", "air": "EH R", "ear": "IH R", "eer": "IH R",
    "our": "AW R", "ch": "CH", "sh": "SH", "th": "TH", "ph": "F", "wh": "W", "ck": "K",
    "ng": "NG", "qu": "K W", "gh": "G", "kn": "N", "wr": "R", "dg": "JH", "ee": "IY",
    "ea": "IY", "oo": "UW", "ou": "AW", "ow": "OW", "oi": "OY", "oy": "OY", "ai": "EY",
    "ay": "EY", "au": "AO", "aw": "AO", "ei": "EY", "ey": "IY", "ie": "IY", "oa": "OW",
    "ue": "UW", "ui": "UW", "ew": "UW", "ar": "AA R", "er": "ER", "ir": "ER", "or": "AO R",
    "ur": "ER", "bb": "B", "cc": "K", "dd": "D", "ff": "F", "gg": "G", "ll": "L", "mm": "M",
    "nn": "N", "pp": "P", "rr": "R", "ss": "S", "tt": "T", "zz": "Z", "ce": "S", "ci": "S IH",
    "cy": "S IY", "ge": "JH", "a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F",
    "g": "G", "h": "HH", "i": "IH", "j": "JH", "k": "K", "l": "L", "m": "M", "n": "N",
    "o": "AA", "p": "P", "q": "K", "r": "R", "s": "S", "t": "T", "u": "AH", "v": "V",
    "w": "W", "x": "K S", "y": "IY", "z": "Z",
}  # fmt: skip
_LONGEST = max(map(len, _SOUNDS))


def spoken(word: str) -> list[str]:
    """The plain words in which `word` is said: `$45` is forty five dollars."""
    said: list[str] = []
    after: list[str] = []
    for part in _PART.findall(word.lower().replace("’", "'")):
        if part[0].isdigit():
            said += _number(part.replace(",", ""))
        elif part in ("$", "£", "€"):
            after.append(_SIGNS[part])
        elif part in _SIGNS:
            said.append(_SIGNS[part])
        elif part[0].isalpha() and not (said and _ORDINAL.fullmatch(part)):
            said.append(part)
    return said + after


def phones(word: str, lookup: Lookup) -> str:
    """Phones of `word`, separated by spaces; empty where nothing is said."""
    return " ".join(lookup(part) or _by_letters(part, lookup) for part in spoken(word)).strip()


def _number(digits: str) -> list[str]:
    """Up to two digits as a number, four that look like a year in pairs, the rest one by one."""
    if len(digits) <= 2 and not digits.startswith("0"):
        return _below_hundred(int(digits))
    if len(digits) == 4 and digits[:2] in ("18", "19", "20") and digits[2] != "0":
        return _below_hundred(int(digits[:2])) + _below_hundred(int(digits[2:]))
    return [_DIGITS[int(digit)] for digit in digits if digit in "0123456789"]


def _below_hundred(number: int) -> list[str]:
    if number < 10:
        return [_DIGITS[number]]
    if number < 20:
        return [_TEENS[number - 10]]
    ones = [_DIGITS[number % 10]] if number % 10 else []
    return [_TENS[number // 10], *ones]


def _by_letters(word: str, lookup: Lookup) -> str:
    """Letters one by one where there is no vowel (`mts`), else by letter-to-sound rules."""
    letters = [letter for letter in word if "a" <= letter <= "z"]
    if not any(letter in "aeiouy" for letter in letters):
        return " ".join(lookup(f"{letter}.") or lookup(letter) or "AH" for letter in letters)
    return " ".join(_sounds("".join(letters)))


def _sounds(letters: str) -> Iterator[str]:
    at = 0
    while at < len(letters):
        if at == len(letters) - 1 and letters[at] == "e" and at > 1:
            return  # a final e is silent
        size = next(n for n in range(_LONGEST, 0, -1) if letters[at : at + n] in _SOUNDS)
        yield _SOUNDS[letters[at : at + size]]
        at += size
