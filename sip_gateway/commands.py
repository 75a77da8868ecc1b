"""What is asked of the nodes that listen: every one reads all, and does what is for its calls.

A command is not a fact: it may come twice, late, or for a call that is elsewhere. One older than
`OLDEST_S`, or no newer than the last one obeyed for its call, is passed over.
"""

from datetime import datetime

import msgspec


class Command(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Base of everything on the topic."""

    tenant_id: str
    call_id: str
    at: datetime
    """When it was asked for: a pause holds from here."""

    by: str
    """Who asked: a key_id."""


class PauseCall(Command, frozen=True, kw_only=True):
    """Stop listening to the call, and forget what was heard since `at`."""


class ResumeCall(Command, frozen=True, kw_only=True):
    """Listen to the call again."""


CallCommand = PauseCall | ResumeCall
"""What crosses `trunkline.commands`."""

COMMANDS_TOPIC = "trunkline.commands"

OLDEST_S = 30.0
"""Whoever asked was told long ago that it did not work, and asked again or gave up."""
