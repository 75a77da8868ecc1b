"""Confidence that means a share of right words."""

import pytest

from triton_models.confidence import calibrated, expected_calibration_error
from triton_models.tokens import SpokenWord


def confidences(least: list[float], tokens: list[float]) -> list[float]:
    words = [SpokenWord(f"w{i}", sure, i + 1) for i, sure in enumerate(least)]
    return [word.confidence for word in calibrated(words, tokens)]


def test_surer_words_stay_surer_and_all_lie_between_0_and_1() -> None:
    found = confidences([0.0, 0.2, 0.5, 0.9, 1.0], [0.5, 0.9, 0.7])
    assert found == sorted(found)
    assert all(0.0 < each < 1.0 for each in found)
    assert len(set(found)) == 5


def test_a_word_of_a_doubtful_utterance_is_less_sure() -> None:
    assert confidences([0.8], [0.3, 0.4, 0.8]) < confidences([0.8], [0.8, 0.99, 0.99])


def test_no_words_have_no_confidence() -> None:
    assert calibrated([], []) == []


@pytest.mark.parametrize(
    ("pairs", "error"),
    [
        ([], 0.0),
        ([(1.0, True), (0.0, False)], 0.0),
        ([(1.0, False)], 1.0),
        ([(0.75, True), (0.75, True), (0.75, True), (0.75, False)], 0.0),
        ([(0.95, True), (0.95, False), (0.15, False), (0.15, False)], 0.3),
    ],
)
def test_calibration_error_is_how_far_stated_is_from_true(
    pairs: list[tuple[float, bool]], error: float
) -> None:
    assert expected_calibration_error(pairs) == pytest.approx(error)
