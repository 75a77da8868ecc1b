"""What was found in a row of words, laid into the segments that the words are of (pure)."""

from collections.abc import Iterable, Iterator, Sequence

from redaction.call.analysis import Analysis
from redaction.call.segments import Segment, Span, meet
from redaction.call.timeline import Context
from redaction.recognizers.found import Found


def place(context: Context, analysis: Analysis) -> Iterator[Segment]:
    """Write what was found into the segments it lies in; each that is another now."""
    spans, why = _spans_by_segment(context, analysis.found)
    whole = _wholes(context, analysis.found)
    hide = analysis.hide_from
    for n, segment in enumerate(context.segments):
        held_from = _held_word(context, n, hide)
        waits_from = _waits_for_final(context, n, spans.get(n, ()))
        if waits_from is not None:
            held_from = waits_from
            spans[n] = [_until(span, waits_from) for span in spans[n] if span.first < waits_from]
            whole[n] = {s: said for s, said in whole.get(n, {}).items() if s in spans[n]}
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


def _waits_for_final(context: Context, n: int, spans: Sequence[Span]) -> int | None:
    """From where the end of a final stays held back, of which only a partial makes anything.

    Nobody saw that end yet, and what a partial masks stays masked however its final reads.
    """
    segment, newest = context.segments[n], context.segments[-1]
    held_from = segment.held_from
    if held_from is None or segment.overdue or segment.closed:
        return None
    if not segment.raw.is_final or newest.raw.is_final:
        return None
    return held_from if any(span.last >= held_from for span in spans) else None


def _until(span: Span, end: int) -> Span:
    """What of a span comes before."""
    return span._replace(last=min(span.last, end - 1))


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
