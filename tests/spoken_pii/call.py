"""A conversation with the truth about it: which words are personal data."""

from typing import NamedTuple

QUANTITY = "quantity"
"""Kind of the words of a price, a time, a count: a number that is nobody's."""


class Said(NamedTuple):
    """One word as the recogniser writes it; `span` numbers the value that it is part of."""

    text: str
    span: int | None = None
    kind: str = ""
    free: bool = False
    """Of a value, but it tells nothing of it: "um", "dot", "as in". It may be shown or not."""

    pause: bool = False
    """The speaker pauses after it, so that a segment may end here."""


class Turn(NamedTuple):
    """What one party says in a row."""

    agent: bool
    words: list[Said]


class Call(NamedTuple):
    """A conversation."""

    name: str
    turns: list[Turn]
    clean: bool = False
    """Nobody says anything personal in it."""

    dialogue: str = ""
    """Calls of one dialogue differ in values, speakers and errors only."""
