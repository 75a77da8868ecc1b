"""Country packs: national, driving and bank numbers, by what is said before them and their form.

A cue opens a slot, in which a number is masked whatever it looks like. Form and check digits name
it, also where nothing was asked; they never release. Tables: `policy_version` hashes them.
"""

import re
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from redaction.language.tables import phrases_in
from redaction.numbers import checksums
from redaction.settings import Country


class Identifier(NamedTuple):
    """One kind of number in one country."""

    kind: str
    countries: frozenset[str]
    """Where it is issued; empty: everywhere."""
    form: re.Pattern[str]
    """Of a whole canonical value."""
    longest: int
    """Letters and digits of a whole value at most."""
    cues: tuple[str, ...] = ()
    check: Callable[[str], bool] | None = None
    """Of values that have the form."""
    is_sure: bool = False
    """Hardly anything else has its form and check digits: they name it without a cue."""

    def is_of(self, value: str) -> bool:
        """Whether a canonical value has the form, and check digits that fit."""
        return bool(self.form.fullmatch(value)) and (self.check is None or self.check(value))


COUNTRIES: tuple[Country, ...] = ("US", "UK", "CA", "DE", "FR", "IN", "AU")

ENTITY_OF = {
    "itin": "US_ITIN",
    "driver_license": "DRIVER_LICENSE",
    "nino": "UK_NINO",
    "nhs": "UK_NHS",
    "sin": "CA_SIN",
    "steuer_id": "DE_TAX_ID",
    "id_card": "DE_ID_CARD",
    "nir": "FR_NIR",
    "aadhaar": "IN_AADHAAR",
    "pan": "IN_PAN",
    "tfn": "AU_TFN",
    "abn": "AU_ABN",
    "medicare": "MEDICARE_NUMBER",
    "passport": "PASSPORT",
    "plate": "LICENSE_PLATE",
}
"""Kind on our events -> Presidio entity, of the kinds that packs bring."""


def _row(
    kind: str,
    countries: str,
    form: str,
    *,
    longest: int,
    cues: str = "",
) -> Identifier:
    pattern = re.compile(form)
    return Identifier(kind, frozenset(countries.split()), pattern, longest, phrases_in(cues))


_LICENSE_CUES = """
    driver's license, drivers license, driver license, driving license, license number, driver's
    license number, driver's license is, licence number, driving licence, driver's licence,
    drivers licence, driving licence number, driver number, dl number, permit number
"""

IDENTIFIERS: tuple[Identifier, ...] = (
    _row("itin", "US", r"9\d\d(5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4}", longest=9, cues="""
        itin, i t i n, i tin, individual taxpayer, individual taxpayer identification
    """),
    _row("routing", "US", r"(0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)\d{7}", longest=9)._replace(
        check=checksums.is_aba
    ),
    _row("driver_license", "US", r"[a-z]{0,3}\d{5,14}[a-z]?", longest=16, cues=_LICENSE_CUES),
    _row("medicare", "US", r"[1-9][a-z][a-z0-9]\d[a-z][a-z0-9]\d[a-z]{2}\d\d", longest=11, cues="""
        medicare, medicare number, medicare card, medicare id, medicare beneficiary
    """)._replace(is_sure=True),
    _row("nino", "UK", r"[a-ceghj-prtw-z][a-ceghj-nprtw-z]\d{6}[a-d]", longest=9, cues="""
        national insurance, national insurance number, n i number, ni number, nino, n i n o
    """)._replace(is_sure=True),
    _row("nhs", "UK", r"\d{10}", longest=10, cues="""
        nhs number, n h s number, nhs, n h s, health service number
    """)._replace(check=checksums.is_nhs),
    _row(
        "driver_license", "UK",
        r"[a-z]{1,5}9{0,4}\d[0156]\d(0[1-9]|[12]\d|3[01])\d[a-z9]{2}[a-z0-9][a-z]{2}",
        longest=18, cues=_LICENSE_CUES,
    )._replace(is_sure=True),
    _row("plate", "UK", r"[a-z]{2}\d\d[a-z]{3}", longest=7),
    _row("sin", "CA", r"\d{9}", longest=9, cues="""
        social insurance, social insurance number, sin number, s i n, my sin is, your sin
    """)._replace(check=checksums.is_sin),
    _row("driver_license", "CA AU IN", r"[a-z]{0,2}\d{6,15}", longest=16, cues=_LICENSE_CUES),
    _row("steuer_id", "DE", r"[1-9]\d{10}", longest=11, cues="""
        steuer id, steuer i d, steuer-id, steuer identification, steuer identifikationsnummer,
        steueridentifikationsnummer, tax identification number, tax identification,
        steuernummer, steuer number
    """)._replace(check=checksums.is_steuer_id, is_sure=True),
    _row("id_card", "DE", r"[cfghjklmnprtvwxyz][cfghjklmnprtvwxyz0-9]{8}\d", longest=10, cues="""
        personalausweis, personal ausweis, personalausweisnummer, ausweis, ausweisnummer, identity
        card number, id card number, id card, identity card, national id, national id number
    """)._replace(check=checksums.is_icao),
    _row(
        "nir", "FR", r"[1-478]\d\d(0[1-9]|1[0-2]|[2-9]\d)(\d\d|2[ab])\d{6}\d\d",
        longest=15, cues="""
        securite sociale, sécurité sociale, carte vitale, numero de secu, numéro de sécu, insee,
        insee number, n i r, french social security, french social security number
        """,
    )._replace(check=checksums.is_nir, is_sure=True),
    _row("aadhaar", "IN", r"[2-9]\d{11}", longest=12, cues="""
        aadhaar, aadhar, adhaar, adhar, aadhaar number, aadhar number, aadhaar card, aadhar card
    """)._replace(check=checksums.is_verhoeff),
    _row("pan", "IN", r"[a-z]{3}[abcfghljpt][a-z]\d{4}[a-z]", longest=10, cues="""
        pan number, pan card, pan card number, p a n, permanent account number
    """)._replace(is_sure=True),
    _row("tfn", "AU", r"\d{9}", longest=9, cues="""
        tax file number, tfn, t f n, tax file
    """)._replace(check=checksums.is_tfn),
    _row("medicare", "AU", r"[2-6]\d{9,10}", longest=11, cues="""
        medicare, medicare number, medicare card, medicare card number
    """)._replace(check=checksums.is_au_medicare),
    _row("abn", "AU", r"[1-9]\d{10}", longest=11, cues="""
        abn, a b n, australian business number, business number
    """)._replace(check=checksums.is_abn, is_sure=True),
    _row("passport", "", r"[a-z]{0,2}\d{6,9}[a-z]?|[a-z0-9]{9}", longest=11, cues="""
        passport, passport number, passport's, passport is, passport no, passport details
    """),
    _row("plate", "", r"[a-z0-9]{2,8}", longest=9, cues="""
        license plate, licence plate, license plate number, plate number, number plate, reg plate,
        registration plate, vehicle registration, vehicle registration number, car registration,
        car reg, vehicle reg, registration of the car, registration of the vehicle, tag number,
        number play, the reg, your reg, my reg, the tags, the tag's, tag is, your tag,
        rego, plates are, plate is, plate's
    """),
)  # fmt: skip


def of_countries(countries: Collection[str]) -> tuple[Identifier, ...]:
    """The identifiers of some countries, and those of all."""
    wanted = frozenset(countries)
    return tuple(i for i in IDENTIFIERS if not i.countries or i.countries & wanted)


def cues_of(identifiers: Iterable[Identifier]) -> dict[str, tuple[str, ...]]:
    """Slot kind -> phrases; where two countries share a phrase, the first one's kind."""
    found: dict[str, tuple[str, ...]] = {}
    known: set[str] = set()
    for one in identifiers:
        fresh = tuple(cue for cue in one.cues if cue not in known)
        known.update(fresh)
        found[one.kind] = found.get(one.kind, ()) + fresh
    return {kind: cues for kind, cues in found.items() if cues}
