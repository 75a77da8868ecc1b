"""Numbers of things and of firms: a flight's, a gate's, a helpline's."""

import re
from collections.abc import Sequence

from redaction.language.common_words import FUNCTION_WORDS
from redaction.language.english import is_english
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.numbers.canonical import groups
from redaction.numbers.letter_marks import DIGITS

NOUNS_BEFORE = words_in("""
aisle android article batch batches bay booth build bus category channel chapter class coupon course
discount dock episode error exit firmware flight flights floor freeway galaxy gate gates grade
highway interstate ios iphone item junction lane level model motorway offer option page part phase
platform press product promo promotion promotional referral release road roads room rooms route
routes row season seat seats section series size step table terminal track train version versions
voucher windows zone
""")
"""A number after one of these is theirs: a flight, a gate, a version."""

_NEVER_LONG = words_in("""
aisle bay booth bus channel chapter class floor freeway gate gates grade highway interstate junction
lane level motorway page phase platform road roads room rooms route routes row season seat seats
step table terminal track train zone
""")
_LONGEST_PLACE = 6
"""So many figures are read out of these at most; more are somebody's number that stands behind:
`ring me from the gate, zero one six three four ...`."""

_LONGEST = 12

_SHARES = frozenset({"part", "row", "section", "series"})
_WHICH = words_in("bottom final first fourth last middle next other remaining second third top")
"""Before one of `_SHARES` these tell which stretch of a number comes: `and last part 4471`."""

_FIGURES = frozenset({"digit", "digits", "figures"})
_WHICH_END = frozenset({"first", "final", "last"})

_BETWEEN = words_in("""
a and are at called code codes for from in is it's its my no number numbers of on the to uh um
was your
""")
_LIKE_ONE = words_in("""
another big bigger black blue brown cheap cheaper dearer green grey large larger medium metal oak
older orange pine pink plain purple red small smaller teak the tiny white wooden yellow
""")
"""Before `one`, these say that it is a thing: `the teak one`."""

_TENS = (Class.TEN, Class.TEEN, Class.NUMERAL)
_TENS_AND_ONES = 2
_LONGEST_LENGTH = 9
_SHORTEST_LENGTH = 2
_OF_SOMEBODY = words_in("""
account amex booking card claim code debit ending extension landline line mastercard membership
mobile number order phone pin policy ref reference reservation ticket visa
""")
"""Behind a number with an article these make it somebody's: `the four eight two one card`."""

_RUNS = words_in("arrive arrives arriving depart departing departs flight leaves leaving train")
_LINE = re.compile(r"[a-z]{1,3}\d{1,4}")
_HAS = words_in("are got had has have is it's there's they're")


def noun_before(atoms: Sequence[Atom], first: int, *, digits: int) -> bool:
    """`flight number is ...`: a noun within three words before, in the same sentence, whose
    numbers can have so many figures."""
    for at in range(first - 1, max(-1, first - 5), -1):
        atom = atoms[at]
        if atom.stop in (".", "?", "!") or (atom.stop == "," and at < first - 1):
            return False
        if atom.text in _SHARES and at and atoms[at - 1].text in _WHICH:
            return False
        if atom.text in NOUNS_BEFORE:
            if digits > (_LONGEST_PLACE if atom.text in _NEVER_LONG else _LONGEST):
                return False
            if atom.text == "course":
                # `course it's 0163 ...`: of course
                return at == first - 1 and not (at and atoms[at - 1].text in ("of", "oh"))
            # That of a health card is a part of its number.
            return not (atom.text == "version" and atoms[at + 1].text == "code")
        if atom.text not in _BETWEEN and atom.cls is not Class.FILLER:
            return False
    return False


def is_extension(atoms: Sequence[Atom], first: int) -> bool:
    """Whether it is one's own line behind a firm's number."""
    return first > 0 and atoms[first - 1].text in ("extension", "ext")


def is_thing(atoms: Sequence[Atom], at: int) -> bool:
    """The `one` of `fifty in the small one, ninety in the big`."""
    if atoms[at].text != "one" or not atoms[at].stop or at < 2:
        return False
    described = atoms[at - 1].text in _LIKE_ONE and not atoms[at - 1].stop
    return described and atoms[at - 2].text in ("the", "a", "that", "this")


def is_described(atoms: Sequence[Atom], piece: Sequence[int]) -> bool:
    """`that's a twenty five inside`, `does the six two oh six fit`: a thing that is called so."""
    at, after = piece[0] - 1, piece[-1] + 1
    if at < 0 or atoms[at].stop:
        return False
    if atoms[at].text in ("a", "an"):
        return atoms[piece[0]].cls in _TENS and len(piece) <= _TENS_AND_ONES
    if atoms[at].text != "the" or after >= len(atoms) or atoms[after - 1].stop:
        return False
    following = atoms[after]
    plain = following.cls is Class.OTHER and following.text not in _OF_SOMEBODY
    return plain and following.text not in FUNCTION_WORDS and is_english(following.text)


def is_line(atoms: Sequence[Atom], piece: Sequence[int]) -> bool:
    """`TR5433 leaves at`, `that BA29 flight`: what has such a code and runs."""
    code, after = atoms[piece[-1]], piece[-1] + 1
    if len(piece) > 1 or not _LINE.fullmatch(code.text):
        return False
    return after < len(atoms) and not code.stop and atoms[after].text in _RUNS


def is_told_of(atoms: Sequence[Atom], at: int) -> bool:
    """How long a number is, and where: `it's the six numbers that`, `it's four on the front`."""
    if atoms[at].cls is not Class.DIGIT:
        return False
    if atoms[at].stop:
        return tells_length(atoms, at)
    after = [atom.text for atom in atoms[at + 1 : at + 4]]
    if after and after[0] in _FIGURES and not _is_number(atoms, at - 1):
        return True
    before = atoms[at - 1].text if at else ""
    if after[:1] == ["numbers"]:
        return before == "the" and after[1:2] in (["that"], ["which"])
    printed = after in (["on", "the", "front"], ["on", "the", "back"])
    return printed and before in _HAS and not _is_number(atoms, at - 2)


def tells_length(atoms: Sequence[Atom], at: int) -> bool:
    """The `four` of `last four, 1180`: as many figures as it says come next, and no more."""
    if atoms[at].cls is not Class.DIGIT or not at or atoms[at - 1].text not in _WHICH_END:
        return False
    end = at + 1
    while end < len(atoms) and end - at <= _LONGEST_LENGTH and atoms[end].cls in DIGITS:
        end += 1
        if atoms[end - 1].stop in (".", "?", "!"):
            break
    figures = sum(map(len, groups(atoms, range(at + 1, end), literal=True)))
    return figures > _SHORTEST_LENGTH and str(figures) == atoms[at].value


def _is_number(atoms: Sequence[Atom], at: int) -> bool:
    """Whether a figure stands there: a number that goes on after `it's` is none that is told of."""
    return at >= 0 and atoms[at].cls in (Class.DIGIT, Class.NUMERAL, Class.TEN, Class.TEEN)


_TOLL_FREE = ("0800", "0808", "0844", "0845", "0870", "0871", "0300", "0330", "0333", "0345",
              "1800", "1888", "1877", "1866", "1855", "1844", "1833")  # fmt: skip


def is_constant(atoms: Sequence[Atom], piece: Sequence[int]) -> bool:
    """`twenty four seven`, `nine one one`, `four oh four error`."""
    value = "".join(atoms[i].value for i in piece)
    return value in ("247", "2047", "7726") or (
        value in ("911", "112")
        and (piece[0] == 0 or atoms[piece[0] - 1].text in ("call", "dial", "called", "ring"))
    )


def is_service_number(atoms: Sequence[Atom], piece: Sequence[int]) -> bool:
    """A toll-free or national-rate number: a firm's own, where nobody was asked for theirs."""
    value = "".join(groups(atoms, piece, literal=True))
    return 9 <= len(value) <= 11 and value.startswith(_TOLL_FREE)
