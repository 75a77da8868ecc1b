"""Revives a model whose process died while the Triton around it lives: Triton itself does not.

The Python backend runs each model in a process of its own, its stub. When one is killed (memory, a
fault in native code), Triton 24.10 answers "not healthy" for that model for ever, and its model
readiness stays true. So the processes are looked at, and a model without one is loaded anew.
"""

import asyncio
import logging
import os
from pathlib import Path

import tritonclient.grpc as triton_grpc
from tritonclient.utils import InferenceServerException

from trunkline.bus.waiting import pause

logger = logging.getLogger(__name__)

EVERY_S = 1.0
SEARCH_EVERY = 5
"""Each so many looks all processes are read, for models that came since."""

LOADS_WITHIN_S = 120.0
_NOBODY = 0
_PROC = Path("/proc")


class StubWatch:
    """Looks after the stubs of the server at `url`, whose command lines hold `mark`."""

    def __init__(self, url: str, *, mark: str) -> None:
        self._url = url
        self._mark = mark.encode()
        self._known: dict[str, int] = {}
        self._looks = -1

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`."""
        while not stop.is_set():
            await self._look()
            await pause(stop, EVERY_S)

    async def _look(self) -> None:
        """The known processes each time, all processes of the machine now and then."""
        self._looks += 1
        if self._looks % SEARCH_EVERY and all(map(self._model, self._known.values())):
            return
        found = self._stubs()
        gone = [model for model in self._known if model not in found]
        self._known = found
        for model in gone:
            # Loading blocks for as long as it takes, one model at a time.
            await asyncio.to_thread(self._revive, model)

    def _revive(self, model: str) -> None:
        """Nothing where the whole server is down: who restarts that brings all its models."""
        client = triton_grpc.InferenceServerClient(self._url)
        try:
            if not client.is_server_live(client_timeout=2.0):
                return
            logger.error("the process of a model died; it is loaded anew", extra={"path": model})
            client.unload_model(model, client_timeout=LOADS_WITHIN_S)
            client.load_model(model, client_timeout=LOADS_WITHIN_S)
            self._known = self._stubs()
        except InferenceServerException as error:
            logger.warning("a model was not loaded anew", extra={"reason": str(error.status())})
            self._known.setdefault(model, _NOBODY)  # look again
        finally:
            client.close()

    def _stubs(self) -> dict[str, int]:
        """The process of each model."""
        found: dict[str, int] = {}
        for path in _PROC.iterdir():
            if path.name.isdigit() and (model := self._model(int(path.name))):
                found[model] = int(path.name)
        return found

    def _model(self, pid: int) -> str:
        """The model that a process runs; empty if it is no stub of ours, or dead."""
        try:
            words = (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
        except OSError:
            return ""
        if not any(word.startswith(self._mark) for word in words):
            return ""
        served = [word for word in words if word.endswith(b"/model.py")]
        return Path(os.fsdecode(served[0])).parents[1].name if served else ""
