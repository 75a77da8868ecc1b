"""Numbers of the country packs in calls: as said, in numerals, mixed, misheard; any cut."""

import pytest

from redaction.numbers.identifiers import COUNTRIES
from redaction.policy.prepared_policy import make_policy
from redaction.policy.presidio import Engine
from redaction.settings import Settings
from tests.unit.redaction.spoken_calls import as_recognised
from tests.unit.redaction.spoken_identifiers import FORMS, identifier_call
from tests.unit.redaction.spoken_score import Cut, Score, play

SEEDS = 4


@pytest.fixture(scope="module")
def score(engine: Engine) -> Score:
    policy = make_policy(Settings(countries=COUNTRIES), engine, key=b"k" * 32)
    total = Score()
    for style in ("said", "lower", "digits", "mixed"):
        for kind in FORMS:
            for seed in range(SEEDS):
                call = as_recognised(identifier_call(kind, seed), style, seed=seed)
                cut = (Cut(), Cut(0, 2, seed), Cut(6, 2, seed), Cut(3, 1, seed))[seed % 4]
                total.add(play(policy, call, cut))
    return total


@pytest.mark.parametrize("kind", FORMS)
def test_no_part_of_it_is_ever_shown(score: Score, kind: str) -> None:
    assert score.spans[kind] >= 4 * SEEDS
    assert (score.missed[kind], score.leaked[kind]) == (0, 0)


def test_the_talk_around_it_stays(score: Score) -> None:
    assert score.clean_words > 2000
    assert score.clean_masked / score.clean_words < 0.02
