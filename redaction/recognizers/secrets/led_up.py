"""What leads up to a word that is mentioned, not used: `type`, `it's`, `changed it to`, nothing."""

from collections.abc import Sequence

from redaction.language.tables import by_first_word, phrases_in, words_in
from redaction.language.words import Atom, Class
from redaction.recognizers.found import Heard

ALONE, PUT, COPULA = 1, 2, 3
"""How a row is led up to: by nothing or an interjection, by `type` and the like, by `it's`."""

_PUTS = words_in("""
begins chose choose ends guess enter entered entering key letters like lowercase pick picked put
putting reads said say says scribbled see shows starts temporary tried try trying type typed typing
uppercase using with written wrote
""")
_PUTS_IT = by_first_word(
    phrases_in("""
put in, puts in, type in, typed in, punch in, key in, tell him, tell her, tell them, tell me, told
her, told him, told them, it's on, it on, set it to, set to, changed it to, changed to, change it
to, change to, i use, we use, you use, he uses, she uses, make it, made it, made that, call it,
called it, i'll have, i'd like, i have, like to use, to use, did to, something like, going to be,
will be, should be, let's have, let us have, we'll have, we'll say, let's say, let's do, let's go,
go for, back to, i had, we had, you had, given you, gave you, give you, small letters, all lower
case, all one word, lower case, starts with, start with, starting with, begin with, go with, going
with, went with, stick with, stuck with, sign in with, log in with, in with, swap it to, switch to,
swap to, down as, stored as, saved as, recorded as, listed as, set as, showing as, got it as, have
it as, is it, was it, would it be, might it be, used to be, supposed to be, meant to be, has
to be, how about, what about, can it be, could it be, can i have, can we have, shall we say, ask
about, said to say, says to say, told me to say, told to say, always uses, sometimes uses
""")
)
_IT = words_in("it that mine ours them")
_CHANGES = words_in("altered change changed reset set switch switched updated")
_ADVERBIAL = 6
_NOUNS = words_in("password passphrase codeword keyword word phrase")
_QUALITIES = ("ing", "ed", "ful", "less", "ous", "ive", "y")
_OF_NOUNS = words_in("code key pass safe secret memorable security magic")
_IS = words_in("""
is it's its was that's thats one's still you're word's password's passphrase's phrase's code's
answer's
""")
OPENS = words_in("""
ah alright and done fine ha maybe no noted oh okay ok or perhaps probably right so sorry sure then
think um uh erm er guess well yeah yep yes now hope again
""")


def led_up_to(heard: Heard, i: int) -> int:
    """How a row of words that begins here would be mentioned; 0 if it would be used."""
    atoms = heard.atoms
    if i == 0 or i in heard.times.breaks or atoms[i - 1].stop or i in heard.starts:
        return ALONE
    before = atoms[i - 1]
    if before.text in _PUTS or _is_put(atoms, i):
        return PUT
    if before.text in _IS:
        return COPULA
    filled = before.cls in (Class.FILLER, Class.CORRECTION)
    if before.text == "no" and atoms[i].text.endswith("s"):
        return 0  # `no dramas`
    if before.text == "so" and atoms[i].text.endswith(_QUALITIES) and not atoms[i].capital:
        return 0  # `so satisfying`
    return ALONE if filled or before.text in OPENS else 0


def _is_put(atoms: Sequence[Atom], i: int) -> bool:
    if is_changed_to(atoms, i - 1) or _is_from(atoms, i):
        return True
    for at in (i - 2, i - 3):
        for words in _PUTS_IT.get(atoms[at].text, ()) if at >= 0 else ():
            if len(words) == i - at and tuple(a.text for a in atoms[at:i]) == words:
                return True
    return False


def _is_from(atoms: Sequence[Atom], i: int) -> bool:
    """`From walrus to gherkin.`"""
    first = i - 1 if atoms[i - 1].text == "from" else max(i - 3, 0)
    begins_so = first == 0 or bool(atoms[first - 1].stop)
    return atoms[first].text == "from" and begins_so and atoms[i - 1].text in ("from", "to")


def is_changed_to(atoms: Sequence[Atom], i: int) -> bool:
    """The `to` of `changed it ages ago to`, the `it` of `he made it`: what comes is what it is."""
    if atoms[i].text in _IT and i:
        return atoms[i - 1].text == "made" and not atoms[i].stop
    if atoms[i].text != "to" or atoms[i].stop:
        return False
    at = i - 1
    while at > 0 and i - at < _ADVERBIAL and not atoms[at].stop:
        if atoms[at].text in _IT and atoms[at - 1].text in _CHANGES:
            return True
        at -= 1
    return False


def is_apposed(atoms: Sequence[Atom], i: int) -> bool:
    """`She gave you a code word last time, lemon sherbet`: what was called a word is told."""
    if not i or atoms[i - 1].stop != ",":
        return False
    at = i - 1
    while at > 1 and i - at < _ADVERBIAL + 1 and (at == i - 1 or not atoms[at].stop):
        if atoms[at].text in _NOUNS:
            first = at - 2 if atoms[at - 1].text in _OF_NOUNS else at - 1
            return atoms[first].text in ("a", "the")
        at -= 1
    return False
