"""How busy the recogniser is, and what it gives up first."""

import pytest

from triton_models.busy import FULL, Busyness


def worked(finals: float, partials: float, *, speaking: int = 8, seconds: int = 20) -> Busyness:
    """A step every 100 ms, these shares of the time on finals and on partials."""
    busy = Busyness(now=0.0)
    for step in range(seconds * 10):
        begun = step / 10
        ended = begun + (finals + partials) / 10
        busy.worked(begun, ended, partials_s=partials / 10, speaking=speaking)
    return busy


def test_an_idle_machine_makes_partials_sooner_than_asked() -> None:
    busy = Busyness(now=0.0)
    assert (busy.load, busy.capacity) == (0.0, 0.0)
    assert busy.pace == 0.75


def test_partials_get_rarer_as_the_machine_fills_and_end_before_finals_suffer() -> None:
    paces = [worked(share / 2, share / 2).pace for share in (0.2, 0.5, 0.7, 0.95)]
    assert all(pace is not None for pace in paces)
    assert paces == sorted(paces, key=lambda pace: pace or 0.0)
    assert paces[0] is not None and paces[0] < 1.0
    assert paces[-1] == pytest.approx(4.0, abs=0.2)
    assert worked(0.85, 0.0).pace is None


def test_finals_do_without_second_attempts_while_partials_still_come() -> None:
    assert not worked(0.3, 0.2).frugal
    busy = worked(0.4, 0.4)
    assert busy.frugal and busy.pace is not None


def test_load_is_that_of_finals_alone() -> None:
    assert worked(0.2, 0.7).load == pytest.approx(0.2 / FULL, rel=0.1)
    assert worked(0.9, 0.0).load > 1.0


def test_capacity_is_how_many_speaking_legs_finals_leave_room_for() -> None:
    assert worked(0.2, 0.3, speaking=8).capacity == pytest.approx(8 * FULL / 0.2, rel=0.1)
    assert worked(0.02, 0.1, speaking=1).capacity == 0.0


def test_what_was_long_ago_does_not_count() -> None:
    busy = worked(0.9, 0.0)
    busy.worked(40.0, 40.01, partials_s=0.0, speaking=0)
    assert busy.load < 0.05
