"""Talk of a secret made of words: what asks for one, and what only shows that one may be told.

People who guard something seldom say `password`: they say the word they were left, what you typed,
how you get in. A clause that wants such a word asks for a secret. One that is only about doors,
logins and proofs opens talk of one, in which words that are mentioned, not used, are the secret.
"""

from collections.abc import Sequence

from redaction.common_words import FUNCTION_WORDS
from redaction.tables import by_first_word, phrases_in, words_in

SECRET_TALK = "secret_talk"
"""Words about a secret, a login or a proof: no question for one."""

_WORDS = words_in("word words phrase")
_BEFORE_WORD = words_in("""
a the your our her his their my an some secret right that two three four five
""")
_SPEAKERS = words_in("""
you you've you'd she he they we i she's he's they've we've i've her him me us to for the that
""")
_LEFT = words_in("""
agree agreed arranged asks ask choose chose chosen file gave give given got has have know left made
need needs pick picked put recorded require required said say set tell told use used uses want wants
""")
_OTHER_WORDS = frozenset(
    phrases_in("""
have a, had a, have the, in a, in the, get a, not a, put in a, take my, took my, in your, at your,
keep my, keep your, keep their, spread the, last, final, good, single, every, of the, for the,
than the, say the, just say the, give the, is the
""")
)
"""What stands before `word` where it is none of its own: `can I have a word with her`."""

_PROVES = by_first_word(
    phrases_in("""
prove it's you, prove its you, prove you're, prove you are, prove who, prove it is you, know it's
you, know its you, know you're really, know it's really, sure it's you, sure it's really you, show
it's you, that it's you, to prove it, verify yourself, verify that it's, verify it's, verify you're,
verify who, can you verify, could you verify, please verify, confirm it's you, confirm it's really,
prove that you, prove that it's, authenticate yourself
""")
)
_WHOLE = ("verify", "prove")
"""At the end of a short clause, with nothing behind it that is verified."""

_SHORT = 5

_WHAT = words_in("what whatever which what've what'd")
_PICKS = words_in("""
choose chose chosen pick picked picking use used using put putting typing typed enter entered
entering set login log sign leave left keep kept say trying tried
""")
_WHO_PICKS = words_in("you you're you've you'd he she they he'd she'd they'd i we")

_TALK = by_first_word(
    phrases_in("""
log in, log into, log on, logging in, logging on, logged in, logged on, logged out, log back, login,
logins, sign in, sign into, signing in, signed in, sign on, get in, get into, getting into,
got into, let me in, let us in, let you in, let them in, lets me in, get online, get on line,
locked out, locked me out, lock me out, locks me out, locked us out, wifi, wi-fi, wi fi, why fi,
wireless, unlock, unlocks, keypad, doorman, concierge, voicemail, voice mail, credentials, username,
user name, user id, case sensitive, capital letters, lower case, lowercase, upper case, all small,
small letters, all caps, no caps, no spaces, a clue, the clue, the hint, a hint, challenge, verify,
verification, for your protection, for her privacy, for his privacy, for your privacy, for security,
for your security, security purpose, security purposes, security reasons, keyword, key word,
temporary one, a temporary, default one, the default, pass something, access word,
passkey, pass key, network name, the network, user is, a sticker underneath, second box, bottom box,
box below, next box, safe phrase, log me in, logs me in, allowed to collect, allowed to pick,
a note that says, admin, remind me what, changed it and, changed it on, won't remember, says key,
the key, key is, say key, forgot it, forgotten it, case letters, with a capital, capital letter
""")
)


_ACCESS = words_in("""
access app browser caps character characters computer cursor enter eye field fob identity
internet keyboard laptop letters lock locked locker login modem online phrase privacy proof prove
protected router safe screen secret secrets secure security tab tablet tv type typed types typing
unlocked voice wifi words
""")
"""Of doors, devices and proofs: where one gets in with a word."""


def asks_for_secret(texts: Sequence[str]) -> int | None:
    """The word of a clause that asks for a secret, or says that one was agreed on."""
    for i, text in enumerate(texts):
        if text in _WORDS and _is_agreed(texts, i):
            return i
        if text in _PROVES and any(_reads(texts, i, words) for words in _PROVES[text]):
            return _if_intransitive(texts, i)
        if text in _WHOLE and i + 1 == len(texts) <= _SHORT:
            return i
    return None


def _if_intransitive(texts: Sequence[str], i: int) -> int | None:
    """`can you verify`, `verify it's you`: not `can you verify your address`."""
    rest = texts[i + 1 :]
    objects = [t for t in rest if t not in FUNCTION_WORDS and t not in ("verify", "prove")]
    return None if objects else len(texts) - 1


def _is_agreed(texts: Sequence[str], i: int) -> bool:
    """`the word the owner left`, `ask you for a word`, `the phrase you gave us`."""
    if i == 0 or texts[i - 1] not in _BEFORE_WORD or not _OTHER_WORDS.isdisjoint(_before(texts, i)):
        return False
    after, before = texts[i + 1 : i + 8], texts[max(0, i - 7) : i]
    if after[:1] in (["of"], ["with"], ["about"], ["on"], ["in"], ["processor"]):
        return False
    left = not _LEFT.isdisjoint(after) and not _SPEAKERS.isdisjoint(after)
    if texts[i] == "phrase":
        left = left or (not _LEFT.isdisjoint(before) and not _SPEAKERS.isdisjoint(before))
    there = "there's" in before or ("there" in before and "is" in before)
    return left or (not after and (there or not _LEFT.isdisjoint(before)))


def _before(texts: Sequence[str], i: int) -> set[str]:
    return {" ".join(texts[max(0, i - n) : i]) for n in (1, 2, 3)}


def talks_of_secret(texts: Sequence[str]) -> int | None:
    """Where a clause speaks of what secrets are for; or of words as such."""
    texts = [text.removesuffix("'s") for text in texts]
    for i, text in enumerate(texts):
        if text in _TALK and any(_reads(texts, i, words) for words in _TALK[text]):
            return i
        if text in _ACCESS or (text in _WORDS and i and texts[i - 1] in _BEFORE_WORD):
            return i
        if text in _WHAT and _chooses(texts[i + 1 : i + 10]):
            return i
    return None


def _chooses(after: Sequence[str]) -> bool:
    """`what did you choose`, `what you use to log in`: not `what you use on a gate`."""
    nothing_else = all(t in _PICKS or t in FUNCTION_WORDS or t.endswith("'ve") for t in after)
    return nothing_else and not _WHO_PICKS.isdisjoint(after) and not _PICKS.isdisjoint(after)


def _reads(texts: Sequence[str], at: int, words: tuple[str, ...]) -> bool:
    return tuple(texts[at : at + len(words)]) == words
