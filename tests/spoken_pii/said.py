"""How each kind of value is said, whole or in the part that a dialogue asks for."""

import random
from collections.abc import Callable

from tests.spoken_pii.numbers_said import (
    ONES,
    Manner,
    Piece,
    below_hundred,
    filler,
    say_code,
    say_groups,
    spell,
    split,
    words,
)

_MONTHS = """January February March April May June July August September October November
December"""
_ORDINAL_WORDS = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh
twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"""
MONTHS, _ORDINALS = tuple(_MONTHS.split()), tuple(_ORDINAL_WORDS.split())
_GROUPS = {"card": (4, 4, 4, 4), "cvv": (4,), "pin": (4,), "national_id": (3, 2, 4)}

Saying = Callable[[random.Random, str, Manner, str], list[Piece]]


def say(
    rng: random.Random, kind: str, value: str, *, how: Manner, locale: str, part: str
) -> list[Piece]:
    """The value's words; `part` is empty for all of it."""
    if part.startswith(("of", "wrong", "start", "last")) and kind not in ("name",):
        value = _piece_of(rng, value, part)
        return _digits_or_code(rng, value, how, kind)
    said = _SAYINGS.get(kind)
    if said is None:
        return _digits_or_code(rng, value, how, _shape(kind, locale))
    return said(rng, value, how, f"{locale}/{part}")


def _shape(kind: str, locale: str) -> str:
    shapes = {
        "phone/us": "3-3-4", "phone/ca": "3-3-4", "phone/uk": "5-3-3", "phone/au": "4-3-3",
        "phone/in": "5-5", "national_id/us": "3-2-4", "national_id/ca": "3-3-3",
        "national_id/in": "4-4-4", "national_id/au": "3-3-3", "routing/uk": "2-2-2",
        "routing/au": "3-3", "card/": "4-4-4-4",
    }  # fmt: skip
    return shapes.get(f"{kind}/{locale}", kind)


def _piece_of(rng: random.Random, value: str, part: str) -> str:
    """`of12` first of two; `last4` the last four; `start3`; `wrong`: one digit is another."""
    if part.startswith("of"):
        number, total = int(part[2]) - 1, int(part[3])
        size = -(-len(value) // total)
        if len(value) == 16 and total in (2, 4):
            size = 16 // total
        return value[number * size : (number + 1) * size]
    if part.startswith("last"):
        return value[-int(part[4:]) :]
    if part.startswith("start"):
        return value[: int(part[5:])]
    at = rng.choice([i for i, c in enumerate(value) if c.isdigit()])
    return value[:at] + str((int(value[at]) + rng.randrange(1, 9)) % 10) + value[at + 1 :]


def _digits_or_code(rng: random.Random, value: str, how: Manner, kind: str) -> list[Piece]:
    if not value.isdigit():
        return say_code(rng, value, how)
    sizes = _GROUPS.get(kind, ())
    if "-" in kind:
        sizes = tuple(int(size) for size in kind.split("-"))
    if rng.random() < 0.25:
        sizes = ()
    return say_groups(rng, split(rng, value, sizes), how)


def _name(rng: random.Random, value: str, how: Manner, where: str) -> list[Piece]:
    part = where.split("/")[1]
    first, last = value.split(" ", 1)
    chosen = {"first": first, "last": last, "": value}.get(part)
    if chosen is not None:
        return [Piece(word) for word in chosen.split()]
    spelling = spell(
        rng, first if part == "spellfirst" else last,
        {"nato": "nato", "asin": "as"}.get(part, "plain"),
    )  # fmt: skip
    return spelling


def _email(rng: random.Random, value: str, how: Manner, where: str) -> list[Piece]:
    part = where.split("/")[1]
    user, host = value.split("@")
    out: list[Piece] = []
    if part in ("", "user", "spelled"):
        out += _email_user(rng, user, how, spelled=part == "spelled")
    if part == "":
        out.append(Piece("at", free=True))
    if part in ("", "host", "spelled"):
        if part == "spelled":
            out.append(Piece("at", free=True, pause=False))
        for number, label in enumerate(host.split(".")):
            if number:
                out.append(Piece("dot", free=True))
            out += [Piece(word) for word in _LABELS.get(label, label).split()]
    return out


_LABELS = {"btinternet": "b t internet", "uk": "u k", "icloud": "i cloud", "bigpond": "big pond"}
_SYMBOLS = {".": ("dot",), "_": ("underscore",), "-": ("dash", "hyphen")}


def _email_user(rng: random.Random, user: str, how: Manner, *, spelled: bool) -> list[Piece]:
    out: list[Piece] = []
    run = ""
    for char in user + "\0":
        if char.isalpha() or (char.isdigit() and run.isdigit() and run):
            if run and run[-1].isdigit() != char.isdigit():
                out += _user_run(rng, run, how, spelled=spelled)
                run = ""
            run += char
            continue
        if run:
            out += _user_run(rng, run, how, spelled=spelled)
        run = char if char.isdigit() else ""
        if char in _SYMBOLS:
            out.append(Piece(rng.choice(_SYMBOLS[char]), free=True))
    return out


def _user_run(rng: random.Random, run: str, how: Manner, *, spelled: bool) -> list[Piece]:
    if run.isdigit():
        return _number(rng, run, how)
    if spelled:
        return spell(rng, run, rng.choice(("plain", "plain", "nato", "as")))
    return [Piece(run)]


def _number(rng: random.Random, figures: str, how: Manner) -> list[Piece]:
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


def _address(rng: random.Random, value: str, how: Manner, where: str) -> list[Piece]:
    locale, part = where.split("/")
    house, unit, street, city, region, code = value.split("|")
    out: list[Piece] = []
    if part in ("", "street", "nocode"):
        flat = rng.choice(
            ("flat",) if locale == "uk" else ("unit", "apartment", "apartment number")
        )
        named = [Piece(w, free=True) for w in flat.split()] + say_code(
            rng, unit, how._replace(fillers=0, slips=0)
        ) if unit else []  # fmt: skip
        before = locale in ("uk", "au", "in") or rng.random() < 0.2
        out += named if before else []
        out += _number(rng, house, how)
        out += [Piece(word) for word in street.split()]
        out[-1] = out[-1]._replace(pause=True)
        out += [] if before else named
    if part in ("", "town", "nocode"):
        out += [Piece(word) for word in city.split()]
        out[-1] = out[-1]._replace(pause=True)
        if region and rng.random() < 0.8:
            out += [Piece(word) for word in region.split()]
    if part in ("", "code"):
        out += _postal_code(rng, code, how)
    return out


def _postal_code(rng: random.Random, code: str, how: Manner) -> list[Piece]:
    if code.isdigit():
        return say_groups(rng, [code], how._replace(slips=0))
    out: list[Piece] = []
    for half in code.split():
        out += say_code(rng, half, how._replace(slips=0, fillers=0, pairs=0))
    return out


def _dob(rng: random.Random, value: str, how: Manner, where: str) -> list[Piece]:
    """In any order that the locale has; years as pairs, thousands, or two digits."""
    locale = where.split("/")[0]
    year, month, day = (int(part) for part in value.split("-"))
    named = rng.random() < 0.7
    said_month = [Piece(MONTHS[month - 1])] if named else _small(month, how)
    if named:
        said_day = _ordinal_day(day) if rng.random() < 0.75 else _small(day, how)
    else:
        said_day = _small(day, how)
    said_year = _year(rng, year, how, short=not named or rng.random() < 0.15)
    first_day = locale != "us" and (locale != "ca" or rng.random() < 0.4)
    if named and first_day:
        article = [Piece("the", free=True)] if rng.random() < 0.5 else []
        link = [Piece("of", free=True)] if rng.random() < 0.6 else []
        return [*article, *said_day, *link, *said_month, *said_year]
    front = [*said_day, *said_month] if first_day else [*said_month, *said_day]
    if not named and rng.random() < 0.25:
        dash = [Piece(rng.choice(("slash", "dash")), free=True)]
        front = (
            [*said_day, *dash, *said_month, *dash]
            if first_day
            else [*said_month, *dash, *said_day, *dash]
        )
    return [*front, *said_year]


def _small(number: int, how: Manner) -> list[Piece]:
    """A month or a day as a number."""
    figures = f"{number:02d}"
    if number < 10:
        return [Piece(f"{how.zero} {ONES[number]}", figures)]
    return [Piece(below_hundred(number), figures, joins=False)]


def say_ordinal(day: int) -> str:
    """In words."""
    if day < 20:
        return _ORDINALS[day - 1]
    if day % 10 == 0:
        return {20: "twentieth", 30: "thirtieth"}[day]
    return f"{below_hundred(day // 10 * 10)} {_ORDINALS[day % 10 - 1]}"


def _ordinal_day(day: int) -> list[Piece]:
    ending = "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return [Piece(say_ordinal(day), f"{day}{ending}", joins=False)]


def _year(rng: random.Random, year: int, how: Manner, *, short: bool) -> list[Piece]:
    late = year % 100
    if short and year < 2000 and late > 9:
        said = below_hundred(late)
    elif year >= 2000:
        said = f"two thousand {words(late)}" if late else "two thousand"
        if late and rng.random() < 0.3:
            said = said.replace("thousand", "thousand and")
    else:
        said = f"nineteen {below_hundred(late) if late > 9 else how.zero + ' ' + ONES[late]}"
    figures = str(late) if short and year < 2000 and late > 9 else str(year)
    return [Piece(said, figures, joins=False)]


def _expiry(rng: random.Random, value: str, how: Manner, where: str) -> list[Piece]:
    month, year = (int(part) for part in value.split("/"))
    if rng.random() < 0.4:
        link = [Piece("of", free=True)] if rng.random() < 0.2 else []
        front = [Piece(MONTHS[month - 1]), *link]
    elif month > 9 or rng.random() < 0.8:
        front = _small(month, how)
    else:
        front = [Piece(ONES[month], str(month))]
    slash = [Piece("slash", free=True)] if rng.random() < 0.15 else []
    if rng.random() < 0.7:
        said, figures = below_hundred(year), str(year)
    else:
        century = "twenty " if rng.random() < 0.7 else "two thousand "
        said, figures = century + below_hundred(year), f"20{year}"
    return [*front, *slash, Piece(said, figures, joins=False)]


def _ip(rng: random.Random, value: str, how: Manner, where: str) -> list[Piece]:
    out: list[Piece] = []
    whole = rng.random() < 0.5
    for number, octet in enumerate(value.split(".")):
        if number:
            out.append(Piece(rng.choice(("dot", "dot", "point")), free=True))
        by_digit = how._replace(slips=0, fillers=0)
        out += _number(rng, octet, how) if whole else say_groups(rng, [octet], by_digit)
    return out


def _password(rng: random.Random, value: str, how: Manner, where: str) -> list[Piece]:
    """Words as they are, digits as said; sometimes "capital" before a word."""
    out: list[Piece] = []
    for word in value.split():
        if word.isdigit():
            out += _number(rng, word, how)
        else:
            out += [Piece("capital", free=True)] if rng.random() < 0.08 else []
            out.append(Piece(word))
    return out


def _answer(rng: random.Random, value: str, how: Manner, where: str) -> list[Piece]:
    return [Piece(word, free=word in ("the", "Mister", "Mrs")) for word in value.split()]


def with_filler(rng: random.Random, pieces: list[Piece]) -> list[Piece]:
    """Somewhere in the middle."""
    at = rng.randrange(1, len(pieces)) if len(pieces) > 1 else 0
    return [*pieces[:at], *filler(rng), *pieces[at:]]


_SAYINGS: dict[str, Saying] = {
    "name": _name, "email": _email, "address": _address, "dob": _dob, "expiry": _expiry, "ip": _ip,
    "password": _password, "security_answer": _answer,
}  # fmt: skip
