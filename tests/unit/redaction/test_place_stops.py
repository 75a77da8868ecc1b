"""A place that is told ends where the clause goes on about something else."""

import pytest

from redaction.language.words import atoms_of
from redaction.recognizers.places.place_stops import begins_second, place_stops

TOLD = [
    ("nine Abbey Mews, nice and quiet.", "Mews,"),
    ("nine Abbey Mews, we rented it first.", "Mews,"),
    ("nine Abbey Road, street's muddy.", "Road,"),
    ("nine Abbey Mews, Leeds.", "Leeds."),
    ("nine Abbey Mews, the upper flat.", "flat."),
]


@pytest.mark.parametrize(("said", "last"), TOLD)
def test_a_place_ends_before_a_remark_or_a_sentence(said: str, last: str) -> None:
    words = said.split()
    assert words[place_stops(atoms_of(words), 0, len(words)) - 1] == last


def test_a_title_before_a_name_is_no_place() -> None:
    assert place_stops(atoms_of(["Mrs", "Tolhurst."]), 0, 2) == 0


def test_a_second_place_begins_a_clause_of_its_own() -> None:
    atoms = atoms_of(["nine", "Abbey", "Mews,", "and", "before", "that", "flat", "two"])
    assert [i for i in range(len(atoms)) if begins_second(atoms, i)] == [3]
