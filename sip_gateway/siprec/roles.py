"""Which leg is the agent and which the customer."""

from collections.abc import Sequence

from sip_gateway.settings import Settings
from sip_gateway.siprec.metadata import Participant

AGENT = "agent"
CUSTOMER = "customer"
NAMED = (AGENT, CUSTOMER)
_OTHER = {AGENT: CUSTOMER, CUSTOMER: AGENT, "": ""}


def decide(parties: Sequence[Participant | None], settings: Settings) -> list[str]:
    """The role of each leg, by the operator's patterns; of two, the one not named is the other.

    A third leg that is nobody's, as the mix of both that some send besides, does not count.
    """
    roles = [_named(party, settings) for party in parties]
    known = [n for n, party in enumerate(parties) if party or len(parties) == 2]
    if len(known) == 2:
        one, other = known
        roles[one] = roles[one] or _OTHER[roles[other]]
        roles[other] = roles[other] or _OTHER[roles[one]]
    return [role or f"speaker_{i}" for i, role in enumerate(roles, start=1)]


def _named(party: Participant | None, settings: Settings) -> str:
    """The name decides before the address, because one domain often holds a pattern for all."""
    for text in (party.name, party.aor) if party else ():
        if _holds(text, settings.agent_patterns):
            return AGENT
        if _holds(text, settings.customer_patterns):
            return CUSTOMER
    return ""


def _holds(text: str, patterns: Sequence[str]) -> bool:
    return any(pattern and pattern.lower() in text.lower() for pattern in patterns)
