"""Names, found by what is said around them: `my name is`, `speaking with`, `thanks, Marcus`."""

from collections.abc import Sequence

from redaction.common_words import COMMON_WORDS, FUNCTION_WORDS
from redaction.evidence import RIGHT_CONTEXT
from redaction.lexicon import ACRONYMS
from redaction.recognizers.found import Found, Heard
from redaction.tables import Phrases, by_first_word, phrases_in, words_in
from redaction.words import Atom, Class

_NAMES_IT = by_first_word(
    phrases_in("""
my name is, my name's, name is, name's, names, name was, surname is, surname's, surname, last
name, first name, middle name, full name is, maiden name is, maiden name was, i go by, goes by,
you can call me, people call me, account holder is, cardholder is, passenger is, call me, name
it's
""")
)
"""What follows is a name, even if it is an ordinary word."""

_MAY_NAME = by_first_word(
    phrases_in("""
speaking with, speaking to, talking to, talking with, speak with, speak to, spoke to, spoke
with, talked to, spoken to, talk to, on behalf of, named, called, ask for, dear, attention of,
is this, are you, that's for, regards, under the name, in the name, husband, wife, son,
daughter, partner, mother, father, brother, sister, manager, colleague, supervisor, agent,
advisor, representative, name, name of
""")
)
"""What follows is a name if it is no ordinary word."""

_GREETS = by_first_word(
    phrases_in("""
thanks, thank you, hi, hello, hey, morning, afternoon, evening, okay, bye, goodbye, great,
perfect, sorry, right, welcome, lovely, all right, alright, so much, good one, problem, worries,
please, cheers, brilliant, sure, yes, no, well, appreciate it, appreciate that, day
""")
)
_SURE_GREETS = frozenset({"thanks", "you", "hi", "hello", "hey", "bye", "goodbye", "one"})
_IS_HERE = by_first_word(("this is", "i'm", "i am", "it's", "it is", "here is", "myself"))
_BEGINS_CUE = frozenset((*_NAMES_IT, *_MAY_NAME, *_IS_HERE, *_GREETS))
TITLES = words_in("""
doctor dr miss missus mister mr mrs ms mx nurse professor
""")
_PARTICLES = words_in("""
al bin da de del den der di la le mac mc o st van von
""")
_AFTER_NAME = words_in("""
again and at calling can for from here how i i'd i'm i've in is my on so speaking thank thanks
the to uh um we what who with yes you
""")
_SKIPPED = words_in("""
ah also am be both certainly course er erm first full hello here hi hmm i i'm is it it's its
last like ll ma'am my name name's of oh ok okay please right sir so spelled sure surname that's
the this uh um under well will would yeah yep yes
""")
_NOT_NAMED = words_in("""
also and correct different first listed missing misspelled please right spelled spelt still
there under wrong
""")
_ALSO_NAMES = words_in("""
amber april art bill carol chase christian chuck crystal dawn dean drew earl faith frank gene grace
grant guy hope iris jack jade joy june lance lily mark max may melody miles nick olive pat ray rich
rob robin rose ruby rusty sandy sky stone sue summer terry tony victor wade ward will
""")
_OF_SENTENCES = words_in("""
am are be been can can't could did didn't do does don't get go got had has have he he's how i i'd
i'll i'm i've if it it's know me need not please she she's should that that's there they this want
was we we're were what when where which who why will would you you're your
""")
"""An answer with one of these says something else than just a name."""

_SPELLS = words_in("""
and it's its it is so spelled spell spelt that that's um uh
""")
"""What people say between a name and its letters."""

_MAX_NAME = 4
_LETTERS = 3
_CASE_ATOMS = 60
_ANSWER_ATOMS = 14


def find_names(heard: Heard) -> tuple[list[Found], list[int]]:
    """Names, and where undecided ones begin."""
    spans = _announced(heard) + _titled(heard) + _answered(heard) + _spelled_out(heard)
    found: list[Found] = []
    undecided: list[int] = []
    for first, last in spans:
        first = _with_ordinary_first_name(heard.atoms, first)
        if heard.is_open and last + RIGHT_CONTEXT >= len(heard.atoms):
            undecided.append(first)
        else:
            found.append(Found(first, last, "name"))
    if heard.is_open:
        undecided += _unfinished(heard)
    return found, undecided


def _with_ordinary_first_name(atoms: Sequence[Atom], first: int) -> int:
    """`Will Moreau`, `grace okafor`: a word that is a first name too, right before a name."""
    before = atoms[first - 1] if first else None
    if before is None or before.text not in _ALSO_NAMES or before.stop:
        return first
    if before.capital or not _is_cased(atoms, first):
        verb = before.text in FUNCTION_WORDS and first > 1 and not atoms[first - 2].stop
        return first if verb and not before.capital else first - 1
    return first


def _announced(heard: Heard) -> list[tuple[int, int]]:
    atoms = heard.atoms
    spans: list[tuple[int, int]] = []
    for i, atom in enumerate(atoms):
        if atom.text not in _BEGINS_CUE:
            continue
        for phrases, judge in (
            (_NAMES_IT, _strict),
            (_MAY_NAME, _medium),
            (_IS_HERE, _loose),
            (_GREETS, _vocative),
        ):
            length = _match(atoms, i, phrases)
            if length and (span := judge(heard, i + length)):
                spans.append(span)
                break
    return spans


def _match(atoms: Sequence[Atom], i: int, phrases: Phrases) -> int:
    for phrase in phrases.get(atoms[i].text, ()):
        if tuple(a.text for a in atoms[i : i + len(phrase)]) == phrase:
            return len(phrase)
    return 0


def _skip(atoms: Sequence[Atom], at: int, limit: int) -> int:
    end = at + limit
    while at < min(end, len(atoms)) and atoms[at].text in _SKIPPED:
        at += 1
    return at


def _strict(heard: Heard, at: int) -> tuple[int, int] | None:
    atoms = heard.atoms
    at = _skip(atoms, at, 3)
    if (
        at >= len(atoms)
        or not _can_be_name(atoms[at])
        or atoms[at].text in (FUNCTION_WORDS - _ALSO_NAMES) | _NOT_NAMED
    ):
        return None
    if atoms[at].text in COMMON_WORDS and not atoms[at].capital and _is_cased(atoms, at):
        return None
    if atoms[at - 1].stop in (".", "?", "!"):
        return None
    return at, _with_ordinary_surname(atoms, at, _end_of_name(atoms, at))


def _with_ordinary_surname(atoms: Sequence[Atom], first: int, last: int) -> int:
    """`my name's noah price my number is`: a word more, where nothing is written with capitals."""
    after = atoms[last + 1] if last + 1 < len(atoms) else None
    if last > first or after is None or atoms[last].stop or _is_cased(atoms, last):
        return last
    if after.cls is not Class.OTHER or after.text in FUNCTION_WORDS | _AFTER_NAME | _NOT_NAMED:
        return last
    third = atoms[last + 2] if last + 2 < len(atoms) else None
    ends = third is None or bool(after.stop) or third.text in FUNCTION_WORDS
    return last + 1 if ends else last


def _medium(heard: Heard, at: int) -> tuple[int, int] | None:
    atoms = heard.atoms
    if at >= len(atoms) or not _can_be_name(atoms[at]) or atoms[at - 1].stop in (".", "?", "!"):
        return None
    text = atoms[at].text
    if text in FUNCTION_WORDS or (text in COMMON_WORDS and not atoms[at].capital):
        return None
    if _is_cased(atoms, at) and not atoms[at].capital:
        return None
    return at, _end_of_name(atoms, at)


def _loose(heard: Heard, at: int) -> tuple[int, int] | None:
    """After `this is` or `I'm`: an unusual word, then the end or a word that follows names."""
    atoms = heard.atoms
    at = _skip(atoms, at, 1) if at < len(atoms) and atoms[at].cls is Class.FILLER else at
    if at >= len(atoms) or not _can_be_name(atoms[at]) or atoms[at].text in COMMON_WORDS:
        return None
    if (_is_cased(atoms, at) and not atoms[at].capital) or atoms[at - 1].stop in (".", "?", "!"):
        return None
    last = _end_of_name(atoms, at)
    after = atoms[last + 1] if last + 1 < len(atoms) else None
    if last - at > 2 or (after is None and heard.is_open):
        return None
    if any(a.text in COMMON_WORDS for a in atoms[at : last + 1]):
        return None
    ends = after is None or bool(atoms[last].stop) or after.text in _AFTER_NAME
    return (at, last) if ends else None


def _vocative(heard: Heard, at: int) -> tuple[int, int] | None:
    """`thanks, Marcus`: one or two unusual words that end a phrase."""
    atoms = heard.atoms
    if at >= len(atoms) or not _can_be_name(atoms[at]):
        return None
    if _names_too(atoms, at):
        return at, at
    if atoms[at].text in COMMON_WORDS:
        return None
    cased = _is_cased(atoms, at)
    if atoms[at - 1].stop in (".", "?", "!") or (cased and not atoms[at].capital):
        return None
    if not cased and atoms[at - 1].text not in _SURE_GREETS:
        return None
    last = _end_of_name(atoms, at)
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
    return inside and name.capital and name.text in _ALSO_NAMES and bool(name.stop)


def _titled(heard: Heard) -> list[tuple[int, int]]:
    """`Doctor Reyes`, `Miss Harriet Oduya`: the title is part of it."""
    atoms = heard.atoms
    spans: list[tuple[int, int]] = []
    for i, atom in enumerate(atoms[:-1]):
        following = atoms[i + 1]
        if atom.text not in TITLES or not _can_be_name(following):
            continue
        capital = following.capital and following.text not in FUNCTION_WORDS
        if following.text in COMMON_WORDS and not (capital and atom.capital):
            continue
        if (
            (atom.text in ("miss", "doctor", "nurse"))
            and _is_cased(atoms, i + 1)
            and not following.capital
        ):
            continue
        spans.append((i, _end_of_name(atoms, i + 1)))
    return spans


def _answered(heard: Heard) -> list[tuple[int, int]]:
    """The unusual words at the start of the answer to a question for a name."""
    atoms = heard.atoms
    spans: list[tuple[int, int]] = []
    if not heard.may_expect("name"):
        return spans
    answered_from: int | None = None
    for i, atom in enumerate(atoms):
        if spans and i <= spans[-1][1]:
            continue
        if atom.text in COMMON_WORDS or not _can_be_name(atom):
            continue
        if answered_from is None or i - answered_from > _ANSWER_ATOMS:
            if not heard.answers(i, "name"):
                continue
            answered_from = i
        elif not heard.answers(i, "name"):
            continue
        if atom.capital or not _is_cased(atoms, i):
            spans.append(_whole_answer(heard, i) or (i, _end_of_name(atoms, i)))
    return spans


def _whole_answer(heard: Heard, i: int) -> tuple[int, int] | None:
    """The few words up to the first stop, where the answer begins with them: all are the name.

    Recognisers make words of names: `all of our brands`, `Priya rammed bottom`.
    """
    atoms = heard.atoms
    first = i
    while first and i - first < _MAX_NAME and _is_in_answer(heard, first - 1):
        first -= 1
    last = i
    while last + 1 < len(atoms) and not atoms[last].stop and last - first < _MAX_NAME:
        last += 1
    ended = bool(atoms[last].stop) or (last + 1 == len(atoms) and not heard.is_open)
    if not ended or not _begins_answer(heard, first):
        return None
    while first < i and atoms[first].text in _SKIPPED | {"in", "under", "for", "with"}:
        first += 1
    while last > i and (atoms[last].text in _AFTER_NAME or atoms[last].cls is not Class.OTHER):
        last -= 1
    spoken = any(a.text in _OF_SENTENCES for a in atoms[first : last + 1])
    return None if spoken else (first, last)


def _spelled_out(heard: Heard) -> list[tuple[int, int]]:
    """`All of our brands, that's B R A N D`: the words before a spelling are what is spelled."""
    atoms = heard.atoms
    spans: list[tuple[int, int]] = []
    expected = heard.may_expect("name")
    for i in range(1, len(atoms) - 2):
        spelt = 0 if atoms[i - 1].cls is Class.LETTER else _end_of_spelling(atoms, i)
        if not spelt:
            continue
        last = i - 1
        while last > 0 and atoms[last].text in _SPELLS:
            last -= 1
        same = atoms[last].text[0] == atoms[i].text and atoms[last].text not in FUNCTION_WORDS
        if not same or atoms[last].cls is not Class.OTHER:
            continue
        if expected and heard.awaits(i, "name"):
            spans.append(_whole_answer(heard, last) or (last, last))
        elif (atoms[last].text not in COMMON_WORDS and not atoms[last].value) or (
            last and atoms[last].capital and _leads(atoms, last - 1) and atoms[last - 1].capital
        ):
            # Whose first letter is spelled out behind it is a name, whatever was asked.
            first = last - 1 if last and _extends(atoms, last) and _leads(atoms, last - 1) else last
            spans.append((first, spelt))
    return spans


def _end_of_spelling(atoms: Sequence[Atom], i: int) -> int:
    """The last atom of what is spelled from `i` on, each letter explained (`B for boy`) or not;
    0 if that is no three letters."""
    letters, at = 0, i
    while at < len(atoms) and atoms[at].cls is Class.LETTER:
        letters += 1
        at += 1
        for said in (("as", "in"), ("like",), ("for",)):
            end = at + len(said)
            if end < len(atoms) and tuple(a.text for a in atoms[at:end]) == said:
                at = end + 1
                break
    return at - 1 if letters >= _LETTERS else 0


def _leads(atoms: Sequence[Atom], i: int) -> bool:
    """Whether a first name stands at `i`."""
    return _can_be_name(atoms[i]) and atoms[i].text not in COMMON_WORDS and not atoms[i].stop


def _is_in_answer(heard: Heard, i: int) -> bool:
    return not heard.atoms[i].stop and i + 1 not in heard.times.breaks


def _begins_answer(heard: Heard, first: int) -> bool:
    """Whether nothing but `yes,` and the like of the answer stands before atom `first`."""
    before = first - 1
    while before >= 0 and before + 1 not in heard.times.breaks:
        if not heard.answers(before, "name"):
            return True
        if heard.atoms[before].text not in _SKIPPED:
            return False
        before -= 1
    return True


def _can_be_name(atom: Atom) -> bool:
    if atom.cls is Class.MONTH:
        return atom.capital
    if atom.text in ACRONYMS and atom.value:
        return False
    plain = atom.text.replace("'", "").replace("-", "").replace(".", "")
    return atom.cls is Class.OTHER and plain.isalpha() and len(plain) > 1


def _is_cased(atoms: Sequence[Atom], at: int) -> bool:
    """Whether the recogniser writes capitals, judged by the words up to here."""
    return any(
        a.capital and a.text not in ("i", "i'm", "i'll", "i'd", "i've")
        for a in atoms[max(0, at - _CASE_ATOMS) : at + 1]
    )


def _end_of_name(atoms: Sequence[Atom], first: int) -> int:
    """The last atom of the name that begins at `first`."""
    last = first
    while last + 1 < len(atoms) and last - first < _MAX_NAME:
        if atoms[last].stop in (".", "?", "!", ","):
            return last
        following = atoms[last + 1]
        initial = following.cls is Class.LETTER and following.text not in ("i", "a")
        if (
            following.text in _PARTICLES
            and last + 2 < len(atoms)
            and _extends(atoms, last + 2)
            or initial
            and last + 2 < len(atoms)
            and _extends(atoms, last + 2)
        ):
            last += 2
        elif _extends(atoms, last + 1):
            last += 1
        else:
            return last
    return last


def _extends(atoms: Sequence[Atom], i: int) -> bool:
    """Whether atom `i` goes on with the name before it."""
    atom = atoms[i]
    if not _can_be_name(atom) or atom.text in FUNCTION_WORDS:
        return False
    if _is_cased(atoms, i):
        return atom.capital and not atoms[i - 1].stop
    return atom.text not in COMMON_WORDS


def _unfinished(heard: Heard) -> list[int]:
    """What follows a name cue among the last words."""
    atoms = heard.atoms
    for i in range(max(0, len(atoms) - 6), len(atoms)):
        for phrases in (_NAMES_IT, _MAY_NAME, _IS_HERE):
            length = _match(atoms, i, phrases)
            start = _skip(atoms, i + length, 2) if length else 0
            if length and start < len(atoms) and atoms[start].text not in COMMON_WORDS:
                return [start]
    return []


def words_of(heard: Heard, found: Found) -> list[str]:
    """The words of a name that are worth knowing again."""
    return [
        atom.text
        for atom in heard.atoms[found.first : found.last + 1]
        if atom.cls is Class.OTHER
        and len(atom.text) > 2
        and atom.text not in COMMON_WORDS
        and atom.text not in TITLES
    ]
