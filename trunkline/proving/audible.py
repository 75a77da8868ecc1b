"""How much of what is known to be personal can still be heard in a recording (pure)."""

from collections.abc import Iterable, Sequence

import msgspec

from redaction.recording.intervals import Interval, total_ms, union, without
from redaction.recording.manifest import Manifest
from trunkline.evaluate.reference import Reference


class Audible(msgspec.Struct, frozen=True, kw_only=True):
    """One place where personal data is said, by kind and time: never its value."""

    call: str
    kind: str
    channel: int
    start_ms: int
    end_ms: int
    audible_ms: int


def audible(reference: Reference, told: Manifest, *, at_ms: int = 0) -> list[Audible]:
    """Of each personal span, what the recording does not mute on the leg it is said on.

    The truth's clock is the recording's, `at_ms` later.
    """
    legs = {leg.channel: at for at, leg in enumerate(told.legs)}
    out = []
    for span in reference.pii:
        whole = union([Interval(span.start_ms + at_ms, span.end_ms + at_ms)])
        muted = told.mutes.of(legs[span.channel]) if span.channel in legs else whole
        out.append(
            Audible(
                call=reference.name,
                kind=span.kind,
                channel=span.channel,
                start_ms=span.start_ms,
                end_ms=span.end_ms,
                audible_ms=total_ms(without(whole, muted)),
            )
        )
    return out


def table(found: Sequence[Audible]) -> Iterable[str]:
    """One line a kind, then all, then each span of which anything is left."""
    heads = ("spans", "said, ms", "left audible, ms", "spans")
    yield "{:16} {:>6} {:>9} {:>17} {:>6}".format("personal speech", *heads)
    kinds = sorted({one.kind for one in found})
    for kind, those in [(k, [one for one in found if one.kind == k]) for k in kinds]:
        yield _line(kind, those)
    yield _line("all", found)
    for one in found:
        if one.audible_ms:
            yield (
                f"  {one.call}: {one.kind} on channel {one.channel} at {one.start_ms}..{one.end_ms}"
                f" ms: {one.audible_ms} ms"
            )


def _line(name: str, found: Sequence[Audible]) -> str:
    said = sum(one.end_ms - one.start_ms for one in found)
    left = sum(one.audible_ms for one in found)
    touched = sum(one.audible_ms > 0 for one in found)
    return f"{name:16} {len(found):6} {said:9} {left:17} {touched:6}"
