"""What a bus tells Prometheus of itself."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from trunkline.bus import Record

_PUBLISH_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class BusMetrics:
    """One set per process, shared by whatever the process publishes and reads."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.published = Counter(
            "trunkline_bus_published", "Records made durable", ["topic"], registry=registry
        )
        self.refused = Counter(
            "trunkline_bus_publish_refused",
            "Publishes that failed because the broker was away",
            ["topic"],
            registry=registry,
        )
        self.publish_seconds = Histogram(
            "trunkline_bus_publish_seconds",
            "From publish to durable",
            registry=registry,
            buckets=_PUBLISH_BUCKETS,
        )
        self._reconnects = Counter(
            "trunkline_bus_reconnects", "Times the broker came back", registry=registry
        )
        self._away = Gauge(
            "trunkline_bus_away", "1 while the broker cannot be reached", registry=registry
        )
        self.away = False
        self.expired_unread = Counter(
            "trunkline_bus_expired_unread",
            "Records that retention deleted before some group had committed them",
            ["topic"],
            registry=registry,
        )
        self._fetched = Counter(
            "trunkline_bus_fetched", "Records read", ["topic"], registry=registry
        )

    def reached(self) -> None:
        """The broker answered."""
        if self.away:
            self._reconnects.inc()
            self._away.set(0)
            self.away = False

    def lost(self) -> None:
        """The broker did not answer."""
        if not self.away:
            self._away.set(1)
            self.away = True

    def ready(self) -> str:
        """Empty, or what a role says of its bus."""
        return "the bus is away" if self.away else ""

    def fetched(self, records: Sequence[Record]) -> None:
        """Count what was read."""
        for record in records:
            self._fetched.labels(record.topic).inc()
