"""Words that are mentioned, not used, while a secret is talked of: `type copper kettle`, `Pickles.`

A noun that is used has an article before it or a sentence around it: `the door is on a keypad`. A
word that is itself the secret stands bare, behind `it's`, `try`, `put in`, a comma, or alone. What
is read with its capitals and signs (`capital K, small j, nine, dollar sign`) is one whatever is
talked of.
"""

from collections.abc import Sequence
from itertools import pairwise

from redaction.cues.secrets_asked import ACCESS_TALK, SECRET_TALK, TALK
from redaction.cues.slots import SAID_IN_WORDS, ended_at
from redaction.evidence.weighed import RIGHT_CONTEXT
from redaction.language.english import is_english
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Found, Heard
from redaction.recognizers.secrets.bare_words import (
    Mention,
    begins,
    is_rare,
    is_uncommon,
    letters_at,
    mention_at,
    segment_end,
)
from redaction.recognizers.secrets.led_up import ALONE, COPULA, PUT, is_apposed, led_up_to

_TALK_MS = 45_000
_NONE, _SPOKEN, _DEVICES, _ANSWERED, _DIRECT, _ASKED = range(6)
"""How much of a secret is talked of: not, in passing, where some question is answered (and only
devices are talked of), in that question, asked for or told."""
_TYPED = words_in("capital uppercase lowercase dollar exclamation ampersand asterisk")
_LIST = 6
"""Atoms between the words of a secret told one by one: `velvet, teapot, and then, gallop`."""
_ARTICLES = words_in("the a an my our every no all")
_OF_SENTENCES = words_in("""
i i'm i've you you're we we're he she they it it's that that's is was are were do did have has can
could will would because if when thing's one's word's password's phrase's answer's
""")
_LONGEST_SENTENCE = 7
_PARTICIPLES = ("ing", "ed")
_ADJECTIVES = ("less", "ful", "ous")
_SEEMS = words_in("feels felt look looked looks smells sound sounded sounds tastes")
_REMARKS = words_in("something to all with for then no one capital lower lowercase spelt spelled")
"""What comes after a secret in the same breath."""
_ONCE = words_in("when until till before back last")
"""`it was fish fingers when we were together`: what one had for a time."""

_CODES = words_in("code passcode keycode")
_TYPED_OR_CODES = _TYPED | _CODES | {"code's", "passcode's"}
_NAMED = 2
_NUMBERED = words_in("""
account alarm apartment attempt box bus card channel chapter code date digits door error exit
expires fault stage expiration expiry extension flat flight floor gate house item level line model
number numbers option order page part phase phone pin platform policy reference room route routing
row seat section security sort step suite team telephone terminal ticket train transit unit version
windows zone
""")


def find_mentioned(heard: Heard) -> tuple[list[Found], list[int]]:
    """What is mentioned as a secret is, and where undecided ones begin."""
    found: list[Found] = []
    undecided: list[int] = []
    expected = any(heard.may_expect(kind) for kind in TALK) or any(
        heard.may_expect(kind) or heard.given(kind) for kind in SAID_IN_WORDS
    )
    if not expected and heard.texts.isdisjoint(_TYPED_OR_CODES):
        return found, undecided
    for i in range(len(heard.atoms)):
        if found and i <= found[-1].last:
            continue
        span = _secret_at(heard, i, after=found[-1].last if found else None)
        if span is None:
            continue
        last, sure = span
        if heard.is_open and last + RIGHT_CONTEXT >= len(heard.atoms):
            undecided.append(i)
        elif sure:
            why = "is mentioned, not used, while a secret is talked of"
            found.append(Found(i, last, _kind(heard, i), complete=True, why=why))
    return found, undecided


def _secret_at(heard: Heard, i: int, *, after: int | None) -> tuple[int, bool] | None:
    """The last atom of what may be a secret that begins here, and whether it is one."""
    article = heard.atoms[i].text in _ARTICLES
    # Most words can begin none: the cheapest question first.
    how = led_up_to(heard, i) if article or begins(heard.atoms[i]) else 0
    if not how:
        return None
    if article:
        end = _sentence(heard, i) if how == ALONE else None
        return None if end is None else (end, True)
    letters = letters_at(heard, i) if heard.atoms[i].cls is Class.LETTER else None
    if letters is not None and _is_told(heard, i, after=after):
        return letters, True
    mention = mention_at(heard, i)
    if mention is None:
        return None
    talk = _ASKED if after is not None and i - after <= _LIST else _talk(heard, i, how=how)
    if talk == _NONE and not mention.is_typed:
        return None
    return mention.last, _is_secret(heard, mention, how=how, talk=talk, after=after)


def _is_told(heard: Heard, i: int, *, after: int | None) -> bool:
    """Whether letters are those of a word that was asked for, or told just now."""
    near = after is not None and i - after <= _LIST
    return near or (heard.is_asked_for_word(i) and _talk(heard, i, how=COPULA) == _ASKED)


def _talk(heard: Heard, i: int, *, how: int) -> int:
    """Whether a secret was asked for or told, or only may be."""
    if any(slot.kind in SAID_IN_WORDS and slot.strength == 2 for slot in heard.slots_at(i)):
        return _ASKED
    if any(one.kind in SAID_IN_WORDS for one in heard.given_lately(i, within_ms=_TALK_MS)):
        return _ASKED
    if how == ALONE and is_apposed(heard.atoms, i):
        return _ASKED
    answers = heard.is_asked_for_word(i)
    said = _ANSWERED if answers else _SPOKEN
    if _is_spoken_of(heard, i, kind=SECRET_TALK):
        direct = answers and _is_spoken_of(heard, i, kind=SECRET_TALK, turns=1, other=True)
        return _DIRECT if direct else said
    if how == COPULA and _is_code(heard.atoms, i - 1):
        return said
    # Of devices everybody talks, so that a word alone must be an answer, and right then.
    most = 1 if how == ALONE else None
    if how == ALONE and not answers:
        return _NONE
    if how == COPULA and not answers and is_english(heard.atoms[i].text):
        return _NONE  # `it's hissing`
    said = _DEVICES if how == COPULA and answers else said
    return said if _is_spoken_of(heard, i, kind=ACCESS_TALK, turns=most) else _NONE


def _is_code(atoms: Sequence[Atom], at: int) -> bool:
    """`the code's bluegrass`: words in the place of figures."""
    is_it = atoms[at].text == "is" and at > 0 and atoms[at - 1].text in _CODES
    return is_it or atoms[at].text.removesuffix("'s") in _CODES


def _is_spoken_of(
    heard: Heard, i: int, *, kind: str, turns: int | None = None, other: bool = False
) -> bool:
    """Whether it was talked of just before, by this speaker or another, so many turns ago."""
    if not heard.may_expect(kind):
        return False
    at_ms = heard.times.start_ms[i]
    since = [
        cue
        for cue in heard.expected.near(at_ms)
        if cue.kind == kind
        and at_ms - cue.end_ms <= _TALK_MS
        and (cue.start_ms < at_ms or cue.stream == heard.stream)
        and not (other and cue.stream == heard.stream)
    ]
    if turns is None or not since:
        return bool(since)
    last = max(since, key=ended_at)
    passed = heard.expected.turns.changes_of_speaker(
        since=last.stream, after_ms=last.end_ms, until_ms=at_ms
    )
    return passed <= turns


def _is_secret(heard: Heard, mention: Mention, *, how: int, talk: int, after: int | None) -> bool:
    """Whether words so mentioned are hardly anything else."""
    if mention.is_typed and (mention.has_figures or mention.is_uncommon):
        return True
    asks = heard.atoms[mention.last].stop == "?" and not (how == PUT and mention.words == _NAMED)
    tries = mention.is_rare and mention.is_whole and how in (ALONE, PUT)
    if (asks and not (tries and talk == _ASKED)) or (
        talk != _ASKED and _is_used(heard, mention, how=how)
    ):
        return False
    passing = talk == _SPOKEN or (talk < _ASKED and mention.words == 1)
    if how == COPULA and passing and not mention.is_whole:
        follows = heard.atoms[mention.last + 1].text
        once = follows in _ONCE and _is_compound(heard, mention) and talk != _DEVICES
        if once and mention.is_uncommon:
            return True
        if follows not in _REMARKS or mention.words > _NAMED:
            return False
    asked = talk >= _DIRECT or (talk == _ANSWERED and how != ALONE)
    if mention.is_rare or (asked and mention.is_uncommon):
        return mention.is_whole or how != ALONE or mention.is_rare
    if mention.has_figures and mention.words and not _is_numbered(heard, mention):
        # `type winter twenty twenty five`, `tuesday one two`: an ordinary word and figures
        return how == PUT or (talk == _ASKED and mention.is_whole)
    month = heard.atoms[mention.first].cls is Class.MONTH and mention.is_whole
    return after is not None and month and not mention.has_figures


def _is_used(heard: Heard, mention: Mention, *, how: int) -> bool:
    """`Swipe down`, `it's buzzing`, `pick a pin`, `sounds like thunder`, `is grey paint in stock`:
    words of a sentence, where no secret was asked for."""
    atoms, first = heard.atoms, mention.first
    led = [atom.text for atom in atoms[max(0, first - 2) : first]]
    if led[-1:] == ["like"] and not _SEEMS.isdisjoint(led[:-1]):
        return True
    asks = how == COPULA and led[-1] in ("is", "was") and led_up_to(heard, first - 1) == ALONE
    if asks and not mention.is_whole:
        return True
    if how == ALONE and led_up_to(heard, first + 1) == PUT and mention.words > 1:
        return True
    said = atoms[first : mention.last + 1]
    if any(a.text == "a" and not a.stop and b.cls is Class.OTHER for a, b in pairwise(said)):
        return True
    if mention.has_figures or not all(is_english(a.text) for a in said):
        return False
    if how == ALONE:
        return not mention.is_whole
    state = said[0].text.endswith("ly") or (
        mention.words == 1 and said[0].text.endswith((*_PARTICIPLES, *_ADJECTIVES))
    )
    return how == COPULA and state


def _is_compound(heard: Heard, mention: Mention) -> bool:
    """`fish fingers`: two words, none of which a verb or an adverb makes."""
    words = [atom.text for atom in heard.atoms[mention.first : mention.last + 1]]
    return len(words) == _NAMED and not any(t.endswith((*_PARTICIPLES, "ly")) for t in words)


def _is_numbered(heard: Heard, mention: Mention) -> bool:
    """`room six twelve`, `model number seven two zero`: of what there are many, each with one."""
    return any(a.text in _NUMBERED for a in heard.atoms[mention.first : mention.last])


def _sentence(heard: Heard, i: int) -> int | None:
    """`The geese fly sideways.`: the last word of a whole sentence that answers a question for a
    secret and is about nothing that is talked of."""
    atoms = heard.atoms
    if not heard.answers(i, "password"):
        return None
    until = min(segment_end(heard, i), i + _LONGEST_SENTENCE + 1)
    last = i
    while last + 1 < until and not atoms[last].stop:
        last += 1
    ended = bool(atoms[last].stop) or last + 1 == segment_end(heard, i)
    words = atoms[i : last + 1]
    if not ended or len(words) < 3 or any(a.text in _OF_SENTENCES for a in words):
        return None
    return last if any(a.cls is Class.OTHER and is_uncommon(a) for a in words[1:]) else None


def _kind(heard: Heard, i: int) -> str:
    asked = heard.answers(i, "security_answer") and not heard.answers(i, "password")
    return "security_answer" if asked else "password"


def words_of(heard: Heard, found: Found) -> list[str]:
    """The unusual words of it, to be known again."""
    return [
        a.text
        for a in heard.atoms[found.first : found.last + 1]
        if a.cls is Class.OTHER and len(a.text) > 3 and is_rare(a)
    ]
