"""Why a segment is masked where it is, and which of its words were asked for."""

from redaction.call.newest import ANSWERS_IN_WORDS
from redaction.call.segments import Segment, Span, meet
from redaction.call.timeline import Context
from redaction.cues.cue_index import Strength
from redaction.cues.expected import Expectations
from redaction.policy.presidio import Engine
from redaction.policy.rules import Rules
from redaction.recognizers.found import Heard


def explained(segment: Segment, engine: Engine) -> list[tuple[Span, str]]:
    """The spans that a segment's newest revision is masked in, and the rule behind each."""
    best: list[Span] = []
    spans = sorted(set(segment.spans + segment.written), key=_weight, reverse=True)
    for span in spans:
        if not any(meet(b, span) for b in best):
            best.append(span)
    by = engine.found_by([word.text for word in segment.raw.words])
    unnamed = "a Presidio recogniser"
    return [(s, segment.why.get(s) or by.get(s, unnamed)) for s in sorted(best)]


def words_in_slots(context: Context, expected: Expectations, *, rules: Rules) -> frozenset[int]:
    """Words of the newest segment of a row that stand in an open slot."""
    segment = context.segments[-1]
    expected.filled.extend(f for s in context.segments for f in s.filled)
    heard = Heard(
        context.atoms,
        context.times,
        stream=segment.stream,
        is_open=not segment.raw.is_final,
        expectations=expected,
        rules=rules,
    )
    new = range(context.first_new, len(context.atoms))
    return frozenset(context.atoms[i].word for i in new if _is_awaited(heard, i))


def _is_awaited(heard: Heard, i: int) -> bool:
    return any(
        slot.strength is Strength.STRONG
        and not slot.is_echo
        and (slot.is_answer or slot.kind in ANSWERS_IN_WORDS)
        and slot.at_ms <= heard.times.start_ms[i]
        for slot in heard.slots_at(i)
    )


def _weight(span: Span) -> tuple[bool, int]:
    """Which of overlapping spans gives the token its name."""
    return (span.kind != "number", span.last - span.first)
