"""What is sold, shown and played under numbers of its own: parts, tyres, colours, channels, draws.

Tables, and which of their words stand in a row. A number told right after one of them is its own
unless anybody asked for another.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from redaction.language.tables import phrases_in, words_in

GOODS = "of_goods"
"""A thing that has a size, a grade or a number printed on it."""
CODED = "of_code"
"""The number itself, by its name: `part number`."""
DRAWN = "of_draw"
"""Numbers that are drawn by lot."""
KINDS = frozenset({GOODS, CODED, DRAWN})

_GOODS = words_in("""
appliance boiler charger cooker copier dishwasher dryer freezer fridge furnace heater hob kettle
microwave mower printer strimmer thermostat vacuum washer
adapter adaptor adhesive bearing bearings bolt bolts boots bulb bulbs carpet cartridge cartridges
channel channels chuck drill emulsion enamel fabric fertiliser fertilizer filament
filter filters frequency fuse fuses gasket gloss hinge hose jeans laminate lens
lenses nails nut nuts oil oven paint plank planks plasterboard plywood primer processor
pump resin rim rims satin screw screws seal seals shade shoes socket sockets spanner sprocket
station stations thread timber tile tiles toner trainers tire tires tyre tyres valve valves
varnish wallpaper washers wheel wheels wiper wipers wool yarn aircraft plane planes dial
""")
_DRAWS = words_in("lottery lotto euromillions powerball raffle jackpot bingo")
_CODES = phrases_in("""
part number, part numbers, model number, product number, catalogue number, catalog number, item
number, style number, colour code, color code, paint code, error code, fault code, tyre size, tire
size, what size, which size, what model, which model, stock code, product code, batch number
""")
_PAIRS = frozenset(tuple(phrase.split()) for phrase in _CODES)
_SECOND = frozenset(pair[1] for pair in _PAIRS)


class Named(NamedTuple):
    """A word or two that name such a thing."""

    kind: str
    at: int


def goods_in(texts: Sequence[str]) -> Iterator[Named]:
    """The last of each kind among some words."""
    if not _SECOND.isdisjoint(texts):
        coded = [i for i in range(1, len(texts)) if (texts[i - 1], texts[i]) in _PAIRS]
        if coded:
            yield Named(CODED, coded[-1])
    for kind, table in ((GOODS, _GOODS), (DRAWN, _DRAWS)):
        if not table.isdisjoint(texts):
            yield Named(kind, max(i for i, text in enumerate(texts) if text in table))
