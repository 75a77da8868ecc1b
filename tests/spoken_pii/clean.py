"""Numbers that are nobody's: prices, times, quantities, flights, models, years."""

import random
from collections.abc import Callable

from tests.spoken_pii.numbers_said import ONES, Manner, Piece, below_hundred, spell, words
from tests.spoken_pii.said import MONTHS, say_ordinal

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def fill_clean(rng: random.Random, kind: str, how: Manner) -> list[Piece]:
    """One number of the kind, in words or figures."""
    return _KINDS[kind](rng, how)


def _number(rng: random.Random, number: int, *, figures: float = 0.4) -> list[Piece]:
    if rng.random() < figures:
        return [Piece(f"{number:,}" if number > 9999 else str(number))]
    return [Piece(words(number))]


def _below(limit: int, least: int) -> Callable[[random.Random, Manner], list[Piece]]:
    return lambda rng, how: _number(rng, rng.randrange(least, limit))


def _thousands(rng: random.Random, how: Manner) -> list[Piece]:
    return _number(rng, rng.choice((rng.randrange(11, 99) * 100, rng.randrange(1000, 9999))))


def _money(rng: random.Random, how: Manner) -> list[Piece]:
    whole, cents = rng.choice((rng.randrange(5, 99), rng.randrange(100, 900))), rng.randrange(100)
    unit = rng.choice(("dollars", "dollars", "pounds", "bucks"))
    style = rng.random()
    if style < 0.35:
        sign = "£" if unit == "pounds" else "$"
        return [Piece(f"{sign}{whole}.{cents:02d}" if cents > 9 else f"{sign}{whole}")]
    if style < 0.55 and cents > 9:
        return [Piece(f"{words(whole)} {below_hundred(cents)}")]
    small = "pence" if unit == "pounds" else "cents"
    tail = f" and {below_hundred(cents)} {small}" if cents > 9 and style < 0.75 else ""
    return [Piece(f"{words(whole)} {unit}{tail}")]


def _big_money(rng: random.Random, how: Manner) -> list[Piece]:
    amount = rng.choice((rng.randrange(2, 99) * 1000, rng.randrange(100, 900) * 1000))
    return [Piece(rng.choice((f"${amount:,}", f"{words(amount)} dollars", words(amount))))]


def _percent(rng: random.Random, how: Manner) -> list[Piece]:
    share = rng.randrange(2, 96)
    point = rng.randrange(1, 10)
    styles = (f"{share}%", f"{words(share)} percent", f"{words(share)} point {ONES[point]} percent",
              f"{share}.{point}%", f"{words(share)} per cent")  # fmt: skip
    return [Piece(rng.choice(styles))]


def _time(rng: random.Random, how: Manner) -> list[Piece]:
    hour, minute = rng.randrange(1, 13), rng.choice((0, 5, 10, 15, 20, 30, 40, 45, 50, 55))
    half = rng.choice(("a.m.", "p.m.", "am", "pm"))
    late = "o'clock" if minute == 0 else f"oh {ONES[5]}" if minute == 5 else below_hundred(minute)
    styles = (f"{hour}:{minute:02d}", f"{hour}:{minute:02d} {half}", f"{words(hour)} {late}",
              f"{words(hour)} {late}" + ("" if minute == 0 else f" {half}"))  # fmt: skip
    return [Piece(rng.choice(styles))]


def _flight(rng: random.Random, how: Manner) -> list[Piece]:
    number = rng.randrange(101, 2999)
    return [Piece(rng.choice((str(number), words(number), _in_pairs(number))))]


def _in_pairs(number: int) -> str:
    late = number % 100
    return (
        f"{below_hundred(number // 100)} {below_hundred(late) if late > 9 else 'oh ' + ONES[late]}"
    )


def _model(rng: random.Random, how: Manner) -> list[Piece]:
    name = rng.choice(("Pixel", "Galaxy", "Airbus", "Boeing", "model", "series", "Turbo", "Aqua"))
    number = rng.choice((rng.randrange(3, 16), rng.randrange(200, 990), rng.randrange(20, 99) * 10))
    tail = spell(rng, rng.choice("ABEGLSX"), "plain") if rng.random() < 0.4 else []
    return [Piece(name), *_number(rng, number), *(piece._replace(figures="") for piece in tail)]


def _month(rng: random.Random, how: Manner) -> list[Piece]:
    return [Piece(rng.choice(MONTHS))]


def _weekday(rng: random.Random, how: Manner) -> list[Piece]:
    return [Piece(rng.choice(DAYS))]


def _ordinal(rng: random.Random, how: Manner) -> list[Piece]:
    return [Piece(say_ordinal(rng.randrange(2, 29)))]


def _year(rng: random.Random, how: Manner) -> list[Piece]:
    year = rng.randrange(2009, 2027)
    late = below_hundred(year % 100)
    short = f"twenty {late}" if year > 2009 else str(year)
    return [Piece(rng.choice((str(year), f"two thousand {late}", short)))]


_KINDS: dict[str, Callable[[random.Random, Manner], list[Piece]]] = {
    "n1": _below(10, 2), "n2": _below(60, 10), "n3": _below(900, 100), "n4": _thousands,
    "n5": lambda rng, how: _number(rng, rng.randrange(10, 90) * 1000), "money": _money,
    "bigmoney": _big_money, "percent": _percent, "time": _time, "flight": _flight,
    "model": _model, "month": _month, "weekday": _weekday, "ordinal": _ordinal, "year": _year,
}  # fmt: skip
