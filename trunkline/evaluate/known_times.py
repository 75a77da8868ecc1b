"""Word times of a test call, where they are known: `words/NAME.json`.

    {"source": "synthesis", "turns": [[[start_ms, end_ms], ...one a word], ...one a turn]}

`source` says how they were found; the words are those of the turn's text between blanks.
"""

from pathlib import Path

import msgspec

from trunkline.evaluate.reference import BadReference, Reference, spoken_words

WORDS = "words"
"""Folder beside the calls."""


class KnownTimes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One such file."""

    source: str
    turns: tuple[tuple[tuple[int, int], ...], ...]


def read_known_times(path: Path) -> KnownTimes:
    """One file; BadReference if it is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=KnownTimes)
    except (OSError, msgspec.MsgspecError) as error:
        raise BadReference(f"{path}: {error}") from None


def with_times(reference: Reference, known: KnownTimes) -> Reference:
    """The truth with its words' times; BadReference where they do not fit its turns."""
    counts = [len(spoken_words(turn.text)) for turn in reference.turns]
    if counts != [len(turn) for turn in known.turns]:
        raise BadReference(f"{reference.name}: the word times are of other turns")
    turns = tuple(
        msgspec.structs.replace(turn, times=times)
        for turn, times in zip(reference.turns, known.turns, strict=True)
    )
    return msgspec.structs.replace(reference, turns=turns, word_times=known.source)
