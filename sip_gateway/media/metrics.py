"""What the media worker counts."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from sip_gateway.rtp.outputs import Counts


class MediaMetrics:
    """Prometheus metrics of one worker."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.packets = Counter(
            "trunkline_sip_gateway_rtp_packets_total",
            "RTP packets by what became of them; lost includes late",
            ["result"],
            registry=registry,
        )
        self._frames_total = Counter(
            "trunkline_sip_gateway_audio_frames_total",
            "Frames of 100 ms handed to the recogniser",
            registry=registry,
        )
        self._frames = 0
        self.legs = Gauge(
            "trunkline_sip_gateway_media_legs", "Legs being listened to", registry=registry
        )
        self.calls = Gauge(
            "trunkline_sip_gateway_media_calls", "Calls of this worker", registry=registry
        )
        self.faults = Counter(
            "trunkline_sip_gateway_media_faults_total",
            "Legs or calls ended by a fault of ours",
            registry=registry,
        )
        self.refused = Counter(
            "trunkline_sip_gateway_media_refused_total",
            "Calls for which there was no port",
            registry=registry,
        )

        self.pauses = Counter(
            "trunkline_sip_gateway_pauses_total",
            "Calls paused on purpose, by why",
            ["why"],
            registry=registry,
        )
        self.paused = Gauge(
            "trunkline_sip_gateway_calls_paused", "Calls paused on purpose", registry=registry
        )
        self.keys = Counter(
            "trunkline_sip_gateway_keys_total", "Keys pressed, however told", registry=registry
        )

    def count_frame(self) -> None:
        """Ten times a second and leg: the counter itself, with its lock, would cost as much as
        decoding does."""
        self._frames += 1

    def tell_frames(self) -> None:
        """Add up what was counted."""
        frames, self._frames = self._frames, 0
        self._frames_total.inc(frames)

    def add(self, counts: Counts, reported: dict[str, int]) -> None:
        """Count what is new since `reported`, which is brought up to date."""
        for result in Counts.__slots__:
            value = int(getattr(counts, result))
            if value != reported.get(result, 0):
                self.packets.labels(result).inc(value - reported.get(result, 0))
                reported[result] = value
