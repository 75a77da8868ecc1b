"""Calls to be spoken: the dialogues of the spoken-PII benchmark, cast and put on a line."""

import hashlib
import random
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from tests.spoken_pii.dialogues import (
    Half,
    SpokenCall,
    SpokenTurn,
    spoken_calls,
    spoken_calls_of,
)
from tests.spoken_pii.hearing import Token
from tests.voiced.engine import ToSpeak
from tests.voiced.layout import Personal, Script, ScriptTurn
from trunkline.evaluate.degrade import Line

VOICES = {
    "en-us": (
        ("af_heart", "af_bella", "af_nicole", "af_sarah", "af_nova"),
        ("am_michael", "am_adam", "am_eric", "am_fenrir", "am_puck"),
    ),
    "en-gb": (
        ("bf_alice", "bf_emma", "bf_isabella", "bf_lily"),
        ("bm_daniel", "bm_fable", "bm_george", "bm_lewis"),
    ),
}
"""English voices of Kokoro-82M."""

AMERICAN = {"us", "ca"}
LINES = (
    Line(noise="white", snr_db=38.0),
    Line(noise="pink", snr_db=26.0),
    Line(noise="babble", snr_db=20.0),
    Line(noise="pink", snr_db=16.0),
)
"""From a good line to a poor one, in turn."""

BACKCHANNELS = {"mm-hm", "okay", "uh huh", "yep", "right"}
SPELLED = {"mm-hm": "umhum"}
"""What the phonemizer reads better otherwise."""

WORDED = {"name", "address", "email", "password", "security_answer"}
DATED = {"dob", "expiry"}

EVAL_KINDS = {"security_answer": "PASSWORD", "national_id": "SSN"}
"""Kinds that `trunkline eval` knows by other names."""

CLEAN_EACH = 5
"""Every so many-th call is one in which nothing is personal."""


def scripts(half: Half, *, count: int) -> Iterator[Script]:
    """`count` calls of the half, the same for the same arguments."""
    personal, clean = spoken_calls(half, clean=False), spoken_calls(half, clean=True)
    for number in range(count):
        call = next(clean if number % CLEAN_EACH == CLEAN_EACH - 1 else personal)
        yield _script(call, number)


def scripts_of(files: Sequence[str], *, count: int) -> Iterator[Script]:
    """`count` calls of these files of dialogues, one of each in turn."""
    calls = chain.from_iterable(zip(*map(spoken_calls_of, files), strict=True))
    for number, call in enumerate(islice(calls, count)):
        yield _script(call, number)


def turns_to_speak(script: Script) -> list[ToSpeak]:
    """What each turn of the call sounds like."""
    rng = random.Random(script.seed)
    women, men = VOICES[script.lang]
    agents, customers = (women, men) if rng.random() < 0.5 else (men, women)
    cast = {"agent": rng.choice(agents), "customer": rng.choice(customers)}
    speeds = {who: round(rng.uniform(0.92, 1.12), 2) for who in cast}
    return [_to_speak(turn, cast[turn.speaker], speeds, script.lang) for turn in script.turns]


def _to_speak(turn: ScriptTurn, voice: str, speeds: dict[str, float], lang: str) -> ToSpeak:
    words = tuple(SPELLED.get(word.lower().strip(".,"), word) for word in turn.words)
    speed = speeds[turn.speaker]
    key = hashlib.sha256(repr((words, voice, speed, lang)).encode()).hexdigest()[:20]
    return ToSpeak(key, words, voice, speed, lang)


def _script(call: SpokenCall, number: int) -> Script:
    name = "".join(c if c.isalnum() else "-" for c in call.name.partition("/")[2])
    lang = "en-us" if call.locale in AMERICAN else "en-gb"
    turns = tuple(_turn(turn) for turn in call.turns if turn.tokens)
    return Script(f"v{number:02d}_{name}", lang, turns, LINES[number % len(LINES)], seed=number)


def _turn(turn: SpokenTurn) -> ScriptTurn:
    words: list[str] = []
    values: dict[int, list[_Placed]] = {}
    for token in turn.tokens:
        first = len(words)
        words += token.piece.text.split()
        if token.piece.pause and words[-1][-1].isalnum():
            words[-1] += ","
        if token.span is not None and not token.piece.free:
            values.setdefault(token.span, []).append(_Placed(first, len(words) - 1, token))
    return ScriptTurn(
        "agent" if turn.agent else "customer",
        tuple(words),
        tuple(_personal(words, placed) for placed in values.values()),
        backchannel=" ".join(words).lower().strip(".,") in BACKCHANNELS,
    )


class _Placed(NamedTuple):
    first: int
    last: int
    token: Token


def _personal(words: Sequence[str], placed: Sequence[_Placed]) -> Personal:
    """A value, from its first word that tells something to its last, and how one would write it."""
    kind = placed[0].token.kind
    figures = [one.token.piece.figures for one in placed if one.token.piece.figures]
    if kind in WORDED or not figures:
        said = (words[at] for one in placed for at in range(one.first, one.last + 1))
        parts = [word.strip(".,?!") for word in said]
        written = ("" if all(len(part) == 1 for part in parts) else " ").join(parts)
    elif kind in DATED:
        written = "-".join("".join(filter(str.isdigit, figure)) for figure in figures)
    else:
        written = "".join(figures)
    return Personal(EVAL_KINDS.get(kind, kind.upper()), placed[0].first, placed[-1].last, written)
