"""The catalogue of planted bugs fits the code: each place is there once, each test exists."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.planted.catalogue import Property, properties
from tests.planted.planting import Bug

ROOT = Path(__file__).parents[3]
ALL = properties()


@pytest.mark.parametrize("bug", [bug for one in ALL for bug in one.bugs], ids=lambda bug: bug.name)
def test_the_place_of_a_planted_bug_is_there_once(bug: Bug) -> None:
    spec = find_spec(bug.module)
    assert spec and spec.origin
    source = Path(spec.origin).read_text(encoding="utf-8")
    planted = bug.planted_in(source)
    assert planted != source
    compile(planted, spec.origin, "exec")


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_a_property_has_tests_and_at_least_two_bugs(one: Property) -> None:
    assert len(one.bugs) >= 2
    text = (ROOT / one.file).read_text(encoding="utf-8")
    assert all(f"def {name}(" in text for name in one.tests)
