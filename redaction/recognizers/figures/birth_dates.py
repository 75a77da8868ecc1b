"""Birth dates that nobody asked for by name: `she's the fourth of the second thirty eight`.

A day, a month and a year long past are said of hardly anything but a birth; with a later year, or
without one, somebody must be spoken of, and no event.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from redaction.cues.slots import ended_at
from redaction.evidence.times_said import PLANNED
from redaction.evidence.units import is_counted
from redaction.evidence.weighed import RIGHT_CONTEXT
from redaction.language.lexicon import MONTHS, SOUND_ALIKES
from redaction.language.sentences import sentence_before
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.people.name_words import KIN_SAID

_ONES = "(?:one|two|three|four|five|six|seven|eight|nine|[1-9])"
_TEENS = "(?:ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|1[0-9])"
_OH = rf"(?:(?:oh|o|zero|nought) {_ONES}|0[1-9])"
_TENS = "(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
_UNITS = "(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
_RANKED = (
    rf"(?:(?:twenty|thirty) {_UNITS}|{_UNITS}|tenth|eleventh|twelfth|twentieth|thirtieth"
    r"|(?:thir|four|fif|six|seven|eigh|nine)teenth|\d{1,2}(?:st|nd|rd|th))"
)
_NUMBERED = rf"(?:{_OH}|(?:twenty|thirty) {_ONES}|twenty|thirty|{_TEENS}|{_ONES}|[12]\d|3[01])"
_OF_YEAR = rf"(?:{_OH}|ten|eleven|twelve|1[0-2]|{_ONES})"
"""The number of a month."""

_NAMED = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})"
_SHORT = (
    rf"(?:{_OH}|{_TENS}(?: {_ONES})?|{_TEENS}|\d\d"
    rf"|(?:oh|o|zero|nought) (?:oh|o|zero)|{_ONES} {_ONES})"
)
_LONG = (
    rf"(?:nineteen (?:hundred (?:and )?)?{_SHORT}|19 ?\d\d|20[0-2]\d|20 ?{_SHORT}"
    rf"|twenty (?:{_OH}|{_TEENS}|twenty(?: {_ONES})?|\d\d)"
    rf"|(?:two|2) thousand(?: and)?(?: (?:{_TEENS}|{_ONES}|twenty(?: {_ONES})?))?)"
)
_YEAR = rf"(?:of |in )?(?P<year>{_LONG}|{_SHORT})"
_DAY = (
    rf"(?:(?:the )?{_RANKED} (?:of )?(?:the )?(?:{_NAMED}|{_RANKED})"
    rf"|(?:the )?{_RANKED} (?:of )?(?:last|this) month"
    rf"|{_NAMED} (?:the )?(?:{_RANKED}|{_NUMBERED})|{_NUMBERED} (?:of )?(?:the )?{_NAMED})"
)
_SEP = "(?: (?:dash|slash|stroke|dot|point|hyphen))?"
_DATE = re.compile(rf"(?<!\S){_DAY}(?: {_YEAR})?(?!\S)")
_IN_FIGURES = re.compile(
    r"(?<!\S)(?:\d{1,2}[/.-]\d{1,2}[/.-](?P<written>(?:19|20)?\d\d)"
    rf"|(?:{_NUMBERED}{_SEP} {_OF_YEAR}|{_OF_YEAR}{_SEP} {_NUMBERED}){_SEP} {_YEAR})(?!\S)"
)
_LATER = re.compile(rf"(?<!\S)(?P<year>{_LONG})(?!\S)")
"""A year alone, after a day of birth: `so twenty twenty two`."""

_EVENTS = PLANNED | words_in("""
opened open opening began joined join bought purchased ordered signed built installed founded dated
dates issued invoice letter contract tenancy policy lease cover statement bill expires expire expiry
renewed renews since until lapsed cancelled closed effective deadline due renewal term came went
arrived sent posted shipped passed married wedding anniversary died paid posted received got
appointment visit trip flight checkout seen see
""")
_PERSONS = words_in("""
she's he's she he i'm you're they're who's hers mine yours eldest oldest youngest baby baby's ones
twins one's little younger elder older
""")
_SAYS_BIRTH = words_in("born birthday birthdays birthday's turns turning turned birth dob")
_CHILDREN = words_in("eldest youngest oldest baby baby's")
_YOURS = words_in("you're you she's he's i'm they're")
_SPOKEN_OF = _PERSONS | KIN_SAID
_WHOSE = _YOURS | KIN_SAID
_OF_KIN = KIN_SAID | _CHILDREN
_OF_SOMEBODY = _WHOSE | _CHILDREN | _SAYS_BIRTH | {"one's"}
_OF_AGE = words_in("be is turns turning turned was she's he's i'm")
_DECADES = words_in("thirty forty fifty sixty seventy eighty ninety")
_AGE = re.compile(rf"{_TENS}|{_TEENS}|[1-9]\d")
_SEPARATORS = words_in("dash slash stroke dot point hyphen")
_TELLS = _YOURS | _SEPARATORS
_GIVEN_MS = 25_000
_ANCHORS = (Class.ORDINAL, Class.MONTH, Class.DATE)
_FIGURES = (*_ANCHORS, Class.DIGIT, Class.NUMERAL, Class.TEEN, Class.TEN)
_ALIKES = words_in("for to ate")
_AT_TIMES = frozenset({"to", "for"})
"""What sounds like figures, and is a figure only beside others."""
_LONGEST_BEGUN = 6
_BESIDE = 4
_BEHIND = 12
_WHY = "is a date of somebody spoken of, or of long ago"


def find_birth_dates(heard: Heard) -> tuple[list[Found], list[int]]:
    """Dates of birth, and where undecided ones begin."""
    atoms = heard.atoms
    told = bool(heard.given("dob")) or not (_TELLS).isdisjoint(heard.texts)
    dated = not heard.classes.isdisjoint(_ANCHORS)
    if not told and not dated:
        return [], []
    found: list[Found] = []
    undecided: list[int] = []
    starts, text = _joined(atoms)
    # No word of the rest is looked at for what it cannot have in it.
    dates = _DATE.finditer(text) if dated else ()
    spans = [_span(starts, m) for m in dates if _is_birth(heard, m, starts)]
    if told:
        spans += [
            _span(starts, m) for m in _IN_FIGURES.finditer(text) if _is_told(heard, m, starts)
        ]
    if heard.given("dob"):
        spans += _years(heard, starts, text)
    for first, last in spans:
        if heard.is_open and last + RIGHT_CONTEXT >= len(atoms):
            undecided.append(first)
        else:
            found.append(Found(first, last, "dob", complete=True, why=_WHY))
    found += _years_after(heard, found)
    return found, undecided + (_begun(heard) if heard.is_open else [])


def words_of(heard: Heard, found: Found) -> list[str]:
    """Nothing of a date is unusual."""
    return []


def _joined(atoms: Sequence[Atom]) -> tuple[list[int], str]:
    """The words, what sounds like a figure as one, and where in the text each begins."""
    texts = [
        _said(atoms, i) if atom.text in _AT_TIMES else SOUND_ALIKES.get(atom.text, atom.text)
        for i, atom in enumerate(atoms)
    ]
    return list(accumulate([len(text) + 1 for text in texts], initial=0)), " ".join(texts)


def _said(atoms: Sequence[Atom], i: int) -> str:
    """`to` or `for`, or the figure that it sounds like; `to` alone is a word."""
    text = atoms[i].text
    if text == "to":
        year = i + 1 < len(atoms) and atoms[i + 1].text == "thousand"
        return "2" if year else text
    return "4" if i and atoms[i - 1].text in ("oh", "o", "zero") else text


def _span(starts: Sequence[int], match: re.Match[str]) -> tuple[int, int]:
    """The first and the last atom of it."""
    return bisect_right(starts, match.start()) - 1, bisect_right(starts, match.end() - 1) - 1


def _is_birth(heard: Heard, match: re.Match[str], starts: Sequence[int]) -> bool:
    atoms, (first, last) = heard.atoms, _span(starts, match)
    if not any(atom.cls in _ANCHORS for atom in atoms[first : last + 1]):
        return False
    before = sentence_before(atoms, first)
    says = not _SAYS_BIRTH.isdisjoint(before)
    if _is_cut(atoms, first, last) or (not says and _is_event(atoms, first, last)):
        return False
    year = None if is_counted(atoms, last + 1) else match["year"]
    if year is not None and _is_long_ago(year):
        return True
    if year is not None:
        spoken_of = says or not _SPOKEN_OF.isdisjoint(before)
        return spoken_of or _was_given(heard, first)
    if says or _was_given(heard, first) or _is_of_kin(before) or _is_of_age(before):
        return True
    return heard.awaits(first, "dob")


def _is_told(heard: Heard, match: re.Match[str], starts: Sequence[int]) -> bool:
    """`are you still 18/8/61`, `twenty one, three, sixty two` read back."""
    atoms, (first, last) = heard.atoms, _span(starts, match)
    if _is_cut(atoms, first, last) or _is_event(atoms, first, last):
        return False
    if is_counted(atoms, last + 1) or not _is_long_ago(match["written"] or match["year"]):
        return False
    near = sentence_before(atoms, first)[:3]
    separated = sum(atom.text in _SEPARATORS for atom in atoms[first : last + 1]) == 2
    if separated and re.fullmatch(_LONG, match["year"] or ""):
        return True
    return not _WHOSE.isdisjoint(near) or _was_given(heard, first)


def _is_cut(atoms: Sequence[Atom], first: int, last: int) -> bool:
    """Whether a sentence ends inside it."""
    return any(atom.stop in (".", "?", "!") for atom in atoms[first:last])


def _is_event(atoms: Sequence[Atom], first: int, last: int) -> bool:
    """`it was opened on the ninth of May nineteen ninety`."""
    behind = [] if atoms[last].stop in (".", "?", "!") else atoms[last + 1 : last + 1 + _BESIDE]
    said = (*sentence_before(atoms, first), *(atom.text for atom in behind))
    return not _EVENTS.isdisjoint(said)


def _is_of_kin(before: Sequence[str]) -> bool:
    """`the little one's the ninth of January`, `my mum's is the`."""
    near = before[:_BESIDE]
    return not _OF_KIN.isdisjoint(near) or ("little" in near and "one's" in near)


def _is_of_age(before: Sequence[str]) -> bool:
    """`she'll be twenty one in a couple of weeks, November sixth`."""
    return not _OF_AGE.isdisjoint(before) and any(_AGE.fullmatch(word) for word in before)


def _was_given(heard: Heard, i: int) -> bool:
    """Whether one of the two has said a date of birth just before."""
    at_ms, given = heard.times.start_ms[i], heard.given("dob")
    until = bisect_right(given, at_ms, key=ended_at)
    return until > 0 and at_ms - given[until - 1].end_ms <= _GIVEN_MS


def _years(heard: Heard, starts: Sequence[int], text: str) -> list[tuple[int, int]]:
    """`two thousand and five?`: a year that begins what is said, beside a date of birth."""
    spans: list[tuple[int, int]] = []
    for match in _LATER.finditer(text):
        first, last = _span(starts, match)
        begins = first == 0 or first in heard.starts or heard.atoms[first - 1].stop
        counted = is_counted(heard.atoms, last + 1)
        if begins and not counted and _was_given(heard, first):
            spans.append((first, last))
    return spans


def _begun(heard: Heard) -> list[int]:
    """`she's the fourth of the`, `you're oh four`: at the very end."""
    atoms = heard.atoms
    first = end = len(atoms)
    while first and end - first < _LONGEST_BEGUN and _is_of_date(atoms[first - 1]):
        first -= 1
    while first < end and atoms[first].text in ("of", "the"):
        first += 1
    said = atoms[first:end]
    if not said or is_counted(atoms, end):
        return []
    if any(atom.cls in _ANCHORS for atom in said) and said[-1].text in ("of", "the"):
        return [first]
    near = sentence_before(atoms, first)[:_BESIDE]
    of_somebody = not _OF_SOMEBODY.isdisjoint(near)
    return [first] if of_somebody or _was_given(heard, first) else []


def _is_of_date(atom: Atom) -> bool:
    figure = atom.cls in _FIGURES or atom.text in _ALIKES
    return (figure or atom.text in ("of", "the", "oh")) and atom.stop not in (".", "?", "!")


def _years_after(heard: Heard, found: Sequence[Found]) -> list[Found]:
    """`the ninth of January, just gone, so twenty twenty two`."""
    years: list[Found] = []
    for one in found:
        behind = heard.atoms[one.last + 1 : one.last + 1 + _BEHIND]
        starts, text = _joined(behind)
        match = _LATER.search(text)
        if match and _EVENTS.isdisjoint(text[: match.start()].split()):
            first, last = _span(starts, match)
            years.append(Found(one.last + 1 + first, one.last + 1 + last, "dob", why=_WHY))
    return years


def _is_long_ago(year: str) -> bool:
    """Of the last century or the ten years after it: two figures up to thirty may be of this."""
    words = year.split()
    if words[0] in ("nineteen", "19") or (len(year) == 4 and year[:2] == "19"):
        return len(words) > 1 or year[:2] == "19"
    if "thousand" in words:
        return not any(_AGE.fullmatch(word) for word in words)
    if year.isdigit():
        return 30 < int(year) < 100 or year[:3] == "200"
    return words[0] in _DECADES or words[:2] in (["twenty", "oh"], ["20", "oh"])
