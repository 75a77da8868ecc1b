"""Numbers that the words right behind them end, and show to be counts, before all of what evidence
can need is known: of partials, whose words would wait for it.

Only what a number that nobody asked for is judged by anyway: a small count that talk goes on after
is none of ours, whatever comes later.
"""

from collections.abc import Sequence

from redaction.cues.asked_numbers import ANYTHING
from redaction.evidence.units import UNITS
from redaction.evidence.weighed import Asked, trim
from redaction.language.english import is_english
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.numbers.letter_marks import DIGITS
from redaction.numbers.runs import Run
from redaction.numbers.shape import is_read_out
from redaction.recognizers.found import Heard

ANNOUNCES = frozenset({"is", "was", "that's", "thats", "are", "it's", "being", "as", "for"})
"""Behind a number these may lead to what it is: `seven three one is my security code`."""

_COUNTED = frozenset({*DIGITS, Class.MAGNITUDE})
_GOES_ON = words_in("""
after around at be because before but can can't could did didn't do does doesn't don't each either
every first from had has have he he's her here how i'd i'll i'm i've if in into left me off once or
our over per plus she she's should since so than their them then there there's these they they'd
they'll they're they've this those through unless until up was we we'd we'll we're we've were what
what's when where which while who will without would you'd you'll you're you've your
""")
"""Behind a number these go on with other things: none is part of a number or of a street."""

_LINKS = words_in("""
all an and it it's of ok okay on right so that's the then with yeah yes you
""")
"""Words that stand inside numbers too, before one of these."""

_SAYS_I = words_in(
    "am can can't did didn't don't had have just mean need think want wanted was would"
)

_NO_UNITS = frozenset({"a.m", "p", "p.m", "of", "other", "more", "time", "times", "figure",
                       "figures", "stone", "stores", "homes", "houses"})  # fmt: skip
_LONGEST_LINK = 4
_DIGITS = 3


def is_released_early(heard: Heard, run: Run) -> bool:
    """`forty gigabytes`, `flight nine at`, `two left`, where nobody asked for a number: that is
    evidence enough, and the word behind has ended the run."""
    if heard.is_blind(run.first):
        return False
    asked = frozenset(slot.kind for slot in heard.slots_at(run.first))
    if asked:
        return _is_measured(heard, run, asked=asked)
    after = heard.atoms[run.last + 1 : run.last + 2]
    if not after or after[0].text in ANNOUNCES:
        return False
    end = _past_links(heard.atoms, run.last + 1)
    ending = heard.atoms[end] if end < len(heard.atoms) else None
    talk = ending is not None and ending.cls is Class.OTHER and ending.text in _GOES_ON
    if (talk or _is_said_by(heard.atoms, end)) and _is_small(heard, run):
        return heard.asked_of_numbers(run.first) != ANYTHING
    if ending is None or ending.cls is not Class.OTHER:
        return False
    counts = trim(heard.atoms, run, asked=Asked(frozenset(), frozenset())) is None
    return counts or (end == run.last + 1 and _counts_things(heard.atoms, run))


def _past_links(atoms: Sequence[Atom], at: int) -> int:
    end_by = min(len(atoms), at + _LONGEST_LINK)
    while at < end_by and atoms[at].text in _LINKS:
        at += 1
    return at


def _is_said_by(atoms: Sequence[Atom], at: int) -> bool:
    """`Ten. I think`: no letter of what was said before."""
    said = [atom.text for atom in atoms[at : at + 2]]
    return len(said) > 1 and said[0] == "i" and said[1] in _SAYS_I


def _is_small(heard: Heard, run: Run) -> bool:
    """A count of up to three figures, or one letter, that is not read out."""
    said = [heard.atoms[i] for i in run.numbers]
    if len(said) == 1 and (said[0].cls is Class.LETTER or said[0].text == "one"):
        return True
    if not {atom.cls for atom in said} <= _COUNTED or is_read_out(heard.atoms, run.numbers):
        return False
    if run.last - run.first + 1 != len(said):
        return False
    written = max(len(atom.value) for atom in said) <= _DIGITS
    groups = sum(atom.cls is not Class.MAGNITUDE for atom in said)
    return written and (groups == 1 or _is_one_count(said))


def _is_one_count(said: Sequence[Atom]) -> bool:
    """`forty two`, `three fifteen`, `eight hundred nineteen`: no four figures in pairs."""
    tens = [atom.cls for atom in said]
    if tens in ([Class.TEN, Class.DIGIT], [Class.DIGIT, Class.TEN], [Class.DIGIT, Class.TEEN]):
        return True
    begins = tens[:2] == [Class.DIGIT, Class.MAGNITUDE]
    return begins and tens[2:] in ([Class.TEEN], [Class.TEN], [Class.TEN, Class.DIGIT])


def _is_measured(heard: Heard, run: Run, *, asked: frozenset[str]) -> bool:
    """`forty six hours and`: a unit, itself followed, where something else was talked of."""
    after = heard.atoms[run.last + 1 : run.last + 3]
    if len(after) < 2 or after[0].text not in UNITS or after[0].text in _NO_UNITS:
        return False
    return _is_small(heard, run) and trim(heard.atoms, run, asked=Asked(asked, asked)) is None


def _counts_things(atoms: Sequence[Atom], run: Run) -> bool:
    """`two buttons`, `57 confirmations`: a small number before a plural of the dictionary."""
    things = atoms[run.last + 1]
    small = len(run.numbers) == 1 and len(atoms[run.first].value) <= 2
    small = small and run.first == run.last and not atoms[run.first].stop
    plural = things.text.endswith("s") and not things.text.endswith("ss") and not things.capital
    return small and plural and atoms[run.first].cls in DIGITS and is_english(things.text[:-1])
