"""Swear words as their first letter and asterisks, before anything is published (pure).

`profanity.txt` says which. A word is masked when all its letters are one of the list's, so names
that merely hold one are left alone; redaction and everything after it see the asterisks only.
"""

from functools import cache
from pathlib import Path


def masked(word: str) -> str:
    """`word`, its letters after the first starred if it is a swear word; punctuation stays.

    Of words joined by hyphens each is judged by itself.
    """
    return "-".join(_masked(part) for part in word.split("-"))


def _masked(part: str) -> str:
    letters = [char for char in part if char.isalpha()]
    if "".join(letters).lower() not in _swear_words():
        return part
    first = next(at for at, char in enumerate(part) if char.isalpha())
    tail = "".join("*" if char.isalpha() else char for char in part[first + 1 :])
    return part[: first + 1] + tail


@cache
def _swear_words() -> frozenset[str]:
    text = Path(__file__).with_name("profanity.txt").read_text(encoding="utf-8")
    lines = (line.partition("#")[0].split() for line in text.splitlines())
    return frozenset(word for line in lines for word in line)
