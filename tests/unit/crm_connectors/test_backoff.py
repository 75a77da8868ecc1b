import pytest

from crm_connectors.backoff import LONGEST_ASKED_S, exhausted, wait_s
from crm_connectors.settings import Settings

SETTINGS = Settings(retry_first_s=1.0, retry_longest_s=300.0, attempts=3)


@pytest.mark.parametrize(
    ("failures", "longest"),
    [(1, 1.0), (2, 2.0), (3, 4.0), (9, 256.0), (10, 300.0), (11, 300.0), (100_000, 300.0)],
)
def test_the_wait_doubles_up_to_the_longest(failures: int, longest: float) -> None:
    assert wait_s(failures, SETTINGS, jitter=1.0) == longest
    assert wait_s(failures, SETTINGS, jitter=0.0) == longest / 2


def test_a_receiver_that_asks_for_more_time_gets_it() -> None:
    assert wait_s(1, SETTINGS, jitter=0.3, retry_after_s=42.0) == 42.0


def test_a_receiver_that_asks_for_less_than_the_wait_does_not_shorten_it() -> None:
    assert wait_s(9, SETTINGS, jitter=1.0, retry_after_s=2.0) == 256.0


def test_an_absurd_retry_after_is_cut() -> None:
    assert wait_s(1, SETTINGS, jitter=0.0, retry_after_s=1e9) == LONGEST_ASKED_S


def test_attempts_run_out_at_the_configured_number() -> None:
    assert [exhausted(n, SETTINGS) for n in (1, 2, 3, 4)] == [False, False, True, True]
