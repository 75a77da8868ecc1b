"""What was really said in a test call: its turns, and where its personal data is."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One party speaking once."""

    speaker: str
    channel: int
    start_ms: int
    end_ms: int
    text: str
    backchannel: bool = False
    """A short sound of attention over the other party's speech."""

    times: tuple[tuple[int, int], ...] = ()
    """Start and end of each word of the text in ms; empty where nobody knows."""


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """One place where personal data is said."""

    kind: str = msgspec.field(name="type")
    """CARD, CVV, NAME, ..."""

    turn: int
    channel: int
    start_ms: int
    end_ms: int
    spoken: str
    canonical: str
    """As it would be written."""


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """Something said that is no personal data and must come out right: a product, a plan."""

    kind: str = msgspec.field(name="type")
    turn: int
    spoken: str


class Noise(msgspec.Struct, frozen=True, kw_only=True):
    """What is heard on a leg beside its party."""

    kind: str
    snr_db: float


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """The truth about one call."""

    name: str
    duration_ms: int
    turns: tuple[Turn, ...]
    pii: tuple[Span, ...] = ()
    entities: tuple[Entity, ...] = ()
    lang: str = ""
    """BCP 47 tag of the accent: en-us, en-gb."""

    noise: dict[str, Noise] = {}
    """By the leg: agent (channel 0), customer (channel 1)."""

    crosstalk_db: float | None = None
    synthetic: bool = False
    """Nobody in it is real: its text may stand in a report."""

    slices: dict[str, str] = {}
    """More that the results are to be told apart by: {"device": "headset"}."""

    word_times: str = ""
    """Where the words' times are from: `synthesis`, `aligned`; empty: estimated within the turn."""


class Piece(NamedTuple):
    """A stretch of one turn: clean text, or a personal span."""

    text: str
    start_ms: int
    end_ms: int
    span: Span | None
    turn: int = -1


class ReferenceWord(NamedTuple):
    """One word as written in the reference; unless its time is known, it is estimated."""

    text: str
    start_ms: int
    end_ms: int
    span: Span | None
    turn: int = -1


class BadReference(Exception):
    """A test call's files cannot be used: names the file and what is wrong."""


def read_references(folder: Path, only: Collection[str] = ()) -> list[tuple[Path, Reference]]:
    """Every `NAME.wav` of the folder with its `NAME.json`, in order of name; BadReference if none.

    `only` narrows them down to calls whose name begins with one of these.
    """
    found = [
        (wav, read_reference(wav.with_suffix(".json")))
        for wav in sorted(folder.glob("*.wav"))
        if wav.with_suffix(".json").exists() and (not only or wav.name.startswith(tuple(only)))
    ]
    if not found:
        raise BadReference(f"{folder}: no NAME.wav with a NAME.json beside it")
    return found


def read_reference(path: Path) -> Reference:
    """The truth in one JSON file; BadReference if it is not one."""
    try:
        reference = msgspec.json.decode(path.read_bytes(), type=Reference)
    except (OSError, msgspec.MsgspecError) as error:
        raise BadReference(f"{path}: {error}") from None
    if any(not 0 <= span.turn < len(reference.turns) for span in reference.pii):
        raise BadReference(f"{path}: a pii span names a turn that does not exist")
    return reference


def pieces(reference: Reference, channel: int) -> Iterator[Piece]:
    """One leg's speech in order, cut at the borders of personal spans."""
    for at, turn in enumerate(reference.turns):
        if turn.channel == channel:
            spans = [span for span in reference.pii if span.turn == at]
            yield from (piece._replace(turn=at) for piece in _cut(turn, spans))


def _cut(turn: Turn, spans: list[Span]) -> Iterator[Piece]:
    text_at, ms_at = 0, turn.start_ms
    for span in sorted(spans, key=lambda one: one.start_ms):
        found = turn.text.find(span.spoken, text_at)
        if found < 0:
            raise BadReference(f"the turn at {turn.start_ms} ms does not hold its {span.kind}")
        if turn.text[text_at:found].strip():
            yield Piece(turn.text[text_at:found], ms_at, max(ms_at, span.start_ms), None)
        yield Piece(span.spoken, span.start_ms, span.end_ms, span)
        text_at, ms_at = found + len(span.spoken), span.end_ms
    if any(character.isalnum() for character in turn.text[text_at:]):
        yield Piece(turn.text[text_at:], ms_at, max(ms_at, turn.end_ms), None)


PAUSES = {",": 3.0, ";": 4.0, ":": 4.0, ".": 5.0, "?": 5.0, "!": 5.0}
"""How long the pause after a mark is, in letters; about 60 ms each."""


def words(reference: Reference, channel: int) -> Iterator[ReferenceWord]:
    """One leg's words with their times, as known or as estimated."""
    known: dict[int, Iterator[tuple[int, int]]] = {}
    for piece in pieces(reference, channel):
        times = known.setdefault(piece.turn, iter(reference.turns[piece.turn].times))
        for word in _estimated(piece):
            start_ms, end_ms = next(times, (word.start_ms, word.end_ms))
            yield word._replace(start_ms=start_ms, end_ms=end_ms)


def spoken_words(text: str) -> list[str]:
    """The words of a text, as written; marks that stand alone are none."""
    return [text for text in text.split() if any(c.isalnum() for c in text)]


def _estimated(piece: Piece) -> Iterator[ReferenceWord]:
    """Letters and pauses share out the piece's time."""
    texts = spoken_words(piece.text)
    spoken = [1.0 + sum(c.isalnum() for c in text) for text in texts]
    pauses = [PAUSES.get(text[-1], 0.0) for text in texts]
    if not pauses:
        return
    pauses[-1] = 0.0  # what follows the last word is outside the piece
    unit = (piece.end_ms - piece.start_ms) / (sum(spoken) + sum(pauses))
    at = float(piece.start_ms)
    for text, length, pause in zip(texts, spoken, pauses, strict=True):
        end = at + length * unit
        yield ReferenceWord(text, round(at), round(end), piece.span, piece.turn)
        at = end + pause * unit
