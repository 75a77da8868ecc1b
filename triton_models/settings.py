"""Settings of `[triton_models]`."""

import re
from pathlib import Path

import msgspec

DEFAULT_MODEL = "asr"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


class Riva(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """NVIDIA Riva, with `backend = "riva"`; `url` is its address."""

    model: str = ""
    """Of the server's models; empty: one for the leg's language."""

    tls: bool = False
    """Encrypt, and check the server's certificate. Wanted beyond this machine."""

    ca_file: str = ""
    """PEM of who signed the server's certificate; empty: the authorities gRPC carries."""

    cert_file: str = ""
    """PEM of our own certificate, where the server asks for one."""

    key_file: str = ""
    """PEM of that certificate's key."""

    api_key_file: str = ""
    """Its content is sent as `authorization: Bearer`; with `tls` only."""

    metadata: dict[str, str] = {}
    """Sent with every call; a hosted service wants its `function-id` here."""

    custom: dict[str, str] = {}
    """Riva's `custom_configuration`: parameters of the model's own."""

    automatic_punctuation: bool = True
    """Punctuation and case, where the server has a model for them."""

    boost: float = 10.0
    """Riva's boost of a phrase of weight 1. NVIDIA recommends 20 to 100 in all for CTC models."""

    longest_stream_s: int = 3600
    """A leg's stream is changed after so long, between utterances. Lower it to less than what
    the server, or what stands before it, allows."""


class Speakers(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who speaks, on a leg that several people share."""

    plain_call_most: int = 3
    """At most so many people share the one leg of a plain SIP call. 1: it is one party."""

    agent_phrases: tuple[str, ...] = ()
    """Who first says one of these ("thank you for calling") is labelled the agent."""


class ServedModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A further model beside `asr`, for the calls that a route gives it."""

    name: str
    """As routes name it: letters, digits, `_.-`."""

    settings: dict[str, object] = {}
    """Fields of `[triton_models]` that are otherwise for it: `language`, `models_dir`, ..."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How speech is recognised."""

    backend: str = "triton"
    """`triton`; `local`: its recogniser in the worker's own process, without a server; `riva`."""

    url: str = ""
    """Triton's or Riva's gRPC address, `host:port`; empty: the embedded Triton."""

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

    speakers: Speakers = Speakers()

    riva: Riva = Riva()

    served: tuple[ServedModel, ...] = ()
    """Further models to serve side by side, each `[[triton_models.served]]`; deploy/models.md."""

    def __post_init__(self) -> None:
        names = [served.name for served in self.served]
        if len({*names, DEFAULT_MODEL}) <= len(names):
            raise ValueError(f"served: names are taken once, and {DEFAULT_MODEL} is the first's")
        for served in self.served:
            self.of(served.name)

    @property
    def model_names(self) -> tuple[str, ...]:
        """Every model that is served, the first one first."""
        return (DEFAULT_MODEL, *(served.name for served in self.served))

    def models_dir_of(self, model: str, *, usual: Path) -> Path:
        """Where that model's weights are kept: `usual`, unless it has a place of its own."""
        own = self.of(model).models_dir
        return usual if own == self.models_dir else Path(own)

    def of(self, model: str) -> "Settings":
        """What holds for that model; for a model not served here, what holds for `asr`."""
        own = next((served for served in self.served if served.name == model), None)
        if own is None:
            return msgspec.structs.replace(self, served=())
        if not _NAME.fullmatch(own.name):
            raise ValueError("served: a name is letters, digits, `_.-`, at most 64")
        whole = msgspec.to_builtins(self) | own.settings | {"served": ()}
        try:
            return msgspec.convert(whole, Settings)
        except msgspec.ValidationError as error:
            raise ValueError(f"served {own.name}: {error}") from None
