"""The rest of a code of which a part was masked: letters and digits heard as ordinary words.

`it's gay, seven P Q` is K7PQ, `for one nine` is 419: only where the code was asked for or is read
back, only right before what was masked, and only where an answer begins.
"""

from collections.abc import Container, Sequence

from redaction.language.common_words import COMMON_WORDS
from redaction.language.english import is_english
from redaction.language.household_words import PLAIN_WORDS
from redaction.language.lexicon import SOUND_ALIKES, SPELLING_ALPHABET
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.numbers.date_parts import part_of
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.rest.code_starts import (
    back_to_country,
    begins,
    over_capitals,
    over_country,
    over_prefix,
)
from redaction.recognizers.rest.half_heard import completed
from redaction.recognizers.rest.spelled_on import (
    LETTERS,
    PARTS,
    is_joined,
    is_spelling,
    over_explained,
    over_spelling,
)
from redaction.recognizers.well_known import WELL_KNOWN

_NEVER_LAST = words_in("am an and are as ask end if in key may oh okay or our us why yay you")
_LAST_LETTERS = LETTERS - _NEVER_LAST | {"be"}
_CODES = frozenset({"policy", "order", "account", "otp", "ticket", "iban", "number", "ssn",
                    "routing"})  # fmt: skip
_NUMBERS = frozenset({"card", "cvv", "expiry", "phone", "pin", "ip",
                      "dob"})  # fmt: skip
_WORDED = frozenset({"name", "address", "email", "password", "security_answer"})
_ONLY_IF_GIVEN = frozenset({"cvv", "pin", "otp"})
"""Nothing is taken for one of these unless it was asked for or announced."""

_LONG = 6
"""So many digits are a number by themselves."""

_FIGURES = 3
"""So many that are of no known kind are one."""

_SHORTEST_FORM = 5
_SLIP = 3
_PLAIN = words_in("am an and are as ask end if in may oh okay or our us you")
_SOUND_ALIKES = SOUND_ALIKES.keys() | {"oh", "o"}
_MONTHS_HEARD = frozenset({"ate", "free", "sex", "sick", "tree", "won"})
"""A month in front of a year: `it's up free thirty one`."""

_FIRST_ONLY = frozenset({"app", "be", "hey"})
"""Of the words for a letter, these begin nothing but a code where they are all that it begins with:
`be four tea nine`."""

_CODE_WORDS = LETTERS | SOUND_ALIKES.keys() | _FIRST_ONLY
_HELD = _CODE_WORDS | _SOUND_ALIKES
_LETTERS_HELD = 8
_AGAIN_MS = 30_000
_ZEROS = frozenset({"oh", "o", "zero"})


def widened(heard: Heard, found: Sequence[Found]) -> list[Found]:
    """What was found, each with the misheard part of it that stands before or behind it."""
    return completed(heard, _bridged(heard, [_widened(heard, one) for one in found]))


def held_first(heard: Heard, first: int) -> int:
    """Where an undecided run is held from: with the letters that stand before it."""
    first = back_to_country(heard, first)
    spelt = _may_be_spelt(heard, first)
    if not spelt and not heard.slots_at(first):
        return min(_with_name(heard.atoms, first), over_capitals(heard, first))
    if heard.is_open and first and heard.atoms[first - 1].text in _SOUND_ALIKES:
        first -= 1  # whatever stands behind it yet: `fifty. to. twelve`
    first = over_prefix(heard, over_spelling(heard, first), ended=spelt and heard.is_open)
    if spelt and first and heard.atoms[first - 1].text == "a":
        first -= 1
    first = _over_words(heard, first, words=_HELD if spelt else _SOUND_ALIKES)
    return _over_letters(heard, first) if spelt and heard.is_open else first


def _over_letters(heard: Heard, first: int) -> int:
    """Back over all that may be a letter, however it was cut: `G, be 3 seven`, `delta. echo, 1`."""
    atoms, begin = heard.atoms, max(0, first - _LETTERS_HELD)
    while first > begin and first not in heard.times.breaks and _may_be_letter(atoms[first - 1]):
        first -= 1
    return first


def _may_be_letter(atom: Atom) -> bool:
    return atom.cls is Class.LETTER or atom.text in _HELD or atom.text in SPELLING_ALPHABET


def _may_be_spelt(heard: Heard, first: int) -> bool:
    """Whether it answers a question for what letters are a part of, or such a code was just given:
    it may be said again."""
    asked = (slot.kind for slot in heard.slots_at(first) if slot.is_answer)
    given = (one.kind for one in heard.given_lately(first, within_ms=_AGAIN_MS))
    return any(kind in _CODES or heard.rules.spells(kind) for kind in (*asked, *given))


def _with_name(atoms: Sequence[Atom], first: int) -> int:
    """`earl 29`: an unusual word before a number may be the name of an address with it."""
    at = first
    while at and atoms[at - 1].text in ("number", "numbers", "the"):
        at -= 1
    before = atoms[at - 1] if at else None
    named = before is not None and before.cls is Class.OTHER and not before.stop
    if not named or not before or before.text in COMMON_WORDS:
        return first
    known = before.text in PLAIN_WORDS or _is_thing(before) or _is_firms(before)
    return first if known else at - 1


def _is_thing(atom: Atom) -> bool:
    """`junctions`, `exhibition's`, `grain-free`: forms of words, which names seldom are."""
    if atom.capital or len(atom.text) <= _SHORTEST_FORM:
        return False
    if "-" in atom.text:
        return all(is_english(part) for part in atom.text.split("-"))
    return atom.text.endswith("s") and is_english(atom.text.removesuffix("s").removesuffix("'"))


def _is_firms(atom: Atom) -> bool:
    """`Boeing`, written as the name that it is."""
    return atom.capital and atom.text.removesuffix("'s") in WELL_KNOWN


def _widened(heard: Heard, one: Found) -> Found:
    code = _spells(heard, one)
    long = len(one.value) >= (_FIGURES if one.kind == "number" else _LONG)
    long = long or one.kind == "expiry"
    if not (code or one.kind in _NUMBERS) or not (long or _is_given(heard, one)):
        return one
    first = over_country(heard, one)
    if code:
        first = over_spelling(heard, first)
        first = over_prefix(heard, first, is_iban=one.kind == "iban")
    if one.kind == "expiry":
        first -= _month_heard(heard, one)
    words = _CODE_WORDS if code else _SOUND_ALIKES
    first = _over_words(heard, first, words=words)
    last = _over_last(heard, one.last, letters=code)
    last = over_explained(heard, last) if code else last
    if one.kind in _NUMBERS:
        last = _over_correction(heard, last)
    return one._replace(first=first, last=last)


def _month_heard(heard: Heard, one: Found) -> int:
    """How many words right before a year are its month: `free thirty one`, `oh to twenty eight`."""
    atoms, at = heard.atoms, one.first - 1
    if at < 0 or atoms[at].stop or one.first in heard.times.breaks:
        return 0
    padded = at and atoms[at - 1].text in _ZEROS and not atoms[at - 1].stop
    if padded and atoms[at].text in SOUND_ALIKES:
        return 2
    year = atoms[at].text == "then" and (part := part_of(one.value)) is not None and part.year
    return int(bool(year) or atoms[at].text in _MONTHS_HEARD)


def _bridged(heard: Heard, found: Sequence[Found]) -> list[Found]:
    """`[code] for tango see, [code]`: between two parts of a code there is spelling only."""
    bridged: list[Found] = []
    for one in sorted(found, key=lambda f: f.first):
        before = bridged[-1] if bridged else None
        codes = before is not None and _spells(heard, before) and _spells(heard, one)
        if before is not None and codes and is_spelling(heard, before.last + 1, one.first):
            bridged[-1] = before._replace(last=max(before.last, one.first - 1))
        bridged.append(one)
    return bridged


def _spells(heard: Heard, one: Found) -> bool:
    """Whether letters are part of it."""
    return (
        one.kind in _CODES
        or heard.rules.spells(one.kind)
        or (one.kind not in _WORDED and not one.value.isdigit() and one.value.isalnum())
        or (one.kind == "email" and _is_mixed(one.value))
    )


def _is_mixed(value: str) -> bool:
    """Letters and figures: of what was asked for last it may be no address but a code."""
    return value.isalnum() and not (value.isdigit() or value.isalpha())


def _over_words(heard: Heard, first: int, *, words: Container[str]) -> int:
    """Back over up to three words that sound like it, if an answer begins with them."""
    atoms, at = heard.atoms, first
    while at and first - at < _SLIP and at not in heard.times.breaks and is_joined(atoms[at - 1]):
        before = atoms[at - 1]
        # `Okay, one five` is no letter; `K, one five` heard as `okay one five` may be.
        spoken = before.text in words or before.cls in (Class.DIGIT, Class.MAGNITUDE)
        if not spoken or (before.stop and before.text in _PLAIN):
            break
        at -= 1
    while at < first and not begins(heard, at):
        at += 1
    if at < first and atoms[at].text in _FIRST_ONLY and at and not _begins_answer(heard, at):
        return first
    return at


def _begins_answer(heard: Heard, i: int) -> bool:
    """Whether nothing is said in one breath before it."""
    before = heard.atoms[i - 1]
    ended = bool(before.stop) or before.cls is Class.FILLER or before.text in ("okay", "yeah")
    return ended or i in heard.times.breaks or i in heard.starts


def _over_correction(heard: Heard, last: int) -> int:
    """`four oh, no sorry, for one night`: a slip is corrected by a number, however it is heard."""
    atoms, at = heard.atoms, last + 1
    while at < len(atoms) and at - last <= _SLIP and atoms[at].cls is Class.CORRECTION:
        at += 1
    half_heard = last > 1 and atoms[last].text in SOUND_ALIKES
    at = last if half_heard and atoms[last - 1].cls is Class.CORRECTION else at
    if at == last + 1 or at >= len(atoms) or atoms[last].stop in (".", "?", "!"):
        return last
    begins = atoms[at].text in SOUND_ALIKES or atoms[at].cls in PARTS
    end = at
    while begins and end + 1 < len(atoms) and end - at < _SLIP and not atoms[end].stop:
        end += 1
    ends = end + 1 == len(atoms) or bool(atoms[end].stop)
    return end if begins and ends else last


def _over_last(heard: Heard, last: int, *, letters: bool) -> int:
    """`four nine one to`, `Q Q why`: the last of it misheard, where nothing follows."""
    atoms, after = heard.atoms, last + 1
    if after >= len(atoms) or after in heard.times.breaks or not is_joined(atoms[last]):
        return last
    end = after
    while end + 1 < len(atoms) and end - last < _SLIP and _goes_on(heard, end):
        end += 1
    ends = end + 1 == len(atoms) or end + 1 in heard.times.breaks or bool(atoms[end].stop)
    spelt = letters and atoms[last].cls is Class.LETTER and atoms[after].text in LETTERS
    # `nine six six two six five be`: nothing said is one such word after figures.
    spelt = spelt or (letters and end == after and atoms[after].text in _LAST_LETTERS)
    return end if ends and (spelt or atoms[after].text in SOUND_ALIKES) else last


def _goes_on(heard: Heard, at: int) -> bool:
    """Whether the word after sounds like one more digit: `nine free to`."""
    after = heard.atoms[at + 1]
    digit = after.text in SOUND_ALIKES or after.cls is Class.DIGIT
    return digit and heard.atoms[at].stop in ("", ",") and at + 1 not in heard.times.breaks


def _is_given(heard: Heard, one: Found) -> bool:
    """Whether it is the answer to a question for it, or a read-back."""
    if one.kind in _ONLY_IF_GIVEN:
        return True
    return heard.may_expect(one.kind) and any(
        slot.kind == one.kind and (slot.is_answer or slot.is_echo or slot.turns == 0)
        for slot in heard.slots_at(one.first)
    )
