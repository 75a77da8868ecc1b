"""What is to be done about each recording, from what the job knows of it (pure)."""

from collections import Counter
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from trunkline.batch.job import Known
from trunkline.batch.places import Found


class Need(Enum):
    """What a recording needs."""

    ALL = "all"
    """It is new, or the file or the options are others than before."""

    REST = "rest"
    """A run was stopped within it."""

    FILES = "files"
    """Its words are known: only the files may be missing."""


class Todo(NamedTuple):
    """One recording of the job."""

    found: Found
    source: int
    """Index of the place it came from."""

    need: Need


def need_of(found: Found, known: Known | None, *, options: str) -> Need:
    """What the recording needs."""
    if known is None or (known.fingerprint, known.options) != (found.fingerprint, options):
        return Need.ALL
    return Need.FILES if known.is_done else Need.REST


def collisions(names: Sequence[str]) -> list[str]:
    """Names that more than one recording would be written to."""
    return sorted(name for name, count in Counter(names).items() if count > 1)


def in_order(todos: Sequence[Todo]) -> list[Todo]:
    """What was begun first, then the rest as given; what only needs its files comes first of all:
    it costs nothing."""
    rank = {Need.FILES: 0, Need.REST: 1, Need.ALL: 2}
    return sorted(todos, key=lambda todo: rank[todo.need])
