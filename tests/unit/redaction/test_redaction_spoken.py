"""The targets, measured on calls whose wording the rules were not fitted to (the TEST half).

A small, fixed sample, to run with every commit; `python -m tests.spoken_pii` measures more.
"""

import pytest

from redaction.policy.prepared_policy import Policy
from tests.unit.redaction.spoken_calls import as_recognised, make_call
from tests.unit.redaction.spoken_score import Cut, Score, play

CALLS = 30
CARD_DATA = ("card", "card_part", "cvv", "ssn", "routing", "iban", "pin", "otp", "phone", "account")


@pytest.fixture(scope="module")
def score(policy: Policy) -> Score:
    total = Score()
    for style in ("said", "lower", "digits", "mixed", "noisy"):
        for seed in range(CALLS):
            call = as_recognised(make_call(seed, test=True), style, seed=seed)
            cut = (Cut(), Cut(0, 2, seed), Cut(6, 2, seed), Cut(3, 1, seed))[seed % 4]
            total.add(play(policy, call, cut))
    return total


def test_card_data_and_long_numbers_are_never_shown(score: Score) -> None:
    assert sum(score.spans[kind] for kind in CARD_DATA) > 200
    assert {k: (score.missed[k], score.leaked[k]) for k in CARD_DATA} == dict.fromkeys(
        CARD_DATA, (0, 0)
    )


@pytest.mark.parametrize(
    ("kind", "recall"),
    [("expiry", 0.9), ("email", 0.9), ("dob", 0.9), ("name", 0.95), ("password", 0.9),
     ("address", 0.9), ("postcode", 0.95), ("policy", 0.9), ("order", 0.9), ("ip", 0.95)],
)  # fmt: skip
def test_other_kinds_are_whole_at_the_end(score: Score, kind: str, recall: float) -> None:
    assert score.spans[kind] > 0
    assert 1 - score.missed[kind] / score.spans[kind] >= recall


def test_clean_speech_stays(score: Score) -> None:
    assert score.clean_words > 5000
    assert score.clean_masked / score.clean_words < 0.02
    assert score.clean_touched / score.clean_segments < 0.03
