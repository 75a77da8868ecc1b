"""Streets, towns and postal codes; no house of these numbers is anybody's."""

import random

_STREETS = {
    "us": ("Willow Creek", "Jefferson", "Old Mill", "Sycamore", "Martin Luther King", "Lakeview",
           "Cedar Ridge", "Second", "Forty Second", "Peachtree", "Rosewood", "Harrison"),
    "uk": ("Church", "Station", "Victoria", "Mill", "The Grove", "Kings", "Nelson", "Albert",
           "Windsor", "Chapel", "Orchard", "Park"),
    "ca": ("Wellington", "Bloor", "Saint Catherine", "Elgin", "Portage", "Maple Leaf", "Dufferin"),
    "in": ("Mahatma Gandhi", "Brigade", "Nehru", "Linking", "Anna", "Residency", "Hill"),
    "au": ("Wattle", "Flinders", "Bondi", "Banksia", "Gympie", "Acacia", "Kookaburra"),
}  # fmt: skip
_ENDS = {
    "us": ("Street", "Avenue", "Drive", "Lane", "Boulevard", "Court", "Road", "Way"),
    "uk": ("Road", "Street", "Lane", "Close", "Crescent", "Gardens", "Terrace", "Mews"),
    "ca": ("Street", "Avenue", "Crescent", "Drive", "Road"),
    "in": ("Road", "Street", "Marg", "Cross", "Nagar"),
    "au": ("Street", "Parade", "Road", "Court", "Place", "Highway"),
}
_PLACES = {
    "us": (("Dayton", "Ohio", "454##"), ("Tacoma", "Washington", "984##"),
           ("El Paso", "Texas", "799##"),
           ("Baton Rouge", "Louisiana", "708##"), ("Portland", "Maine", "041##"),
           ("Boise", "Idaho", "837##"), ("Queens", "New York", "113##"),
           ("Tampa", "Florida", "336##")),
    "uk": (("Leeds", "", "LS# #@@"), ("Norwich", "", "NR## #@@"), ("Cardiff", "", "CF## #@@"),
           ("Glasgow", "", "G## #@@"), ("Stockport", "Cheshire", "SK# #@@"),
           ("Belfast", "", "BT# #@@"),
           ("Croydon", "Surrey", "CR# #@@")),
    "ca": (("Ottawa", "Ontario", "K#@ #@#"), ("Calgary", "Alberta", "T#@ #@#"),
           ("Halifax", "Nova Scotia", "B#@ #@#"), ("Burnaby", "British Columbia", "V#@ #@#")),
    "in": (("Bengaluru", "Karnataka", "5600##"), ("Pune", "Maharashtra", "4110##"),
           ("Chennai", "Tamil Nadu", "6000##"), ("Kochi", "Kerala", "6820##")),
    "au": (("Geelong", "Victoria", "32##"), ("Newcastle", "New South Wales", "23##"),
           ("Cairns", "Queensland", "48##"), ("Fremantle", "Western Australia", "61##")),
}  # fmt: skip


def street(rng: random.Random, locale: str) -> str:
    """Name and ending."""
    stem = rng.choice(_STREETS[locale])
    return stem if stem == "The Grove" else f"{stem} {rng.choice(_ENDS[locale])}"


def place(rng: random.Random, locale: str) -> tuple[str, str, str]:
    """Town, region, postal code."""
    town, region, shape = rng.choice(_PLACES[locale])
    drawn = {"#": "0123456789", "@": "ABDEFGHJLNPQRSTUWXYZ"}
    code = "".join(rng.choice(drawn[c]) if c in drawn else c for c in shape)
    return town, region, code
