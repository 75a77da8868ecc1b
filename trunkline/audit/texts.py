"""Every text inside a row, a record or a line, whatever it is wrapped in (pure)."""

import json
import re
from collections.abc import Iterator
from typing import cast

LEAST_NUMBER = 100_000
"""Smaller whole numbers are times, counts and ports."""

PLACES = frozenset({"revision", "start_ms", "end_ms"})
"""Fields that count revisions and milliseconds: their digits are a number's by chance only."""

_SAID = re.compile(rb'"text" ?: ?"([^"\\]{1,60})"')


def texts_of(value: object) -> Iterator[str]:
    """Texts, keys and large whole numbers below a JSON value; words of a list joined as said."""
    if isinstance(value, dict):
        for name, inner in cast(dict[str, object], value).items():
            yield name
            if name not in PLACES or not isinstance(inner, int):
                yield from texts_of(inner)
    elif isinstance(value, list):
        items = cast(list[object], value)
        yield from _joined(items)
        for inner in items:
            yield from texts_of(inner)
    elif isinstance(value, str):
        yield from _unwrapped(value)
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) >= LEAST_NUMBER:
        yield str(value)
    elif isinstance(value, float) and value.is_integer() and abs(value) >= LEAST_NUMBER:
        yield str(int(value))


def texts_of_bytes(data: bytes) -> Iterator[str]:
    """The same of a record as it lies on a topic."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        yield data.decode("latin-1")  # encrypted, as a rule: digits in it are digits all the same
        return
    yield from _unwrapped(text)


def said_in(data: bytes) -> bytes:
    """The words of JSON transcripts in raw bytes, in order: there each stands by itself."""
    return b" ".join(_SAID.findall(data))


def _unwrapped(text: str) -> Iterator[str]:
    if text.startswith("\\x"):
        try:
            data = bytes.fromhex(text[2:])
        except ValueError:
            pass
        else:
            yield from texts_of_bytes(data)
            return
    if text.startswith(("{", "[")):
        try:
            value: object = json.loads(text)
        except ValueError:
            pass
        else:
            yield from texts_of(value)
            return
    yield text


def _joined(items: list[object]) -> Iterator[str]:
    """Words of a transcript, characters of a string: items that belong together as one text."""
    said = [
        str(cast(dict[str, object], item).get("text", ""))
        if isinstance(item, dict)
        else str(item)
        if isinstance(item, str | int)
        else ""
        for item in items
    ]
    if len(said) > 1 and any(said):
        yield " ".join(said)
