"""Questions for a place by their make: `where's it off to?`, `the town on your profile`."""

from collections.abc import Sequence

from redaction.cues.question_words import BEFORE_WHO, FIRST_PERSON, REQUESTS, YOU
from redaction.language.tables import words_in
from redaction.recognizers.places.street_words import SURE_STREET

_BACKWARD = words_in("did bought buy hear heard find found see saw get got read order ordered")
_PERSONS = words_in("you your you're she's he's he she they they're his her their")
_WHERE = words_in("where where's whereabouts wheres where're where'd")
_LIVES = words_in("""
are based born grew live lived living reside residing stay staying were work want would
""")
"""`where you live`; of other verbs it says where on a thing: `near where you sign`."""
_HEADING = words_in("going heading coming travelling traveling from to too driving moving headed")
_OTHERWISE = words_in("""
biting building digging filming growing happening playing racing running selling showing starting
""")
"""Of what is on somewhere, nobody's address: `where they're biting`."""
_ITS = words_in("it it's this that these those they the")
_FLIES = words_in("""
fly flying flies flight travel travelling traveling holiday holidays holidaying vacation
""")
_OURS = words_in("we we're you i'd you'd")
_SENT = words_in("""
delivered delivering dispatching going headed heading kept living posted posting sending sent
shipped shipping
""")
"""`where's it going`: to whom, not which of the firm's places."""
_ITS_WAY = words_in("going headed heading off")
_OFF_TO = (["off", "to"], ["to", "go"])
_MEANT = (["meant", "to"], ["supposed", "to"])
_TIMES = words_in("when time times day days")
_DISPATCHED = words_in("delivered delivering mailing posted posting sending sent shipped shipping")
_PARTS = words_in("address city county postcode province state street suburb town zip")
_ON_FILE = words_in("your the file record this")
_SOME_PLACE = words_in("""
address apartment are area block building city country county flat house neighborhood part postcode
property province road room state street suburb town unit village ward zip
""")
_REACHES = words_in("come comes drive drives get gets getting over up out")
_WHICH = words_in("door flat house one which")
_FINDS = words_in("finds locates reaches")
_HOMES = words_in("home house property flat")


def asks_for_place(texts: Sequence[str]) -> bool:
    """Whether these words, a question, ask for a place."""
    where = next((i for i, text in enumerate(texts) if text in _WHERE), None)
    if _heads(texts) or _names_streets(texts) or (where is not None and _asks_where(texts, where)):
        return True
    if _is_on_its_way(texts):
        return True
    if texts[-2:] == ["are", "you"] and not _WHICH.isdisjoint(texts[-3:-2]):
        return "which" in texts
    if _asks_way(texts) or texts[-3:] == ["here", "would", "be"]:
        return True
    return _is_sent_to(texts) or _names_part(texts) or _asks_of_home(texts)


def _asks_way(texts: Sequence[str]) -> bool:
    """`how does he get to you`, `remind me how the new vet finds you`: not `how do I`."""
    how = texts.index("how") if "how" in texts else len(texts)
    after = texts[how + 1 :]
    if not after or "i" in after or not _BACKWARD.isdisjoint(after):
        return False
    return any(
        (text in _REACHES and after[i + 1 : i + 3] in (["to", "you"], ["to", "yours"]))
        or (text in _FINDS and after[i + 1 : i + 2] == ["you"])
        for i, text in enumerate(after)
    )


def _is_sent_to(texts: Sequence[str]) -> bool:
    """`and I'd be sending the brochure to?`"""
    return texts[-1] in ("to", "where") and not _DISPATCHED.isdisjoint(texts)


def _is_on_its_way(texts: Sequence[str]) -> bool:
    """`and this hamper's going to?`, `from where to where?`: not `I'm going to`."""
    if "where" in texts and ("from" in texts and "to" in texts[texts.index("from") :]):
        return True
    if len(texts) < 3 or texts[-1] != "to" or texts[-2] not in _ITS_WAY:
        return False
    return texts[-3][-2:] in ("'s", "is") or texts[-3] in ("are", "they're", "these")


def _names_part(texts: Sequence[str]) -> bool:
    """`and the town on your profile?`"""
    return any(
        text in _PARTS and texts[i + 1 : i + 2] == ["on"] and texts[i + 2] in _ON_FILE
        for i, text in enumerate(texts[:-2])
    )


def _asks_of_home(texts: Sequence[str]) -> bool:
    """`and home is?`, `does she own her home, and where is it?`"""
    if len(texts) <= 3 and texts[-2:] == ["home", "is"]:
        return True
    return texts[-3:] == ["where", "is", "it"] and not _HOMES.isdisjoint(texts)


def _names_streets(texts: Sequence[str]) -> bool:
    """`is that Cudworth Road or Cudworth Close?`"""
    return "or" in texts and sum(text in SURE_STREET for text in texts) > 1


def _heads(texts: Sequence[str]) -> bool:
    """`where from?`, `and going to?`"""
    if (
        texts[-1] in ("in", "at")
        and texts[-2:-1] != ["it"]
        and not YOU.isdisjoint(texts[-4:-1])
        and len(texts) <= 5
    ):
        return _TIMES.isdisjoint(texts) and not _asks_which(texts)
    if texts in (["in"], ["and", "in"]):
        return True
    said = [t for t in texts if t in _HEADING or not (t in BEFORE_WHO or t in YOU)]
    short = 0 < len(said) <= 3 and all(text in _HEADING or text in _WHERE for text in said)
    return short and (said[-1] in ("from", "to", "too", "headed"))


def _asks_which(texts: Sequence[str]) -> bool:
    """`which terminal are you in?`: one of many, which is no place; not `what town are you in?`"""
    return len(texts) > 1 and texts[0] in ("which", "what") and texts[1] not in _SOME_PLACE


def _asks_where(texts: Sequence[str], where: int) -> bool:
    """`where are you`, `where does she live`: not `where do I find`, nor where something was."""
    after = texts[where + 1 : where + 4]
    if not after or _BACKWARD.intersection(texts[where:]):
        return False
    if after[0] == "you" and not _is_residence(texts, where):
        return False
    goes = not _SENT.isdisjoint(texts[where + 2 :]) or texts[-2:] in _OFF_TO
    if not _FLIES.isdisjoint(texts) or not _OTHERWISE.isdisjoint(texts[where + 2 : where + 4]):
        return False
    if any(texts[i : i + 2] in _MEANT for i in range(where, len(texts) - 1)):
        return False  # `where are we meant to go?`
    if goes and not _OURS.isdisjoint(after) and "i" not in after:
        return True  # `where are we delivering?`
    if FIRST_PERSON.intersection(after[:2]):
        return False
    return bool(_PERSONS.intersection(after)) or (goes and not _ITS.isdisjoint(after))


def _is_residence(texts: Sequence[str], where: int) -> bool:
    """`where you live`, `tell me where you are`: not `near where you sign`, `round May where you
    are`."""
    if texts[where + 2 : where + 3] == ["are"]:
        return not where or not REQUESTS.isdisjoint(texts[:where]) or texts[where - 1] in BEFORE_WHO
    return texts[where + 2] in _LIVES if where + 2 < len(texts) else False
