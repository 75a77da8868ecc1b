"""How much of what was shown was taken back later."""

import pytest

from triton_models.churn import Churn, RunningChurn, churn


def revisions(*texts: str) -> list[list[str]]:
    return [text.split() for text in texts]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((), (0, 0)),
        (("hello",), (1, 0)),
        (("my name", "my name is marcus"), (4, 0)),
        (("my name", "your game is marcus"), (4, 0)),  # the last two words are open
        (("my name is mark", "my game is mark us"), (6, 1)),  # those before them are not
        (("my name is mark", "my name is marcus"), (4, 0)),
        (("thank you for calling us", ""), (3, 3)),  # all taken back
        (("Thank you, for calling us", "thank you for calling us."), (5, 0)),  # the same words
        (("one two three four", "one too three four", "one two three four"), (6, 2)),
        (("a b c d", "new a b c d"), (5, 0)),  # what was shown is still there
    ],
)
def test_words_taken_back_outside_the_open_tail_are_counted(
    texts: tuple[str, ...], expected: tuple[int, int]
) -> None:
    counted = churn(revisions(*texts))
    assert (counted.shown, counted.changed) == expected


def test_the_rate_is_the_share_of_the_words_shown() -> None:
    assert churn(revisions("my name is mark", "my game is mark us")).rate == pytest.approx(1 / 6)
    assert churn([]).rate == 0.0


def test_frozen_words_must_stay_letter_for_letter() -> None:
    texts = revisions("my name is mark", "my name, is marcus", "my")
    assert churn(texts, frozen=[1, 1, 1]) == Churn(2, 1, 1, 0)
    assert churn(texts, frozen=[2, 2, 2]).frozen_changed == 2


def test_churn_of_several_segments_adds_up() -> None:
    assert Churn(10, 1, 4, 0).plus(Churn(5, 2, 1, 1)) == Churn(15, 3, 5, 1)


def test_told_one_by_one_revisions_come_to_the_same() -> None:
    segments = {
        "a/1": revisions("my name is mark", "my game is mark us", "my game is marcus delaney"),
        "a/2": revisions("one two three four", "one too three four"),
    }
    running, total = RunningChurn(), Churn(0, 0)
    for segment_id, texts in segments.items():
        for words in texts:
            last = words is texts[-1]
            total = total.plus(running.receive(segment_id, words, is_final=last))
    expected = Churn(0, 0)
    for texts in segments.values():
        expected = expected.plus(churn(texts))
    assert total == expected
