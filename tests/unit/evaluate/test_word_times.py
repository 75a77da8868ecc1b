from pathlib import Path

import msgspec
import pytest

from tests.known_call import CALLS, REFERENCE, TIMED, score, segments
from trunkline.evaluate.delays import percentile
from trunkline.evaluate.known_times import KnownTimes, read_known_times, with_times
from trunkline.evaluate.reference import BadReference, read_reference, words


@pytest.mark.parametrize(
    "path", sorted((CALLS / "words").glob("*.json")), ids=lambda path: path.stem
)
def test_the_known_times_fit_their_calls_turns_and_personal_data(path: Path) -> None:
    reference = with_times(read_reference(CALLS / path.name), read_known_times(path))
    for turn in reference.turns:
        for start_ms, end_ms in turn.times:
            assert turn.start_ms <= start_ms <= end_ms <= turn.end_ms
        assert list(turn.times) == sorted(turn.times)
    for span in reference.pii:
        said = [word for word in words(reference, span.channel) if word.span is span]
        # The corpus tells when each span begins and ends, 30 ms later than it is heard.
        assert abs(said[0].start_ms + 30 - span.start_ms) <= 60
        assert abs(said[-1].end_ms + 30 - span.end_ms) <= 60


def test_times_of_other_turns_are_refused() -> None:
    with pytest.raises(BadReference, match="other turns"):
        with_times(REFERENCE, KnownTimes("synthesis", (TIMED.turns[0].times,)))


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("{}")
    with pytest.raises(BadReference, match=r"x\.json"):
        read_known_times(path)


def test_right_times_have_no_error_and_late_ones_their_lateness() -> None:
    right = score(segments(reference=TIMED), reference=TIMED).measures.word_times
    assert right is not None and len(right.start_ms) > 80
    assert set(right.sizes_ms) == {0}
    late = [
        msgspec.structs.replace(
            one,
            words=tuple(
                msgspec.structs.replace(w, start_ms=w.start_ms + 30, end_ms=w.end_ms + 50)
                for w in one.words
            ),
        )
        for one in segments(reference=TIMED)
    ]
    found = score(late, reference=TIMED).measures.word_times
    assert found is not None
    assert (set(found.start_ms), set(found.end_ms)) == ({30}, {50})
    assert percentile(found.sizes_ms, 0.95) == 50


def test_estimated_times_are_nothing_to_judge_by() -> None:
    assert score(segments()).measures.word_times is None
