"""Single letters of a code, and those at the very end of which nobody knows yet whether they are.

`is that B as in boy?`, `his own Z`, `h D F see`: explained as a letter, all of an answer, or behind
others where a code was asked for. At the end of what was said so far they are held, not masked:
what comes next tells.
"""

from collections.abc import Sequence

from redaction.cues.slots import Slot
from redaction.evidence.things import noun_before
from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.lexicon import LETTER_ALIKES, LETTER_WORDS, SPELLING_ALPHABET
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard

_LINKS = frozenset({"as", "for", "like"})
_WORDS_TOO = frozenset({"a", "i", "us", "see", "you"})
_ARTICLES = ("in", "an", "a")
_CODES = frozenset(
    ("ssn", "routing", "iban", "otp", "account", "number", "policy", "order", "ticket")
)
_NAMES = LETTER_ALIKES.keys() | LETTER_WORDS.keys() | SPELLING_ALPHABET.keys()
_ROW = (Class.LETTER, Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.CODE)
_LONGEST_LINK = 3
_ROW_LENGTH = 4
_SPELT_OUT = 3
_ASIDE = 4
_ASIDE_WORDS = words_in("er hang hold let me on see sorry uh uhm um")
_LETTERS = LETTER_ALIKES | LETTER_WORDS


def find_letters(heard: Heard) -> tuple[list[Found], list[int]]:
    """Letters that are explained, or all of an answer, and where undecided ones begin."""
    atoms = heard.atoms
    found: list[Found] = []
    undecided: list[int] = []
    why = "is a letter, explained as one"
    told = bool(heard.expected.filled) or heard.expected.has_openers
    for i, atom in enumerate(atoms):
        if atom.cls is not Class.LETTER and atom.text not in _LETTERS:
            continue
        length = explained(atoms, i)
        if length and not told and not _is_surely(atoms, i):
            continue
        length = length or (_named(heard, i) if told else 0)
        if length:
            found.append(Found(i, i + length - 1, "number", why=why))
        elif told and _is_only_letter(heard, i):
            if heard.is_open:
                undecided.append(i)
            else:
                found.append(Found(i, i, "number", why="is all of an answer that is a letter"))
    if heard.is_open or heard.may_go_on:
        undecided += _begun(heard)
    return found, undecided


def words_of(heard: Heard, found: Found) -> list[str]:
    """A letter is said of other things too."""
    return []


def has_explained_letter(atoms: Sequence[Atom], numbers: Sequence[int]) -> bool:
    """Whether one of the letters of a number is told as in `J as in Jack`."""
    return any(
        atoms[i].cls is Class.LETTER and explained(atoms, i) and _is_surely(atoms, i)
        for i in numbers
    )


def is_spelt_out(atoms: Sequence[Atom], numbers: Sequence[int]) -> bool:
    """`uniform, victor, x-ray`: three different words of the spelling alphabet."""
    return len({atoms[i].text for i in numbers} & SPELLING_ALPHABET.keys()) >= _SPELT_OUT


def explained(atoms: Sequence[Atom], at: int) -> int:
    """How many atoms from here on are a letter and what it is like: `B as in boy`; else 0."""
    alike = _letter(atoms[at])
    named = _what_it_is_like(atoms, at)
    if not alike or not named:
        return 0
    same = atoms[named].text[0] == alike
    sure = atoms[at].text not in _WORDS_TOO or atoms[named].text in SPELLING_ALPHABET
    misheard = atoms[at].cls is Class.LETTER and atoms[named].text in SPELLING_ALPHABET
    sure = named == at + 3 or (same and sure) or misheard
    return named - at + 1 if sure else 0


def _letter(atom: Atom) -> str:
    return _LETTERS.get(atom.text) or (atom.text if atom.cls is Class.LETTER else "")


def _what_it_is_like(atoms: Sequence[Atom], at: int) -> int:
    """Where the `boy` of `B as in boy` stands, if anything of the kind follows; else 0."""
    if at + 2 >= len(atoms) or atoms[at + 1].text not in _LINKS or atoms[at].stop == ".":
        return 0
    linked = atoms[at + 1].text == "as"
    if linked and atoms[at + 2].text not in _ARTICLES:
        return 0
    named = at + 3 if linked else at + 2
    if named >= len(atoms) or len(atoms[named].text) < 3 or not atoms[named].text.isalpha():
        return 0
    return 0 if atoms[named].text in FUNCTION_WORDS else named


def _is_surely(atoms: Sequence[Atom], at: int) -> bool:
    """`J as in Jack`, which nobody says of anything else."""
    letter = atoms[at].cls is Class.LETTER and atoms[at + 1].text == "as"
    return letter and atoms[at + 2].text == "in" and atoms[at + 3].text[0] == atoms[at].text


def _named(heard: Heard, i: int) -> int:
    """`K for apple`, where a code was asked for: the letter was misheard."""
    if heard.atoms[i].cls is not Class.LETTER or heard.atoms[i].text == "i":
        return 0
    named = _what_it_is_like(heard.atoms, i)
    return named - i + 1 if named and _asks_code(heard, i) else 0


def _is_only_letter(heard: Heard, i: int) -> bool:
    atoms = heard.atoms
    starts = i == 0 or i in heard.times.breaks or atoms[i - 1].cls is Class.FILLER
    ends = i + 1 == len(atoms) or i + 1 in heard.times.breaks
    return starts and ends and any(
        slot.is_answer and slot.strength == 2 and _is_code(heard, slot)
        for slot in heard.slots_at(i)
    )  # fmt: skip


def _is_code(heard: Heard, slot: Slot) -> bool:
    return slot.kind in _CODES or heard.rules.spells(slot.kind)


def _asks_code(heard: Heard, i: int) -> bool:
    """Whether what is said there answers a question for a code, or follows its announcement."""
    at_ms = heard.times.start_ms[i]
    return any(
        slot.strength == 2 and slot.is_near(at_ms) and _is_code(heard, slot)
        for slot in heard.slots_at(i)
    )


def _begun(heard: Heard) -> list[int]:
    """What ends as a letter, or as a letter that is being explained."""
    atoms = heard.atoms
    last = len(atoms) - 1
    if last < 0 or atoms[last].stop in ("?", "!"):
        return []
    if first := _begins_spelling(atoms):
        return [first - 1]
    if atoms[last].stop == "." and not heard.is_open:
        return []
    for at in range(last - 1, max(-1, last - 1 - _LONGEST_LINK), -1):
        # `A like app`, `J as in Ja`, `be as`
        if _letter(atoms[at]) and atoms[at + 1].text in _LINKS:
            sure = atoms[at].cls is Class.LETTER and atoms[at].text not in ("a", "i")
            return [_over_letters(atoms, at)] if sure or heard.slots_at(at) else []
    if atoms[last].cls is Class.LETTER and atoms[last].text not in ("a", "i"):
        return [] if noun_before(atoms, last, digits=1) else [last]
    group = _group_before_aside(atoms)
    if group is not None and _asks_code(heard, group):
        return [group]
    follows = _follows_letter(atoms, last) and _asks_code(heard, last)
    return [_over_letters(atoms, last)] if follows else []


def _group_before_aside(atoms: Sequence[Atom]) -> int | None:
    """`CS, hang on`: letters that make no word, of which the figures are to come."""
    at = len(atoms) - 1
    while at > 0 and len(atoms) - at <= _ASIDE and atoms[at].text in _ASIDE_WORDS:
        at -= 1
    if at == len(atoms) - 1:
        return None
    if atoms[at].text in ("a", "i") and atoms[at].stop == ",":
        return at  # `A, let me see`
    if atoms[at].cls is not Class.OTHER or not atoms[at].value:
        return None
    return None if atoms[at].text in COMMON_WORDS else at


def _over_letters(atoms: Sequence[Atom], at: int) -> int:
    """`U T I be`: back over what may be letters too, up to one that is."""
    while (
        at and _letter(atoms[at - 1]) and not atoms[at - 1].stop and _follows_letter(atoms, at - 1)
    ):
        at -= 1
    return at


def _begins_spelling(atoms: Sequence[Atom]) -> int:
    """`delta, ech`, `sierra. tango. one`: words of the spelling alphabet, and what may be more.

    One more than where the first of them stands; 0 if nothing ends like that.
    """
    first, at, last = 0, len(atoms) - 1, len(atoms) - 1
    while at >= 0 and last - at < _ROW_LENGTH:
        word = atoms[at].text in SPELLING_ALPHABET
        begun = at == last and any(w.startswith(atoms[at].text) for w in SPELLING_ALPHABET)
        alike = at < last and bool(_letter(atoms[at]))
        if not (word or begun or alike or atoms[at].cls in _ROW):
            break
        first = at + 1 if word and (at < last or atoms[at].stop == ",") else first
        at -= 1
    return first


def _follows_letter(atoms: Sequence[Atom], i: int) -> bool:
    """`D F see`, `hotel in`: what letters are heard as, behind others or first of all."""
    if atoms[i].text not in _NAMES and atoms[i].cls is not Class.LETTER:
        return False
    before = atoms[i - 1] if i else None
    return before is None or (before.cls in _ROW or before.text in SPELLING_ALPHABET)
