"""How many speakers there are, and whose each print is."""

import numpy as np
import pytest

from tests.unit.triton_models.speakers.voices import People
from triton_models.speakers import clusters


def shared_out(
    said: list[tuple[int, float]], *, most: int = 4, alike: float = 0.4, seed: int = 1
) -> list[int]:
    """The part of each print of (who, seconds)."""
    people = People(4, alike=alike, seed=seed)
    prints = np.stack([people.print(who) for who, _ in said])
    seconds = np.array([long for _, long in said], np.float32)
    return [int(label) for label in clusters.split(prints, seconds, most=most).labels]


def same_parts(labels: list[int], said: list[tuple[int, float]]) -> bool:
    """Whether parts and speakers are one to one."""
    pairs = {(label, who) for label, (who, _) in zip(labels, said, strict=True)}
    return len(pairs) == len({label for label, _ in pairs}) == len({who for _, who in pairs})


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "said",
    [
        [(0, 2.0)] * 12,
        [(0, 2.0), (1, 1.5)] * 8,
        [(0, 3.0)] * 20 + [(1, 2.0)] * 3,
        [(0, 2.0), (1, 1.5), (2, 2.5)] * 6,
    ],
    ids=["one", "two", "one speaks little", "three"],
)
def test_the_number_of_speakers_is_found(said: list[tuple[int, float]], seed: int) -> None:
    assert same_parts(shared_out(said, seed=seed), said)


def test_one_odd_short_print_makes_no_speaker() -> None:
    said = [(0, 2.0), (1, 1.5)] * 8 + [(2, 1.0)]
    labels = shared_out(said)
    assert len(set(labels)) == 2 and same_parts(labels[:-1], said[:-1])


def test_there_are_never_more_than_allowed() -> None:
    said = [(0, 2.0), (1, 1.5), (2, 2.5)] * 6
    assert len(set(shared_out(said, most=2))) == 2
    assert set(shared_out(said, most=1)) == {0}


def test_a_single_print_is_one_speaker() -> None:
    assert shared_out([(0, 1.0)]) == [0]
