"""What a leg may ask of its recogniser: limits that keep one leg from disturbing the others."""

import re

import msgspec

from triton_models.options import Endpointing, LegOptions, Phrase

MOST_PHRASES = 500
LONGEST_PHRASE = 100
"""Characters."""

HEAVIEST = 10.0
"""Of a phrase's weight, up and down: beyond it a recogniser says nothing but phrases."""

MOST_SPEAKERS = 16
LONGEST_OPTIONS_BYTES = 128 * 1024

_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,7}")
_SHORTEST_MS, _LONGEST_MS = 1, 30_000


class BadOptions(Exception):
    """The options cannot be used; the message names the field, never what stands in it."""


def read(text: bytes) -> LegOptions:
    """Options out of their JSON; BadOptions if they are none, or ask too much."""
    if len(text) > LONGEST_OPTIONS_BYTES:
        raise BadOptions(f"longer than {LONGEST_OPTIONS_BYTES} bytes")
    try:
        options = msgspec.json.decode(text, type=LegOptions)
    except UnicodeDecodeError:
        raise BadOptions("not UTF-8") from None
    except msgspec.MsgspecError as error:
        raise BadOptions(str(error)) from None
    if why := wrong(options):
        raise BadOptions(why)
    return options


def wrong(options: LegOptions) -> str:
    """Which field is out of its limits, and what they are; empty if none is."""
    checks = (
        (_MODEL.fullmatch(options.model), "model: letters, digits, `_.-`, at most 64"),
        (_LANGUAGE.fullmatch(options.language), "language: a BCP 47 tag such as en or de-AT"),
        (_is_time(options.max_segment_ms, least=1000), "max_segment_ms: 1000 to 30000"),
        (_is_time(options.partial_interval_ms, least=50), "partial_interval_ms: 50 to 30000"),
        (1 <= options.most_speakers <= MOST_SPEAKERS, f"most_speakers: 1 to {MOST_SPEAKERS}"),
        (len(options.phrases) <= MOST_PHRASES, f"phrases: at most {MOST_PHRASES}"),
        (
            all(map(_is_phrase, options.phrases)),
            f"phrases: 1 to {LONGEST_PHRASE} characters, weight -{HEAVIEST:g} to {HEAVIEST:g}",
        ),
    )
    return next((why for right, why in checks if not right), _wrong_endpointing(options))


def _wrong_endpointing(options: LegOptions) -> str:
    asked: Endpointing = options.endpointing
    for name in ("start_threshold", "stop_threshold"):
        if not 0.0 < getattr(asked, name) < 1.0:
            return f"endpointing.{name}: between 0 and 1"
    if asked.stop_threshold > asked.start_threshold:
        return "endpointing.stop_threshold: at most start_threshold"
    for name in ("start_history_ms", "stop_history_ms", "stop_history_eou_ms"):
        if not _is_time(getattr(asked, name), least=_SHORTEST_MS):
            return f"endpointing.{name}: {_SHORTEST_MS} to {_LONGEST_MS}"
    return ""


def _is_time(value_ms: int, *, least: int) -> bool:
    return least <= value_ms <= _LONGEST_MS


def _is_phrase(phrase: Phrase) -> bool:
    return (
        bool(phrase.text.strip())
        and len(phrase.text) <= LONGEST_PHRASE
        and -HEAVIEST <= phrase.weight <= HEAVIEST
    )
