"""Passwords and security answers: words and symbols said where one was asked for."""

from collections.abc import Sequence

from redaction.evidence.weighed import RIGHT_CONTEXT
from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.tables import by_first_word, phrases_in, words_in
from redaction.language.words import Atom, Class, says
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.secrets.answer_leads import says_who
from redaction.recognizers.secrets.bare_words import TAILS
from redaction.recognizers.secrets.led_up import is_changed_to

_ANNOUNCES = by_first_word(
    phrases_in("""
password is, password's, passphrase is, password was, pass phrase is, secret word is, memorable
word is, maiden name is, maiden name was, password it's, answer is, pet was, pet is, safe word
is, code word is, password to, password,
phrase is, phrase's, temporary one is, temporary one's, temporary one as, temporary key is
""")
)
_OF_ANSWERS = ("maiden", "answer", "pet", "memorable")
"""First words of those that announce the answer to a security question."""
_SAID_OF_IT = words_in("""
all at bracket brackets capital case dollar exclamation hash letter letters lower lowercase mark
marks number one percent pound question sign signs small star symbol upper uppercase word
""")
_SYMBOLS = words_in("asterisk capital dollar exclamation hash lowercase percent star uppercase")
_SKIPPED = words_in("""
be er erm is it it's its like oh ok okay so sure that's the uh um was well yeah yes
""")
_NUMERIC = {
    Class.DIGIT,
    Class.NUMERAL,
    Class.TEEN,
    Class.TEN,
    Class.CODE,
    Class.LETTER,
    Class.MULTIPLIER,
}
_KINDS = ("password", "security_answer")
_PUT = words_in("put chose picked typed entered wrote")
_GO = words_in("go going went")
_DO = words_in("do have try use make be")
_LONGEST_CHOICE = 4
_MAX_SECRET = 12
_MISHEARD = 2
"""So many ordinary words may stand for the secret's first one: `we were seventy seven`."""

_INSIDE = words_in("little big old of and at in on under over the for my")
_REJECTED = words_in("""
again and because changed correct email emails expired incorrect link locked manager not page
please protected reset right wrong
""")
_NO_SECRET = FUNCTION_WORDS | _REJECTED | {"no"}


def find_secrets(heard: Heard) -> tuple[list[Found], list[int]]:
    """Passwords and answers, and where undecided ones begin."""
    atoms = heard.atoms
    found: list[Found] = []
    undecided: list[int] = []
    expected = any(heard.may_expect(kind) for kind in _KINDS)
    if not expected and heard.texts.isdisjoint(_ANNOUNCES):
        return found, undecided
    for i, atom in enumerate(atoms):
        if not (expected or atom.text in _ANNOUNCES) or (found and i <= found[-1].last):
            continue
        span = _announced(heard, i)
        if span is None and expected:
            span = _answered(heard, i) or _chosen(heard, i)
        if span is None:
            continue
        first, last = span
        if heard.is_open and last + RIGHT_CONTEXT >= len(atoms):
            undecided.append(first)
        else:
            found.append(Found(first, last, _kind(heard, i), complete=True))
    return found, undecided


def _kind(heard: Heard, i: int) -> str:
    """A password, or the answer to a security question."""
    asked = not heard.answers(i, "password") and heard.answers(i, "security_answer")
    return "security_answer" if asked or heard.atoms[i].text in _OF_ANSWERS else "password"


def _announced(heard: Heard, i: int) -> tuple[int, int] | None:
    """`my password is sunshine forty two`: ordinary words too."""
    atoms = heard.atoms
    for phrase in _ANNOUNCES.get(atoms[i].text, ()):
        end = i + len(phrase)
        if not says(atoms, i, phrase):
            continue
        if atoms[end - 1].stop in (".", "?", "!"):
            return None
        first = _skip(atoms, end)
        if first >= len(atoms) or atoms[first].text in _NO_SECRET:
            return None
        sure = len(phrase) > 1 or phrase[0].endswith("'s") or first > end
        return _region(heard, first, sure=sure)
    return None


def _answered(heard: Heard, i: int) -> tuple[int, int] | None:
    """The first unusual words after the other speaker's question."""
    atoms = heard.atoms
    begins = (
        i == 0
        or i in heard.times.breaks
        or bool(atoms[i - 1].stop)
        or (atoms[i - 1].text in _SKIPPED and atoms[i - 1].text != "it")
    )
    if not begins or atoms[i].text in _SKIPPED:
        return None
    first = i
    while first - i < _MISHEARD and first < len(atoms) and atoms[first].text in FUNCTION_WORDS:
        first += 1
    if first > i and not _is_secret(atoms, first):
        return None
    asked = any(heard.answers(i, kind) for kind in _KINDS)
    region = _region(heard, first, sure=False) if asked else None
    after = None if region is None else region[1] + 1
    if after is not None and after < len(atoms) and says_who(atoms[after]):
        return None
    if region is None or (first > i and not _has_symbol(atoms[first : region[1] + 1])):
        return None
    return i, region[1]


def _chosen(heard: Heard, i: int) -> tuple[int, int] | None:
    """`I must have put forget me not`, `I'll do saffron`, `he changed it to garden gate`: to the
    end of the clause, while a secret is talked of."""
    atoms = heard.atoms
    sure = atoms[i].text in _PUT or (atoms[i].text == "with" and i and atoms[i - 1].text in _GO)
    changed = not sure and is_changed_to(atoms, i)
    told = sure or changed or atoms[i].text in _DO
    if not told or atoms[i].stop or i + 1 in heard.times.breaks:
        return None
    first = last = i + 1
    while last < len(atoms) and last - first < _LONGEST_CHOICE and not atoms[last].stop:
        last += 1
    ended = last < len(atoms) and bool(atoms[last].stop)
    if not ended:
        last = len(atoms) - 1
    short = first <= last and last - first < _LONGEST_CHOICE
    if not short or atoms[first].text in _NO_SECRET:
        return None
    if not any(slot.kind in _KINDS for slot in heard.slots_at(i)):
        return None
    words = atoms[first : last + 1]
    rare = all(a.text not in COMMON_WORDS or a.cls in _NUMERIC for a in words)
    pair = len(words) == 2 and any(a.text not in COMMON_WORDS for a in words)
    pair = pair and all(a.cls is Class.OTHER and a.text not in FUNCTION_WORDS for a in words)
    return (first, last) if sure or rare or pair or (changed and last > first) else None


def _has_symbol(atoms: Sequence[Atom]) -> bool:
    return any(atom.cls is Class.SYMBOL or atom.text in _SYMBOLS for atom in atoms)


def _is_secret(atoms: Sequence[Atom], i: int) -> bool:
    """Whether a sentence would hardly go on with this word."""
    if i >= len(atoms) or any(atom.stop for atom in atoms[max(0, i - 1) : i]):
        return False
    if atoms[i].cls in _NUMERIC or atoms[i].cls is Class.SYMBOL:
        return atoms[i].text != "one"
    return atoms[i].cls is Class.OTHER and atoms[i].text not in COMMON_WORDS


def _skip(atoms: Sequence[Atom], at: int) -> int:
    end = at + 3
    while at < min(end, len(atoms)) and (
        atoms[at].text in _SKIPPED or atoms[at].cls is Class.FILLER
    ):
        at += 1
    return at


def _region(heard: Heard, first: int, *, sure: bool) -> tuple[int, int] | None:
    """From `first` to the end of the phrase; None where nothing in it is like a secret."""
    atoms = heard.atoms
    last = first - 1
    unusual = sure
    for at in range(first, min(first + _MAX_SECRET, len(atoms))):
        atom = atoms[at]
        if last >= first and at in heard.times.breaks:
            break
        secret = atom.cls in _NUMERIC or atom.cls is Class.SYMBOL or atom.text not in COMMON_WORDS
        said = secret or atom.text in _SAID_OF_IT or (sure and atom.text not in FUNCTION_WORDS)
        inside = sure and last >= first and (_is_inside(heard, at) or _is_tail(heard, at))
        if not (said or inside):
            break
        unusual = unusual or (secret and atom.text != "one")
        last = at
        if atom.stop in (".", "?", "!", ";") and not _goes_on(atoms, at + 1):
            break
    return (first, last) if last >= first and unusual else None


def _is_inside(heard: Heard, at: int) -> bool:
    """The `little` of `brave little toaster`, with which the clause ends."""
    atoms, after = heard.atoms, at + 1
    if after >= len(atoms) or atoms[at].text not in _INSIDE or atoms[at].stop:
        return False
    last = atoms[after]
    ends = bool(last.stop) or after + 1 == len(atoms) or after + 1 in heard.times.breaks
    uncommon = last.cls in (Class.OTHER, Class.CLOCK) and last.text not in COMMON_WORDS
    return ends and uncommon and not {after, at}.intersection(heard.times.breaks)


def _is_tail(heard: Heard, at: int) -> bool:
    """The `again` of `old soldiers march again`, at the end of what is said."""
    atoms = heard.atoms
    ends = bool(atoms[at].stop) or at + 1 == len(atoms) or at + 1 in heard.times.breaks
    return ends and atoms[at].text in TAILS


def _goes_on(atoms: Sequence[Atom], at: int) -> bool:
    if at >= len(atoms) or atoms[at].text in ("a", "i", "oh"):
        return False
    return atoms[at].cls in _NUMERIC or atoms[at].text in _SAID_OF_IT


def words_of(heard: Heard, found: Found) -> list[str]:
    """The unusual words of a secret, to be known again."""
    return [
        atom.text
        for atom in heard.atoms[found.first : found.last + 1]
        if atom.cls is Class.OTHER and len(atom.text) > 3 and atom.text not in COMMON_WORDS
    ]
