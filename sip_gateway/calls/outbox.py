"""What a core has to store, to tell workers and to log, until the process around it takes it."""

from sip_gateway.calls.line import Kept, Note
from sip_gateway.worker_protocol import ToWorker


class Outbox:
    """The one way to keep these three: whoever has them adds to the lists, and hands them out."""

    def __init__(self) -> None:
        self._to_keep: list[Kept] = []
        self._to_workers: list[tuple[int, ToWorker]] = []
        self._notes: list[Note] = []

    def to_keep(self) -> list[Kept]:
        """What to store now, oldest first; empties itself."""
        out, self._to_keep = self._to_keep, []
        return out

    def to_workers(self) -> list[tuple[int, ToWorker]]:
        """What to tell which worker now; empties itself."""
        out, self._to_workers = self._to_workers, []
        return out

    def notes(self) -> list[Note]:
        """What to log; empties itself."""
        out, self._notes = self._notes, []
        return out
