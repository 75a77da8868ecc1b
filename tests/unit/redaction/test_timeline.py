"""How far back one speaker's words are looked at again."""

from redaction.call.segments import Segment, Span
from redaction.call.timeline import CONTEXT_ATOMS, NEAR_ATOMS, Timeline
from redaction.tagger.tags import Tag
from tests.unit.redaction.spoken_score import raw
from triton_models.events import Word

_LONG = (
    "well we were away last week and the parcel was left with a neighbour who is lovely but forgot"
)


def _add(timeline: Timeline, text: str, *, is_final: bool) -> Segment:
    start_ms = 1000 * sum(len(segment.raw.words) for segment in timeline.segments)
    begins = [start_ms + 300 * i for i in range(len(text.split()))]
    words = [
        Word(text=word, start_ms=at_ms, end_ms=at_ms + 250, confidence=1.0)
        for word, at_ms in zip(text.split(), begins, strict=True)
    ]
    of = f"c-0/{start_ms:09d}"
    said = raw(words, segment_id=of, revision=1, is_final=is_final, agent=False, start_ms=start_ms)
    segment = timeline.add(said)
    segment.hear(said, before=[])
    return segment


def test_a_partial_is_read_behind_its_speakers_last_words_only() -> None:
    timeline = Timeline()
    _add(timeline, _LONG, is_final=True)
    newest = _add(timeline, "and then", is_final=False)
    near, far = timeline.context(newest, most=NEAR_ATOMS), timeline.context(newest)
    assert (near.first_new, far.first_new) == (NEAR_ATOMS, len(_LONG.split()))
    assert near.is_cut and not far.is_cut
    assert near.atoms == far.atoms[-len(near.atoms) :]
    assert near.times.start_ms == far.times.start_ms[-len(near.atoms) :]
    assert near.places == far.places[-len(near.places) :]


def test_what_is_masked_or_held_is_never_cut() -> None:
    timeline = Timeline()
    masked = _add(timeline, _LONG, is_final=True)
    newest = _add(timeline, "and then", is_final=False)
    words = len(masked.raw.words)
    for first in range(words):
        masked.spans = [Span(first, words - NEAR_ATOMS, "name")]
        row = timeline.context(newest, most=NEAR_ATOMS)
        begins = row.places[0][1]
        assert begins <= first or first > words - NEAR_ATOMS
    masked.spans, masked.held_from = [], 1
    assert timeline.context(newest, most=NEAR_ATOMS).left_out == 0


def test_behind_a_masked_beginning_earlier_segments_are_looked_at_too() -> None:
    timeline = Timeline()
    first = _add(timeline, _LONG, is_final=True)
    _add(timeline, _LONG, is_final=True).spans = [Span(0, 8, "card")]
    newest = _add(timeline, "and then", is_final=False)
    row = timeline.context(newest, most=NEAR_ATOMS)
    assert row.segments[0] is first
    assert len(row.atoms) < CONTEXT_ATOMS


def test_tags_and_overdue_words_are_counted_from_the_cut() -> None:
    timeline = Timeline()
    earlier = _add(timeline, _LONG, is_final=True)
    earlier.tags = tuple(Tag(word.text == "neighbour") for word in earlier.raw.words)
    earlier.overdue = True
    newest = _add(timeline, "and then", is_final=False)
    row = timeline.context(newest, most=NEAR_ATOMS)
    [at] = row.tags()
    assert row.atoms[at].text == "neighbour"
    assert row.overdue() == row.first_new
