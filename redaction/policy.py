"""The policy: kinds of personal data, their Presidio names, and the version on every event."""

import hashlib

import msgspec

from redaction import common_words, cues, evidence, lexicon
from redaction.settings import Settings

RULES_VERSION = 4
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
    "otp": "ONE_TIME_PASSCODE",
    "number": "LONG_NUMBER",
}
"""Kind on our events -> Presidio entity."""

_KIND_OF = {entity: kind for kind, entity in ENTITY_OF.items()}


def kind_of(entity: str) -> str:
    """The kind for a Presidio entity; an operator's own entity is its name in lower case."""
    return _KIND_OF.get(entity) or entity.lower()


def policy_version(settings: Settings, *, recognizers: tuple[str, ...] = ()) -> str:
    """Short hash of everything that decides what is masked."""
    tables = (
        sorted(lexicon.GLUE), sorted(lexicon.FILLERS), sorted(lexicon.CORRECTIONS),
        lexicon.GAP_PHRASES, sorted(lexicon.BACKCHANNELS), cues.STRONG, cues.WEAK, cues.NAME,
        cues.NO_CUE, sorted(evidence.UNITS), sorted(evidence.NOUNS_BEFORE),
        sorted(evidence.PLANNED), sorted(common_words.COMMON_WORDS),
    )  # fmt: skip
    facts = (RULES_VERSION, msgspec.to_builtins(settings), tables, recognizers)
    return hashlib.sha256(msgspec.json.encode(facts, order="deterministic")).hexdigest()[:12]
