"""Places one test call in real time: over SIPREC, or plain speech as a plain call."""

from datetime import datetime
from typing import NamedTuple

from sip_gateway.caller.place import place_call
from sip_gateway.caller.plan import CallFailed, CallPlan
from trunkline.evaluate.prepare import TestCall


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


async def place(call: TestCall, to: Address) -> Placed:
    """Play the two channels as the two legs of a SIPREC call, or mixed; NotPlaced if it fails."""
    started: list[datetime] = []
    plan = CallPlan(
        host=to.host,
        port=to.port,
        agent=call.wav,
        siprec=not call.plain,
        codec=call.line.codec.upper(),
        loss=call.line.loss,
        loss_burst=call.line.burst,
        loss_seed=call.line.seed,
        headers=call.headers,
        keys=call.keys,
    )
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
