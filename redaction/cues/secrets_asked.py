"""Talk of a secret made of words: what asks for one, and what only shows that one may be told.

People who guard something seldom say `password`: they say the word they were left, what you typed,
how you get in. A clause that wants such a word asks for a secret. One that is only about doors,
logins and proofs opens talk of one, in which words that are mentioned, not used, are the secret.
"""

from collections.abc import Sequence

from redaction.cues.agreed_words import WORDS, is_asked_for, is_spoken_of
from redaction.language.common_words import FUNCTION_WORDS
from redaction.language.tables import by_first_word, phrases_in, words_in

SECRET_TALK = "secret_talk"
"""Words about a secret, a login or a proof: no question for one."""
ACCESS_TALK = "access_talk"
"""Words about what one gets into, or types on: less than that."""
TALK = frozenset({SECRET_TALK, ACCESS_TALK})

_PROVES = by_first_word(
    phrases_in("""
prove it's you, prove its you, prove you're, prove you are, prove who, prove it is you, know it's
you, know its you, know you're really, know it's really, sure it's you, sure it's really you, show
it's you, that it's you, to prove it, verify yourself, verify that it's, verify it's, verify you're,
verify who, know he's ours, know they're ours, can you verify, could you verify, please verify,
confirm it's you, confirm it's really, prove that you, prove that it's, authenticate yourself
""")
)
_WHOLE = ("verify", "prove")
"""At the end of a short clause, with nothing behind it that is verified."""

_SHORT = 5
_SO_MANY = words_in("two three four five six")
"""`Just four words.`: what a passphrase is to be."""

_BETWEEN = words_in("""
all and between dashes hyphens in joined lowercase no small spaces together underscores with without
""")
_WHAT = words_in("what whatever which what've what'd")
_PICKS = words_in("""
choose chose chosen pick picked picking use used using put putting typing typed enter entered
entering set login log sign leave left keep kept say trying tried say saying quote quoting tell
agreed arranged arrange registered recorded uses gave given
""")
_OBJECTS = words_in("me us him her them you it up")
_AT = words_in("at before from over so to up when with")
_ALONG = words_in("""
account admission beforehand desk door enrolled enrolment file gate joined know phone
registered registration reception ring ringing rings telephone us you
""")
"""Where or when one says what one chose."""
_LIGHT = _PICKS | words_in("need needs people like")
_OF_VERBS = ("'ve", "'ll", "y'd", "u'd", "e'd")
_KNOWN = words_in("know knows knew")
_CHALLENGED = words_in("it that them this the a your his her my their")
_ARTICLES = words_in("the a that this")
_OWNED = words_in("the my your his her our their it this that mine everything")
_ARRIVALS = words_in("time time's late early")
_SOMEWHERE = words_in("outside at off in on near by down while until round")
_ADMITTED = words_in("free at for early late touch contact before after by")
_READS = words_in("says reads")
_QUOTED = words_in("what what's where who who's which whose")
_KEPT = words_in("agreed arranged chose chosen left picked recorded registered set")
_NEGATED = words_in("don't didn't doesn't won't haven't hasn't not never")
_WHO_PICKS = words_in("you you're you've you'd he she they he'd she'd they'd i we")

_TALK = by_first_word(
    phrases_in("""
log in, log into, log on, logging in, logging on, logged in, logged on, logged out, log back, login,
logins, sign in, sign into, signing in, signed in, sign on, get in, get into, getting into, got
into, let me in, let us in, let you in, let them in, lets me in, get online, get on line, locked
out, locked me out, lock me out, locks me out, locked us out, wifi, wi-fi, wi fi, why fi, wireless,
unlock, unlocks, keypad, doorman, concierge, voicemail, voice mail, credentials, username, user
name, user id, case sensitive, capital letters, lower case, lowercase, upper case, all small, small
letters, all caps, no caps, no spaces, a clue, the clue, the hint, a hint, challenge, verify,
verification, for your protection, for her privacy, for his privacy, for your privacy, for security,
for your security, security purpose, security purposes, security reasons, keyword, key word, you a
temporary, set a temporary, to a temporary, temporary one, default one, the default, pass something,
access word, passkey, pass key, network name, the network, user is, a sticker underneath, second
box, bottom box, box below, next box, safe phrase, log me in, logs me in, allowed to collect,
allowed to pick, a note that says, admin, remind me what, changed it and, changed it on, won't
remember, says key, the key, key is, say key, forgot it, forgotten it, case letters, with a capital,
capital letter, reset link, isn't matching, not matching, doesn't match, does not match, didn't
match, not what i've got, not what i have, not what we have, not what we've, knows what to say, know
what to say, told what to say, a verbal, verbal passcode, hear from you, says to ask, note to ask,
told to ask, said to say, says to say, told me to say, told to say, told us to say, said to quote,
told me to quote, pretending to be, an activation, alarm activation, false alarm, stand them down,
stand down, keyholder, cancel the police, cancel dispatch, cancel the dispatch, intruder alarm,
burglar alarm, alarm monitoring, alarm company, panic alarm, monitoring station
""")
)


_ACCESS = words_in("""
access app browser caps character characters computer cursor enter eye field fob identity
internet keyboard laptop letters lock locked locker login modem online phrase privacy proof prove
protected router safe screen secret secrets secure security tab tablet tv type typed types typing
unlocked voice wifi words
""")
"""Of doors, devices and proofs: where one gets in with a word."""


_HINTS = words_in("hint hints clue nudge")
_NO = words_in("no not haven't hasn't hadn't without don't doesn't any that's")
_WHICH_CLUE = words_in("a her his my our password that the their this your")


def hinted(texts: Sequence[str]) -> int | None:
    """`the clue says`: not `I haven't a clue`, nor `a useful clue`."""
    at = next((i for i, text in enumerate(texts) if text in _HINTS), None)
    if at is None or texts[at] != "clue":
        return at
    led = texts[max(0, at - 4) : at]
    return at if led and led[-1] in _WHICH_CLUE and _NO.isdisjoint(led) else None


def asks_for_secret(texts: Sequence[str]) -> int | None:
    """The word of a clause that asks for a secret, or says that one was agreed on."""
    for i, text in enumerate(texts):
        if text in WORDS and is_asked_for(texts, i):
            return i
        if text in _PROVES and any(_reads(texts, i, words) for words in _PROVES[text]):
            return _if_intransitive(texts, i)
        if text in _WHOLE and i + 1 == len(texts) <= _SHORT:
            return i
        if text == "words" and _is_form(texts, i):
            return i
    return None


def _is_form(texts: Sequence[str], i: int) -> bool:
    """`just four words`, `three words with dashes`: what is to be told, not what it is like."""
    counted = 0 < i <= _SHORT - 2 and texts[i - 1] in _SO_MANY and "in" not in texts[:i]
    return counted and all(text in _BETWEEN for text in texts[i + 1 :])


_CHILDHOOD = by_first_word(
    phrases_in("""
as a kid, as a child, as a boy, as a girl, as a teenager, as a youngster, as a little, as kids, when
you were little, when you were small, when you were young, when you were a, when you were at school,
when you were growing, growing up, into this world, into the world
""")
)
_ONESELF = words_in("you you'd you've your yours you're")


def asks_of_childhood(texts: Sequence[str]) -> int | None:
    """`what did they call you when you were little`, `your dream job as a kid`: its last word."""
    if _ONESELF.isdisjoint(texts):
        return None
    if texts[-3:] == ["wanted", "to", "be"] and "what" in texts:
        return len(texts) - 1
    early = any(_reads(texts, i, p) for i, t in enumerate(texts) for p in _CHILDHOOD.get(t, ()))
    return len(texts) - 1 if early else None


def _if_intransitive(texts: Sequence[str], i: int) -> int | None:
    """`can you verify`, `verify it's you`: not `can you verify your address`."""
    rest = texts[i + 1 :]
    objects = [t for t in rest if t not in FUNCTION_WORDS and t not in ("verify", "prove")]
    return None if objects else len(texts) - 1


def talks_of_secret(texts: Sequence[str]) -> tuple[str, int] | None:
    """Where a clause speaks of what secrets are for, or of words as such; else of devices."""
    texts = [text.removesuffix("'s") for text in texts]
    access: tuple[str, int] | None = None
    for i, text in enumerate(texts):
        if (
            text in _TALK
            and any(_reads(texts, i, words) for words in _TALK[text])
            and not _is_other(texts, i)
        ):
            return SECRET_TALK, i
        if text in WORDS and is_spoken_of(texts, i):
            return SECRET_TALK, i
        if text in _WHAT and _chooses(texts[i + 1 : i + 12]):
            return SECRET_TALK, i
        if text in _READS and i < _SHORT and _quotes_question(texts[i + 1 :]):
            return SECRET_TALK, i
        if text == "something" and _is_left(texts, i):
            return SECRET_TALK, i
        if text == "only" and _is_known_only(texts[i + 1 : i + 5]):
            return SECRET_TALK, i
        if access is None and text in _ACCESS:
            access = ACCESS_TALK, i
    return access


def _is_other(texts: Sequence[str], i: int) -> bool:
    """`the sign on the door`, `challenge it`, `I got into Euston`, `what time's it get in?`: the
    same words, and nobody lets anybody in for a secret."""
    before, after = texts[i - 1 : i], texts[i + 1 : i + 2]
    if texts[i] == "challenge":
        return bool(after) and after[0] in _CHALLENGED
    if texts[i] == "sign":
        return bool(before) and before[0] in _ARTICLES
    if texts[i] == "temporary":
        return not _SOMEWHERE.isdisjoint(texts[i + 2 : i + 3])
    if texts[i] not in ("get", "got", "getting"):
        return False
    if after == ["into"]:
        return texts[i] == "got" and _OWNED.isdisjoint(texts[i + 2 : i + 3])
    arrives = not _ARRIVALS.isdisjoint(texts[:i]) or before in (["it"], ["train"])
    return arrives or not _ADMITTED.isdisjoint(texts[i + 2 : i + 3])


def _is_known_only(after: Sequence[str]) -> bool:
    """`a word only you would know`: not `I only want to know`."""
    at = next((i for i, text in enumerate(after) if text in _KNOWN), 0)
    return at > 0 and "to" not in after[:at]


def _quotes_question(said: Sequence[str]) -> bool:
    """`it just says, what's in the attic?`: somebody's own question, read out."""
    return len(said) > 2 and said[0] in _QUOTED and said[1] not in ("to", "time", "you", "i")


def _is_left(texts: Sequence[str], i: int) -> bool:
    """`you set up something else with us`."""
    before = texts[max(0, i - 4) : i]
    return not _KEPT.isdisjoint(before) and not _WHO_PICKS.isdisjoint(before)


def _chooses(after: Sequence[str]) -> bool:
    """`what did you choose`, `what you use to log in`, `what he'll say at the door`: not `what you
    use on a gate`."""
    picks = [i for i, text in enumerate(after) if text in _PICKS]
    if not picks or _WHO_PICKS.isdisjoint(after[: picks[-1]]):
        return False
    rest = after[picks[-1] + 1 :]
    while rest and rest[0] in _OBJECTS:
        rest = rest[1:]
    if not _NEGATED.isdisjoint(after):
        return False  # `bring back what you don't use`
    nothing_else = all(t in _PICKS or t in FUNCTION_WORDS or t[-3:] in _OF_VERBS for t in after)
    along = bool(rest) and rest[0] in _AT and not _ALONG.isdisjoint(rest[:5])
    led = all(t in _LIGHT or t in FUNCTION_WORDS for t in after[: picks[-1]])
    return nothing_else or (along and led)


def _reads(texts: Sequence[str], at: int, words: tuple[str, ...]) -> bool:
    return tuple(texts[at : at + len(words)]) == words
