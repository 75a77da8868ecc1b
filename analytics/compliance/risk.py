"""How likely it is that redaction went wrong in a segment, for the odds of being reviewed (pure).

A weight decides only how often a segment is drawn, never what an estimate says: whatever is drawn
twice as often counts half as much. So it may be rough, and it is bounded on both sides, since a
segment that is drawn hardly ever would count far too much when it is.
"""

import re
from collections.abc import Sequence

from redaction.events import RedactedWord

LEAST = 1.0
MOST = 8.0
UNSURE = 0.5
"""A word that the recogniser was less sure of may be a number or a name heard wrongly."""


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_DIGITS = _listed("""
zero oh one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred
thousand double triple
""")
_CUES = _listed("""
account address birth birthday card code confirm digits email expires expiry iban insurance licence
license maiden name named number passcode passport password phone pin plate policy postcode routing
security social sort spell spelled spelling street verify zip
""")
_WORD = re.compile(r"[^\W_]+")
_NUMERAL = re.compile(r"\d")


def weight(words: Sequence[RedactedWord]) -> float:
    """From LEAST for plain talk to MOST; digits, cues, unsure words and tokens add to it."""
    shown = [word for word in words if word.kind is None]
    spoken = [part for word in shown for part in _WORD.findall(word.text.lower())]
    digits = sum(part in _DIGITS or bool(_NUMERAL.search(part)) for part in spoken)
    cues = sum(part in _CUES for part in spoken)
    unsure = sum(word.confidence < UNSURE for word in shown)
    tokens = len(words) - len(shown)
    added = min(3.0, 0.5 * digits) + min(2.0, cues) + min(1.0, 0.5 * unsure) + min(1.0, tokens)
    return min(MOST, LEAST + added)
