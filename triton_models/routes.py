"""Which call gets which model and options: rules over a profile over the model's own (pure).

All rules that match a leg count, the one of lowest priority number first: for each option the first
of them that names it decides. So a tenant's vocabulary and a canary model may be two rules.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from triton_models.option_limits import MOST_PHRASES, wrong
from triton_models.options import LegOptions, Phrase
from triton_models.partial import overlay
from triton_models.profiles import PROFILES, SomeOptions

Base = Callable[[str], LegOptions]
"""The own options of the model of that name; of the default one for "" or an unknown name."""


class BadRule(Exception):
    """A rule that cannot be used; the message names the field."""


class Change(NamedTuple):
    """What a rule changes."""

    profile: str
    some: msgspec.Struct
    text: str
    """As JSON, always in the same form."""

    @property
    def model(self) -> str:
        """The model it names; empty: it leaves that open."""
        named = getattr(self.some, "model", msgspec.UNSET)
        return "" if named is msgspec.UNSET else str(named)


class Rule(NamedTuple):
    """Legs of calls with these properties get this change; an empty property matches all."""

    rule_id: int
    priority: int
    change: Change
    tenant_id: str = ""
    queue: str = ""
    ingress: str = ""
    role: str = ""
    share: float = 1.0
    """Of the calls that match, 0 to 1."""


class Facts(NamedTuple):
    """What is known of a leg when it starts."""

    tenant_id: str
    call_id: str
    queue: str = ""
    ingress: str = ""
    role: str = ""


class Wish(NamedTuple):
    """What the call itself asks for."""

    profile: str = ""
    phrases: tuple[Phrase, ...] = ()


class Resolved(NamedTuple):
    """The options of a leg, and which rules had a say in them."""

    options: LegOptions
    rules: tuple[int, ...]


def read_change(text: str | bytes) -> Change:
    """A rule's options out of their JSON: any fields of LegOptions, and `profile`; or BadRule."""
    try:
        given = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        profile = msgspec.json.decode(given.pop("profile", msgspec.Raw(b'""')), type=str)
        some = msgspec.json.decode(msgspec.json.encode(given), type=SomeOptions)
    except UnicodeDecodeError:
        raise BadRule("options: not UTF-8") from None
    except msgspec.MsgspecError as error:
        raise BadRule(f"options: {error}") from None
    if profile and profile not in PROFILES:
        raise BadRule(f"options: profile is one of {', '.join(PROFILES)}")
    if why := wrong(overlay(LegOptions(), some)):
        raise BadRule(f"options: {why}")
    named = {"profile": profile} if profile else {}
    whole = named | msgspec.to_builtins(some)
    if not whole:
        raise BadRule("options: a rule names at least one")
    return Change(profile, some, msgspec.json.encode(whole, order="sorted").decode())


def resolve(
    rules: Iterable[Rule], facts: Facts, *, base: Base, wish: Wish | None = None
) -> Resolved:
    """The options of a leg. The same for the same call, whenever it is asked."""
    wish = wish or Wish()
    matching = sorted(
        (rule for rule in rules if matches(rule, facts)), key=lambda r: (r.priority, r.rule_id)
    )
    model = next((rule.change.model for rule in matching if rule.change.model), "")
    profile = next(
        (name for name in (wish.profile, *(rule.change.profile for rule in matching)) if name), ""
    )
    options = base(model)
    if profile in PROFILES:
        options = overlay(options, PROFILES[profile])
    for rule in reversed(matching):
        options = overlay(options, rule.change.some)
    phrases = _joined(wish.phrases, options.phrases)
    options = msgspec.structs.replace(options, phrases=phrases)
    return Resolved(options, tuple(rule.rule_id for rule in matching))


def matches(rule: Rule, facts: Facts) -> bool:
    """True when the leg is one of those that the rule is for."""
    pairs = (
        (rule.tenant_id, facts.tenant_id),
        (rule.queue, facts.queue),
        (rule.ingress, facts.ingress),
        (rule.role, facts.role),
    )
    return all(wanted in ("", found) for wanted, found in pairs) and in_share(rule, facts.call_id)


def in_share(rule: Rule, call_id: str) -> bool:
    """True for the rule's share of calls: always the same ones, and those of a smaller share.

    The rule's options are in the hash: two experiments do not pick the same calls, and one whose
    share is raised keeps those that it had.
    """
    digest = hashlib.sha256(f"{rule.change.text}\n{call_id}".encode()).digest()
    return int.from_bytes(digest[:7], "big") < rule.share * 2**56


def _joined(first: tuple[Phrase, ...], then: tuple[Phrase, ...]) -> tuple[Phrase, ...]:
    """Both, each text once, the first's weight winning; no more than a leg may have."""
    found: dict[str, Phrase] = {}
    for phrase in (*first, *then):
        found.setdefault(phrase.text.casefold(), phrase)
    return tuple(found.values())[:MOST_PHRASES]
