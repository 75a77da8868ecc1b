"""Calls with annotated personal data, in the format of `tests/data/calls`, as calls of the bench.

Their true words, in segments and partials as `stream.py` cuts them; nothing is misheard.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.spoken_pii.call import Call, Said, Turn

_KINDS = {"ssn": "national_id", "order": "reference", "policy": "reference"}

_TELL_NOTHING = frozenset(
    ("no", "sorry", "um", "uh", "double", "triple", "dot", "at", "underscore", "dash", "as", "in")
    + ("apartment", "unit", "doctor", "miss", "exclamation", "mark")
)


class _Marked(NamedTuple):
    number: int
    kind: str
    spoken: str


def true_calls(folder: Path, *, cuts: int) -> Iterator[Call]:
    """The calls of a folder, each cut in so many ways."""
    for path in sorted(folder.glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        turns = []
        for number, turn in sorted(enumerate(truth["turns"]), key=lambda t: int(t[1]["start_ms"])):
            marked = [
                _Marked(i, _kind(str(one["type"])), str(one["spoken"]))
                for i, one in enumerate(truth["pii"])
                if one["turn"] == number
            ]
            turns.append(Turn(turn["channel"] == 0, list(_words(turn["text"], marked))))
        for cut in range(cuts):
            yield Call(f"{truth['name']}/{cut}", turns, dialogue=truth["name"])


def _kind(annotated: str) -> str:
    """As this bench calls it."""
    return _KINDS.get(annotated.lower(), annotated.lower())


def _words(text: str, spans: Sequence[_Marked]) -> Iterator[Said]:
    """The words of a turn, those of its spans marked."""
    at = 0
    for span in spans:
        found = text.index(span.spoken, at)
        yield from _said(text[at:found])
        after = re.match(r"[.,?!;:]*", text[found + len(span.spoken) :])
        at = found + len(span.spoken) + (after.end() if after else 0)
        for word in _said(text[found:at]):
            free = word.text.strip(".,?!").lower() in _TELL_NOTHING
            yield word._replace(span=span.number, kind=span.kind, free=free)
    yield from _said(text[at:])


def _said(text: str) -> Iterator[Said]:
    return (Said(word, pause=word[-1] in ".,?!;:") for word in text.split())
