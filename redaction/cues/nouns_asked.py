"""Whether a noun that stands in a question is what it asks for: `and the property?`."""

from collections.abc import Sequence

from redaction.cues.question_words import YOU
from redaction.language.tables import words_in
from redaction.language.words import Atom

_DETAILS = words_in("""
details detail information info please again then there today now sir ma'am madam love dear mate
""")
BE = words_in("is are was were am do does should shall will can would did else")
LIGHT = _DETAILS | BE | YOU | {"the", "in", "at", "is", "name", "for"}
_ASKS = words_in("what what's which how")
_AFTER = LIGHT | words_in("""
and be being called code complex details do driving first for from full has have he i in it last
located location name name's named names near nearby need number number's numbers of on or person
pin point she that they though to travelling we were with
""")
"""What is said behind the noun that is asked for: behind another it is a part of a longer one."""
_HAS = words_in("there there's got you your")
_KINDS_OF = words_in("size sizes sort kind type colour color")
_IN_BOX = words_in("on from in inside into off")


def is_noun_asked(clause: Sequence[Atom], at: int, *, kind: str) -> bool:
    """`and the property?`, `street name please`: not `town library`, `has it to be a doctor?`, `on
    the box?`, `what size for a flat?`, which name one and ask for something else, or nothing."""
    texts = [atom.text for atom in clause]
    after, before = texts[at + 1 : at + 2], texts[at - 1 : at] if at else []
    if after and after[0] not in _AFTER and before not in (["which"], ["what"]):
        numbered = clause[at + 1].value.isdigit() or len(after[0]) == 1
        if not numbered:
            return False
    if "depends" in texts or before == ["lost"]:
        return False
    if kind == "name":
        return before not in (["a"], ["an"]) or not _HAS.isdisjoint(texts)
    if not _KINDS_OF.isdisjoint(texts[:at]) and not _ASKS.isdisjoint(texts[:at]):
        return False
    return texts[at] != "box" or _IN_BOX.isdisjoint(texts[max(0, at - 2) : at])
