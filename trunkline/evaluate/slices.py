"""What a turn of a test call is counted under: noise, accent, line, and what is said in it (pure).

A slice is written `what:value`. Those of a leg come from the call's metadata, those of a turn from
its text.
"""

from collections.abc import Iterator, Mapping

from trunkline.evaluate.align import WordErrors, total_errors
from trunkline.evaluate.normalise import normalise
from trunkline.evaluate.reference import Reference

SNR_BANDS = ((30.0, "30 dB or more"), (15.0, "15 to 30 dB"), (float("-inf"), "below 15 dB"))
PARTIES = ("agent", "customer")
"""Of channel 0 and 1, as `noise` names them."""

DIGITS = "said:digits"
ENTITIES = "said:entities"
OTHER = "said:other"
OVERLAP = "said:over another"


def leg_slices(reference: Reference, channel: int) -> Iterator[str]:
    """What holds for a whole leg."""
    party = PARTIES[channel] if channel < len(PARTIES) else ""
    if reference.lang:
        yield f"accent:{reference.lang}"
    if party in reference.noise:
        noise = reference.noise[party]
        yield f"noise:{noise.kind}"
        yield f"snr:{next(name for least, name in SNR_BANDS if noise.snr_db >= least)}"
    if reference.noise or reference.crosstalk_db is not None:
        yield f"crosstalk:{'no' if reference.crosstalk_db is None else 'yes'}"
    yield from (f"{what}:{value}" for what, value in sorted(reference.slices.items()))


def turn_slices(reference: Reference, at: int) -> Iterator[str]:
    """What holds for one turn, by its text and its time."""
    turn = reference.turns[at]
    spans = [span for span in reference.pii if span.turn == at]
    digits = any(_has_digit(span.canonical) for span in spans) or any(
        map(_has_digit, normalise(turn.text))
    )
    entities = bool(spans) or any(entity.turn == at for entity in reference.entities)
    if digits:
        yield DIGITS
    if entities:
        yield ENTITIES
    if not digits and not entities:
        yield OTHER
    if any(
        other.channel != turn.channel
        and other.start_ms < turn.end_ms
        and other.end_ms > turn.start_ms
        for other in reference.turns
    ):
        yield OVERLAP


def errors_by_slice(
    reference: Reference, by_turn: Mapping[int, WordErrors]
) -> dict[str, WordErrors]:
    """The errors of turns added up under each of their slices."""
    parts: dict[str, list[WordErrors]] = {}
    for at, errors in by_turn.items():
        if 0 <= at < len(reference.turns):
            of_leg = leg_slices(reference, reference.turns[at].channel)
            for name in (*of_leg, *turn_slices(reference, at)):
                parts.setdefault(name, []).append(errors)
    return {name: total_errors(parts[name]) for name in sorted(parts)}


def _has_digit(text: str) -> bool:
    return any(c.isdigit() for c in text)
