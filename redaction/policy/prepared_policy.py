"""A policy made ready: what every call of a process shares."""

from typing import NamedTuple

from redaction.call.allowed import Allowed
from redaction.language.words import atoms_of
from redaction.numbers.canonical import groups
from redaction.numbers.identifiers import of_countries
from redaction.numbers.number_marks import mark_numbers
from redaction.policy.kinds import policy_version
from redaction.policy.presidio import Engine
from redaction.policy.rules import Rules
from redaction.settings import Settings


class Policy(NamedTuple):
    """What every call of a process shares."""

    settings: Settings
    engine: Engine
    key: bytes
    version: str
    allowed: Allowed
    rules: Rules


def make_policy(
    settings: Settings, engine: Engine, *, key: bytes, rules: Rules | None = None, facts: str = ""
) -> Policy:
    """Prepare a policy; `key` makes the hashes of remembered values.

    `facts` is whatever else decides what is masked and how it is shown: it goes into the version.
    """
    phrases = [atoms_of(phrase.split()) for phrase in settings.allow]
    values = []
    for atoms in phrases:
        numbers = [i for i, is_number in enumerate(mark_numbers(atoms)) if is_number]
        values.append("".join(groups(atoms, numbers, literal=True)))
    version = policy_version(settings, recognizers=engine.names, facts=facts + engine.models)
    allowed = Allowed(phrases, [v for v in values if v])
    rules = rules or Rules(of_countries(settings.countries))
    return Policy(settings, engine, key, version, allowed, rules)
