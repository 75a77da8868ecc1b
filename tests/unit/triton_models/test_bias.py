"""Expected phrases gain while they are said, and give it back when broken off."""

from collections.abc import Sequence

import pytest

from triton_models.bias import PhraseBias

NIMBUS, NIMBUS_PLUS, HARBOR_POINT = (1, 2), (1, 2, 3), (4, 5, 6)


def gained(bias: PhraseBias, tokens: Sequence[int]) -> float:
    """What a hypothesis of these tokens has in all at its end."""
    state, total = bias.start(), 0.0
    for token in tokens:
        total += bias.raises(state).get(token, 0.0)
        state, taken_back = bias.after(state, token)
        total -= taken_back
    return total - bias.owed(state)


@pytest.mark.parametrize(
    ("tokens", "gain"),
    [
        ([], 0.0),
        ([9, 9], 0.0),
        ([4, 5, 6], 6.0),
        ([9, 4, 5, 6, 9], 6.0),
        ([4, 5], 0.0),  # the utterance ends within the phrase
        ([4, 5, 9], 0.0),  # something else follows
        ([4, 5, 4, 5, 6], 6.0),  # begun again
        ([4, 4, 5, 6], 6.0),
        ([1, 2], 4.0),  # whole by itself
        ([1, 2, 3], 6.0),
        ([1, 2, 9], 4.0),  # the longer one broken off, the shorter one stays
        ([1, 2, 4, 5, 6], 10.0),
        ([1, 1, 2], 4.0),
    ],
)
def test_only_whole_phrases_gain(tokens: list[int], gain: float) -> None:
    bias = PhraseBias([(NIMBUS, 2.0), (NIMBUS_PLUS, 2.0), (HARBOR_POINT, 2.0)])
    assert gained(bias, tokens) == pytest.approx(gain)


def test_a_phrase_within_a_phrase_is_paid_for_once() -> None:
    bias = PhraseBias([((1, 2, 3), 1.0), ((2, 9), 1.0)])
    assert gained(bias, [1, 2, 9]) == pytest.approx(2.0)
    assert gained(bias, [1, 2, 3]) == pytest.approx(3.0)


def test_a_phrase_may_be_made_less_likely() -> None:
    assert gained(PhraseBias([((7,), -3.0)]), [7]) == pytest.approx(-3.0)


def test_without_phrases_there_is_no_bias() -> None:
    assert not PhraseBias([])
    assert PhraseBias([((1,), 1.0)])
