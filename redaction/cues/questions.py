"""Questions by their make, not by phrases: what is asked for when somebody asks for words.

A question names what it wants in a noun at its end ("and what's the property?"), in a word of one's
own life ("what did you want to be when you grew up"), or with who and where.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from redaction.cues.mail_asked import asks_for_mail
from redaction.cues.nouns_asked import BE, LIGHT, is_noun_asked
from redaction.cues.places_asked import asks_for_place
from redaction.cues.question_words import BEFORE_WHO, FIRST_PERSON, REQUESTS, YOU
from redaction.cues.secrets_asked import asks_for_secret, asks_of_childhood, hinted, talks_of_secret
from redaction.evidence.units import asks_measure
from redaction.language.tables import words_in
from redaction.language.words import Atom, Class

OF_LIFE = words_in("""
childhood maiden nickname favourite favorite fondest dream idol hero honeymoon grew grow born eldest
oldest youngest grandmother grandmother's grandfather grandfather's grandma's grandpa's mother's
mum's mom's father's dad's memorable mascot spouse's birthplace hometown hobby
""")
FIRSTS = words_in("""
album band boss boyfriend car cat child concert crush date dog employer film flat girlfriend hero
holiday home house job kiss love memory movie pet phone pony road school song street teacher wheels
word
""")
_LIFE = words_in("school pet teacher cat dog spouse husband wife hero nickname street road")
_MET = words_in("meet met marry married attend attended went raised")
_OF_KEYS = words_in("wifi wi-fi network wireless security encryption product router")
_ASKS = words_in("""
what what's whats what'd what've which where where's where'd who who's who'd whose whom when when'd
how how'd
""")
_NEEDS = words_in("need want after")
_WANTS = words_in("asking prompting wants needs")
_PLACES = words_in("""
address addresses street city town state county suburb province zip postcode house property premises
village borough district landmark residence precinct parish estate building flat unit apartment
tower block plot lot suite box neighbourhood neighborhood locality pincode colony intersection
crossroads whereabouts pickup dropoff doorstep
""")
_FRAGMENT = 9
_SHORT = 4
"""Words of a clause that is hardly more than its noun: `present address with pin`."""
_WHEN = frozenset({"when", "date"})

_THEIR_OWN = words_in("""
store shop office branch station stop exit bus train far nearest closest parking close open
""")
"""Words of a question for the firm's own place."""

_PEOPLE = words_in("""
beneficiary beneficiaries nominee spouse dependent dependents patient student driver passenger
passengers owner keyholder tenant tenants landlord guest guests bride groom receiver recipient
keeper caller names surname surnames forename forenames parent parents guardian child child's
children doctor teacher manager party executor witness deceased contact
""")
_SECRETS = words_in("""
passphrase passcode's phrase codeword password passwords keyword watchword passkey
""")
_OF_PASSCODES = words_in("your verbal account telephone phone security spoken")
_PARTS_OF_NAMES = words_in("first last middle second given family")
_BEFORE_PARTS = (["and"], ["your"], ["the"], ["or"], ["her"], ["his"])
_OF_SECRETS = words_in("code secret safe magic security memorable watch duress verbal telephone")
"""What stands before `word`, where that is a secret."""
_USES = words_in("use used using pick picked choose chose chosen set tried try")
_THINGS = words_in("""
airline airport app appliance bag band brand breed browser bus cabin channel colour color connection
course coverage cuisine currency day destination detergent device diet dish dosage drink drug
error feature film flavour flavor flight fly flying food fuel game handset ingredient ingredients
item language laptop lights light machine make manufacturer material meal medication medicine menu
message model month network operating package phone plan platform print printer problem product
programme program reason router screen service setting show shown size software sort source special
spec station stop style symptom symptoms system tablet taking train tv type vaccine vehicle version
website weather wrong happening happened doing going mean means matter temperature time trip travel
watch watching holiday room brakes vacuum stock cover have
""")
"""Of a question whose answer is a thing, however strange its name: `which detergent?`"""

_MAIL = words_in("email e-mail mail mailbox inbox")
_WRITES = words_in("send sent sending got receive received by via did in the our")
ASKED_WORD = "asked_word"
"""Any question that may have a word for an answer which is nobody else's business."""
_WHO = words_in("who who's whose whom")
_HISTORY = words_in("question questions hint hints")
_ANY_QUESTION = words_in("quick general daft silly stupid dumb random odd weird little a no any")
_PROMPTS = words_in("question question's questions prompt prompts hint")
_FAVOURED = words_in("""
author band book city country dish drink film food game holiday hobby movie place show singer song
sport street subject teacher team toy town player actor pet animal
""")
_WAS_FOND = words_in("""
hate hated honeymooned liked loathe love loved married met played stand support supported watch
watched grew lived wanted adored
""")
"""`city you honeymooned in?`, `food you can't stand?`: what one did all one's life."""


class Question(NamedTuple):
    """What a clause asks for, and the word that says so."""

    kind: str
    at: int


def questions_in(atoms: Sequence[Atom]) -> Iterator[Question]:
    """The questions for names, addresses and secrets among some words."""
    first, in_security = 0, False
    for i, atom in enumerate(atoms):
        ends = atom.stop in (".", "?", "!", ";") or i + 1 == len(atoms)
        if not ends:
            continue
        clause = atoms[first : i + 1]
        in_security = in_security or _is_history([a.text for a in clause])
        for kind, at in _asked(clause, in_security=in_security):
            yield Question(kind, first + at)
        first = i + 1


def _asked(clause: Sequence[Atom], *, in_security: bool) -> Iterator[Question]:
    texts = [atom.text for atom in clause]
    if (at := asks_for_secret(texts)) is not None:
        yield Question("password", at)
    elif (talk := talks_of_secret(texts)) is not None:
        yield Question(*talk)
    asks_something = is_question(clause, texts)
    if asks_something and _THINGS.isdisjoint(texts):
        yield Question(ASKED_WORD, len(texts) - 1)
    if not _WHO.isdisjoint(texts):
        yield from _who(clause)
    if (hint := hinted(texts)) is not None:
        yield Question("security_answer", hint)
    if (at := asks_of_childhood(texts)) is not None:
        yield Question("security_answer", at)
    wanted = _is_wanted(texts)
    if _is_of_fondness(texts):
        yield Question("security_answer", len(texts) - 1)
        return
    if not (asks_something or wanted):
        return
    asks = next((i for i, text in enumerate(texts) if text in _ASKS), None)
    life = _of_life(texts, asks=asks, wanted=wanted)
    if life is None and in_security and asks is not None and texts[asks] != "how":
        life = len(texts) - 1
    if life is not None:
        yield Question("security_answer", life)
        return
    if not asks_something:
        return
    if asks_for_place(texts):
        yield Question("address", len(texts) - 1)
    yield from (Question("password", i) for i in range(len(texts)) if _is_secret(texts, i))
    if len(texts) <= _SHORT and texts[-1] in _PARTS_OF_NAMES and texts[-2:-1] in _BEFORE_PARTS:
        yield Question("asked_name", len(texts) - 1)
    mail = next((i for i, text in enumerate(texts) if text in _MAIL), None)
    if mail is not None and len(texts) - mail <= _SHORT and _WRITES.isdisjoint(texts):
        yield Question("email", mail)
    elif asks_for_mail(texts):
        yield Question("email", len(texts) - 1)
    noun = _last_noun(texts)
    chosen = None if asks is None else _chosen(texts, asks)
    if asks_measure(texts) or not _THEIR_OWN.isdisjoint(texts):
        return
    short = set(range(len(texts))) if len(texts) <= _SHORT else set()
    for kind, nouns in (("address", _PLACES), ("name", _PEOPLE)):
        for at in sorted({at for at in (noun, chosen) if at is not None} | short):
            is_named = texts[at].removesuffix("'s") in nouns
            if is_named and is_noun_asked(clause, at, kind=kind):
                yield Question(kind, at)


def _is_secret(texts: Sequence[str], i: int) -> bool:
    """`passphrase`, `code word`, `the word you chose`, `what does it say for the key`."""
    text = texts[i]
    if text in _SECRETS or (text == "passcode" and not _OF_PASSCODES.isdisjoint(texts)):
        return True
    a_word = text == "word" and i > 0 and texts[i - 1] in ("a", "the", "your", "that")
    if a_word and texts[i + 1 : i + 2] in (["from"], ["please"], []):
        return not YOU.isdisjoint(texts)
    if text in ("word", "phrase") and i and texts[i - 1] in _OF_SECRETS:
        return True
    if text == "key":
        return not _ASKS.isdisjoint(texts[:i]) or not _OF_KEYS.isdisjoint(texts[:i])
    if text in ("word", "phrase") and i == _last_noun(texts) and not YOU.isdisjoint(texts[:i]):
        return True
    chosen = not _USES.isdisjoint(texts[i + 1 :]) and not YOU.isdisjoint(texts[i + 1 :])
    return chosen and text in ("word", "words", "phrase")


def is_question(clause: Sequence[Atom], texts: Sequence[str]) -> bool:
    """By its mark, its first words, or because it is hardly more than a noun."""
    if clause[-1].stop == "?" or (len(texts) <= 4 and texts[-1] not in FIRST_PERSON):
        return True
    return not _ASKS.isdisjoint(texts) or not REQUESTS.isdisjoint(texts[:5])


def _is_history(texts: Sequence[str]) -> bool:
    """Whether questions of one's own are announced: not by `quick question, when do you open?`"""
    return any(
        text in _HISTORY and (not i or texts[i - 1] not in _ANY_QUESTION)
        for i, text in enumerate(texts)
    )


def _is_of_fondness(texts: Sequence[str]) -> bool:
    """`and the city you honeymooned in?`, `movie you'd watch over and over?`"""
    at = next((i for i, text in enumerate(texts[:3]) if text in _FAVOURED), None)
    if at is None or not at + 1 < len(texts) <= _FRAGMENT:
        return False
    return texts[at + 1] in YOU and not _WAS_FOND.isdisjoint(texts[at + 2 : at + 6])


def _is_wanted(texts: Sequence[str]) -> bool:
    """`it's your favourite player I need`, `it's asking for your first pet`."""
    wanted = len(texts) > 1 and texts[-1] in _NEEDS and texts[-2] in FIRST_PERSON
    prompts = not _PROMPTS.isdisjoint(texts) and not YOU.isdisjoint(texts)
    prompts = prompts and FIRST_PERSON.isdisjoint(texts)
    return wanted or prompts or not _WANTS.isdisjoint(texts[:5])


def _of_life(texts: Sequence[str], *, asks: int | None, wanted: bool) -> int | None:
    """The word of one's own life that is asked about."""
    if (
        asks is None
        and not wanted
        and not any(t in ("name", "tell", "word") for t in texts)
        and len(texts) > 5
    ):
        return None
    if any(text in _WHEN for text in texts[:3]):
        return None
    for i, text in enumerate(texts):
        if text in OF_LIFE and (text != "grow" or texts[i + 1 : i + 2] == ["up"]):
            return i
        if text in FIRSTS and any(
            t in ("first", "best", "earliest") for t in texts[max(0, i - 3) : i]
        ):
            return i
        if asks is not None and text in _MET and "you" in texts and "where" in texts:
            return i
        named = text in _LIFE and "name" in texts[:i]
        if named and (YOU & set(texts) or "of" in texts[:i]):
            return i
    return None


def _last_noun(texts: Sequence[str]) -> int | None:
    """The last word of weight: `and the property please`."""
    at = len(texts) - 1
    while at >= 0 and texts[at] in LIGHT:
        at -= 1
    return at if at >= 0 else None


def _chosen(texts: Sequence[str], asks: int) -> int | None:
    """The noun of `which student are you calling about`."""
    chooses = texts[asks] in ("which", "what", "whose") and asks + 1 < len(texts)
    return asks + 1 if chooses else None


def _who(clause: Sequence[Atom]) -> Iterator[Question]:
    """`who's driving`, `and who should we notify`: not `the one who called`."""
    for i, atom in enumerate(clause):
        if atom.text not in _WHO:
            continue
        before = clause[i - 1] if i else None
        begins = before is None or bool(before.stop) or before.text in BEFORE_WHO
        begins = begins or before is not None and before.cls is Class.FILLER
        asked = atom.text != "who" or (i + 1 < len(clause) and clause[i + 1].text in BE)
        if (
            begins
            and asked
            and not FIRST_PERSON.intersection(a.text for a in clause[i + 1 : i + 3])
        ):
            yield Question("name", len(clause) - 1)
            return
