"""Words that a joiner or a remark shows to be half of an address, or a user name.

`clive underscore mac`, `harjit.friesen`, `bluebird the number 36`, `velvet, all one word`: nobody
speaks of anything else like that. With a dot alone, and for a domain alone, an e-mail address must
be talked of.
"""

from collections.abc import Sequence

from redaction.evidence.weighed import RIGHT_CONTEXT
from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.lexicon import SPELLING_ALPHABET
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class, says
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.internet.email_domains import (
    AT,
    IN_TWO,
    PROVIDERS,
    SURE_PROVIDERS,
    TOP_LEVEL,
    after_dots,
)
from redaction.recognizers.internet.email_locals import is_talked_of, start_of_local
from redaction.recognizers.internet.mailbox_words import with_words
from redaction.recognizers.internet.remarks import begins_remark, is_sure, remarks_at
from redaction.recognizers.people.name_shape import is_strange

_LONGEST_REMARK = 5
_NUMBER_NEXT = (("the", "number"), ("number",), ("the", "numbers"), ("numbers",),
                ("the", "letter"), ("letter",), ("the", "letters"), ("letters",))  # fmt: skip
_NUMBERS_SAID = frozenset(" ".join(words) for words in _NUMBER_NEXT)
_BEFORE_NUMBERS = frozenset(words[0] for words in _NUMBER_NEXT)
_FIGURES = {Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN, Class.MULTIPLIER, Class.CODE,
            Class.MAGNITUDE}  # fmt: skip
_OPERANDS = _FIGURES | {Class.LETTER, Class.OTHER}
_NAMING = frozenset({"letter", "letters", "number", "numbers"})
_LIKE = frozenset({"as", "like", "for"})
_JOINERS = ("_", ".", "-")
_TO_HOST = words_in("at an it's just no then the yeah yes")
_SPOKEN = words_in("dot hyphen underscore")
_MAX_WORDS = 24


def find_joined(heard: Heard) -> tuple[list[Found], list[int]]:
    """Halves of addresses and user names, and where undecided ones begin."""
    found: list[Found] = []
    undecided: list[int] = []
    expected = heard.may_expect("email") or bool(heard.given("email"))
    newest = len(heard.atoms) - (_LONGEST_REMARK if heard.is_open else 0)
    for i, atom in enumerate(heard.atoms):
        if found and i <= found[-1].last:
            continue
        # Hardly any word can: the cheapest question first.
        may_join = atom.value in _JOINERS or "." in atom.text or "_" in atom.text
        span = None
        if may_join and _may_join(atom):
            span = _joined(heard, i, expected=expected)
        if span is None and may_join and _is_chained(heard.atoms, i):
            span = start_of_local(heard, i), _last(heard.atoms, i)
        if span is None and atom.cls in _OPERANDS and (expected or remarks_at(heard.atoms, i + 1)):
            span = _remarked(heard, i, expected=expected)
        host = expected and (
            atom.text in SURE_PROVIDERS or _is_pair(heard.atoms, i) or _is_all(heard, i)
        )
        if span is None and host and is_talked_of(heard, i):
            span = i, i
        if span is None:
            if i >= newest and _may_be_remarked(heard.atoms, i):
                undecided.append(start_of_local(heard, i))
            continue
        first, last = span
        if first and (heard.atoms[first - 1].text, _host(heard.atoms[first])) in IN_TWO:
            first -= 1
        if heard.is_open and last + RIGHT_CONTEXT >= len(heard.atoms):
            undecided.append(first)
        else:
            why = "is joined or spoken of as an address is"
            found.append(Found(first, last, "email", complete=False, why=why))
    return found, undecided


def _is_pair(atoms: Sequence[Atom], i: int) -> bool:
    """`i cloud`."""
    return i > 0 and not atoms[i - 1].stop and (atoms[i - 1].text, _host(atoms[i])) in IN_TWO


def _is_all(heard: Heard, i: int) -> bool:
    """`Outlook.`: who keeps the mail is all of the answer, whatever else is called so."""
    atoms = heard.atoms
    if atoms[i].text not in PROVIDERS or atoms[i].text in TOP_LEVEL:
        return False
    begun = not i or i in heard.starts or bool(atoms[i - 1].stop) or atoms[i - 1].text in _TO_HOST
    return begun and (bool(atoms[i].stop) or i + 1 == len(atoms))


def _host(atom: Atom) -> str:
    """`cloud` of `cloud.com`."""
    return atom.text.partition(".")[0]


def _may_join(atom: Atom) -> bool:
    return atom.value in _JOINERS or (atom.cls is Class.OTHER and _parts(atom) > 1)


def _parts(atom: Atom) -> int:
    """How many names a written word is of: `harjit.friesen` has two."""
    if "." not in atom.text and "_" not in atom.text:
        return 1
    parts = atom.text.replace("_", ".").split(".")
    if "_" in atom.text and all(part.isalnum() for part in parts):
        return len(parts)
    spelt = any(part in SPELLING_ALPHABET or part not in COMMON_WORDS for part in parts)
    named = all(part.isalnum() for part in parts) and any(len(part) > 1 for part in parts)
    named = named and (spelt or all(len(part) > 1 for part in parts))
    return len(parts) if named and any(part not in COMMON_WORDS for part in parts) else 1


def _joined(heard: Heard, i: int, *, expected: bool) -> tuple[int, int] | None:
    """First and last atom of what joiner or written word `i` is within."""
    atoms = heard.atoms
    if atoms[i].cls is Class.OTHER:
        site = atoms[i].text.split(".")[-1] in TOP_LEVEL
        if site and not (expected and is_talked_of(heard, i)):
            return None
        return start_of_local(heard, i), _last(atoms, i)
    if i == 0 or i + 1 >= len(atoms):
        return None
    before, after = atoms[i - 1], atoms[_past_naming(atoms, i + 1)]
    if atoms[i].value == "_":
        around = (*_OPERANDS, Class.FILLER, Class.SYMBOL)
        ends = before.cls in around and after.cls in (*_OPERANDS, Class.SYMBOL)
        return (start_of_local(heard, i), _last(atoms, i)) if ends else None
    figures = before.cls in _FIGURES and after.cls in _FIGURES
    if atoms[i].value == "." and _is_dotted_name(atoms, i):
        return start_of_local(heard, i), _last(atoms, i)
    if figures or not expected or not is_talked_of(heard, i):
        return None
    named = before.cls is Class.LETTER or before.text not in COMMON_WORDS
    named_or_host = named or after.text in TOP_LEVEL
    if atoms[i].value == "." and (end := after_dots(atoms, i)) and named_or_host:
        return start_of_local(heard, i), max(end, _last(atoms, i))
    named = named or (atoms[i].value == "." and before.text not in FUNCTION_WORDS)
    asked = heard.awaits(i, "email") and after.text not in FUNCTION_WORDS
    known = after.text in COMMON_WORDS and not asked
    both = named and after.cls in _OPERANDS and not known
    return (start_of_local(heard, i), _last(atoms, i)) if both else None


def _is_chained(atoms: Sequence[Atom], i: int) -> bool:
    """`jess dot and dot the van`, `accounts hyphen payable at`: nothing else is said so."""
    if atoms[i].text not in _SPOKEN or not 0 < i < len(atoms) - 2:
        return False
    before, between, after = atoms[i - 1], atoms[i + 1], atoms[i + 2]
    words = (Class.OTHER, Class.GLUE)
    if before.cls not in words or between.cls not in words or before.stop:
        return False
    if after.text in AT:
        return between.text not in TOP_LEVEL and FUNCTION_WORDS.isdisjoint(
            (before.text, between.text)
        )
    dotted = after.text == atoms[i].text and i + 3 < len(atoms) and before.text != "www"
    return dotted and between.text not in TOP_LEVEL and atoms[i + 3].text not in TOP_LEVEL


def _past_naming(atoms: Sequence[Atom], at: int) -> int:
    """Past the `letter` of `full stop letter G`."""
    named = atoms[at].text in _NAMING and at + 1 < len(atoms)
    return at + 1 if named and atoms[at + 1].cls in (*_FIGURES, Class.LETTER) else at


def _is_dotted_name(atoms: Sequence[Atom], i: int) -> bool:
    """`macgregor dot A`, `hepsworth dot anwen`, `adeyemi point letter C`: no site, and no number of
    a version."""
    at = _past_naming(atoms, i + 1)
    before, after = atoms[max(0, i - 1 - (atoms[i].text == "stop"))], atoms[at]
    if at > i + 1:
        return is_strange(before) and not before.stop and after.cls is Class.LETTER
    if atoms[i].text == "point":
        return False
    if not is_strange(before) or before.stop or after.text in TOP_LEVEL:
        return False
    lettered = after.cls is Class.LETTER and after.text not in ("a", "i")
    spelt = after.cls is Class.LETTER and i + 2 < len(atoms) and atoms[i + 2].text in _LIKE
    return lettered or spelt or is_strange(after)


def _last(atoms: Sequence[Atom], i: int) -> int:
    """The last atom of what goes on at `i`: joiners, figures, letters, and words after joiners."""
    last, at = i, i + 1
    while at < min(i + _MAX_WORDS, len(atoms)):
        joined = atoms[at - 1].value in ("_", ".", "-") or at - 1 == i
        code = atoms[at].cls in _FIGURES or atoms[at].cls is Class.LETTER
        within = atoms[at].cls is Class.GLUE and at + 1 < len(atoms)
        within = within and atoms[at + 1].value in _JOINERS
        word = (atoms[at].cls is Class.OTHER or within) and joined
        word = word and atoms[i].cls is Class.SYMBOL
        if code or word:
            last = at
        elif explained := _explained(atoms, at):
            last = at = explained
        elif joined and _past_naming(atoms, at) > at:
            pass
        elif not (atoms[at].value in ("_", ".", "-") or atoms[at].cls is Class.FILLER):
            break
        if atoms[at].stop in ("?", "!") or (atoms[at].stop == "." and len(atoms[at].text) > 1):
            break
        at += 1
    return last


def _explained(atoms: Sequence[Atom], at: int) -> int:
    """The last atom of `like king`, `as in king`, behind a letter; 0 if it is none."""
    lettered = atoms[at - 1].cls is Class.LETTER or atoms[at - 1].text[-2:-1] == "."
    if not lettered or atoms[at].text not in _LIKE or atoms[at].stop:
        return 0
    end = at + 1
    if atoms[at].text == "as" and end < len(atoms) and atoms[end].text in ("in", "an"):
        end += 1
    return end if end < len(atoms) and atoms[end].cls is Class.OTHER else 0


def _may_be_remarked(atoms: Sequence[Atom], i: int) -> bool:
    """Whether the last words but this are how a remark begins: `hargreaves, all one w`."""
    if i + 1 >= len(atoms) or atoms[i].cls is not Class.OTHER:
        return False
    if atoms[i].text in COMMON_WORDS or atoms[i].stop in (".", "?", "!"):
        return False
    following = atoms[i + 1 :]
    numbered = " ".join(atom.text for atom in following if atom.cls not in _FIGURES)
    if not atoms[i].stop and numbered in _NUMBERS_SAID:
        return True
    rest = " ".join(atom.text for atom in following)
    return begins_remark(rest)


def _remarked(heard: Heard, i: int, *, expected: bool) -> tuple[int, int] | None:
    """`bluebird the number 36`, `velvet, all one word`: what is said about it shows it."""
    atoms = heard.atoms
    if atoms[i].text in ("it's", "is", "that's") or not _is_remarked(atoms, i):
        return None
    if not (expected and is_talked_of(heard, i)) and not is_sure(atoms, i):
        return None
    end = i
    if atoms[i].cls is Class.OTHER and i + 1 < len(atoms) and atoms[i + 1].cls in _FIGURES:
        end = _last(atoms, i)
    for words in _NUMBER_NEXT:
        after = i + 1 + len(words)
        if after < len(atoms) and says(atoms, i + 1, words) and _is_next(atoms, after):
            end = _last(atoms, after)
    first = start_of_local(heard, i + 1) if atoms[i].cls is not Class.OTHER else i
    said = any(says(atoms, i + 1, words) for words in remarks_at(atoms, i + 1))
    return with_words(heard, first, at=i + 1) if said else first, end


def _is_next(atoms: Sequence[Atom], i: int) -> bool:
    """A figure behind `number`, a letter behind `letter`."""
    spelt = atoms[i].cls is Class.LETTER and atoms[i - 1].text in ("letter", "letters")
    return spelt or atoms[i].cls in _FIGURES


def _is_remarked(atoms: Sequence[Atom], i: int) -> bool:
    unusual = atoms[i].cls is Class.OTHER and atoms[i].text not in COMMON_WORDS
    following = atoms[i + 1].text if i + 1 < len(atoms) else ""
    for words in _NUMBER_NEXT if following in _BEFORE_NUMBERS else ():
        after = i + 1 + len(words)
        if after < len(atoms) and says(atoms, i + 1, words):
            return _is_next(atoms, after) and atoms[i].cls is Class.OTHER
    if unusual and i + 1 < len(atoms) and atoms[i + 1].cls in _FIGURES and not atoms[i].stop:
        return True
    remarks = remarks_at(atoms, i + 1)
    return atoms[i].cls in _OPERANDS and any(says(atoms, i + 1, words) for words in remarks)
