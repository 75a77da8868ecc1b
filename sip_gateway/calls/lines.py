"""All lines of a switchboard, found by call, by dialog or by media worker."""

from collections import Counter

from sip_gateway.calls import sessions
from sip_gateway.calls.line import Line, Stage
from sip_gateway.sip.dialog import DialogId


class Lines:
    """Contract: `add` a line; `hang_up` once its dialog is over, `drop` once all of it is."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}
        self._by_dialog: dict[DialogId, Line] = {}

    def add(self, line: Line) -> None:
        """Nothing is found by the dialog of one that is over."""
        self._lines[line.call.call_id] = line
        if not line.call.closing:
            self._by_dialog[line.call.dialog.id] = line

    def hang_up(self, line: Line) -> None:
        """Its dialog is over."""
        self._by_dialog.pop(line.call.dialog.id, None)

    def drop(self, line: Line) -> None:
        """It is over."""
        self._lines.pop(line.call.call_id, None)
        self.hang_up(line)

    def all(self) -> list[Line]:
        """Every one of them, also those that are over but not flushed."""
        return list(self._lines.values())

    def of(self, call_id: str) -> Line | None:
        """Of a call, or of the recording session that a call is part of."""
        shared = (line for line in self._lines.values() if sessions.has(line.call, call_id))
        return self._lines.get(call_id) or next(shared, None)

    def named(self, call_id: str) -> Line:
        """Of a call that is there."""
        return self._lines[call_id]

    def in_dialog(self, dialog_id: DialogId) -> Line | None:
        """Of a call that is not over."""
        return self._by_dialog.get(dialog_id)

    def of_worker(self, worker: int) -> list[Line]:
        """Those whose media is this worker's."""
        return [line for line in self._lines.values() if line.call.worker == worker]

    def by_worker(self) -> Counter[int]:
        """How many each worker has."""
        return Counter(line.call.worker for line in self._lines.values())

    def active(self) -> int:
        """How many calls are not over; a recording session has as many as conversations."""
        going = (line for line in self._lines.values() if line.stage is not Stage.CLOSING)
        return sum(sessions.going(line.call) for line in going)
