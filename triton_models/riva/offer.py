"""What a Riva server says of its models, and which of them recognises a leg."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from triton_models.options import LegOptions

UNNAMED = "riva"
"""Put on transcripts as the model when the server does not tell what it has."""

_USUAL = {
    "ar": "ar-AR",
    "de": "de-DE",
    "en": "en-US",
    "es": "es-US",
    "fr": "fr-FR",
    "hi": "hi-IN",
    "it": "it-IT",
    "ja": "ja-JP",
    "ko": "ko-KR",
    "pt": "pt-BR",
    "ru": "ru-RU",
    "zh": "zh-CN",
}
"""Riva takes languages with their region only; where a leg names none, and the server's models
do not tell, it is this one."""


class Origin(NamedTuple):
    """What recognised: put on every transcript."""

    model: str
    model_sha256: str
    decoder: str


class Offered(NamedTuple):
    """One streaming model of the server."""

    name: str
    languages: tuple[str, ...]
    sha256: str
    """Of all that the server says of it: its weights cannot be seen from here."""


class Chosen(NamedTuple):
    """What is asked for on the stream."""

    model: str
    """Empty: the server's choice."""

    language: str
    offered: Offered | None
    """The model that this comes to, where the server tells."""

    def origin(self, decoder: str) -> Origin:
        """What is put on every transcript."""
        if self.offered is not None:
            return Origin(self.offered.name, self.offered.sha256, decoder)
        return Origin(self.model or UNNAMED, "", decoder)


def offered(models: Sequence[tuple[str, Mapping[str, str]]]) -> tuple[Offered, ...]:
    """The streaming ones of the server's models, each given by name and parameters."""
    return tuple(
        Offered(
            name=name,
            languages=tuple(filter(None, parameters.get("language_code", "").split(","))),
            sha256=_digest(name, parameters),
        )
        for name, parameters in models
        if parameters.get("type", "online") == "online"
    )


def chosen(options: LegOptions, models: Sequence[Offered], *, model: str) -> Chosen:
    """The model for a leg: the leg's own, else the configured one, else one of its language."""
    named = options.model if options.model != LegOptions().model else model
    fitting = [one for one in models if named in ("", one.name)]
    for one in fitting:
        if (language := _matching(options.language, one.languages)) is not None:
            return Chosen(named, language, one)
    language = _USUAL.get(options.language, options.language)
    return Chosen(named, language, fitting[0] if named and fitting else None)


def _matching(wanted: str, languages: Sequence[str]) -> str | None:
    """Of `languages` the one that is `wanted`, or its first region."""
    exact = [tag for tag in languages if tag.lower() == wanted.lower()]
    regional = [tag for tag in languages if tag.lower().startswith(f"{wanted.lower()}-")]
    return next(iter(exact + regional), None)


def _digest(name: str, parameters: Mapping[str, str]) -> str:
    lines = [name, *(f"{key}={value}" for key, value in sorted(parameters.items()))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
