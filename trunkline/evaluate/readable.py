"""How a person reads numbers and letters out of transcribed speech (pure).

"oh double seven hundred", "0770 0", "four nines" and "B R A N D" become runs of characters. Used to
find personal data that is still readable, so where a reading is doubtful, both readings are given.
"""

from collections.abc import Sequence

UNITS = {
    "zero": 0, "oh": 0, "o": 0, "nought": 0, "nil": 0, "one": 1, "two": 2, "three": 3, "four": 4,
    "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13,
    "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18,
    "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
MONTHS = {
    name: at
    for at, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september",
         "october", "november", "december"), start=1,
    )
}  # fmt: skip
REPEATS = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
HOMOPHONES = {"to": "2", "too": "2", "for": "4", "fore": "4", "ate": "8", "won": "1", "owe": "0"}
SKIPPED = frozenset({
    "um", "uh", "er", "erm", "hmm", "like", "and", "then", "so", "dash", "hyphen", "minus", "dot",
    "point", "slash", "space", "comma", "underscore", "yes", "yeah", "okay",
})  # fmt: skip
"""Words that people say between the digits of one number."""

NUMBER_WORDS = frozenset({*UNITS, *TEENS, *TENS, *ORDINALS, *REPEATS, "hundred", "thousand"})


def tokens(text: str) -> list[str]:
    """Lower-case words and numbers; hyphens, dots and the like part them, commas in numbers do not.

    Runs of capitals keep their case, because `BS` may be two spelled letters and `bs` is not.
    """
    cleaned = "".join(c if c.isalnum() or c == "'" else " " for c in text.replace(",", ""))
    return [part.strip("'") for part in cleaned.split()]


def runs(words: Sequence[str | None], *, homophones: bool) -> list[str]:
    """Maximal runs of digits and spelled letters; None (a token, a pause) ends a run.

    Letters are upper case in the result. With `homophones`, `to` and `for` beside digits are 2, 4.
    """
    out = [""]
    flat = _flat(words)
    at = 0
    while at < len(flat):
        text, used = _characters(flat, at)
        if not text and homophones and flat[at] in HOMOPHONES and _beside_number(flat, at):
            text = HOMOPHONES[str(flat[at])]
        if text:
            out[-1] += text
        elif flat[at] is None or str(flat[at]).casefold() not in SKIPPED:
            out.append("")
        at += used
    return [run for run in out if run]


def _flat(words: Sequence[str | None]) -> list[str | None]:
    """Single words; what only explains a letter (`as in delta`, `D for delta`) is left out."""
    flat = [part for word in words for part in (tokens(word) if word else [None])]
    out: list[str | None] = []
    at = 0
    while at < len(flat):
        low = [(word or "").casefold() for word in flat[at : at + 3]]
        explains = low[0] == "for" and bool(out and out[-1] and len(out[-1]) == 1)
        if low[:2] == ["as", "in"]:
            at += 3
        elif explains and len(low) > 1 and low[1][:1] == (out[-1] or "").casefold():
            at += 2
        else:
            out.append(flat[at])
            at += 1
    return out


def _characters(flat: Sequence[str | None], at: int) -> tuple[str, int]:
    """The characters that start at `at` ("" if none), and how many words they take."""
    word = flat[at]
    if word is None:
        return "", 1
    low = word.casefold()
    following = flat[at + 1] if at + 1 < len(flat) else None
    after = (following or "").casefold()
    if low in REPEATS and (digit := _digit(after)):
        return digit * REPEATS[low], 2
    if low in UNITS and after.endswith("s") and (digit := _digit(after.removesuffix("s"))):
        return digit * max(1, UNITS[low]), 2  # four nines
    if low in TENS:
        unit = UNITS.get(after) or ORDINALS.get(after, 0)
        return (str(TENS[low] + unit), 2) if 1 <= unit <= 9 else (str(TENS[low]), 1)
    if low == "hundred":
        return "00", 1
    return _alone(word), 1


def _alone(word: str) -> str:
    low = word.casefold()
    if low in UNITS:
        return str(UNITS[low])
    if low in TEENS or low in ORDINALS:
        return str(TEENS.get(low) or ORDINALS[low])
    stem = low.rstrip("stndrh")
    if any(c.isdigit() for c in low):
        return stem if stem.isdigit() else low.upper()  # 14th, 4242, nw4471920
    if len(word) == 1 or (len(word) <= 3 and word.isupper()):
        return word.upper()
    return ""


def _digit(word: str) -> str:
    if word in UNITS:
        return str(UNITS[word])
    return word if len(word) == 1 and word.isdigit() else ""


def _beside_number(flat: Sequence[str | None], at: int) -> bool:
    beside = [flat[i] for i in (at - 1, at + 1) if 0 <= i < len(flat)]
    return any(w is not None and any(c.isdigit() for c in _alone(w)) for w in beside)


def numbers(words: Sequence[str | None]) -> list[int]:
    """Every number below 10000 as its own value, in order: "nineteen eighty two" is 19 and 82."""
    flat = _flat(words)
    found: list[int] = []
    at = 0
    while at < len(flat):
        text, used = _characters(flat, at)
        if text.isdigit() and len(text) <= 4:
            found.append(int(text))
        at += used
    return found


def months(words: Sequence[str | None]) -> list[int]:
    """Every month that is named."""
    return [MONTHS[w.casefold()] for w in _flat(words) if w and w.casefold() in MONTHS]


def letter_runs(words: Sequence[str | None]) -> list[str]:
    """Words that were spelled: runs of single letters, in upper case."""
    out = [""]
    for word in _flat(words):
        if word and word.isalpha() and (len(word) == 1 or (len(word) <= 3 and word.isupper())):
            out[-1] += word.upper()
        elif word is None or word.casefold() not in SKIPPED:
            out.append("")
    return [run for run in out if run]
