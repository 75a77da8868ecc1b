"""Questions by their make, not by phrases: what is asked for when somebody asks for words.

A question names what it wants in a noun at its end ("and what's the property?"), in a word of one's
own life ("what did you want to be when you grew up"), or with who and where.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from redaction.recognizers.street_words import SURE_STREET
from redaction.secrets_asked import SECRET_TALK, asks_for_secret, talks_of_secret
from redaction.tables import words_in
from redaction.words import Atom, Class

_ASKS = words_in("what what's whats which where where's who who's whose whom when how")
_REQUESTS = words_in("""
can could may tell give confirm provide verify spell repeat say need take grab have read
""")
_YOU = words_in("you your you're you've you'd yours")
_FIRST_PERSON = words_in("i i'm i'll i'd we we're my me our us")
_BACKWARD = words_in("did bought buy hear heard find found see saw get got read order ordered")
_PERSONS = words_in("you your you're she's he's he she they they're his her their")

OF_LIFE = words_in("""
childhood maiden nickname favourite favorite fondest dream idol hero honeymoon grew grow born eldest
oldest youngest grandmother grandmother's grandfather grandfather's grandma's grandpa's mother's
mum's mom's father's dad's memorable memory mascot spouse's birthplace hometown hobby
""")
FIRSTS = words_in("""
album band boss boyfriend car cat child concert crush date dog employer film flat girlfriend hero
holiday home house job kiss love movie pet phone pony road school song street teacher word
""")
_LIFE = words_in("school pet teacher cat dog spouse husband wife hero nickname street road")
_MET = words_in("meet met marry married attend attended went raised")
_OF_KEYS = words_in("wifi wi-fi network wireless security encryption product router")
_WHERE = words_in("where where's whereabouts wheres where're where'd")
_LIVES = words_in("""
are based born grew live lived living reside residing stay staying were work want would
""")
"""`where you live`; of other verbs it says where on a thing: `near where you sign`."""
_SHORT = 4
"""Words of a clause that is hardly more than its noun: `present address with pin`."""
_WHEN = frozenset({"when", "date"})

_PLACES = words_in("""
address addresses street city town state county suburb province zip postcode house property premises
village borough district landmark residence precinct parish estate building flat unit apartment
tower block plot lot suite box neighbourhood neighborhood locality pincode colony intersection
crossroads whereabouts pickup dropoff doorstep
""")
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
_HEADING = words_in("going heading coming travelling traveling from to too driving moving headed")
_ITS = words_in("it it's this that these those they the")
_FLIES = words_in("fly flying flies flight travel travelling traveling holiday")
_OURS = words_in("we we're you i'd you'd")
_SENT = words_in("""
delivered delivering dispatching going headed heading kept living posted posting sending sent
shipped shipping
""")
"""`where's it going`: to whom, not which of the firm's places."""
_TIMES = words_in("when time times day days")
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

_MAIL = words_in("email e-mail mail mailbox")
_WRITES = words_in("send sent sending got receive received by via did in the our")
ASKED_WORD = "asked_word"
"""Any question that may have a word for an answer which is nobody else's business."""
_DETAILS = words_in("""
details detail information info please again then there today now sir ma'am madam love dear mate
""")
_BEFORE_WHO = words_in("""
and so but okay ok then now well know me ask about guess also sorry i exactly of right alright or
just see um uh for to from
""")
_BE = words_in("is are was were am do does should shall will can would did else")
_LIGHT = _DETAILS | _BE | _YOU | {"the", "in", "at", "is", "name", "for"}
_HINTS = words_in("hint hints clue")
_WHO = words_in("who who's whose whom")
_HISTORY = words_in("question questions hint hints clue clues")


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
        in_security = in_security or any(a.text in _HISTORY for a in clause)
        for kind, at in _asked(clause, in_security=in_security):
            yield Question(kind, first + at)
        first = i + 1


def _asked(clause: Sequence[Atom], *, in_security: bool) -> Iterator[Question]:
    texts = [atom.text for atom in clause]
    if (at := asks_for_secret(texts)) is not None:
        yield Question("password", at)
    elif (at := talks_of_secret(texts)) is not None:
        yield Question(SECRET_TALK, at)
    asks_something = is_question(clause, texts)
    if asks_something and _THINGS.isdisjoint(texts):
        yield Question(ASKED_WORD, len(texts) - 1)
    if not _WHO.isdisjoint(texts):
        yield from _who(clause)
    if not _HINTS.isdisjoint(texts):
        yield Question("security_answer", next(i for i, t in enumerate(texts) if t in _HINTS))
    if not asks_something:
        return
    asks = next((i for i, text in enumerate(texts) if text in _ASKS), None)
    life = _of_life(texts, asks=asks)
    if life is None and in_security and asks is not None:
        life = len(texts) - 1
    if life is not None:
        yield Question("security_answer", life)
        return
    where = next((i for i, text in enumerate(texts) if text in _WHERE), None)
    if _heads(texts) or _names_streets(texts) or (where is not None and _asks_where(texts, where)):
        yield Question("address", len(texts) - 1)
    yield from (Question("password", i) for i in range(len(texts)) if _is_secret(texts, i))
    if len(texts) <= _SHORT and texts[-1] in _PARTS_OF_NAMES and texts[-2:-1] in _BEFORE_PARTS:
        yield Question("asked_name", len(texts) - 1)
    mail = next((i for i, text in enumerate(texts) if text in _MAIL), None)
    if mail is not None and len(texts) - mail <= _SHORT and _WRITES.isdisjoint(texts):
        yield Question("email", mail)
    noun = _last_noun(texts)
    chosen = None if asks is None else _chosen(texts, asks)
    if _THEIR_OWN.intersection(texts):
        return
    short = set(range(len(texts))) if len(texts) <= _SHORT else set()
    for kind, nouns in (("address", _PLACES), ("name", _PEOPLE)):
        for at in sorted({at for at in (noun, chosen) if at is not None} | short):
            if texts[at].removesuffix("'s") in nouns:
                yield Question(kind, at)


def _is_secret(texts: Sequence[str], i: int) -> bool:
    """`passphrase`, `code word`, `the word you chose`, `what does it say for the key`."""
    text = texts[i]
    if text in _SECRETS or (text == "passcode" and not _OF_PASSCODES.isdisjoint(texts)):
        return True
    a_word = text == "word" and i > 0 and texts[i - 1] in ("a", "the", "your", "that")
    if a_word and texts[i + 1 : i + 2] in (["from"], ["please"], []):
        return not _YOU.isdisjoint(texts)
    if text in ("word", "phrase") and i and texts[i - 1] in _OF_SECRETS:
        return True
    if text == "key":
        return not _ASKS.isdisjoint(texts[:i]) or not _OF_KEYS.isdisjoint(texts[:i])
    if text in ("word", "phrase") and i == _last_noun(texts) and not _YOU.isdisjoint(texts[:i]):
        return True
    chosen = not _USES.isdisjoint(texts[i + 1 :]) and not _YOU.isdisjoint(texts[i + 1 :])
    return chosen and text in ("word", "words", "phrase")


def _names_streets(texts: Sequence[str]) -> bool:
    """`is that Cudworth Road or Cudworth Close?`"""
    return "or" in texts and sum(text in SURE_STREET for text in texts) > 1


def _heads(texts: Sequence[str]) -> bool:
    """`where from?`, `and going to?`"""
    if (
        texts[-1] in ("in", "at")
        and texts[-2:-1] != ["it"]
        and not _YOU.isdisjoint(texts[-4:-1])
        and len(texts) <= 5
    ):
        return _TIMES.isdisjoint(texts)
    if texts in (["in"], ["and", "in"]):
        return True
    said = [t for t in texts if t in _HEADING or not (t in _BEFORE_WHO or t in _YOU)]
    short = 0 < len(said) <= 3 and all(text in _HEADING or text in _WHERE for text in said)
    return short and (said[-1] in ("from", "to", "too", "headed"))


def is_question(clause: Sequence[Atom], texts: Sequence[str]) -> bool:
    """By its mark, its first words, or because it is hardly more than a noun."""
    if clause[-1].stop == "?" or (len(texts) <= 4 and texts[-1] not in _FIRST_PERSON):
        return True
    return not _ASKS.isdisjoint(texts) or not _REQUESTS.isdisjoint(texts[:5])


def _of_life(texts: Sequence[str], *, asks: int | None) -> int | None:
    """The word of one's own life that is asked about."""
    if asks is None and not any(t in ("name", "tell", "word") for t in texts) and len(texts) > 5:
        return None
    if any(text in _WHEN for text in texts[:3]):
        return None
    for i, text in enumerate(texts):
        if text in OF_LIFE and (text != "grow" or texts[i + 1 : i + 2] == ["up"]):
            return i
        if text in FIRSTS and any(t in ("first", "best") for t in texts[max(0, i - 3) : i]):
            return i
        if asks is not None and text in _MET and "you" in texts and "where" in texts:
            return i
        named = text in _LIFE and "name" in texts[:i]
        if named and (_YOU & set(texts) or "of" in texts[:i]):
            return i
    return None


def _asks_where(texts: Sequence[str], where: int) -> bool:
    """`where are you`, `where does she live`: not `where do I find`, nor where something was."""
    after = texts[where + 1 : where + 4]
    if not after or _BACKWARD.intersection(texts[where:]):
        return False
    if after[0] == "you" and not _is_residence(texts, where):
        return False
    goes = not _SENT.isdisjoint(texts[where + 2 :])
    if not _FLIES.isdisjoint(texts):
        return False
    if goes and not _OURS.isdisjoint(after) and "i" not in after:
        return True  # `where are we delivering?`
    if _FIRST_PERSON.intersection(after[:2]):
        return False
    return bool(_PERSONS.intersection(after)) or (goes and not _ITS.isdisjoint(after))


def _is_residence(texts: Sequence[str], where: int) -> bool:
    """`where you live`, `tell me where you are`: not `near where you sign`, `round May where you
    are`."""
    if texts[where + 2 : where + 3] == ["are"]:
        return (
            not where or not _REQUESTS.isdisjoint(texts[:where]) or texts[where - 1] in _BEFORE_WHO
        )
    return texts[where + 2] in _LIVES if where + 2 < len(texts) else False


def _last_noun(texts: Sequence[str]) -> int | None:
    """The last word of weight: `and the property please`."""
    at = len(texts) - 1
    while at >= 0 and texts[at] in _LIGHT:
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
        begins = before is None or bool(before.stop) or before.text in _BEFORE_WHO
        begins = begins or before is not None and before.cls is Class.FILLER
        asked = atom.text != "who" or (i + 1 < len(clause) and clause[i + 1].text in _BE)
        if (
            begins
            and asked
            and not _FIRST_PERSON.intersection(a.text for a in clause[i + 1 : i + 3])
        ):
            yield Question("name", len(clause) - 1)
            return
