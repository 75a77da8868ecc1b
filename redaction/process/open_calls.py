"""Which calls are open, and up to where the raw topic may be committed because of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from trunkline.bus import Record

S = TypeVar("S")

Part = tuple[str, int]


@dataclass(slots=True)
class _Open(Generic[S]):
    state: S
    part: Part
    first_offset: int
    since: float
    seen: float


class OpenCalls(Generic[S]):
    """The state of every open call, and a low-water mark for each partition.

    A partition is committed only up to before the first record of its oldest open call, so that
    whoever reads it next sees every open call from its start. `now` is seconds on one clock.
    """

    def __init__(self, *, hold_s: float, idle_s: float) -> None:
        self._hold_s = hold_s
        self._idle_s = idle_s
        self._calls: dict[str, _Open[S]] = {}
        self._last: dict[Part, int] = {}
        self._committed: dict[Part, int] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def __contains__(self, call_id: str) -> bool:
        return call_id in self._calls

    def rewound(self, record: Record) -> bool:
        """Note a record; whether its partition was given to us again from an earlier place.

        Then the calls of that partition are forgotten: all of them come again from their start.
        """
        part = (record.topic, record.partition)
        back = record.offset <= self._last.get(part, -1)
        self._last[part] = record.offset
        if back:
            self._calls = {k: c for k, c in self._calls.items() if c.part != part}
            self._committed.pop(part, None)
        return back

    def peek(self, call_id: str) -> S | None:
        """The state of an open call; says nothing of whether it is alive."""
        call = self._calls.get(call_id)
        return call.state if call else None

    def get(self, call_id: str, *, now: float) -> S | None:
        """The state of an open call, which is alive."""
        call = self._calls.get(call_id)
        if call is None:
            return None
        call.seen = now
        return call.state

    def open(self, call_id: str, state: S, *, record: Record, now: float) -> None:
        """A call begins with this record."""
        part = (record.topic, record.partition)
        self._calls[call_id] = _Open(state, part, record.offset, now, now)

    def close(self, call_id: str) -> None:
        """The call is over."""
        self._calls.pop(call_id, None)

    def forget_idle(self, *, now: float) -> list[str]:
        """Calls of which nothing came for so long that their end was lost."""
        idle = [k for k, call in self._calls.items() if now - call.seen > self._idle_s]
        for call_id in idle:
            del self._calls[call_id]
        return idle

    def safe(self, *, now: float) -> list[Record]:
        """Positions that may be committed now and were not before, one a partition.

        A call older than the topic's retention holds nothing back: its start is gone anyway.
        """
        positions: list[Record] = []
        for part, last in self._last.items():
            mark = min([last, *(c.first_offset - 1 for c in self._holding(part, now))])
            if mark > self._committed.get(part, -1):
                self._committed[part] = mark
                positions.append(Record(*part, mark, "", b""))
        return positions

    def _holding(self, part: Part, now: float) -> Iterable[_Open[S]]:
        return (c for c in self._calls.values() if c.part == part and now - c.since <= self._hold_s)
