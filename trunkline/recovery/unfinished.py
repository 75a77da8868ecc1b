"""Up to where the words of each leg are safe from the death of this process (pure)."""

from collections import deque


class Unfinished:
    """Segments that were begun, and finals that are not durable yet."""

    def __init__(self) -> None:
        self._begun: dict[str, int] = {}
        self._unsent: dict[str, deque[tuple[int, int]]] = {}
        self._told: dict[str, tuple[int | None, int]] = {}
        self._finished: dict[str, int] = {}

    def begun(self, leg_id: str, start_ms: int) -> None:
        """A partial of this segment was put on its way."""
        self._begun[leg_id] = start_ms

    def finished(self, leg_id: str, start_ms: int, end_ms: int) -> None:
        """Its final was."""
        self._begun.pop(leg_id, None)
        self._unsent.setdefault(leg_id, deque()).append((start_ms, end_ms))

    def sent(self, leg_id: str) -> None:
        """The leg's oldest final on its way is durable."""
        unsent = self._unsent[leg_id]
        _, end_ms = unsent.popleft()
        self.missed(leg_id, end_ms)
        if not unsent:
            del self._unsent[leg_id]

    def missed(self, leg_id: str, end_ms: int) -> None:
        """What comes before this is somebody else's to find."""
        self._finished[leg_id] = max(end_ms, self._finished.get(leg_id, 0))

    def news(self, leg_id: str) -> tuple[int | None, int] | None:
        """Where the earliest of them begins (None: there is none), and where the last that is
        safe ends; None if that was told before."""
        starts = [start_ms for start_ms, _ in list(self._unsent.get(leg_id, ()))[:1]]
        if leg_id in self._begun:
            starts.append(self._begun[leg_id])
        found = min(starts, default=None), self._finished.get(leg_id, 0)
        if self._told.get(leg_id) == found:
            return None
        self._told[leg_id] = found
        return found

    def forget(self, call_id: str) -> None:
        """The call is over."""
        for known in (self._begun, self._unsent, self._told, self._finished):
            for leg_id in [leg_id for leg_id in known if leg_id.startswith(call_id)]:
                del known[leg_id]
