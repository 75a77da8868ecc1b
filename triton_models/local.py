"""Speech recognised in this process, by the same recogniser, where there is no Triton."""

import asyncio
import logging
import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from prometheus_client import CollectorRegistry

from triton_models.fallback import NO_SUCH_MODEL
from triton_models.hypothesis import Answer
from triton_models.legs import Legs, Sending
from triton_models.loading import lineage, load
from triton_models.over_legs import OverLegs, due
from triton_models.own_options import own_options
from triton_models.serving import Request, Served
from triton_models.settings import Settings

log = logging.getLogger(__name__)


class LocalSpeech(OverLegs):
    """`Speech` on threads of this process. Made within a running event loop."""

    def __init__(
        self, settings: Settings, *, models_dir: Path, registry: CollectorRegistry
    ) -> None:
        log.info("speech is recognised in this process, without Triton")
        super().__init__(Legs(registry, default=own_options(settings)))
        self._settings = settings
        self._models_dir = models_dir
        self._is_up = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recogniser")
        self._running = asyncio.create_task(self._run(), name="local-recogniser")
        self._running.add_done_callback(self._legs.stopped)

    @property
    def ready(self) -> bool:
        """True once the weights are loaded."""
        return self._is_up

    async def close(self) -> None:
        """End the threads; legs not ended get no more results."""
        self._running.cancel()
        await asyncio.wait([self._running])
        self._thread.shutdown()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        served = await loop.run_in_executor(self._thread, self._load)
        self._is_up = True
        self._legs.online()
        async for steps in due(self._legs):
            for batch in _one_each(list(steps)):
                answers = await loop.run_in_executor(self._thread, _answers, served, batch)
                for sending, answer in zip(batch, answers, strict=True):
                    self._take(sending, answer)

    def _load(self) -> dict[str, Served]:
        """The recogniser of each model by its name."""
        threads = max(1, (os.cpu_count() or 1) - 1)  # the worker's own loop needs a core too
        served = {}
        for name in self._settings.model_names:
            settings = self._settings.of(name)
            folder = self._settings.models_dir_of(name, usual=self._models_dir)
            recogniser = load(settings, folder, threads=threads, clock=time.monotonic)
            served[name] = Served(recogniser, lineage(settings), state=recogniser.state)
        return served

    def _take(self, sending: Sending, answer: bytes | str) -> None:
        if isinstance(answer, str):
            self._legs.refused(sending.token, why=answer)
        else:
            self._legs.answered(sending.token, msgspec.json.decode(answer, type=Answer))


def _answers(served: Mapping[str, Served], batch: Sequence[Sending]) -> list[bytes | str]:
    """What each step of the batch brings; steps for the same model are recognised together."""
    answers = [f"{NO_SUCH_MODEL} {sending.model}" for sending in batch]
    found: dict[int, bytes | str] = dict(enumerate(answers))
    for name, recogniser in served.items():
        places = [at for at, sending in enumerate(batch) if sending.model == name]
        if places:
            requests = [Request(batch[at].step) for at in places]
            found |= zip(places, recogniser.answer(requests), strict=True)
    return [found[at] for at in range(len(batch))]


def _one_each(sendings: list[Sending]) -> list[list[Sending]]:
    """Batches with at most one step of each leg, in each leg's order."""
    batches: list[list[Sending]] = []
    rounds: dict[int, int] = {}
    for sending in sendings:
        number = rounds.get(sending.step.sequence, 0)
        rounds[sending.step.sequence] = number + 1
        if number == len(batches):
            batches.append([])
        batches[number].append(sending)
    return batches
