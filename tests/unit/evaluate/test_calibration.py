import pytest

from trunkline.evaluate.align import Said, align, reference_elements, shown_elements
from trunkline.evaluate.calibration import Bin, bins, expected_error, judged_words, total_bins
from trunkline.evaluate.reference import ReferenceWord


def test_words_are_judged_by_what_the_alignment_made_of_them() -> None:
    said = reference_elements(
        [ReferenceWord(t, 0, 0, None) for t in ["see", "the", "red", "house"]]
    )
    shown = shown_elements(
        [
            Said("see", 0, 0, confidence=0.9),
            Said("a", 0, 0, confidence=0.2),
            Said("[name]", 0, 0, "name", confidence=0.0),
            Said("red", 0, 0, confidence=0.8),
            Said("house", 0, 0, confidence=0.7),
            Said("boat", 0, 0, confidence=0.1),
        ]
    )
    judged = judged_words(shown, align(said, shown))
    assert judged == [(0.9, True), (0.2, False), (0.8, True), (0.7, True), (0.1, False)]


def test_the_error_is_the_mean_distance_of_what_is_said_from_what_is_right() -> None:
    good = bins([(0.75, True)] * 3 + [(0.75, False)])
    assert expected_error(good) == 0.0
    boastful = bins([(0.95, False)] * 4)
    assert expected_error(boastful) == pytest.approx(0.95)
    assert expected_error(total_bins([good, boastful])) == pytest.approx(0.475)
    assert expected_error(bins([])) == 0.0


def test_certainty_belongs_to_the_last_bin() -> None:
    assert bins([(1.0, True)])[9] == Bin(1, 1.0, 1)
    assert bins([(0.0, False)])[0] == Bin(1, 0.0, 0)
