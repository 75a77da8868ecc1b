"""Ends of finals that are held back until it is known what they are, and since when.

A final may end inside a number, a name or an address; its other words are shown at once. What
decides on its end is what its speaker says next or what the other one answers. If neither comes
within `LONGEST_S`, the end is decided without: nobody who watches a call waits longer.
"""

from collections.abc import Iterable

from triton_models.events import RawTranscript

LONGEST_S = 2.0

_Key = tuple[str, str]


class OpenEnds:
    """Those of the finals of all open calls. `now` is seconds on one clock."""

    def __init__(self) -> None:
        self._since: dict[str, dict[_Key, tuple[float, RawTranscript]]] = {}

    def note(self, call_id: str, finals: Iterable[RawTranscript], *, now: float) -> None:
        """The finals of a call whose ends are held back now: others no longer are."""
        before = self._since.pop(call_id, {})
        held: dict[_Key, tuple[float, RawTranscript]] = {}
        for raw in finals:
            key = (raw.leg_id, raw.segment_id)
            held[key] = (before[key][0] if key in before else now, raw)
        if held:
            self._since[call_id] = held

    def due(self, *, now: float) -> dict[str, list[RawTranscript]]:
        """By call, the finals of which the end has waited long enough."""
        due = {
            call_id: [raw for since, raw in held.values() if now - since >= LONGEST_S]
            for call_id, held in self._since.items()
        }
        return {call_id: finals for call_id, finals in due.items() if finals}
