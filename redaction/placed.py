"""What was found in a row of words, laid into the segments that the words are of (pure)."""

from collections.abc import Iterable, Iterator

from redaction.analysis import Analysis
from redaction.recognizers.found import Found
from redaction.segments import Segment, Span, meet
from redaction.timeline import Context


def place(context: Context, analysis: Analysis) -> Iterator[Segment]:
    """Write what was found into the segments it lies in; each that is another now."""
    spans, why = _spans_by_segment(context, analysis.found)
    whole = _wholes(context, analysis.found)
    hide = analysis.hide_from
    for n, segment in enumerate(context.segments):
        held_from = _held_word(context, n, hide)
        if n not in spans and n not in whole and held_from == segment.held_from:
            continue
        before = (list(segment.spans), segment.held_from, dict(segment.whole))
        segment.spans = segment.spans + [
            span for span in spans.get(n, []) if span not in segment.spans
        ]
        segment.why |= why.get(n, {})
        # What a partial joined to the next segment may be whole by itself after all, or end
        # elsewhere: of spans that meet only what was found last says what their value is.
        now = spans.get(n, ())
        apart = {k: v for k, v in segment.whole.items() if not any(meet(k, s) for s in now)}
        segment.whole = apart | whole.get(n, {})
        segment.held_from = held_from
        if (segment.spans, segment.held_from, segment.whole) != before:
            yield segment


def _spans_by_segment(
    context: Context, found: Iterable[Found]
) -> tuple[dict[int, list[Span]], dict[int, dict[Span, str]]]:
    """Spans of words in each segment of a row, and the rule behind each.

    Near a cut only what reaches the newest words.
    """
    spans: dict[int, list[Span]] = {}
    why: dict[int, dict[Span, str]] = {}
    for item in found:
        if context.is_cut and item.first < 8 and item.last < context.first_new:
            continue
        first_seg, first_word = context.places[item.first]
        last_seg, last_word = context.places[item.last]
        for n in range(first_seg, last_seg + 1):
            words = len(context.segments[n].raw.words)
            begin = first_word if n == first_seg else 0
            end = last_word if n == last_seg else words - 1
            if begin <= end:
                span = Span(begin, end, item.kind)
                spans.setdefault(n, []).append(span)
                why.setdefault(n, {})[span] = item.why or f"the rules for {item.kind}"
    return spans, why


def _wholes(context: Context, found: Iterable[Found]) -> dict[int, dict[Span, str]]:
    """For each segment its spans that are part of a longer one: the last has the words of all."""
    wholes: dict[int, dict[Span, str]] = {}
    for item in found:
        (first, begin), (last, end) = context.places[item.first], context.places[item.last]
        if first == last:
            continue
        said: list[str] = []
        for n in range(first, last + 1):
            words = context.segments[n].raw.words
            span = Span(begin if n == first else 0, end if n == last else len(words) - 1, item.kind)
            said += [word.text for word in words[span.first : span.last + 1]]
            wholes.setdefault(n, {})[span] = " ".join(said) if n == last else ""
    return wholes


def _held_word(context: Context, n: int, hide: int | None) -> int | None:
    """The first word of the n-th segment that is held, if atom `hide` on is."""
    if hide is None:
        return None
    segment, word = context.places[hide]
    if segment > n:
        return None
    if segment == n:
        return word
    return 0 if context.segments[n].raw.words else None
