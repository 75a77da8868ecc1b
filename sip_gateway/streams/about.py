"""What any platform may tell of a conversation, in parameters that its customer sets."""

import re
from typing import Literal, TypeVar

import msgspec

from sip_gateway.streams.heard import StreamParty
from sip_gateway.streams.parameters import parameters

_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:@+=~-]{0,127}")


class BadMessage(Exception):
    """The peer said something that it must not; the message names it without quoting it."""


def blame(error: Exception) -> str:
    """What to say of a message that could not be read: a decoder's own words may quote it."""
    return str(error) if isinstance(error, BadMessage) else "not a message of this protocol"


class About(msgspec.Struct, frozen=True):
    """The parameters that we know; others are passed over."""

    conversation: str = ""
    """Our customer's own id of it, instead of the platform's."""

    queue: str = ""
    customer: str = ""
    """Name."""

    agent: str = ""
    """Name."""

    number: str = ""
    """The customer's."""

    language: str = ""
    inbound: Literal["customer", "agent"] = "customer"
    """Who speaks on the inbound track, or left."""


def both(about: About) -> tuple[StreamParty, ...]:
    """The parties of a stream with a channel each: inbound, or left, first."""
    customer = StreamParty("customer", about.customer, about.number)
    agent = StreamParty("agent", about.agent)
    return (customer, agent) if about.inbound == "customer" else (agent, customer)


Told = TypeVar("Told")


def described(kind: type[Told], *objects: msgspec.Raw | str) -> Told:
    """What JSON objects say of a stream; the first of several with a name counts.

    Platforms and dialplans write numbers as words and words as numbers, and null for what they do
    not know; names count in lower case.
    """
    return msgspec.convert(dict(parameters(*objects)), kind, strict=False)


Leg = Literal["customer", "agent", "mixed"]
"""What a connection brings: one of two parties, the other over another; or everybody at once."""


def parties_of(about: About, leg: Leg) -> tuple[tuple[StreamParty, ...], tuple[int, ...]]:
    """The parties of the conversation, and the channels that a connection of `leg` carries.

    The connections of both legs say the same parties, so that either may come first.
    """
    if leg == "mixed":
        return (StreamParty("speaker"),), ()
    parties = sorted(both(about), key=lambda party: party.role == "agent")
    return tuple(parties), (int(leg == "agent"),)


def conversation_id(*texts: str) -> str:
    """The first that is there; BadMessage if there is none, or it is malformed."""
    found = next(filter(None, texts), "")
    if not _ID.fullmatch(found):
        raise BadMessage("the id of the conversation is missing or malformed")
    return found
