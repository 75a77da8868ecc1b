"""Words that are mentioned, not used, while a secret is talked of: `type copper kettle`, `Pickles.`

A noun that is used has an article before it or a sentence around it: `the door is on a keypad`. A
word that is itself the secret stands bare, behind `it's`, `try`, `put in`, a comma, or alone. What
is read with its capitals and signs (`capital K, small j, nine, dollar sign`) is one whatever is
talked of.
"""

from redaction.evidence import RIGHT_CONTEXT
from redaction.recognizers.bare_words import (
    ALONE,
    COPULA,
    PUT,
    Mention,
    begins,
    is_rare,
    is_uncommon,
    led_up_to,
    mention_at,
    segment_end,
)
from redaction.recognizers.found import Found, Heard
from redaction.secrets_asked import SECRET_TALK
from redaction.slots import SAID_IN_WORDS
from redaction.tables import words_in
from redaction.words import Class

_TALK_MS = 45_000
_NONE, _SPOKEN, _ASKED = 0, 1, 2
"""How much of a secret is talked of."""
_TYPED = words_in("capital uppercase lowercase dollar exclamation ampersand asterisk")
_LIST = 6
"""Atoms between the words of a secret told one by one: `velvet, teapot, and then, gallop`."""
_ARTICLES = words_in("the a an my our every no all")
_OF_SENTENCES = words_in("""
i i'm i've you you're we we're he she they it it's that that's is was are were do did have has can
could will would because if when
""")
_LONGEST_SENTENCE = 7
_REMARKS = words_in("something to all with for then no one capital lower lowercase spelt spelled")
"""What comes after a secret in the same breath."""

_NAMED = 2
_NUMBERED = words_in("""
account apartment attempt box bus card channel chapter code date digits door error exit expires
expiration expiry extension flat flight floor gate house item level line model number numbers option
order page part phase phone pin platform policy reference room route routing row seat section
security sort step suite team telephone terminal ticket train transit unit version windows zone
""")


def find_mentioned(heard: Heard) -> tuple[list[Found], list[int]]:
    """What is mentioned as a secret is, and where undecided ones begin."""
    found: list[Found] = []
    undecided: list[int] = []
    expected = heard.may_expect(SECRET_TALK) or any(
        heard.may_expect(kind) or heard.given(kind) for kind in SAID_IN_WORDS
    )
    if not expected and heard.texts.isdisjoint(_TYPED):
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
    mention = mention_at(heard, i)
    if mention is None:
        return None
    talk = _ASKED if after is not None and i - after <= _LIST else _talk(heard, i)
    if talk == _NONE and not mention.is_typed:
        return None
    return mention.last, _is_secret(heard, mention, how=how, talk=talk, after=after)


def _talk(heard: Heard, i: int) -> int:
    """Whether a secret was asked for or told, or only may be."""
    if any(slot.kind in SAID_IN_WORDS and slot.strength == 2 for slot in heard.slots_at(i)):
        return _ASKED
    if any(one.kind in SAID_IN_WORDS for one in heard.given_lately(i, within_ms=_TALK_MS)):
        return _ASKED
    if not heard.may_expect(SECRET_TALK):
        return _NONE
    at_ms = heard.times.start_ms[i]
    spoken = any(
        cue.kind == SECRET_TALK
        and at_ms - cue.end_ms <= _TALK_MS
        and (cue.start_ms < at_ms or cue.stream == heard.stream)
        for cue in heard.expected.near(at_ms)
    )
    if not spoken:
        return _NONE
    return _ASKED if heard.is_asked_for_word(i) else _SPOKEN


def _is_secret(heard: Heard, mention: Mention, *, how: int, talk: int, after: int | None) -> bool:
    """Whether words so mentioned are hardly anything else."""
    if mention.is_typed and (mention.has_figures or mention.is_uncommon):
        return True
    if how == COPULA and talk == _SPOKEN and not mention.is_whole:
        follows = heard.atoms[mention.last + 1].text
        if follows not in _REMARKS or mention.words > _NAMED:
            return False
    if mention.is_rare or (talk == _ASKED and mention.is_uncommon):
        return mention.is_whole or how != ALONE or mention.words > 1 or mention.is_rare
    if mention.has_figures and mention.words and not _is_numbered(heard, mention):
        # `type winter twenty twenty five`, `tuesday one two`: an ordinary word and figures
        return how == PUT or (talk == _ASKED and mention.is_whole)
    month = heard.atoms[mention.first].cls is Class.MONTH and mention.is_whole
    return after is not None and month and not mention.has_figures


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
