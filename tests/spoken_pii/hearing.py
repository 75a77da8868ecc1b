"""Writes what was said as recognisers do: words, numerals or both, commas, case, joined letters.

Two sets of habits, half of the calls each. `WORDS` is what this project's own recogniser does, by
the finals of the twenty legs of ten synthetic calls (1534 words): digit strings came as words with
commas ("Four, two, four, two,") about two times in three, else as words without, as numerals
("4242, 4242") or mixed, letters as "W, h, i, t", "B-S-8" and "Nw4471920". `NUMERALS` writes figures
wherever it can, as Whisper does.
"""

import random
from collections.abc import Sequence
from typing import NamedTuple

from tests.spoken_pii.call import Said
from tests.spoken_pii.numbers_said import Piece

TIMES = {"double", "triple"}


class Token(NamedTuple):
    """A piece in its place: of which value, if of any."""

    piece: Piece
    span: int | None = None
    kind: str = ""


class Habits(NamedTuple):
    """How a recogniser writes."""

    numerals: dict[str, float]
    """Way of writing a digit string -> how often."""

    lower: bool
    """No capitals, no punctuation."""


WORDS = {"commas": 0.64, "plain": 0.12, "grouped": 0.1, "joined": 0.04, "mixed": 0.1}
NUMERALS = WORDS | {"commas": 0.05, "grouped": 0.5, "joined": 0.15, "single": 0.1}


def habits(rng: random.Random) -> Habits:
    """Of one call's recogniser."""
    return Habits(rng.choice((WORDS, NUMERALS)), rng.random() < 0.2)


def write(rng: random.Random, tokens: Sequence[Token], how: Habits) -> list[Said]:
    """The words of a turn."""
    out: list[Said] = []
    at = 0
    while at < len(tokens):
        end = at + 1
        while end < len(tokens) and tokens[end].span == tokens[at].span:
            end += 1
        run = tokens[at:end]
        out += _value(rng, run, how) if run[0].span is not None else _plain(run)
        at = end
    return _lowered(out) if how.lower else _sentence(out)


def _plain(run: Sequence[Token]) -> list[Said]:
    return [
        Said(word, kind=token.kind, free=token.piece.free, pause=token.piece.pause)
        for token in run
        for word in token.piece.text.split()
    ]  # fmt: skip


def _value(rng: random.Random, run: Sequence[Token], how: Habits) -> list[Said]:
    """A value's words, its figures written in one of the ways."""
    style = rng.choices(list(how.numerals), list(how.numerals.values()))[0]
    if run[0].kind in ("email", "ip") and rng.random() < (0.6 if style != "commas" else 0.3):
        return _with_symbols(run)
    out: list[Said] = []
    at = 0
    while at < len(run):
        end = at
        while end < len(run) and run[end].piece.figures:
            end += 1
        if end > at:
            out += _figures(rng, run[at:end], style)
            at = end
        else:
            out += _words_of(run[at])
            at += 1
    return out


def _words_of(token: Token, comma: str = "") -> list[Said]:
    piece = token.piece
    words = piece.text.split()
    out = [Said(word, token.span, token.kind, piece.free or word in TIMES) for word in words]
    out[-1] = out[-1]._replace(text=out[-1].text + comma, pause=piece.pause)
    return out


def _figures(rng: random.Random, run: Sequence[Token], style: str) -> list[Said]:
    if style in ("commas", "plain"):
        return [w for t in run for w in _words_of(t, "," if style == "commas" else "")]
    if run[0].kind in ("dob", "expiry") and len(run) > 1 and style != "mixed":
        return [_one(run, "/".join(t.piece.figures.lstrip("0") or "0" for t in run))]
    if style == "mixed":
        figures = ([_one([t], t.piece.figures)] for t in run)
        either = (
            _words_of(t) if rng.random() < 0.5 else f for t, f in zip(run, figures, strict=True)
        )
        return [word for words in either for word in words]
    if style == "single":
        return [_one([t], t.piece.figures) for t in run]
    if style == "joined" and all(t.piece.joins for t in run):
        return [_one(run, "".join(t.piece.figures for t in run))]
    return _groups(rng, run)


def _groups(rng: random.Random, run: Sequence[Token]) -> list[Said]:
    """A word a group, a comma or a dash between groups, or nothing."""
    groups: list[list[Token]] = [[]]
    for token in run:
        if groups[-1] and (groups[-1][-1].piece.pause or not token.piece.joins):
            groups.append([])
        groups[-1].append(token)
        if not token.piece.joins:
            groups.append([])
    texts = [("".join(t.piece.figures for t in group), group) for group in groups if group]
    between = rng.choice((",", "", "", "-"))
    if between == "-" and len(texts) > 1:
        return [_one(run, "-".join(text for text, _ in texts))]
    return [_one(group, text + between.strip("-")) for text, group in texts]


def _one(run: Sequence[Token], text: str) -> Said:
    return Said(text, run[0].span, run[0].kind, pause=run[-1].piece.pause)


def _with_symbols(run: Sequence[Token]) -> list[Said]:
    """ "example dot com" as "example.com", numbers with points between them, sometimes all."""
    symbols = {"dot": ".", "point": ".", "underscore": "_", "dash": "-", "hyphen": "-"}
    out: list[Said] = []
    glue = ""
    for token in run:
        piece = token.piece
        if piece.free and piece.text in symbols and out and out[-1].span is not None:
            glue = symbols[piece.text]
        elif glue and not piece.free:
            text = piece.figures or piece.text.replace(" ", "")
            out[-1] = out[-1]._replace(text=out[-1].text + glue + text)
            glue = ""
        else:
            glue = ""
            figures = piece.figures if token.kind == "ip" or piece.figures.isdigit() else ""
            out += [_one([token], figures)] if figures else _words_of(token)
    return out


def _sentence(words: list[Said]) -> list[Said]:
    """A capital at the start, a full stop at the end, and after most pauses a comma."""
    out = [
        word._replace(text=word.text + ",") if word.pause and word.text[-1].isalnum() else word
        for word in words
    ]
    if out:
        first, last = out[0].text, out[-1].text.rstrip(",")
        out[0] = out[0]._replace(text=first[:1].upper() + first[1:])
        last = out[-1].text.rstrip(",") if len(out) > 1 else out[0].text.rstrip(",")
        out[-1] = out[-1]._replace(text=last + ("" if last[-1] in ".?!" else "."))
    return out


def _lowered(words: list[Said]) -> list[Said]:
    kept = str.maketrans("", "", ",?!;")
    lowered = (w._replace(text=w.text.lower().translate(kept).rstrip(".")) for w in words)
    return [word for word in lowered if word.text]
