"""Words that are nobody's place however unusual: days, times and whole countries, and what a
question is about that answers no question."""

from collections.abc import Sequence

from redaction.language.sentences import sentence_before
from redaction.language.tables import words_in
from redaction.language.words import Atom

COUNTRIES = words_in("""
africa america antigua argentina australia austria bangladesh barbados belgium bermuda brazil
britain bulgaria canada chile china colombia croatia cuba cyprus czechia denmark egypt europe
finland france germany ghana gibraltar greece hungary iceland india italy jamaica japan kenya korea
malaysia maldives malta mauritius mexico morocco nepal netherlands nigeria norway pakistan peru
philippines poland portugal romania scotland singapore spain sweden switzerland thailand tunisia
turkey vietnam wales zealand
""")
"""Said alone they tell no address; behind a street or a town they go with it."""

TIMES = words_in("""
christmas chrissie easter thanksgiving halloween diwali hanukkah ramadan eid xmas hogmanay
mondays tuesdays wednesdays thursdays fridays saturdays sundays weekdays weekends o'clock oclock
o'clocks
""")
NO_PLACES = COUNTRIES | TIMES
INDOORS = words_in("""
attic bathroom bedroom bin cabinet cellar closet conservatory counter cupboard desk drawer drawers
freezer fridge garage glovebox greenhouse hallway kitchen landing larder loft lounge pantry pocket
porch rucksack shed shelf shelves sideboard sink utility wallet wardrobe workshop worktop
""")
"""Where in a house something is kept: the last word of such an answer."""

_ASKS = frozenset({("how", "much"), ("how", "long"), ("how", "many"), ("how", "do"),
                   ("how", "does"), ("how", "would")})  # fmt: skip
_WHAT = words_in("what what's whats")
_TELLS = words_in("i i've i'm we we've you you've about if address street town postcode zip")
"""`what I've got is Kelmsworth Lane`, `what about Kelmsworth?`: these may say a place."""


def asks_of_thing(atoms: Sequence[Atom], i: int) -> bool:
    """`What comes on the Garden Supreme?`: who asks about a thing answers no question with it.

    Only where the recogniser writes capitals, and so the ends of sentences.
    """
    if not atoms[i].capital:
        return False
    said = sentence_before(atoms, i)[::-1]
    if len(said) < 2 or not atoms[i - len(said)].capital:
        return False
    if said[0] in _WHAT:
        return _TELLS.isdisjoint(said)
    return tuple(said[:2]) in _ASKS and _TELLS.isdisjoint(said[2:])
