"""One call in the switchboard, and what the switchboard hands to its driver."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from sip_gateway.calls.call import Body, Call, Conversation, Leg
from sip_gateway.commands import CallCommand, PauseCall
from sip_gateway.sip import negotiate, sdp
from sip_gateway.sip.info import SYMBOLS, Keyed
from sip_gateway.sip.message import Request
from sip_gateway.siprec.metadata import Metadata
from sip_gateway.worker_protocol import LegSpec, Pause, PauseLegs, PressKey, ResumeLegs


class Stage(Enum):
    """What a call waits for."""

    OPENING = "opening"  # the worker's ports, to answer the INVITE
    TALKING = "talking"  # nothing
    CHANGING = "changing"  # the worker's ports, to answer a re-INVITE or UPDATE
    CLOSING = "closing"  # the worker's word that everything was flushed


class Identity(NamedTuple):
    """What a new call gets from outside: clocks and chance are not ours."""

    call_id: str
    started_at: datetime


class Kept(NamedTuple):
    """Store this call, or forget it (no bytes)."""

    call_id: str
    record: bytes | None


class Note(NamedTuple):
    """A change of a call's state, for the log."""

    what: str
    call_id: str
    reason: str = ""


class Agreed(NamedTuple):
    """What holds if a change fails."""

    legs: tuple[Leg, ...]
    metadata: Metadata | None
    description: sdp.Session


@dataclass(slots=True)
class Line:
    """One call and what goes on with it."""

    call: Call
    stage: Stage
    attached: bool = False
    """Its worker was told of it and has not died since."""

    agreed: Agreed | None = None
    """None until the first offer has its answer."""

    request: Request | None = None
    body: Body = Body()
    taken: dict[int, negotiate.Line] | None = None
    """Of the INVITE or UPDATE to be answered."""

    awaits_answer: bool = False
    """Our 2xx held the offer; the ACK brings the answer."""

    reopened: int = 0


def agreed(call: Call) -> Agreed:
    """What holds of `call` now."""
    return Agreed(call.legs, call.metadata, call.description)


def key_press(call: Call, keyed: Keyed, *, readable: bool) -> PressKey | None:
    """What the worker is told of a key press. `readable` if some rule asks which key it was."""
    if not call.specs:
        return None
    leg = _pressed_on(call, keyed.label)
    key = keyed.key if readable else None
    symbol = next((s for s in SYMBOLS if key.among(s)), "") if key else ""
    call_id = leg.leg_id.rpartition("-")[0]
    return PressKey(
        call_id=call_id, leg_id=leg.leg_id, duration_ms=keyed.duration_ms, symbol=symbol
    )


def _pressed_on(call: Call, label: str) -> LegSpec:
    """The leg with the label, if signalling tells one. Else the customer's: of several
    conversations that of one which is not held, and of those the one that began last."""
    if label and (named := [leg for leg in call.specs if leg.label == label]):
        return named[0]
    began = {each.call_id: n for n, each in enumerate(call.conversations or ())}
    customers = [leg for leg in call.specs if leg.role == "customer"]
    return max(
        customers or call.specs,
        key=lambda leg: (not leg.held, began.get(leg.leg_id.rpartition("-")[0], 0)),
    )


def obey(command: CallCommand, part: Call | Conversation) -> PauseLegs | ResumeLegs | None:
    """What the worker is told of a command; None if a later one was obeyed before it."""
    if part.commanded_at and command.at <= part.commanded_at:
        return None
    part.commanded_at = command.at
    if not isinstance(command, PauseCall):
        part.pause = None
        return ResumeLegs(call_id=part.call_id, by=command.by)
    since = part.pause.since if part.pause else command.at
    part.pause = Pause(since=since, why="api", by=command.by)
    return PauseLegs(call_id=part.call_id, at=command.at, why="api", by=command.by)
