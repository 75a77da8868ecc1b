"""What a row ends in, or waits for, that must not be shown before more is said (pure)."""

from collections.abc import Sequence

from redaction.cues.asked_numbers import SECRETS
from redaction.evidence.units import is_counted
from redaction.language.common_words import COMMON_WORDS
from redaction.language.lexicon import SOUND_ALIKES, SPELLING_ALPHABET
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.numbers.runs import aside_length
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.people.name_words import TITLES

_WORD_KINDS = ("name", "email", "password", "security_answer", "address")
_BEGINS = words_in("oh o double triple treble plus apartment flat unit suite")
_SPELT_KINDS = ("policy", "order", "ticket", "iban", "routing", "ssn")
_LONGEST_HOUSE = 6
_OF_DATES = (Class.MONTH, Class.ORDINAL)


def unfinished(heard: Heard, found: Sequence[Found]) -> list[int]:
    """Atoms from which on nothing may be shown, beside what was `found` and open numbers."""
    undecided = _awaited(heard, found) + _open_date(heard) + _dangling(heard)
    return undecided + _half_spelt(heard) + _begun_address(heard, found)


def _awaited(heard: Heard, found: Sequence[Found]) -> list[int]:
    """The first undecided word of an answer that is words: it is held until the final."""
    kinds = [k for k in _WORD_KINDS if heard.rules.takes_out(k) and heard.may_expect(k)]
    if not kinds:
        return []
    masked = {i for f in found for i in range(f.first, f.last + 1)}
    for i, atom in enumerate(heard.atoms):
        plain = atom.text in COMMON_WORDS or atom.cls in (Class.FILLER, Class.GLUE)
        if i in masked or (plain and atom.text not in _BEGINS):
            continue
        if any(heard.awaits(i, kind) for kind in kinds):
            return [_with_number_before(heard.atoms, i)]
    return []


def _begun_address(heard: Heard, found: Sequence[Found]) -> list[int]:
    """`77 Old. Querry.`, a while after an address was asked for: a number that begins what is said,
    and no more of it than a house and its street."""
    atoms = heard.atoms
    if not heard.is_open or not heard.may_expect("address"):
        return []
    begun = {0, *heard.starts}
    for i in range(max(0, len(atoms) - _LONGEST_HOUSE), len(atoms)):
        house = i in begun and atoms[i].value.isdigit() and not is_counted(atoms, i + 1)
        if house and not any(f.first <= i <= f.last for f in found):
            asked = [s for s in heard.slots_at(i) if s.kind == "address"]
            if any(s.strength == 2 and s.asked_by != heard.stream for s in asked):
                return [i]
    return []


def _with_number_before(atoms: Sequence[Atom], i: int) -> int:
    """`nineteen Beech`: back over the number."""
    while i and atoms[i - 1].value.isdigit() and not atoms[i - 1].stop:
        i -= 1
    return i


def begun_in_time(heard: Heard) -> list[Found]:
    """A date, a code or a secret of which the beginning was said, and no more in time."""
    last = len(heard.atoms) - 1
    if heard.overdue <= last or last < 0:
        return []
    begun = _open_date(heard) + _half_spelt(heard)
    if _answers_secret(heard, last):
        begun += _dangling(heard)
    why = "may be the beginning of what was asked for, and no more was said in time"
    return [Found(min(begun), last, "number", why=why)] if begun else []


def _half_spelt(heard: Heard) -> list[int]:
    """`whiskey`, `a` at the very end where a code was asked for: a letter, if more of it comes."""
    atoms = heard.atoms
    end = first = len(atoms)
    for i in range(end - 1, -1, -1):
        if atoms[i].text in SPELLING_ALPHABET or atoms[i].text == "a":
            first = i
        elif atoms[i].cls not in (Class.FILLER, Class.GLUE):
            break
    if first == end:
        return []
    kinds = {slot.kind for slot in heard.slots_at(first)}
    spelt = any(heard.rules.spells(kind) or kind in _SPELT_KINDS for kind in kinds)
    return [first] if spelt else []


def _dangling(heard: Heard) -> list[int]:
    """A word at the very end that only begins something: `oh`, `double`, `Miss`, `K as in`."""
    texts = [atom.text for atom in heard.atoms[-3:]]
    if not texts:
        return []
    last = len(heard.atoms) - 1
    if texts[-1] in TITLES:
        return [last]
    for said in (["as"], ["as", "in"], ["for"]):
        letter = last - len(said)
        if letter >= 0 and texts[-len(said) :] == said and _is_letter(heard.atoms[letter]):
            return [letter] if heard.slots_at(letter) else []
    begins = texts[-1] in _BEGINS or _begins_code(heard.atoms[last], is_open=heard.is_open)
    if begins and heard.slots_at(last):
        return [last]
    alike = texts[-1] in SOUND_ALIKES or bool(heard.atoms[last].value)
    return [last] if alike and _answers_secret(heard, last) else []


def _answers_secret(heard: Heard, i: int) -> bool:
    """Whether a secret number was asked for, so that `for` may be its first figure."""
    return any(slot.is_answer and slot.kind in SECRETS for slot in heard.slots_at(i))


def _begins_code(atom: Atom, *, is_open: bool) -> bool:
    """`PVK`, `ak`: letters that are no word, of which figures may follow; or half a word."""
    ended = atom.stop in ("?", "!") or (atom.stop == "." and not is_open)
    if atom.cls is not Class.OTHER or ended or len(atom.text) > 4:
        return False
    return bool(atom.value) or (atom.text.isalpha() and atom.text not in COMMON_WORDS)


def _is_letter(atom: Atom) -> bool:
    return atom.cls is Class.LETTER or atom.text == "o"


def _open_date(heard: Heard) -> list[int]:
    """A month or day at the very end, where a date was asked for: the rest is to come."""
    atoms = heard.atoms
    first = len(atoms)
    while first and aside_length(atoms, first - 1):
        first -= 1
    end = first
    while first and (atoms[first - 1].cls in _OF_DATES or atoms[first - 1].text in ("of", "the")):
        first -= 1
    if not any(atom.cls in _OF_DATES for atom in atoms[first:end]):
        return []
    dated = any(slot.kind in ("dob", "expiry", "card") for slot in heard.slots_at(first))
    return [first] if dated else []
