"""Names by what is said beside them: `my name is`, `thanks, Marcus`, `Doctor Reyes`, `my wife`."""

from collections.abc import Callable, Sequence

from redaction.language.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.language.english import is_english
from redaction.language.sentences import sentence_before
from redaction.language.tables import Phrases, by_first_word, phrases_in, words_in
from redaction.language.words import Atom, Class, says
from redaction.recognizers.found import Heard
from redaction.recognizers.people.name_shape import (
    can_be_name,
    end_of_name,
    extends,
    is_cased,
    is_likely,
    is_strange,
)
from redaction.recognizers.people.name_words import (
    AFTER_NAME,
    ALSO_NAMES,
    KIN_SAID,
    NOT_NAMED,
    SKIPPED,
    TITLES,
)
from redaction.recognizers.well_known import WELL_KNOWN

_NAMES_IT = by_first_word(
    phrases_in("""
my name is, my name's, name is, name's, names are, names, name was, surname is, surname's, surname,
last name, first name, middle name, full name is, maiden name is, maiden name was, i go by, you can
call me, people call me, account holder is, cardholder is, passenger is, call me, name it's
""")
)
"""What follows is a name, even if it is an ordinary word."""

_MAY_NAME = by_first_word(
    phrases_in("""
speaking with, speaking to, talking to, talking with, speak with, speak to, spoke to, spoke
with, talked to, spoken to, talk to, on behalf of, named, called, ask for, dear, attention of,
is this, are you, goes by, that's for, regards, under the name, in the name, agent, advisor,
representative, name, name of, coming up as, comes up as, you as, you down as, me as,
me down as, happy birthday, happy anniversary, with love from,
lots of love from
""")
)
"""What follows is a name if it is no ordinary word."""
_PERSONS = KIN_SAID | words_in("""
advisor agent bloke boy caretaker chap cleaner colleague concierge doorman driver dude fella fellow
gentleman girl guard guy he he's i janitor kid lady lad man name nurse people person porter
receptionist she she's somebody someone they they're vet warden we who who's woman you you're
""")
"""Who is called something: a form, a dish, and a place are too."""

_MAY_TELL = by_first_word(
    phrases_in("""
under, it's under, ask for, asking for, asked for, buzz, calls me, calls him, calls her, call him,
call her, signed by, signed for by, left with, left it with, met with, seen by, message for,
parcel for, package for, appointment for, table for, letter for, meeting with, appointment with,
neighbour's, regarding, co-applicant, applicant, it's just, alongside, married to, and me,
have i reached, have i got, me and, me down under
""")
)
"""What follows is a name if it is in no table."""

_GREETS = by_first_word(
    phrases_in("""
thanks, thank you, hi, hello, hey, morning, afternoon, evening, okay, bye, goodbye, great,
perfect, sorry, right, lovely, all right, alright, so much, good one, problem, worries, please,
cheers, brilliant, sure, yes, appreciate it, appreciate that, day
""")
)
_NEVER_NAMES = (FUNCTION_WORDS - ALSO_NAMES) | NOT_NAMED
_ENDS_NAME = FUNCTION_WORDS | AFTER_NAME | NOT_NAMED
_NO_AGENTS = FUNCTION_WORDS | WELL_KNOWN
_SURE_GREETS = frozenset({"thanks", "you", "hi", "hello", "hey", "bye", "goodbye", "one"})
_IS_PERSON = by_first_word(("she's", "he's", "she is", "he is"))
"""What follows is a name if it is a strange word with another behind it."""
_OUT = frozenset({"out", "over", "round"})
"""`it's Minh out at the farm`."""
_IS_HERE = by_first_word(("this is", "i'm", "i am", "it's", "it is", "here is", "myself"))
_SURE_TITLES = frozenset({"mister", "missus", "mr", "mrs", "ms"})
_ALSO_SAID = frozenset({"it's", "i'm", "am"})
"""What stands as often before a state: `i'm unemployed`, `it's flickering`."""
_BEGINS_CUE = frozenset((*_NAMES_IT, *_IS_PERSON, *_MAY_NAME, *_IS_HERE, *_GREETS, *_MAY_TELL))


def _with_ordinary_surname(atoms: Sequence[Atom], first: int, last: int) -> int:
    """`my name's noah price my number is`: a word more, where nothing is written with capitals."""
    after = atoms[last + 1] if last + 1 < len(atoms) else None
    if last > first or after is None or atoms[last].stop or is_cased(atoms, last):
        return last
    if after.cls is not Class.OTHER or after.text in _ENDS_NAME:
        return last
    third = atoms[last + 2] if last + 2 < len(atoms) else None
    ends = third is None or bool(after.stop) or third.text in FUNCTION_WORDS
    return last + 1 if ends else last


def announced(heard: Heard) -> list[tuple[int, int]]:
    atoms = heard.atoms
    spans: list[tuple[int, int]] = []
    for i, atom in enumerate(atoms):
        if atom.text not in _BEGINS_CUE:
            continue
        for phrases, judge in _JUDGED:
            if atom.text not in phrases:
                continue
            length = _match(atoms, i, phrases)
            if length and (span := judge(heard, i + length)):
                spans.append(span)
                break
    return spans


def _match(atoms: Sequence[Atom], i: int, phrases: Phrases) -> int:
    for phrase in phrases.get(atoms[i].text, ()):
        if says(atoms, i, phrase):
            return len(phrase)
    return 0


def skip(atoms: Sequence[Atom], at: int, limit: int) -> int:
    end = at + limit
    while at < min(end, len(atoms)) and atoms[at].text in SKIPPED:
        at += 1
    return at


def _strict(heard: Heard, at: int) -> tuple[int, int] | None:
    atoms = heard.atoms
    at = skip(atoms, at, 3)
    if at >= len(atoms) or not can_be_name(atoms[at]) or atoms[at].text in _NEVER_NAMES:
        return None
    if atoms[at].text in COMMON_WORDS and not atoms[at].capital and is_cased(atoms, at):
        return None
    if atoms[at - 1].stop in (".", "?", "!"):
        return None
    return at, _with_ordinary_surname(atoms, at, end_of_name(atoms, at))


def _medium(heard: Heard, at: int) -> tuple[int, int] | None:
    atoms = heard.atoms
    if at >= len(atoms) or not can_be_name(atoms[at]) or atoms[at - 1].stop in (".", "?", "!"):
        return None
    text = atoms[at].text
    both = atoms[at].capital and at + 1 < len(atoms) and extends(atoms, at + 1)
    both = both and text in ALSO_NAMES  # `coming up as Will Rivers`
    if (text in _NO_AGENTS and not both) or (text in COMMON_WORDS and not atoms[at].capital):
        return None
    if is_cased(atoms, at) and not atoms[at].capital:
        return None
    if atoms[at - 1].text == "called" and _PERSONS.isdisjoint(sentence_before(atoms, at - 1)):
        return None
    last = end_of_name(atoms, at)
    return None if last == at and _is_plain(atoms, at) else (at, last)


def _strange(heard: Heard, at: int) -> tuple[int, int] | None:
    """After what stands before names, but not before them alone."""
    atoms = heard.atoms
    told = atoms[at - 1].stop not in (".", "?", "!") and is_likely(atoms, at, cued=True)
    return (at, end_of_name(atoms, at)) if told else None


def _loose(heard: Heard, at: int) -> tuple[int, int] | None:
    """After `this is` or `I'm`: an unusual word, then the end or a word that follows names."""
    atoms = heard.atoms
    at = skip(atoms, at, 1) if at < len(atoms) and atoms[at].cls is Class.FILLER else at
    if at >= len(atoms) or not can_be_name(atoms[at]) or atoms[at].text in COMMON_WORDS:
        return None
    if (is_cased(atoms, at) and not atoms[at].capital) or atoms[at - 1].stop in (".", "?", "!"):
        return None
    said = {atom.text for atom in atoms[max(0, at - 2) : at]}
    if _is_plain(atoms, at) and not said.isdisjoint(_ALSO_SAID):
        return None
    last = end_of_name(atoms, at)
    after = atoms[last + 1] if last + 1 < len(atoms) else None
    if last - at > 2 or (after is None and heard.is_open):
        return None
    if any(a.text in COMMON_WORDS for a in atoms[at : last + 1]):
        return None
    out = after is not None and after.text in _OUT
    ends = after is None or out or bool(atoms[last].stop) or after.text in AFTER_NAME
    return (at, last) if ends else None


def _whole(heard: Heard, at: int) -> tuple[int, int] | None:
    """`she's Noor Halloran`: not `he's Canadian`."""
    atoms = heard.atoms
    if at + 1 >= len(atoms) or atoms[at - 1].stop or atoms[at].stop:
        return None
    written = atoms[at].capital or not is_cased(atoms, at)
    both = written and is_strange(atoms[at]) and extends(atoms, at + 1)
    sure = both and (atoms[at + 1].capital or is_strange(atoms[at + 1]))
    return (at, end_of_name(atoms, at)) if sure else None


def _is_plain(atoms: Sequence[Atom], at: int) -> bool:
    """A word of the dictionary that is no first name, where nothing is written with capitals;
    `grants` is heard for a name, and for its genitive."""
    text = atoms[at].text
    named = text in ALSO_NAMES or text.removesuffix("s") in ALSO_NAMES
    return not named and not is_cased(atoms, at) and is_english(text)


def _vocative(heard: Heard, at: int) -> tuple[int, int] | None:
    """`thanks, Marcus`: one or two unusual words that end a phrase."""
    atoms = heard.atoms
    if at >= len(atoms) or not can_be_name(atoms[at]):
        return None
    if _names_too(atoms, at):
        return at, at
    if atoms[at].text in COMMON_WORDS:
        return None
    cased = is_cased(atoms, at)
    if atoms[at - 1].stop in (".", "?", "!") or (cased and not atoms[at].capital):
        return None
    sure = atoms[at - 1].text in _SURE_GREETS
    if not cased and (not sure or _is_plain(atoms, at)):
        return None
    if cased and not sure and not atoms[at - 1].stop:
        return None  # `Great Dane`
    last = end_of_name(atoms, at)
    if last > at + 1 or len(atoms[at].text) < 3:
        return None
    after = atoms[last + 1] if last + 1 < len(atoms) else None
    if after is None:
        return None if heard.is_open else (at, last)
    if after.text == "and" and last + 2 < len(atoms) and atoms[last + 2].text not in COMMON_WORDS:
        return None
    return (at, last) if atoms[last].stop or after.text in COMMON_WORDS else None


def _names_too(atoms: Sequence[Atom], at: int) -> bool:
    """`Thanks, Mark,`: an ordinary word that is a name too, with a capital inside a sentence."""
    name = atoms[at]
    inside = atoms[at - 1].stop not in (".", "?", "!")
    return inside and name.capital and name.text in ALSO_NAMES and bool(name.stop)


_JUDGED: tuple[tuple[Phrases, Callable[[Heard, int], tuple[int, int] | None]], ...] = (
    (_NAMES_IT, _strict),
    (_MAY_NAME, _medium),
    (_MAY_TELL, _strange),
    (_IS_HERE, _loose),
    (_IS_PERSON, _whole),
    (_GREETS, _vocative),
)
"""What announces names, and who judges what stands behind it."""


def titled(heard: Heard) -> list[tuple[int, int]]:
    """`Doctor Reyes`, `Miss Harriet Oduya`: the title is part of it."""
    atoms = heard.atoms
    spans: list[tuple[int, int]] = []
    for i, atom in enumerate(atoms[:-1] if not TITLES.isdisjoint(heard.texts) else ()):
        following = atoms[i + 1]
        if atom.text not in TITLES or not can_be_name(following):
            continue
        capital = following.capital and following.text not in FUNCTION_WORDS
        sure = atom.text in _SURE_TITLES and not is_cased(atoms, i + 1)
        sure = sure and following.text not in _ENDS_NAME
        if following.text in COMMON_WORDS and not sure and not (capital and atom.capital):
            continue
        if (
            (atom.text in ("miss", "doctor", "nurse"))
            and is_cased(atoms, i + 1)
            and not following.capital
        ):
            continue
        spans.append((i, end_of_name(atoms, i + 1)))
    return spans


def unfinished(heard: Heard) -> list[int]:
    """What follows a name cue among the last words."""
    atoms = heard.atoms
    for i in range(max(0, len(atoms) - 6), len(atoms)):
        if atoms[i].text not in _BEGINS_CUE:
            continue
        for phrases in (_NAMES_IT, _MAY_NAME, _IS_HERE, _MAY_TELL):
            length = _match(atoms, i, phrases) if atoms[i].text in phrases else 0
            start = skip(atoms, i + length, 2) if length else 0
            if not length or start >= len(atoms) or atoms[start].text in COMMON_WORDS:
                continue
            if phrases is _NAMES_IT or _may_yet_be_name(atoms, start):
                return [start]
    return []


def _may_yet_be_name(atoms: Sequence[Atom], at: int) -> bool:
    """Whether the rules for what follows weaker phrases can find a name here: `it's $4` is none,
    nor `It's loading` where names have capitals."""
    atom = atoms[at]
    lettered = can_be_name(atom) or atom.cls is Class.LETTER
    return lettered and (atom.capital or not is_cased(atoms, at) or is_strange(atom))
