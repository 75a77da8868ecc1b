"""How far the transcript's word times are from the true ones (pure)."""

from collections.abc import Sequence

import msgspec

from trunkline.evaluate.align import Said, matches


class WordTimes(msgspec.Struct, frozen=True):
    """Errors of the words that were recognised, in ms; positive is late."""

    start_ms: tuple[int, ...] = ()
    end_ms: tuple[int, ...] = ()

    @property
    def sizes_ms(self) -> list[int]:
        """Of starts and ends together, without sign."""
        return [abs(ms) for ms in (*self.start_ms, *self.end_ms)]


def word_time_errors(spoken: Sequence[Said], came: Sequence[Said]) -> WordTimes:
    """Of each word that is the same on both sides; both are words as written, without case."""
    pairs = [(spoken[i], came[j]) for i, j in matches(spoken, came)]
    return WordTimes(
        tuple(shown.start_ms - said.start_ms for said, shown in pairs),
        tuple(shown.end_ms - said.end_ms for said, shown in pairs),
    )
