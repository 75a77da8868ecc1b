"""How people say numbers and letters: digit by digit, in pairs, doubled, with slips and pauses."""

import random
from typing import NamedTuple

from tests.spoken_pii.names import HOME_ALPHABET, NATO

ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety"
TEENS, TENS = tuple(_TEENS.split()), tuple(_TENS.split())
_COUNTED = frozenset((*ONES, *TEENS, *TENS, "hundred", "thousand", "million")) - {"one"}
FILLERS = ("um", "uh", "er", "let me see", "hang on", "uhm", "so")
SLIPS = ("no sorry", "sorry", "no wait", "I mean", "scratch that", "no", "correction")


class Piece(NamedTuple):
    """What is said in one go; `figures` is it in numerals, or the letter that it is."""

    text: str
    figures: str = ""
    free: bool = False
    pause: bool = False
    joins: bool = True
    """Its figures may be written together with those before."""


class Manner(NamedTuple):
    """How one speaker says numbers."""

    zero: str = "oh"
    doubles: float = 0.2
    """How often repeated digits are "double four"."""

    pairs: float = 0.15
    """How often two digits are said as one number."""

    slips: float = 0.04
    """How often a group is begun wrong and corrected."""

    fillers: float = 0.05
    """How often something like "um" stands before a group."""


def manner(rng: random.Random, locale: str) -> Manner:
    """A speaker's; the British, Indians and Australians say "double", Americans say pairs."""
    doubling = locale in ("uk", "in", "au")
    zero = rng.choices(("oh", "zero", "nought" if locale == "uk" else "zero"), (6, 4, 0.4))[0]
    return Manner(
        zero,
        rng.choice((0.0, 0.6, 0.9)) if doubling else rng.choice((0.0, 0.0, 0.3)),
        rng.choice((0.0, 0.0, 0.5)) if not doubling else rng.choice((0.0, 0.0, 0.15)),
        rng.choice((0.0, 0.0, 0.12)),
        rng.choice((0.0, 0.04, 0.2)),
    )


def below_hundred(number: int) -> str:
    """In words."""
    if number < 10:
        return ONES[number]
    if number < 20:
        return TEENS[number - 10]
    return TENS[number // 10] + (f" {ONES[number % 10]}" if number % 10 else "")


def words(number: int) -> str:
    """Below a million, in words, without "and"."""
    if number < 100:
        return below_hundred(number)
    if number < 1000:
        rest = f" {below_hundred(number % 100)}" if number % 100 else ""
        return f"{ONES[number // 100]} hundred{rest}"
    rest = f" {words(number % 1000)}" if number % 1000 else ""
    return f"{words(number // 1000)} thousand{rest}"


def say_groups(rng: random.Random, groups: list[str], how: Manner) -> list[Piece]:
    """Groups of digits with a pause between; sometimes a filler or a slip before one."""
    out: list[Piece] = []
    for number, group in enumerate(groups):
        if rng.random() < how.fillers:
            out += filler(rng)
        if len(group) > 2 and rng.random() < how.slips:
            out += _slip(rng, group, how)
        said = _say_group(rng, group, how)
        last = number == len(groups) - 1
        out += [*said[:-1], said[-1]._replace(pause=not last)]
    return out


def filler(rng: random.Random) -> list[Piece]:
    """Words that say nothing."""
    return [Piece(word, free=True) for word in rng.choice(FILLERS).split()]


def _slip(rng: random.Random, group: str, how: Manner) -> list[Piece]:
    """The group begun with a wrong digit, and taken back."""
    at = rng.randrange(1, len(group))
    wrong = group[:at] + str((int(group[at]) + rng.randrange(1, 9)) % 10)
    said = _say_group(rng, wrong, how._replace(doubles=0, pairs=0))
    taken_back = [Piece(word, free=True) for word in rng.choice(SLIPS).split()]
    return [*said[:-1], said[-1]._replace(pause=True), *taken_back]


def _say_group(rng: random.Random, group: str, how: Manner) -> list[Piece]:
    out: list[Piece] = []
    at, in_pairs = 0, len(group) % 2 == 0 and rng.random() < how.pairs
    while at < len(group):
        run = _run_length(group, at)
        if run == len(group) - at == 2 and at == 1 and group[at] == "0" and rng.random() < 0.3:
            out[-1:] = [Piece(f"{ONES[int(group[0])]} hundred", group)]
            at += 2
        elif run in (2, 3) and rng.random() < how.doubles:
            said = how.zero if group[at] == "0" else ONES[int(group[at])]
            times = "double" if run == 2 else "triple"
            out.append(Piece(f"{times} {said}", group[at] * run))
            at += run
        elif in_pairs and group[at] != "0" and at % 2 == 0:
            pair = group[at : at + 2]
            out.append(Piece(below_hundred(int(pair)), pair))
            at += 2
        else:
            out.append(Piece(how.zero if group[at] == "0" else ONES[int(group[at])], group[at]))
            at += 1
    return out


def _run_length(group: str, at: int) -> int:
    end = at
    while end < len(group) and group[end] == group[at]:
        end += 1
    return end - at


def split(rng: random.Random, value: str, sizes: tuple[int, ...] = ()) -> list[str]:
    """Groups of the usual sizes, or of two to four."""
    out: list[str] = []
    rest = value
    wanted = list(sizes)
    while rest:
        size = wanted.pop(0) if wanted else rng.choice((2, 3, 3, 4))
        out.append(rest[:size])
        rest = rest[size:]
    return out


def say_number(rng: random.Random, figures: str, how: Manner) -> list[Piece]:
    """A house number and its like: in hundreds, in pairs, or by digits."""
    number = int(figures)
    style = rng.random()
    if figures[0] == "0" or len(figures) > 4 or (style < 0.25 and number > 9):
        return say_groups(rng, [figures], how._replace(pairs=0, slips=0))
    if len(figures) in (3, 4) and style < 0.75 and figures[-2] != "0":
        text = f"{below_hundred(int(figures[:-2]))} {below_hundred(int(figures[-2:]))}"
    elif len(figures) in (3, 4) and style < 0.75 and figures[-2:] != "00" and len(figures) > 2:
        text = f"{below_hundred(int(figures[:-2]))} oh {ONES[int(figures[-1])]}"
    else:
        text = words(number)
    return [Piece(text, figures, joins=False)]


def spell(rng: random.Random, letters: str, how: str) -> list[Piece]:
    """Letters: `plain`, `nato` words alone, `as` ("B as in boy"), `for` ("B for Bravo")."""
    out: list[Piece] = []
    book = NATO if how == "nato" or rng.random() < 0.5 else HOME_ALPHABET
    doubling, left = rng.random() < 0.3, letters.upper()
    while left:
        letter, left = left[0], left[1:]
        if doubling and how == "plain" and left[:1] == letter and letter.isalpha():
            out.append(Piece(f"double {letter}", letter * 2))
            left = left[1:]
        elif letter == "-" or letter == "'":
            out.append(Piece("dash" if letter == "-" else "apostrophe", free=True))
        elif how == "nato":
            out.append(Piece(NATO[letter], letter, joins=False))
        elif how == "plain" or rng.random() < 0.3:
            out.append(Piece(letter, letter))
        else:
            link = ["for"] if how == "for" else rng.choice((["as", "in"], ["like"], ["as", "in"]))
            out.append(Piece(letter, letter, joins=False))
            out += [Piece(word, free=True) for word in link]
            out.append(Piece(book[letter], pause=rng.random() < 0.5))
    return out


def say_code(rng: random.Random, code: str, how: Manner) -> list[Piece]:
    """Letters and digits mixed, letters mostly alone."""
    manner_of_letters = rng.choice(("plain", "plain", "plain", "as", "nato", "for"))
    out: list[Piece] = []
    at = 0
    while at < len(code):
        end = at
        while end < len(code) and code[end].isdigit() == code[at].isdigit():
            end += 1
        run = code[at:end]
        if run[0].isdigit():
            out += say_groups(rng, split(rng, run, (len(run),) if len(run) < 5 else ()), how)
        else:
            out += spell(rng, run, manner_of_letters)
        out[-1] = out[-1]._replace(pause=end < len(code))
        if end < len(code) and rng.random() < 0.06:
            out.append(Piece("dash", free=True))
        at = end
    return out


def is_of_number(word: str) -> bool:
    """Whether a word of plain talk is of a number: `ten,`, `2019`; `one` mostly is not."""
    bare = word.lower().strip(".,?!;:")
    return any(c.isdigit() for c in bare) or not _COUNTED.isdisjoint(bare.split("-"))
