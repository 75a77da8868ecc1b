"""Which gaps of a call are still to be filled, on disk beside its journal: times only.

Who takes a call up after a crash goes on with them.
"""

import logging
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from trunkline.recovery.missed import Missed

logger = logging.getLogger(__name__)

NAME = "missed.json"


class Pending:
    """The files of one journal folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, call_id: str, missed: Sequence[Missed]) -> None:
        """Remember; where that fails a crash costs what is missing now, and nothing else."""
        path = self._folder / call_id / NAME
        partial = path.with_suffix(".partial")
        try:
            if not missed:
                path.unlink(missing_ok=True)
                return
            with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(msgspec.json.encode(missed))
            partial.replace(path)
        except OSError as error:
            told = {"call_id": call_id, "reason": type(error).__name__}
            logger.error("gaps to be filled are not kept", extra=told)

    def read(self, call_id: str) -> list[Missed]:
        """What was remembered of a call."""
        try:
            data = (self._folder / call_id / NAME).read_bytes()
            return msgspec.json.decode(data, type=list[Missed])
        except (OSError, msgspec.DecodeError):
            return []
