"""What a run does about each recording."""

from datetime import UTC, datetime

from trunkline.batch.job import Known
from trunkline.batch.places import Found
from trunkline.batch.plan import Need, Todo, collisions, in_order, need_of

FOUND = Found("a.wav", "/calls/a.wav", "10:1", datetime(2026, 1, 1, tzinfo=UTC), 10)


def known(**changed: object) -> Known:
    return Known("10:1", "opt", "abc", is_done=True)._replace(**changed)  # type: ignore[arg-type]


def test_what_is_new_or_changed_is_done_from_the_start() -> None:
    assert need_of(FOUND, None, options="opt") is Need.ALL
    assert need_of(FOUND, known(fingerprint="11:2"), options="opt") is Need.ALL
    assert need_of(FOUND, known(), options="other") is Need.ALL


def test_what_was_begun_goes_on_and_what_is_done_needs_only_its_files() -> None:
    assert need_of(FOUND, known(is_done=False), options="opt") is Need.REST
    assert need_of(FOUND, known(), options="opt") is Need.FILES


def test_what_costs_nothing_comes_first_then_what_was_begun() -> None:
    needs = (Need.ALL, Need.REST, Need.FILES, Need.ALL)
    todos = [Todo(FOUND._replace(name=str(n)), 0, need) for n, need in enumerate(needs)]
    assert [todo.found.name for todo in in_order(todos)] == ["2", "1", "0", "3"]


def test_names_that_two_recordings_share_are_found() -> None:
    assert collisions(["a.wav", "b/a.wav", "a.wav"]) == ["a.wav"]
