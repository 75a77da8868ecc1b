"""What an operator watches of the redaction stage."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class StageMetrics:
    """What an operator watches."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.events = Counter(
            "trunkline_redaction_events", "Revisions redacted", ["kind"], registry=registry
        )
        self.redactions = Counter(
            "trunkline_redaction_redactions",
            "Masked spans in finals as first published",
            ["kind"],
            registry=registry,
        )
        self.unavailable = Counter(
            "trunkline_redaction_unavailable",
            "Segments that became [unavailable] because they could not be redacted",
            registry=registry,
        )
        self.refused = Counter(
            "trunkline_redaction_calls_without_policy",
            "Calls shown as [unavailable] because their tenant's policy cannot be used",
            registry=registry,
        )
        self.unusable = Gauge(
            "trunkline_redaction_unusable_policies",
            "Tenants whose policy could not be used when last asked for",
            registry=registry,
        )
        self.shed = Counter(
            "trunkline_redaction_shed_partials",
            "Partials skipped because a newer revision was already there",
            registry=registry,
        )
        self.seconds = Histogram(
            "trunkline_redaction_seconds",
            "Time to redact one revision",
            ["kind"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self.delay = Histogram(
            "trunkline_redaction_delay_seconds",
            "From recognised to redacted, bus included",
            buckets=_BUCKETS,
            registry=registry,
        )
        self.open_calls = Gauge(
            "trunkline_redaction_open_calls", "Calls with state here", registry=registry
        )
