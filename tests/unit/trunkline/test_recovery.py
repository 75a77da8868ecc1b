"""Which part of a gap the journal can fill, and what its words become."""

from datetime import UTC, datetime

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sip_gateway.events import Gap
from sip_gateway.journal.record import Stretch
from triton_models.events import RawTranscript, Word
from triton_models.speech import LegStream
from trunkline.recovery.missed import (
    LAST_REVISION,
    LEAD_MS,
    MOST_MS,
    TAIL_MS,
    Missed,
    heard_of,
    missed_in,
    of_the_leg,
)
from trunkline.recovery.unfinished import Unfinished

NOW = datetime(2024, 5, 1, tzinfo=UTC)
LEG = LegStream("t", "call", "call-0", 0, "agent", "en")
FOREVER_MS = 10**9


def missed(
    start_ms: int, end_ms: int, *, why: str = "overload", from_ms: int | None = None
) -> Missed:
    from_ms = start_ms if from_ms is None else from_ms
    return Missed(leg_id="call-0", start_ms=start_ms, end_ms=end_ms, why=why, from_ms=from_ms)


def journal(*spans: tuple[int, int]) -> list[Stretch]:
    return [Stretch(start, 8000, np.ones(8 * (end - start), np.int16)) for start, end in spans]


def gap(start_ms: int, end_ms: int, why: str) -> Gap:
    return Gap(
        tenant_id="t", call_id="call", leg_id="call-0", start_ms=start_ms, end_ms=end_ms, why=why
    )


def found(*words: tuple[str, int, int]) -> RawTranscript:
    said = tuple(Word(text=t, start_ms=a, end_ms=b, confidence=0.9) for t, a, b in words)
    return RawTranscript(
        tenant_id="t",
        call_id="call",
        leg_id="call-0~1",
        segment_id="call-0~1/000000700",
        revision=7,
        is_final=True,
        start_ms=said[0].start_ms,
        end_ms=said[-1].end_ms,
        words=said,
        speaker="agent",
        channel=0,
        language="en",
        model="m",
        model_sha256="",
        decoder="",
        audio_end_at=NOW,
        recognised_at=NOW,
    )


def test_only_what_was_heard_can_be_recovered() -> None:
    assert missed_in(gap(0, 10, "lost_packets")) is None
    assert missed_in(gap(0, 10, "paused")) is None
    assert missed_in(gap(10, 10, "overload")) is None
    assert missed_in(gap(5, 10, "worker_restarted")) == missed(5, 10, why="worker_restarted")


def test_a_gap_is_recognised_with_a_little_of_what_is_around_it() -> None:
    heard = heard_of(missed(2000, 4000), journal((0, 9000)), lost_from_ms=FOREVER_MS)
    assert heard is not None
    assert (heard.start_ms, heard.until_ms) == (2000 - LEAD_MS, 4000)
    assert len(heard.samples) == 16 * (2000 + LEAD_MS + TAIL_MS)


def test_after_a_restart_only_what_the_dead_worker_wrote_is_filled() -> None:
    restarted = missed(2000, 8000, why="worker_restarted")
    heard = heard_of(restarted, journal((0, 3500), (8000, 9000)), lost_from_ms=FOREVER_MS)
    assert heard is not None and heard.until_ms == 3500
    rest = msgspec.structs.replace(restarted, from_ms=3500)
    assert heard_of(rest, journal((0, 3500), (8000, 9000)), lost_from_ms=FOREVER_MS) is None


def test_what_could_not_be_written_stays_a_gap() -> None:
    stretches = journal((0, 3000), (5000, 9000))
    heard = heard_of(missed(2000, 6000), stretches, lost_from_ms=3000)
    assert heard is not None and heard.until_ms == 3000
    left = missed(2000, 6000, from_ms=3000)
    assert heard_of(left, stretches, lost_from_ms=3000) is None
    assert heard_of(missed(0, 100), [], lost_from_ms=FOREVER_MS) is None


@given(st.integers(0, 5000), st.integers(1, 4 * MOST_MS), st.integers(0, 4 * MOST_MS))
def test_a_long_gap_is_filled_piece_by_piece_to_the_end(start: int, length: int, lost: int) -> None:
    stretches = [Stretch(0, 8000, np.zeros(8 * (start + length), np.int16))]
    whole, pieces = missed(start, start + length), 0
    left, end_ms = whole, min(start + length, lost)
    while (heard := heard_of(left, stretches, lost_from_ms=lost)) is not None:
        assert left.from_ms < heard.until_ms <= min(left.from_ms + MOST_MS, end_ms)
        left = msgspec.structs.replace(left, from_ms=heard.until_ms)
        pieces += 1
    assert left.from_ms == max(start, end_ms)
    assert pieces == -(-max(0, end_ms - start) // MOST_MS)


def test_words_within_the_gap_become_a_segment_of_the_leg() -> None:
    heard = found(
        ("before", 600, 900), ("cut", 950, 1200), ("said", 1300, 1600), ("on", 1950, 2300)
    )
    final = of_the_leg(heard, missed(1000, 2000), leg=LEG, until_ms=2000, completes=False)
    assert final is not None and final.recovered
    assert [w.text for w in final.words] == ["cut", "said", "on"]
    assert (final.start_ms, final.end_ms) == (1000, 2000)
    assert final.segment_id == "call-0/000001000r"
    assert (final.leg_id, final.revision, final.frozen_words) == ("call-0", 1, 3)
    assert of_the_leg(heard, missed(3000, 4000), leg=LEG, until_ms=4000, completes=False) is None


def test_after_a_restart_the_first_segment_completes_the_partial_that_was_open() -> None:
    restarted = missed(1000, 2000, why="worker_restarted")
    final = of_the_leg(
        found(("said", 1300, 1600)), restarted, leg=LEG, until_ms=2000, completes=True
    )
    assert final is not None
    assert (final.segment_id, final.revision) == ("call-0/000001000", LAST_REVISION)


def test_words_are_safe_once_their_final_is_durable() -> None:
    legs = Unfinished()
    legs.begun("call-0", 100)
    assert legs.news("call-0") == (100, 0)
    legs.begun("call-0", 100)
    assert legs.news("call-0") is None
    legs.finished("call-0", 100, 900)
    legs.begun("call-0", 1000)
    assert legs.news("call-0") is None  # the first is on its way still
    legs.sent("call-0")
    assert legs.news("call-0") == (1000, 900)
    legs.finished("call-0", 1000, 1900)
    legs.sent("call-0")
    assert legs.news("call-0") == (None, 1900)
    legs.missed("call-0", 2500)
    assert legs.news("call-0") == (None, 2500)
    legs.forget("call")
    assert legs.news("call-0") == (None, 0)
