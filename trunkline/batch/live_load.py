"""Asks the appliance on this machine how busy its live recogniser is."""

import threading
import time
from collections.abc import Iterator

import httpx
from prometheus_client.parser import text_string_to_metric_families

from trunkline.batch.give_way import GiveWay, LiveLoad
from trunkline.running import NotRunning, RunningAppliance, find_appliance
from trunkline.settings import Settings, SettingsError

EVERY_S = 1.0
ANSWER_S = 0.8
_PREFIX = "trunkline_triton_models_"


class Watch:
    """A thread that keeps `GiveWay` informed. Enter it, and `wait_for_turn` before each stretch."""

    def __init__(self, settings: Settings) -> None:
        self.rule = GiveWay()
        self._settings = settings
        self._turn = threading.Event()
        self._turn.set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live-load", daemon=True)

    def __enter__(self) -> "Watch":
        self._look()
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
        self._thread.join()

    def close(self) -> None:
        """Nobody needs to wait any more: the run ends."""
        self._stop.set()
        self._turn.set()

    def wait_for_turn(self) -> bool:
        """Return once live calls leave room; False if the run ends."""
        self._turn.wait()
        return not self._stop.is_set()

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            self._look()

    def _look(self) -> None:
        self.rule.receive(live_load(self._settings), now=time.monotonic())
        if self.rule.may_work:
            self._turn.set()
        else:
            self._turn.clear()


def live_load(settings: Settings) -> LiveLoad:
    """The worst of the media workers; nothing is live where no appliance runs."""
    try:
        running = find_appliance(settings)
        host = running.settings().appliance.health_host
    except (NotRunning, SettingsError):
        return LiveLoad()
    loads = [_ask(f"http://{_reachable(host)}:{port}/metrics") for port in _ports(running)]
    return LiveLoad(
        backlog_ms=max((load.backlog_ms for load in loads), default=0.0),
        load=max((load.load for load in loads), default=0.0),
        is_silent=any(load.is_silent for load in loads),
    )


def _ports(running: RunningAppliance) -> Iterator[int]:
    """Of every process that may recognise."""
    for role, port in running.health_ports.items():
        if role.startswith("media-"):
            yield port


def _ask(url: str) -> LiveLoad:
    try:
        answer = httpx.get(url, timeout=ANSWER_S, trust_env=False)
    except httpx.ConnectError:
        return LiveLoad()  # it is gone, or not there yet: it holds no leg
    except httpx.TransportError:
        return LiveLoad(is_silent=True)
    return read_load(answer.text)


def read_load(metrics: str) -> LiveLoad:
    """The gauges that matter, out of a process's metrics."""
    values = {
        family.name: max((sample.value for sample in family.samples), default=0.0)
        for family in text_string_to_metric_families(metrics)
        if family.name.startswith(_PREFIX) and family.type == "gauge"
    }
    return LiveLoad(
        backlog_ms=values.get(f"{_PREFIX}backlog_ms", 0.0),
        load=values.get(f"{_PREFIX}load", 0.0),
    )


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host
