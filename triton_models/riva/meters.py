"""What is counted of a worker's legs, under the names that the other backends use."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge

from sip_gateway.events import Gap
from triton_models.results import Result


class Meters:
    """One worker's figures."""

    def __init__(self, registry: CollectorRegistry) -> None:
        prefix = "trunkline_triton_models_"
        self.connected = Gauge(
            prefix + "connected", "1 while the recogniser answers", registry=registry
        )
        self._legs = Gauge(prefix + "legs", "Legs being recognised", registry=registry)
        self._backlog = Gauge(
            prefix + "backlog_ms", "Audio waiting, of the leg that waits most", registry=registry
        )
        self._finals = Counter(prefix + "finals", "Final transcripts", registry=registry)
        self.restarts = Counter(
            prefix + "leg_restarts", "Times the recogniser lost a leg", registry=registry
        )
        self.fallbacks = Counter(
            prefix + "fallbacks",
            "Legs that go on with default options, theirs being refused",
            ["why"],
            registry=registry,
        )
        self._missed = Counter(
            prefix + "missed_ms", "Audio not recognised", ["why"], registry=registry
        )

    def watch(self, *, legs: Callable[[], int], backlog_ms: Callable[[], int]) -> None:
        """Ask these whenever the figures are read."""
        self._legs.set_function(legs)
        self._backlog.set_function(backlog_ms)

    def count(self, result: Result) -> None:
        """A result is on its way."""
        if isinstance(result, Gap):
            self._missed.labels(result.why).inc(result.end_ms - result.start_ms)
        elif result.is_final:
            self._finals.inc()
