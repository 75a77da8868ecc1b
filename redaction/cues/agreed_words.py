"""`word`, `phrase`, `sentence`: when such a noun means a secret that was or is to be agreed on.

By who chose it (`the word the owner left`), by who wants it (`tell one new word`), by what it is
for or whose (`the collection word`, `the booker's word`): not `have a word with her`.
"""

from collections.abc import Sequence

from redaction.language.common_words import FUNCTION_WORDS
from redaction.language.tables import phrases_in, words_in

WORDS = words_in("word words phrase sentence")
_BEFORE_WORD = words_in("""
a the your our her his their my an some secret right that two three four five agreed family magic
safety special
""")
_GUARDED = words_in("""
alarm callback collecting courier delivery door driver emergency entry gate handover keyholder
pickup porting release visitor
""")
_OF_PURPOSE = ("ection", "ication", "isation", "ization")
"""`the collection word`, `a verification phrase`: said to be let through."""
_WHOSE = words_in("the your our their a my his her")
_SPEAKERS = words_in("""
you you've you'd she he they we i she's he's they've we've i've her him me us to for the that
""")
_LEFT = words_in("""
agree agreed arranged asks ask choose chose chosen file gave give given got has have know left made
need needs pick picked put recorded registered require required said say set tell told use used uses
want wants
""")
_WHICH = words_in("what which whatever whichever")
_THEN = words_in(
    "shall should will would do did does have has is was can could they he she we you i"
)
"""What goes on after `what word`, where one is asked for."""
_REQUESTED = words_in("""
agree arrange ask asked asking asks choose chose come create decide give gives giving invent leave
left make need needs nominate pick pop put quote register repeat require requires say says set
setting share state supply tell tells think want wants
""")
_GIVES = words_in("choose give quote say share tell")
"""`unless they give word that you decided`: an article is soon lost."""
_TO_WHOM = words_in("me us him her them you it for up of down with to please kindly")
_SOME = words_in("a one an any some another the your")
_NEW = words_in("""
new short memorable different agreed special secret private simple easy little fresh further
""")
_FUNNY = words_in("daft funny lovely nice odd silly strange")
_OF_ANY_KIND = _NEW | _FUNNY
_NOT_FOR = words_in("of about processor document count order documents limit in out")
_WITH_WHOM = words_in("us me them you")
_QUALITIES = words_in("""
bad best better big binding common correct dirty english exact final first foreign four french
german good great key kind last latin long lovely magic new next nice only operative other proper
quick rude second silly single small spanish strong swear third three true two whole wrong very
actual
""")
"""What words are like, or which of many: `the wrong word`, `a quick word`."""
_PARTICLES = frozenset(
    tuple(pair.split())
    for pair in phrases_in("""
pick up, picking up, log in, log on, sign in, sign on, check in, hand over, call back, drop off, let
in
""")
)
_OTHER_WORDS = frozenset(
    phrases_in("""
have a, had a, have the, in a, in the, get a, not a, put in a, take my, took my, in your, at your,
keep my, keep your, keep their, spread the, last, final, good, single, every, of the, for the,
than the, say the, just say the, give the, is the
""")
)
"""What stands before `word` where it is none of its own: `can I have a word with her`."""

_EXCLAIMS = (["mark", "my"], ["upon", "my"], ["on", "my"], ["eat", "my"])
"""`you'll be back, mark my words`."""
_SHORT = 5


def is_asked_for(texts: Sequence[str], i: int) -> bool:
    """Whether the noun at `i` is asked for, or said to have been agreed on."""
    return _is_agreed(texts, i) or _guards(texts, i) or _is_requested(texts, i)


def is_spoken_of(texts: Sequence[str], i: int) -> bool:
    """Whether it is a word one may have been given, at least."""
    if texts[i + 1 : i + 2] == ["with"] and _is_of_saying(texts, i):
        return False
    if texts[max(0, i - 2) : i] in _EXCLAIMS:
        return False
    return i > 0 and (texts[i - 1] in _BEFORE_WORD or _is_compound(texts, i))


def _is_agreed(texts: Sequence[str], i: int) -> bool:
    """`the word the owner left`, `ask you for a word`, `the phrase you gave us`."""
    led = i
    while led > 1 and (texts[led - 1] in _OF_ANY_KIND or texts[led - 1].endswith("ed")):
        led -= 1
    if not i or texts[led - 1] not in _BEFORE_WORD or _is_of_saying(texts, i):
        return False
    after, before = texts[i + 1 : i + 8], texts[max(0, i - 7) : i]
    if after[:1] in (["of"], ["with"], ["about"], ["on"], ["in"], ["processor"]):
        return False
    left = not _LEFT.isdisjoint(after) and not _SPEAKERS.isdisjoint(after)
    if texts[i] == "phrase":
        left = left or (not _LEFT.isdisjoint(before) and not _SPEAKERS.isdisjoint(before))
    there = "there's" in before or ("there" in before and "is" in before)
    return left or (not after and (there or not _LEFT.isdisjoint(before)))


def _is_requested(texts: Sequence[str], i: int) -> bool:
    """`what word shall I put`, `tell one new word`: not `have a word with her`."""
    if texts[i] == "words":
        return False
    if i and texts[i - 1] in _WHICH:
        return not _THEN.isdisjoint(texts[i + 1 : i + 2])
    after = texts[i + 1 : i + 3]
    if after and (after[0] in _NOT_FOR or after == ["for", "word"]):
        return False
    if after[:1] == ["with"] and _WITH_WHOM.isdisjoint(after[1:]):
        return False
    at = i - 1
    while at >= 0 and (texts[at] in _NEW or texts[at].endswith("ed")):
        at -= 1
    if at > 0 and at == i - 1 and texts[at] in _GIVES:
        return True
    if at < 1 or texts[at] not in _SOME or (texts[at] == "one" and at == i - 1):
        return False
    at -= 1
    while at and texts[at] in _TO_WHOM:
        at -= 1
    return texts[at] in _REQUESTED and not _is_of_saying(texts, i)


def _guards(texts: Sequence[str], i: int) -> bool:
    """`the collection word`, `the booker's word`: by what it is for, or whose."""
    if i < 2:
        return False
    purpose = texts[i - 1]
    if purpose in _GUARDED or purpose.endswith(_OF_PURPOSE):
        return True
    wanted = len(texts) <= _SHORT or not _REQUESTED.isdisjoint(texts[:i])
    return wanted and _is_compound(texts, i)


def _is_compound(texts: Sequence[str], i: int) -> bool:
    """`the booker's word`, `your pick up word`: not `a quick word`."""
    led, purpose = texts[i - 2 : i] if i > 1 else ["", ""]
    if (led, purpose) in _PARTICLES:
        return True
    if purpose in FUNCTION_WORDS or purpose in _QUALITIES or not purpose.replace("'", "").isalpha():
        return False
    return led in _WHOSE and texts[i + 1 : i + 2] not in (["for"], ["of"], ["document"])


def _is_of_saying(texts: Sequence[str], i: int) -> bool:
    """`can I have a word`, `the last word`."""
    return not _OTHER_WORDS.isdisjoint(" ".join(texts[max(0, i - n) : i]) for n in (1, 2, 3))
