"""What was said against what was heard, turn by turn, personal data left out (pure)."""

from collections.abc import Iterable, Iterator

import msgspec

from trunkline.evaluate.leg_alignment import LegAlignment
from trunkline.evaluate.reference import Reference


class Difference(msgspec.Struct, frozen=True):
    """One step of the alignment; personal data is its kind in brackets on both sides."""

    step: str
    said: str = ""
    heard: str = ""


class TurnDifference(msgspec.Struct, frozen=True):
    """One turn."""

    channel: int
    start_ms: int
    speaker: str
    steps: tuple[Difference, ...]


def differences(reference: Reference, legs: Iterable[LegAlignment]) -> list[TurnDifference]:
    """All turns of a call in the order of speech."""
    found = [turn for leg in legs for turn in _of_leg(reference, leg)]
    return sorted(found, key=lambda turn: (turn.start_ms, turn.channel))


def _of_leg(reference: Reference, leg: LegAlignment) -> Iterator[TurnDifference]:
    of_turn: dict[int, list[Difference]] = {}
    turn = leg.reference[0].turn if leg.reference else -1
    for one in leg.steps:
        consumes = one.step not in ("insertion", "token", "absorbed")
        if consumes:
            turn = leg.reference[one.reference].turn
        said, heard = "", ""
        if consumes:
            element = leg.reference[one.reference]
            said = f"[{element.kind.casefold()}]" if element.kind else element.text
        if one.step in ("match", "substitution", "insertion"):
            heard = leg.shown[one.shown].text
        elif one.step == "token":
            heard = f"[{leg.shown[one.shown].kind}]"
        elif one.step == "absorbed":
            heard = "[...]"  # words of a personal span: they may give it away
        of_turn.setdefault(turn, []).append(Difference(one.step, said, heard))
    for at, steps in of_turn.items():
        if 0 <= at < len(reference.turns):
            where = reference.turns[at]
            yield TurnDifference(where.channel, where.start_ms, where.speaker, tuple(steps))
