"""Calls in which made-up personal data is asked for, said, corrected and read back.

A call is turns of words, some of them marked as personal. Recognisers write the same speech in
different ways, so a call can be rewritten as one would; and it can be cut into segments and
partials in any way.
"""

import random
from collections.abc import Callable, Mapping

from tests.spoken_pii.call import Call, Said, Turn
from tests.unit.redaction.spoken_templates import CLEAN, DEV, TEST, Template
from tests.unit.redaction.spoken_values import ONES, SAYINGS, TEENS, TENS, Words

__all__ = ["Call", "Said", "Turn", "Writer", "as_recognised", "make_call"]

FILLERS = ("um,", "uh,", "er,", "let me see,", "hang on,", "sorry,", "so", "okay,", "and then")
_VALUE = {w: str(i) for i, w in enumerate(ONES)} | {"oh": "0"}
_TEEN = {w: str(i + 10) for i, w in enumerate(TEENS)}
_TEN = {w: str((i + 2) * 10) for i, w in enumerate(TENS)}

Saying = Callable[[random.Random], Words]
"""Makes a value up, in the words somebody says it in."""


def make_call(seed: int, *, test: bool, topics: int = 3) -> Call:
    """One call of the development or the test half; the same seed gives the same call."""
    rng = random.Random(f"{'test' if test else 'dev'}/{seed}")
    writer = Writer(rng)
    templates = TEST if test else DEV
    for template in rng.sample(templates, k=topics):
        for _ in range(rng.randint(0, 2)):
            agent, text = rng.choice(CLEAN)
            writer.say(agent, text)
        writer.play(template)
    return Call(f"{'test' if test else 'dev'}-{seed}", writer.turns)


class Writer:
    """Writes templates out as turns."""

    def __init__(self, rng: random.Random, sayings: Mapping[str, Saying] = SAYINGS) -> None:
        self._sayings = sayings
        self.turns: list[Turn] = []
        self._rng = rng
        self._spans = 0

    def play(self, template: Template) -> None:
        values: dict[str, Words] = {}
        for line in template.lines:
            agent, text = line[0] == "A", line[3:]
            if line[1] == "?" and self._rng.random() < 0.5:
                continue
            self.say(agent, text, values)

    def say(self, agent: bool, text: str, values: dict[str, Words] | None = None) -> None:
        """`{card}` is a new value, `{=card}` the same one again, `{<card}` and `{>card}` halves."""
        values = {} if values is None else values
        words: list[Said] = []
        for token in text.split():
            if "{" not in token:
                words.append(Said(token))
                continue
            inner, tail = token[token.index("{") + 1 :].split("}")
            mode, key = (inner[0], inner[1:]) if inner[0] in "=<>" else ("", inner)
            if mode != "=" and (mode != ">" or key not in values):
                values[key] = self._sayings[key](self._rng)
            words += self._value(key, self._part(values[key], mode), slips=mode != "=")
            if tail:
                words[-1] = words[-1]._replace(text=words[-1].text + tail)
        self.turns.append(Turn(agent, words))

    def _part(self, words: Words, mode: str) -> Words:
        middle = (len(words) + 1) // 2
        return words[:middle] if mode == "<" else words[middle:] if mode == ">" else words

    def _value(self, kind: str, words: Words, *, slips: bool) -> list[Said]:
        """The value's words, with a hesitation or a slip in it now and then."""
        self._spans += 1
        said: list[Said] = []
        at = self._rng.randrange(1, len(words)) if len(words) > 3 else 0
        slip = self._rng.random() if slips and kind not in ("name", "address", "password") else 1.0
        for i, word in enumerate(words):
            if i == at and at and slip < 0.12:
                said += [
                    Said(w, self._spans, kind, True) for w in self._rng.choice(FILLERS).split()
                ]
            elif i == at and at and slip < 0.2 and kind != "email" and word.strip(",") in ONES:
                wrong = self._rng.choice(ONES[1:])
                said.append(Said(wrong + ",", self._spans, kind))
                said += [Said(w, self._spans, kind, True) for w in ("no", "sorry,")]
            said.append(Said(word, self._spans, kind))
        return said


def as_recognised(call: Call, style: str, *, seed: int) -> Call:
    """The call as a recogniser would write it: `said`, `lower`, `digits`, `mixed`, `noisy`."""
    rng = random.Random(f"{style}/{call.name}/{seed}")
    turns: list[Turn] = []
    for turn in call.turns:
        words = turn.words
        if style in ("digits", "mixed", "noisy"):
            words = _written(words, rng, share=1.0 if style == "digits" else 0.5)
        if style == "noisy":
            words = _with_errors(words, rng)
        if style == "lower":
            words = [w._replace(text=w.text.lower().strip(".,?!")) for w in words]
        if style in ("digits", "mixed", "noisy") and words:
            first = words[0].text
            words = [words[0]._replace(text=first[:1].upper() + first[1:]), *words[1:]]
        turns.append(Turn(turn.agent, [w for w in words if w.text]))
    return Call(call.name, [turn for turn in turns if turn.words])


def _written(words: list[Said], rng: random.Random, *, share: float) -> list[Said]:
    """Spoken digits as figures: alone, joined, with hyphens, or with commas."""
    out: list[Said] = []
    i = 0
    while i < len(words):
        n = 0
        while i + n < len(words) and n < 6 and _figure(words, i + n) is not None:
            n += 1
            if words[i + n - 1].text[-1] in ",.?!":
                break
        if n and rng.random() < share:
            out.append(_joined(words[i : i + n], rng))
            i += n
        else:
            out.append(words[i])
            i += 1
    return out


def _figure(words: list[Said], i: int) -> str | None:
    """The figure for a spoken digit of a personal value, or a ten with its digit."""
    word = words[i]
    if word.span is None or word.free:
        return None
    text = word.text.strip(".,?!")
    return _VALUE.get(text) or _TEEN.get(text) or _TEN.get(text)


def _joined(group: list[Said], rng: random.Random) -> Said:
    figures: list[str] = []
    for word in group:
        text = word.text.strip(".,?!")
        if text in _VALUE and figures and len(figures[-1]) == 2 and figures[-1][1] == "0":
            figures[-1] = figures[-1][0] + _VALUE[text]
        else:
            figures.append(_VALUE.get(text) or _TEEN.get(text) or _TEN[text])
    tail = group[-1].text[len(group[-1].text.rstrip(".,?!")) :]
    between = rng.choice(("", "", "", "-", " "))
    if between == " ":
        return group[0]._replace(text=", ".join(figures) + tail)
    return group[0]._replace(text=between.join(figures) + tail)


def _with_errors(words: list[Said], rng: random.Random) -> list[Said]:
    """Digits lost and repeated, fillers lost, sound-alikes, a word with a wrong end."""
    out: list[Said] = []
    for word in words:
        chance = rng.random()
        bare = word.text.strip(".,?!")
        if word.span is not None and not word.free and chance < 0.02 and bare in _VALUE:
            continue
        out.append(word)
        if word.span is not None and not word.free and chance > 0.98:
            out.append(word)
        if word.span is not None and 0.02 < chance < 0.04 and bare in ("four", "two"):
            out[-1] = word._replace(text={"four": "for", "two": "to"}[bare], free=True)
    return out
