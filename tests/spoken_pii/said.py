"""How each kind of value is said, whole or in the part that a dialogue asks for."""

import random
from collections.abc import Callable

from tests.spoken_pii.internet_said import say_email, say_ip
from tests.spoken_pii.numbers_said import (
    ONES,
    Manner,
    Piece,
    below_hundred,
    filler,
    say_code,
    say_groups,
    say_number,
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
        out += say_number(rng, house, how)
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
    """March 29; the end of March 29; oh three 29; three slash 29; the third of twenty 29."""
    month, year = (int(part) for part in value.split("/"))
    part = where.split("/")[1]
    front: list[Piece] = []
    if rng.random() < 0.45:
        until = rng.choice(("", "", "", "", "end of", "the end of")).split()
        link = [Piece("of", free=True)] if rng.random() < 0.2 else []
        front = [*(Piece(word, free=True) for word in until), Piece(MONTHS[month - 1]), *link]
    elif month > 9 or rng.random() < 0.7:
        front = _small(month, how)
    else:
        front = [Piece(ONES[month], str(month))]
    slash = [Piece(rng.choice(("slash", "slash", "of", "stroke")), free=True)]
    link = slash if not front[-1].free and rng.random() < 0.2 else []
    back = _expiry_year(rng, year)
    return {"month": front, "year": back}.get(part, [*front, *link, *back])


def _expiry_year(rng: random.Random, year: int) -> list[Piece]:
    style = rng.random()
    if style < 0.1:
        return [Piece(ONES[int(figure)], figure) for figure in str(year)]
    if style < 0.7:
        return [Piece(below_hundred(year), str(year), joins=False)]
    century = "twenty " if rng.random() < 0.7 else "two thousand "
    return [Piece(century + below_hundred(year), f"20{year}", joins=False)]


def _card(rng: random.Random, value: str, how: Manner, where: str) -> list[Piece]:
    """In fours, American Express as on its face; or however it comes."""
    sizes: tuple[int, ...] = (4, 6, 5) if len(value) == 15 else (4, 4, 4, 4)
    if rng.random() < 0.2:
        sizes = ()
    return say_groups(rng, split(rng, value, sizes), how)


_COUNTRY_CODES = {"us": "1", "ca": "1", "uk": "44", "in": "91", "au": "61"}


def _phone(rng: random.Random, value: str, how: Manner, where: str) -> list[Piece]:
    """With the country's code, area code named, an extension, where a part asks for it."""
    locale, part = where.split("/")
    shape = _shape("phone", locale)
    sizes = tuple(int(size) for size in shape.split("-")) if "-" in shape else ()
    if rng.random() < 0.25:
        sizes = ()
    out: list[Piece] = []
    if part == "abroad":
        opening = rng.choice(("plus", "double oh", "country code", "")).split()
        code = _COUNTRY_CODES.get(locale, "1")
        out = [Piece(word, free=True) for word in opening] + say_groups(rng, [code], how)
        value = value.removeprefix("0")
    elif locale in ("us", "ca") and rng.random() < 0.1:
        out = [Piece(word, free=True) for word in ["area", "code"]]
    out += say_groups(rng, split(rng, value, sizes), how)
    if part == "extension":
        out += [Piece(rng.choice(("extension", "extension", "ext", "x")), free=True)]
        out += say_number(rng, str(rng.randrange(10, 9999)), how)
    return out


def _password(rng: random.Random, value: str, how: Manner, where: str) -> list[Piece]:
    """Words as they are, digits as said; sometimes "capital" before a word."""
    out: list[Piece] = []
    for word in value.split():
        if word.isdigit():
            out += say_number(rng, word, how)
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
    "name": _name, "email": say_email, "phone": _phone, "card": _card,
    "address": _address, "dob": _dob, "expiry": _expiry, "ip": say_ip,
    "password": _password, "security_answer": _answer,
}  # fmt: skip
