"""How much of what is shown stays as it was said."""

import pytest

from redaction.call.render import Rendered, frozen
from redaction.events import RedactedWord

WORD = RedactedWord(text="w", start_ms=0, end_ms=1, confidence=1.0)


@pytest.mark.parametrize(
    ("sources", "count", "expected"),
    [
        ((0, 1, 2, 3), 2, 2),
        ((0, 1, None, 4), 4, 2),  # a token of words 2 and 3, after which nothing is frozen
        ((0, 1, None, 4), 5, 4),
        ((None, 3), 2, 0),
        ((), 5, 0),
    ],
)
def test_leading_words_that_come_of_frozen_ones_are_frozen(
    sources: tuple[int | None, ...], count: int, expected: int
) -> None:
    assert frozen(Rendered((WORD,) * len(sources), sources, 0), count) == expected
