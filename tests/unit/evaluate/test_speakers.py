from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.evaluate.speakers import (
    Region,
    SpeakerErrors,
    joined,
    speaker_errors,
    total_speaker_errors,
)

TWO = [Region(0, 1000, "anna"), Region(1000, 3000, "ben")]


def renamed(regions: list[Region], names: dict[str, str]) -> list[Region]:
    return [region._replace(speaker=names[region.speaker]) for region in regions]


def test_other_names_for_the_same_speakers_are_no_error() -> None:
    heard = renamed(TWO, {"anna": "speaker_2", "ben": "speaker_1"})
    assert speaker_errors(TWO, heard, collar_ms=0) == SpeakerErrors(said_ms=3000)


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ([], SpeakerErrors(3000, missed_ms=3000)),
        ([Region(0, 3000, "x")], SpeakerErrors(3000, confused_ms=1000)),
        ([*TWO, Region(3000, 3500, "ben")], SpeakerErrors(3000, false_alarm_ms=500)),
        ([Region(0, 900, "x"), Region(1000, 3000, "y")], SpeakerErrors(3000, missed_ms=100)),
        ([*TWO, Region(0, 400, "third")], SpeakerErrors(3000, false_alarm_ms=400)),
    ],
)
def test_each_kind_of_error_is_counted(heard: list[Region], expected: SpeakerErrors) -> None:
    assert speaker_errors(TWO, heard, collar_ms=0) == expected


def test_the_collar_hides_what_is_near_a_border() -> None:
    late = [Region(200, 1200, "x"), Region(1200, 3200, "y")]
    assert speaker_errors(TWO, late, collar_ms=250).der == 0.0
    assert speaker_errors(TWO, late, collar_ms=0).der > 0.1


def test_overlap_can_be_left_out() -> None:
    both = [Region(0, 2000, "anna"), Region(1000, 3000, "ben")]
    one = [Region(0, 2000, "x"), Region(2000, 3000, "y")]
    assert speaker_errors(both, one, collar_ms=0).missed_ms == 1000
    assert speaker_errors(both, one, collar_ms=0, overlap=False).der == 0.0


def test_short_pauses_do_not_part_a_region() -> None:
    words = [
        Region(0, 300, "a"),
        Region(400, 700, "a"),
        Region(500, 900, "b"),
        Region(1900, 2000, "a"),
    ]
    assert joined(words, pause_ms=500) == [
        Region(0, 700, "a"), Region(500, 900, "b"), Region(1900, 2000, "a"),
    ]  # fmt: skip


def test_errors_add_up() -> None:
    total = total_speaker_errors([SpeakerErrors(100, 1, 2, 3), SpeakerErrors(100, 10, 20, 30)])
    assert total == SpeakerErrors(200, 11, 22, 33)
    assert total.der == 66 / 200


def regions(names: str) -> st.SearchStrategy[list[Region]]:
    one = st.builds(
        lambda start, length, name: Region(start, start + length, name),
        st.integers(0, 40),
        st.integers(1, 20),
        st.sampled_from(names),
    )
    return st.lists(one, max_size=6)


@given(regions("abc"), regions("xyz"))
def test_counting_agrees_with_trying_every_mapping_ms_by_ms(
    reference: list[Region], hypothesis: list[Region]
) -> None:
    def talking(of: list[Region], ms: int) -> set[str]:
        return {r.speaker for r in of if r.start_ms <= ms < r.end_ms}

    least = min(
        sum(
            max(len(said), len(heard)) - len(said & {mapping[name] for name in heard})
            for ms in range(60)
            for said, heard in [(talking(reference, ms), talking(hypothesis, ms))]
        )
        for mapping in (dict(zip("xyz", names, strict=True)) for names in permutations("abc"))
    )
    got = speaker_errors(reference, hypothesis, collar_ms=0)
    assert got.missed_ms + got.false_alarm_ms + got.confused_ms == least
    assert got.said_ms == sum(len(talking(reference, ms)) for ms in range(60))
