"""The rest of a code of which a part was masked: letters and digits heard as ordinary words.

`it's gay, seven P Q` is K7PQ, `for one nine` is 419: only where the code was asked for or is read
back, only right before what was masked, and only where an answer begins.
"""

from collections.abc import Container, Sequence

from redaction.common_words import COMMON_WORDS
from redaction.english import is_english
from redaction.household_words import PLAIN_WORDS
from redaction.lexicon import ACRONYMS, LETTER_ALIKES, SOUND_ALIKES, SPELLING_ALPHABET
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.half_heard import completed
from redaction.recognizers.well_known import WELL_KNOWN
from redaction.tables import words_in
from redaction.words import Atom, Class

_LETTERS = words_in("""
am an and are as ask bee cue end eff ell em en ex eye gay gee if in jay kay key may oh okay or our
pea pee queue sea see tea tee us vee why yay you
""")
"""Words that recognisers write for a single letter."""

_NEVER_LAST = words_in("am an and are as ask end if in key may oh okay or our us why yay you")
_LEADS_IN = words_in("""
and are begins in is it it's its number of ok okay right says so starts sure that's thats the then
well uh um was with yeah yes
""")
_LAST_LETTERS = _LETTERS - _NEVER_LAST | {"be"}
_CODES = frozenset({"policy", "order", "account", "otp", "ticket", "iban", "number", "ssn",
                    "routing"})  # fmt: skip
_NUMBERS = frozenset({"card", "cvv", "expiry", "phone", "pin", "ip",
                      "dob"})  # fmt: skip
_WORDED = frozenset({"name", "address", "email", "password", "security_answer"})
_PARTS = (Class.LETTER, Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.CODE,
          Class.ORDINAL)  # fmt: skip
_ONLY_IF_GIVEN = frozenset({"cvv", "pin", "otp"})
"""Nothing is taken for one of these unless it was asked for or announced."""

_LONGEST = 12
_LONGEST_SPELLING = 60
_LONG = 6
"""So many digits are a number by themselves."""

_FIGURES = 3
"""So many that are of no known kind are one."""

_SHORTEST_FORM = 5
_HESITATION = 4
_SLIP = 3
_PLAIN = words_in("am an and are as ask end if in may oh okay or our us you")
_SOUND_ALIKES = SOUND_ALIKES.keys() | {"oh", "o"}
_SURE_COUNTRIES = words_in("gb uk de fr ie nl es")
"""In capitals these are no words."""
_SPELT = _LETTERS | LETTER_ALIKES.keys()
"""Letters, where what they are like is said behind them."""

_EXPLAINED_BY = (["as", "in"], ["as", "an"], ["like"], ["for"])
_EXPLAINS = frozenset({"an", "as", "for", "in", "like"})
_COUNTRIES = words_in("gb uk de fr ie nl es it be at us")


def widened(heard: Heard, found: Sequence[Found]) -> list[Found]:
    """What was found, each with the misheard part of it that stands before or behind it."""
    return completed(heard, _bridged(heard, [_widened(heard, one) for one in found]))


def held_first(heard: Heard, first: int) -> int:
    """Where an undecided run is held from: with the letters that stand before it."""
    if not heard.slots_at(first):
        return _with_name(heard.atoms, first)
    first = _over_prefix(heard, _over_spelling(heard, first))
    return _over_words(heard, first, words=_SOUND_ALIKES)


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
    first = one.first
    if code:
        first = _over_spelling(heard, first)
        first = _over_prefix(heard, first, is_iban=one.kind == "iban")
    words = _LETTERS | SOUND_ALIKES.keys() if code else _SOUND_ALIKES
    first = _over_words(heard, first, words=words)
    last = _over_last(heard, one.last, letters=code)
    last = _over_explained(heard, last) if code else last
    if one.kind in _NUMBERS:
        last = _over_correction(heard, last)
    return one._replace(first=first, last=last)


def _bridged(heard: Heard, found: Sequence[Found]) -> list[Found]:
    """`[code] for tango see, [code]`: between two parts of a code there is spelling only."""
    bridged: list[Found] = []
    for one in sorted(found, key=lambda f: f.first):
        before = bridged[-1] if bridged else None
        codes = before is not None and _spells(heard, before) and _spells(heard, one)
        if before is not None and codes and _is_spelling(heard, before.last + 1, one.first):
            bridged[-1] = before._replace(last=max(before.last, one.first - 1))
        bridged.append(one)
    return bridged


def _is_spelling(heard: Heard, first: int, end: int) -> bool:
    """Whether only words that explain letters, or are written for them, stand there."""
    between = heard.atoms[first:end]
    if not 0 < len(between) <= _HESITATION or any(
        n in heard.times.breaks for n in range(first, end + 1)
    ):
        return False
    explained = any(a.text in SPELLING_ALPHABET or a.cls is Class.LETTER for a in between)
    return explained and all(
        a.text in SPELLING_ALPHABET or a.text in _SPELT or a.text in _EXPLAINS
        or a.cls in (Class.LETTER, Class.FILLER, Class.SYMBOL)
        for a in between
    )  # fmt: skip


def _spells(heard: Heard, one: Found) -> bool:
    """Whether letters are part of it."""
    return (
        one.kind in _CODES
        or heard.rules.spells(one.kind)
        or (one.kind not in _WORDED and not one.value.isdigit() and one.value.isalnum())
    )


def _over_explained(heard: Heard, last: int) -> int:
    """`charlie, why B for victor`, `dash be like bravo`: more letters, and what they are like."""
    atoms, at = heard.atoms, last + 1
    end_by = min(len(atoms), at + _LONGEST_SPELLING)
    while at < end_by and at - last <= _SLIP and at not in heard.times.breaks:
        if atoms[at - 1].stop in ("?", "!"):
            break
        end = _explained_to(atoms, at)
        joins = atoms[at].text in _SPELT or atoms[at].cls in (Class.SYMBOL, Class.LETTER)
        if end:
            last = end
        elif not joins:
            break
        at = end + 1 if end else at + 1
    return last


def _explained_to(atoms: Sequence[Atom], at: int) -> int:
    """Where `B for victor` ends, if it begins here: a letter, or a word for one; else 0."""
    if atoms[at].cls is not Class.LETTER and atoms[at].text not in _SPELT:
        return 0
    for said in _EXPLAINED_BY:
        end = at + len(said) + 1
        if end < len(atoms) and [a.text for a in atoms[at + 1 : end]] == said:
            alphabet = atoms[end].text in SPELLING_ALPHABET
            same = LETTER_ALIKES.get(atoms[at].text, atoms[at].value) == atoms[end].text[:1]
            return end if alphabet or (same and len(atoms[end].text) > 2) else 0
    return 0


def _over_words(heard: Heard, first: int, *, words: Container[str]) -> int:
    """Back over up to three words that sound like it, if an answer begins with them."""
    atoms, at = heard.atoms, first
    while at and first - at < _SLIP and at not in heard.times.breaks and _is_joined(atoms[at - 1]):
        before = atoms[at - 1]
        # `Okay, one five` is no letter; `K, one five` heard as `okay one five` may be.
        spoken = before.text in words or before.cls in (Class.DIGIT, Class.MAGNITUDE)
        if not spoken or (before.stop and before.text in _PLAIN):
            break
        at -= 1
    while at < first and not _begins(heard, at):
        at += 1
    return at


def _over_correction(heard: Heard, last: int) -> int:
    """`four oh, no sorry, for one night`: a slip is corrected by a number, however it is heard."""
    atoms, at = heard.atoms, last + 1
    while at < len(atoms) and at - last <= _SLIP and atoms[at].cls is Class.CORRECTION:
        at += 1
    half_heard = last > 1 and atoms[last].text in SOUND_ALIKES
    at = last if half_heard and atoms[last - 1].cls is Class.CORRECTION else at
    if at == last + 1 or at >= len(atoms) or atoms[last].stop in (".", "?", "!"):
        return last
    begins = atoms[at].text in SOUND_ALIKES or atoms[at].cls in _PARTS
    end = at
    while begins and end + 1 < len(atoms) and end - at < _SLIP and not atoms[end].stop:
        end += 1
    ends = end + 1 == len(atoms) or bool(atoms[end].stop)
    return end if begins and ends else last


def _over_prefix(heard: Heard, first: int, *, is_iban: bool = False) -> int:
    """`AB, so 6840`, `de dash 355`: a group of letters before the figures, no word of its own."""
    atoms, at = heard.atoms, first - 1
    while at >= 0 and first - at <= _HESITATION and _hesitates(atoms[at]):
        at -= 1
    if at < 0 or any(n in heard.times.breaks for n in range(at + 1, first + 1)):
        return first
    atom = atoms[at]
    group = atom.cls is Class.OTHER and 2 <= len(atom.text) <= 4 and atom.text.isalpha()
    known = atom.text in COMMON_WORDS or (atom.text in ACRONYMS and atom.text not in _COUNTRIES)
    known = known and not ((atom.value or is_iban) and atom.text in _SURE_COUNTRIES)
    return at if group and not known and atom.stop in ("", ",", "-") else first


def _hesitates(atom: Atom) -> bool:
    return atom.cls in (Class.FILLER, Class.CORRECTION, Class.SYMBOL) or atom.text in (
        "so", "let", "me", "see", "hang", "on", "hold", "then", "and",
    )  # fmt: skip


def _over_last(heard: Heard, last: int, *, letters: bool) -> int:
    """`four nine one to`, `Q Q why`: the last of it misheard, where nothing follows."""
    atoms, after = heard.atoms, last + 1
    if after >= len(atoms) or after in heard.times.breaks or not _is_joined(atoms[last]):
        return last
    end = after
    while end + 1 < len(atoms) and end - last < _SLIP and _goes_on(heard, end):
        end += 1
    ends = end + 1 == len(atoms) or end + 1 in heard.times.breaks or bool(atoms[end].stop)
    spelt = letters and atoms[last].cls is Class.LETTER and atoms[after].text in _LETTERS
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


def _over_spelling(heard: Heard, first: int) -> int:
    """Back over letters, digits and `K as in king` that stand right before."""
    atoms = heard.atoms
    begin = max(0, first - _LONGEST)
    while first > begin and first not in heard.times.breaks and _is_joined(atoms[first - 1]):
        explained = _explanation(atoms, first)
        if explained:
            first -= explained
        elif atoms[first - 1].text in _LETTERS and _explanation(atoms, first - 1):
            first -= 1  # `D for tango see`: the next letter
        elif _is_part(atoms, first - 1) or _is_spelt_on(atoms, first - 1):
            first -= 1
        else:
            break
    return first


def _is_part(atoms: Sequence[Atom], at: int) -> bool:
    return atoms[at].cls in _PARTS and atoms[at].text not in ("a", "i")


def _is_spelt_on(atoms: Sequence[Atom], at: int) -> bool:
    """Whether a word that sounds like a letter, or `I`, stands behind another: `S be I in`."""
    before = atoms[at - 1] if at else None
    if before is None or not _is_joined(before):
        return False
    alike = atoms[at].text in _LETTERS or atoms[at].text in ("a", "i")
    spelt = before.cls is Class.LETTER or (before.text in _LETTERS and atoms[at].text == "i")
    return alike and spelt and before.text not in ("a",)


def _explanation(atoms: Sequence[Atom], first: int) -> int:
    """How many atoms before `first` are a letter and what it is like: `K as in king`; else 0."""
    for said in _EXPLAINED_BY:
        length = len(said) + 2
        if first < length or [a.text for a in atoms[first - length + 1 : first - 1]] != said:
            continue
        if atoms[first - length].cls is Class.LETTER:
            return length
    return 0


def _is_joined(atom: Atom) -> bool:
    return atom.stop in ("", ",", "-") or (atom.stop == "." and atom.cls is Class.LETTER)


def _begins(heard: Heard, i: int) -> bool:
    """Whether an answer begins with atom `i`."""
    if i == 0 or i in heard.times.breaks:
        return True
    before = heard.atoms[i - 1]
    return bool(before.stop) or before.text in _LEADS_IN or before.cls is Class.FILLER
