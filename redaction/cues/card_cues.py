"""Cues of a card's date and code that ordinary talk has too: `until the end of`, `the back`.

They ask for something only where a card is talked of, or was told, some time around.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

from redaction.language.tables import phrases_in, words_in

CARD_TALK = "card_talk"
"""Somebody speaks of a card: opens nothing by itself."""

PERHAPS = {
    "expiry": "perhaps_expiry",
    "cvv": "perhaps_cvv",
    "number": "perhaps_number",
    "pin": "perhaps_pin",
}
"""Kind of slot -> kind of a cue that opens it in talk of a card only."""

_ENDINGS = phrases_in("""
    carked it, carks it, ceased, ceases, conked out, conks out, cuts out, died, dies, finish,
    finished, finishes, finishing, gave out, gives out, go off, go over, goes bad, goes off, goes
    over, get over, gone off, lapsed, lapses, packed up, packs up, perishes, ran out, stop,
    stopped, stops, wears out, went bad, went off, went over, went out
""")
"""What somebody may say that a card does at its end."""

ENDINGS = tuple(f"{ends} {at}" for ends in _ENDINGS for at in ("in", "on", "by", "until", "till"))

SURE = {perhaps: kind for kind, perhaps in PERHAPS.items()}
"""The same the other way."""

OF_CARDS = frozenset({CARD_TALK, "card", "cvv", "expiry"})
"""Cues and values that make it talk of a card."""

CARD_WORDS = words_in(
    "card cards card's visa mastercard amex debit plastic barclaycard maestro rupay"
)

_PHRASES = frozenset(chain(phrases_in("""
    good to, up when, until end, until the end of, month is, year is, run out, running out, two
    dates, later date, stamped, replacing it, stops working, still valid, it dies, that dies, next
    one come, you the next one, you a next one, yours end, that one end, inspire, inspires,
    exhalation, runs to, run to, goes out of date, go out of date, month on the, date on it, date
    under the, date below, it in date, one in date, is in date, that in date, month as well, need
    the month, past its date, three little, three wee, three small, small number, short number,
    little number, the back, on the back, on back, back of it, back of that, turn it over, four on
    the, where you sign, above the number, tv ray, box number, date in, through when, up to when, to
    when, back end, closing with, expired, finish with, finishes, finishes with, finishing,
    finishing with, tail end, behind it, my pen, what pen, which pen, your pen
"""), ENDINGS))  # fmt: skip


def perhaps(phrase: Sequence[str], kind: str) -> str:
    """The kind of cue that a phrase of a slot's kind is."""
    return PERHAPS.get(kind, kind) if " ".join(phrase) in _PHRASES else kind


def speaks_of_card(texts: Iterable[str]) -> int | None:
    """The first word that is a card's."""
    return next((i for i, text in enumerate(texts) if text in CARD_WORDS), None)
