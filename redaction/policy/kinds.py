"""The policy: kinds of personal data, their Presidio names, and the version on every event."""

import hashlib

import msgspec

from redaction.cues import gapped_cues, no_cues
from redaction.cues import phrases as cues
from redaction.evidence import things, times_said, units
from redaction.language import english, household_words, lexicon
from redaction.numbers import identifiers
from redaction.settings import Settings

RULES_VERSION = 19
"""Raised when code, not a table, changes what is masked."""

ENTITY_OF = {
    "card": "CREDIT_CARD",
    "cvv": "CARD_CVV",
    "expiry": "CARD_EXPIRY",
    "ssn": "US_SSN",
    "phone": "PHONE_NUMBER",
    "email": "EMAIL_ADDRESS",
    "name": "PERSON",
    "address": "LOCATION",
    "dob": "DATE_OF_BIRTH",
    "account": "ACCOUNT_NUMBER",
    "policy": "POLICY_NUMBER",
    "order": "ORDER_NUMBER",
    "routing": "BANK_ROUTING",
    "iban": "IBAN_CODE",
    "ip": "IP_ADDRESS",
    "password": "PASSWORD",
    "pin": "PIN",
    "security_answer": "SECURITY_ANSWER",
    "ticket": "TICKET_NUMBER",
    "otp": "ONE_TIME_PASSCODE",
    "number": "LONG_NUMBER",
    **identifiers.ENTITY_OF,
}
"""Kind on our events -> Presidio entity."""

_KIND_OF = {entity: kind for kind, entity in ENTITY_OF.items()}


def kind_of(entity: str) -> str:
    """The kind for a Presidio entity; an operator's own entity is its name in lower case."""
    return _KIND_OF.get(entity) or entity.lower()


def policy_version(
    settings: Settings, *, recognizers: tuple[str, ...] = (), facts: str = ""
) -> str:
    """Short hash of everything that decides what is masked and how it is shown."""
    # Where policies lie, who may bring code, and how many work decides nothing by itself.
    decides = msgspec.structs.replace(settings, policies_dir="", allow_policy_code=False, workers=1)
    tables = (
        sorted(lexicon.GLUE), sorted(lexicon.FILLERS), sorted(lexicon.CORRECTIONS),
        lexicon.GAP_PHRASES, sorted(lexicon.BACKCHANNELS), cues.STRONG, cues.WEAK, cues.NAME,
        gapped_cues.GAPPED, {kind: sorted(nouns) for kind, nouns in gapped_cues.BARE.items()},
        no_cues.NO_CUE, sorted(units.UNITS), sorted(things.NOUNS_BEFORE),
        sorted(times_said.PLANNED), sorted(household_words.PLAIN_WORDS), english.fingerprint(),
        [(i.kind, sorted(i.countries), i.form.pattern, i.longest, i.cues, i.is_sure)
         for i in identifiers.IDENTIFIERS],
    )  # fmt: skip
    all_facts = (RULES_VERSION, msgspec.to_builtins(decides), tables, recognizers, facts)
    return hashlib.sha256(msgspec.json.encode(all_facts, order="deterministic")).hexdigest()[:12]
