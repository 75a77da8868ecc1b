"""Reads the word and phrase tables of the policy, which are written as plain text."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

Phrases = Mapping[str, Sequence[tuple[str, ...]]]
"""Phrases by their first word, in the order of their table."""


def words_in(text: str) -> frozenset[str]:
    """The words of a table, separated by white space."""
    return frozenset(text.split())


def lines_in(path: Path) -> frozenset[str]:
    """The words of a list in a file, a line each; `#` begins a remark."""
    lines = path.read_text(encoding="ascii").splitlines()
    return frozenset(line for line in lines if line[:1] not in ("", "#"))


def fingerprint_of(paths: Iterable[Path]) -> str:
    """Of such lists, for the policy's version."""
    digest = hashlib.blake2b(digest_size=8)
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def phrases_in(text: str) -> tuple[str, ...]:
    """The phrases of a table, separated by commas."""
    return tuple(" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip())


def by_first_word(phrases: Iterable[str]) -> Phrases:
    """The phrases in words, so that at a word only those that begin with it are tried."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases:
        words = tuple(phrase.split())
        found.setdefault(words[0], []).append(words)
    return found
