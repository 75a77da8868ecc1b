"""Settings of `[triton_models]`."""

import msgspec


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How speech is recognised."""

    backend: str = "triton"
    """`triton`, or `local`: the same recogniser in the worker's own process, without a server."""

    url: str = ""
    """Triton's gRPC address, `host:port`; empty: the embedded one."""

    models_dir: str = ""
    """Where fetched weights are kept; empty: `models` in the appliance's state directory."""

    language: str = "en"
    """BCP 47 tag put on transcripts."""

    start_threshold: float = 0.5
    """Voice probability (0 to 1) that starts an utterance. Raise it on noisy lines."""

    start_history_ms: int = 96
    """Voice must last so long to start an utterance."""

    stop_history_ms: int = 500
    """Silence that ends an utterance. Lower: faster finals, more cuts inside sentences."""

    max_segment_ms: int = 8000
    """An utterance longer than this is cut at its quietest point."""

    partial_interval_ms: int = 400
    """How much new speech is worth a new partial. Raise it when the machine is short of CPU."""
