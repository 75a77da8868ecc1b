"""Which of many timers is due: the earliest deadline of each key."""

import heapq
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Deadlines(Generic[Key]):
    """At most one deadline a key. Stale heap entries are skipped when they surface."""

    def __init__(self) -> None:
        self._at: dict[Key, float] = {}
        self._heap: list[tuple[float, int, Key]] = []
        self._serial = 0  # keeps the heap from comparing keys

    def set(self, key: Key, at: float | None) -> None:
        """Replace the deadline of `key`; None removes it."""
        if at is None:
            self._at.pop(key, None)
        elif self._at.get(key) != at:
            self._at[key] = at
            self._serial += 1
            heapq.heappush(self._heap, (at, self._serial, key))

    def due(self, *, now: float) -> list[Key]:
        """The keys whose deadline is not after `now`; their deadlines are gone."""
        keys: list[Key] = []
        while (at := self.next()) is not None and at <= now:
            key = heapq.heappop(self._heap)[2]
            del self._at[key]
            keys.append(key)
        return keys

    def next(self) -> float | None:
        """The earliest deadline."""
        while self._heap and self._at.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None
