"""What one leg asks of its recogniser: model, language, endpointing, vocabulary, speakers.

The names of endpointing are those of NVIDIA Riva's `EndpointingConfig`.
"""

import msgspec


class Endpointing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When an utterance starts and ends. Thresholds are voice probabilities, 0 to 1."""

    start_threshold: float = 0.5
    """Voice probability that starts an utterance. Raise it on noisy lines."""

    start_history_ms: int = 96
    """Voice must last so long to start an utterance."""

    stop_threshold: float = 0.35
    """Below this a window counts as silence."""

    stop_history_ms: int = 500
    """Silence that ends an utterance. Lower: faster finals, more cuts inside sentences."""

    stop_history_eou_ms: int = 192
    """Silence after which the utterance is read as if it were over: a final held ready."""


class Phrase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Words that are expected: a name, a product, a plan code."""

    text: str
    weight: float = 2.0
    """Log-probability a token that goes on with the phrase is raised by; below 0: lowered."""


class LegOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one leg is recognised, decided when it starts."""

    model: str = "asr"
    """Name of the model on Triton."""

    language: str = "en"
    """BCP 47 tag."""

    endpointing: Endpointing = Endpointing()
    max_segment_ms: int = 8000
    """An utterance longer than this is cut at its quietest point."""

    partial_interval_ms: int = 400
    """How much new speech is worth a new partial."""

    phrases: tuple[Phrase, ...] = ()
    profanity_filter: bool = False
    """Swear words are published as their first letter and asterisks."""

    most_speakers: int = 1
    """1: the leg is one party. More: several speakers share it, and are told apart."""
