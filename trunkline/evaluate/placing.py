"""Places one test call over SIPREC, in real time."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sip_gateway.caller.place import place_call
from sip_gateway.caller.plan import CallFailed, CallPlan


class NotPlaced(Exception):
    """The call was not taken, or broke off: says why."""


class Placed(NamedTuple):
    """A call that was placed from start to end."""

    call_id: str
    started_at: float
    """When its first packet left, Unix time in seconds."""


class Address(NamedTuple):
    """Where the appliance takes SIP over TCP."""

    host: str
    port: int


async def place(wav: Path, to: Address) -> Placed:
    """Play the two channels of `wav` as the two legs of a SIPREC call; NotPlaced if it fails."""
    started: list[datetime] = []
    plan = CallPlan(host=to.host, port=to.port, agent=wav)
    try:
        report = await place_call(plan, on_started=lambda _, at: started.append(at))
    except CallFailed as error:
        raise NotPlaced(str(error)) from None
    except OSError as error:
        raise NotPlaced(f"{to.host}:{to.port}: {error.strerror or type(error).__name__}") from None
    if not report.call_id:
        raise NotPlaced("the far end did not tell a call id: it is no Trunkline")
    if report.ended_by_far_end:
        raise NotPlaced("the far end ended the call")
    return Placed(report.call_id, started[0].timestamp())
