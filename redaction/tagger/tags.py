"""What a word can be taken for by a model that reads finals, and what such a model is to us."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Protocol

CONTEXT_WORDS = 8
"""So many words before a segment are read with it."""


class Tag(IntEnum):
    """What a word is taken for."""

    NONE = 0
    NAME = 1
    STREET = 2
    """Of a street address: house number, street, flat."""
    PLACE = 3
    """Town, state, postcode."""
    LIKE_NAME = 4
    """Perhaps a name: sure enough only of a word that is no ordinary one."""
    LIKE_PLACE = 5
    """Perhaps part of an address, likewise."""


class Tagger(Protocol):
    """Says what each word is taken for."""

    version: str
    """Goes into the policy's version."""

    def tag(self, words: Sequence[str]) -> list[Tag]: ...
