"""A decoder that repeats itself is recognised."""

import pytest

from triton_models.repetition import first_loop, most_tokens

SECOND = 16000


@pytest.mark.parametrize(
    ("tokens", "seconds", "at"),
    [
        ([], 1.0, None),
        (list(range(30)), 6.0, None),
        ([4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 5.0, None),  # the payment-test card number
        ([4] + [1] * 30, 8.0, 2),
        ([9, 8] + [1, 2] * 5, 4.0, None),  # "two four two four two four"
        ([9, 8] + [1, 2] * 9, 4.0, 4),
        ([5, 6, 7] * 2, 2.0, None),  # "I know it, I know it"
        ([5, 6, 7] * 2, 0.7, 3),  # the same at a rate nobody speaks at
        ([4, 2, 4, 2, 9] * 4, 5.0, None),  # "4242, 4242, 4242, 4242,"
        ([4, 5, 8, 5, 9] * 2, 1.6, None),  # read out fast
        ([3, 5, 6, 7] + [5, 6, 7] * 4, 20.0, 4),
        ([1, 2, 3, 4, 5, 6, 7, 8] * 5, 20.0, 8),
    ],
)
def test_loops_are_told_from_speech(tokens: list[int], seconds: float, at: int | None) -> None:
    assert first_loop(tokens, samples=int(seconds * SECOND)) == at


def test_the_token_limit_grows_with_the_audio() -> None:
    assert most_tokens(0) == 4
    assert most_tokens(5 * SECOND) == 44
