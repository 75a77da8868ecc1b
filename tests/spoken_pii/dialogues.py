"""Dialogues read from text, filled with values: the calls of one half."""

import random
import re
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import Literal, NamedTuple

from tests.spoken_pii.call import QUANTITY, Call, Said, Turn
from tests.spoken_pii.clean import fill_clean
from tests.spoken_pii.errors import Rates, mishear
from tests.spoken_pii.hearing import Habits, Token, habits, write
from tests.spoken_pii.numbers_said import Manner, Piece, is_of_number, manner
from tests.spoken_pii.said import say
from tests.spoken_pii.values import MADE

Half = Literal["dev", "test"]
FOLDER = Path(__file__).parent / "texts"
_SEEDS = {"dev": 0, "test": 1_000_000}
"""So that no random choice is the same in both halves."""

ABROAD = ("de", "fr")
"""Locales of values in English calls."""

ACRONYMS_JOINED = 0.7
"""How often "C V V" is written "CVV"."""

_ACRONYM = re.compile(r"\b(?:[A-Z] ){1,3}[A-Z]\b")
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_PART = re.compile(r"\{([^}]*)\}([.,?!;:]*)|(\S+)")
_LITTLE = frozenset(("a", "an", "and", "at", "in", "number", "of", "the"))
_SPOKEN_END = re.compile(r"[.,?!;:]$")


class Scenario(NamedTuple):
    """A dialogue with places for values."""

    name: str
    locales: tuple[str, ...]
    lines: tuple[str, ...]


class SpokenTurn(NamedTuple):
    """What one party says in a row, before anything heard it."""

    agent: bool
    tokens: list[Token]


class SpokenCall(NamedTuple):
    """A conversation as it is spoken; `locale` is where its speakers are from."""

    name: str
    locale: str
    turns: list[SpokenTurn]


@cache
def scenarios(file: str) -> tuple[Scenario, ...]:
    """All of a file."""
    found: list[Scenario] = []
    for line in (FOLDER / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("=="):
            name, *locales = line[2:].split()
            found.append(Scenario(name, tuple(locales), ()))
        elif line[:2] in ("A:", "C:"):
            last = found[-1]
            found[-1] = last._replace(lines=(*last.lines, line))
    return tuple(found)


def short(file: str) -> Iterator[Scenario]:
    """One dialogue for each choice in the first line of a file's dialogues."""
    for scenario in scenarios(file):
        first, *rest = scenario.lines
        choices = _CHOICE.search(first)
        assert choices is not None
        for number, choice in enumerate(choices[1].split("|")):
            line = first[: choices.start()] + choice + first[choices.end() :]
            yield Scenario(f"{scenario.name}-{number}", scenario.locales, (line, *rest))


def personal_calls(half: Half, *, rounds: int, rates: Rates) -> Iterator[Call]:
    """Every dialogue of the half, `rounds` times with other values, speakers and errors."""
    for number in range(rounds):
        for scenario in _personal(half):
            seed = f"{_SEEDS[half] + number}/{scenario.name}"
            yield _Filling(random.Random(seed), scenario, rates).call(seed)


def _personal(half: Half) -> Iterator[Scenario]:
    yield from scenarios(f"{half}.txt")
    for file in sorted(FOLDER.glob(f"{half}_*.txt")):
        yield from short(file.name) if file.stem.endswith("_short") else scenarios(file.name)


def calls_of(file: str, *, rounds: int, rates: Rates) -> Iterator[Call]:
    """Those of one file of dialogues."""
    for number in range(rounds):
        if file.startswith("clean_"):
            yield from _clean(file, seed=number, rates=rates)
            continue
        for scenario in scenarios(file):
            seed = f"{number}/{scenario.name}"
            yield _Filling(random.Random(seed), scenario, rates).call(seed)


def clean_calls(half: Half, *, rounds: int, rates: Rates) -> Iterator[Call]:
    """The dialogues in which nothing is personal."""
    for number in range(rounds):
        for file in sorted(FOLDER.glob(f"clean_{half}*.txt")):
            yield from _clean(file.name, seed=_SEEDS[half] + number, rates=rates)


def _clean(file: str, *, seed: int, rates: Rates) -> Iterator[Call]:
    for scenario in scenarios(file):
        name = f"{seed}/{scenario.name}"
        filling = _Filling(random.Random(name), _anywhere(scenario), rates)
        yield filling.call(name)._replace(clean=True)


def spoken_calls(half: Half, *, clean: bool) -> Iterator[SpokenCall]:
    """The same conversations before any recogniser, without end."""
    file = f"clean_{half}.txt" if clean else f"{half}.txt"
    for number in count():
        for scenario in scenarios(file):
            seed = f"{_SEEDS[half] + number}/{scenario.name}"
            there = _anywhere(scenario) if clean else scenario
            yield _Filling(random.Random(seed), there, Rates()).spoken(seed)


def spoken_calls_of(file: str) -> Iterator[SpokenCall]:
    """Those of one file of dialogues, before any recogniser, without end."""
    for number in count():
        for scenario in scenarios(file):
            seed = f"{number}/{scenario.name}"
            there = _anywhere(scenario) if file.startswith("clean_") else scenario
            yield _Filling(random.Random(seed), there, Rates()).spoken(seed)


def _anywhere(scenario: Scenario) -> Scenario:
    return scenario._replace(locales=("us", "uk", "ca", "au", "in"))


class _Filling:
    """One call in the making: its values, and how its two speakers say numbers."""

    def __init__(self, rng: random.Random, scenario: Scenario, rates: Rates) -> None:
        self._rng = rng
        self._scenario = scenario
        self._rates = rates
        self._locale = rng.choice(scenario.locales)
        self._values: dict[str, str] = {}
        self._spans = 0
        self._manners = {agent: manner(rng, self._locale) for agent in (True, False)}
        # Agents read back what they see: slowly, without slips.
        self._manners[True] = self._manners[True]._replace(slips=0.0, fillers=0.0)

    def call(self, name: str) -> Call:
        how = habits(self._rng)
        turns = [self._turn(line, how) for line in self._scenario.lines]
        words = [turn for turn in turns if turn.words]
        return Call(name, words, dialogue=self._scenario.name)

    def spoken(self, name: str) -> SpokenCall:
        """The call before any recogniser."""
        turns = [
            SpokenTurn(line.startswith("A:"), self._tokens(line)) for line in self._scenario.lines
        ]
        return SpokenCall(name, self._locale, turns)

    def _turn(self, line: str, how: Habits) -> Turn:
        written = write(self._rng, self._tokens(line), how)
        return Turn(line.startswith("A:"), mishear(self._rng, written, self._rates))

    def _tokens(self, line: str) -> list[Token]:
        agent = line.startswith("A:")
        text = _CHOICE.sub(lambda m: self._rng.choice(m[1].split("|")), line[2:])
        if self._rng.random() < ACRONYMS_JOINED:
            text = _ACRONYM.sub(lambda m: m[0].replace(" ", ""), text)
        tokens: list[Token] = []
        for found in _PART.finditer(text):
            slot, after, word = found.groups()
            if slot is None:
                pause = bool(_SPOKEN_END.search(word))
                piece = Piece(word.lstrip("~"), free=word.startswith("~"), pause=pause)
                tokens.append(Token(piece, kind=QUANTITY if is_of_number(word) else ""))
            else:
                tokens += self._slot(slot, self._manners[agent])
                last = tokens[-1]
                piece = last.piece._replace(pause=last.piece.pause or bool(after))
                tokens[-1] = last._replace(piece=piece)
        return tokens

    def _slot(self, slot: str, how: Manner) -> list[Token]:
        """A value's tokens, or those of a number that is nobody's."""
        kind, written, literal = slot.partition("=")
        if written:
            kind = kind.partition("#")[0]
            self._spans += 1
            return [Token(piece, self._spans, kind) for piece in _literal(kind, literal)]
        head, _, part = slot.partition(".")
        kind = head.split("#")[0]
        if kind not in MADE:
            return [Token(piece, kind=QUANTITY) for piece in fill_clean(self._rng, kind, how)]
        which = head.partition("#")[2]
        locale = which if which in ABROAD else self._locale
        if head not in self._values:
            self._values[head] = MADE[kind](self._rng, locale)
        self._spans += 1
        pieces = say(self._rng, kind, self._values[head], how=how, locale=locale, part=part)
        return [Token(piece, self._spans, kind) for piece in pieces]


def _literal(kind: str, text: str) -> Iterator[Piece]:
    """The words of a value written out, `~` before one that tells nothing."""
    for word in text.split():
        is_free = word.startswith("~") or (kind != "password" and word.lower() in _LITTLE)
        yield Piece(word.lstrip("~"), free=is_free, pause=bool(_SPOKEN_END.search(word)))


def text_of(words: list[Said]) -> str:
    """The words, joined."""
    return " ".join(word.text for word in words)
