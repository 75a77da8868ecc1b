"""What a final reveals: values and words to know again, and who may have said them before."""

from collections.abc import Iterable

from redaction.call.analysis import Analysis
from redaction.call.memory import Memory
from redaction.call.segments import Segment
from redaction.call.timeline import Context, Timeline
from redaction.numbers.date_parts import parts_of_date


def learn(memory: Memory, analysis: Analysis, context: Context) -> list[str]:
    """Remember what was masked in a final; its plain words and numbers, for one look back."""
    learned: list[str] = []
    for found in analysis.found:
        if found.last < context.first_new:
            continue
        if found.kind == "expiry":
            parts = parts_of_date(context.atoms[found.first : found.last + 1], found.value)
            if memory.add_date(parts):
                learned += parts.said
        if found.value:
            if memory.add_number(found.value, pieces=found.pieces, kind=found.kind):
                learned.append(found.value)
            if found.value.isalpha() and len(found.value) > 2:
                memory.add_word(found.value, kind=found.kind)
    for word, kind in analysis.words.items():
        if memory.add_word(word.removesuffix("'s"), kind=kind):
            learned.append(word)
    return learned


def to_judge_again(
    timeline: Timeline, learned: Iterable[str], *, besides: Segment
) -> list[Segment]:
    """Finals that may hold what is now known to be personal, with what follows each."""
    words = {word for word in learned if not word.isdigit()}
    numbers = any(any(c.isdigit() for c in word) for word in learned)
    concerned: dict[int, Segment] = {}
    for earlier in timeline.segments:
        if earlier is besides or not earlier.raw.is_final or earlier.failed:
            continue
        texts = {atom.text.removesuffix("'s") for atom in earlier.atoms}
        digits = numbers and any(atom.value[:1].isdigit() for atom in earlier.atoms)
        if digits or texts & words:
            # Judged with what follows it: alone, its last words would lack their evidence.
            whole = timeline.following(earlier) or earlier
            concerned[id(whole)] = whole
    return list(concerned.values())
