"""The communication sessions of one recording session (RFC 7866 section 5): a call for each.

A recording client may keep one dialog open per agent's phone, and tell by metadata that what its
streams carry is another conversation now, or several at once. Each is a call with its own id,
start and end. A call of one conversation, which most are, knows nothing of this.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from sip_gateway.calls import attributes
from sip_gateway.calls.call import Call, Conversation, Leg
from sip_gateway.calls.line import Identity
from sip_gateway.siprec.metadata import Metadata
from sip_gateway.worker_protocol import (
    ClockStarted,
    CloseCall,
    KeepPorts,
    LegSpec,
    OpenCall,
    PauseChanged,
    ToWorker,
    UpdateLegs,
)


class Naming(NamedTuple):
    """What a conversation gets when it begins."""

    identify: Callable[[], Identity]
    wanted: Sequence[str] = ()
    """Which ids of the contact centre are kept with it, of those that the metadata tell."""


RECORDING = "trunkline-recording-session"
"""The attribute of a later conversation that names the first call of its recording session."""

GROUP = "trunkline-session-group"
"""The attribute of the communication session group (RFC 7865 section 6.2)."""


# Which leg is part of which conversation.


def place(call: Call, naming: Naming) -> None:
    """Give each leg of a recording session to the conversation that the metadata says.

    A leg whose stream passes to another conversation is a new leg there.
    """
    told = call.metadata
    if call.ingress != "siprec" or told is None:
        return
    sessions = [told.session_of(leg.spec.label) for leg in call.legs]
    if call.conversations is None:
        call.session_id = call.session_id or next(filter(None, sessions), "")
        if not _several(call, told, sessions):
            return
        call.conversations = (_first(call),)
    call.legs = tuple(
        _placed(call, leg, session, naming)
        for leg, session in zip(call.legs, sessions, strict=True)
    )


def group(call: Call) -> dict[str, str]:
    """The attribute that says with which other sessions the call's belongs together."""
    return _group(call, call.session_id)


def part(call: Call, call_id: str) -> Call | Conversation:
    """The conversation with this id, or the call that is the only one."""
    parts = call.conversations or ()
    return next((each for each in parts if each.call_id == call_id), call)


def has(call: Call, call_id: str) -> bool:
    """Whether one of its conversations has this id."""
    return any(each.call_id == call_id for each in call.conversations or ())


def going(call: Call) -> int:
    """How many conversations are not over."""
    if call.conversations is None:
        return 1
    return sum(not each.closing for each in call.conversations)


def silence(call: Call, call_id: str) -> bool:
    """Take its legs from a conversation that nothing was heard of; False if it is the only one."""
    if going(call) < 2 or not has(call, call_id):
        return False
    call.legs = tuple(_idle(leg) if of(leg.spec) == call_id else leg for leg in call.legs)
    return True


def restored(call: Call, agreed: Iterable[Leg]) -> tuple[Leg, ...]:
    """The legs as before a change that failed; new ones where another had the port meanwhile."""
    now = {leg.line: leg.spec.leg_id for leg in call.legs if not leg.idle}
    if call.conversations is not None:
        # Of what did not begin, no worker knows.
        call.conversations = tuple(each for each in call.conversations if each.legs)
    return tuple(_restored(call, leg, now.get(leg.line, leg.spec.leg_id)) for leg in agreed)


def _restored(call: Call, leg: Leg, now: str) -> Leg:
    target = part(call, of(leg.spec))
    if isinstance(target, Conversation) and target.closing:
        return _idle(leg)
    return leg if leg.idle or now == leg.spec.leg_id else _joins(leg, target)


def of(spec: LegSpec) -> str:
    """The call id of a leg."""
    return spec.leg_id.rpartition("-")[0]


def _several(call: Call, told: Metadata, sessions: list[str | None]) -> bool:
    """Whether there is another conversation than the first, or the first is over."""
    if any(session and session != call.session_id for session in sessions):
        return True
    begun = bool(call.description.media)
    over = [_over(told, session, call.session_id) for session in sessions]
    return begun and (any(over) or not over)


def _over(told: Metadata, session: str | None, current: str) -> bool:
    """Whether a leg is in no conversation any more; `session` is what is told of its stream."""
    if session == "" and current and told.sessions:
        return current not in told.sessions or told.is_over(current)
    return session is None


def _first(call: Call) -> Conversation:
    return Conversation(
        call_id=call.call_id,
        session_id=call.session_id,
        external_id=call.external_id,
        started_at=call.started_at,
        attributes=call.attributes,
        channels=call.channels,
        legs=tuple(spec for spec in call.specs if spec.rtp_port),
        announced=bool(call.description.media),
        clock_started_at=call.clock_started_at,
        pause=call.pause,
        commanded_at=call.commanded_at,
    )


def _placed(call: Call, leg: Leg, session: str | None, naming: Naming) -> Leg:
    assert call.metadata is not None
    parts = [each for each in call.conversations or () if not each.closing]
    current = None
    if not leg.idle:
        current = next((each for each in parts if each.call_id == of(leg.spec)), None)
    if _over(call.metadata, session, current.session_id if current else ""):
        return _idle(leg)
    if not session:
        return leg if current or leg.spec.leg_id else _joins(leg, _any(call, naming))
    if current is not None and current.session_id == session:
        return leg
    target = next((each for each in parts if each.session_id == session), None)
    if target is None and current is not None and not current.session_id:
        current.session_id = session
        return leg
    return _joins(leg, target or _begin(call, session, naming))


def _any(call: Call, naming: Naming) -> Conversation:
    """For a line that nothing is told of: recorded it is."""
    parts = [each for each in call.conversations or () if not each.closing]
    return parts[0] if parts else _begin(call, "", naming)


def _begin(call: Call, session_id: str, naming: Naming) -> Conversation:
    call_id, started_at = naming.identify()
    told = call.metadata.extensions_of(session_id) if call.metadata else ()
    begun = Conversation(
        call_id=call_id,
        session_id=session_id,
        external_id=session_id or call.dialog.id.call_id,
        started_at=started_at,
        attributes={
            **attributes.chosen(told, naming.wanted),
            RECORDING: call.call_id,
            **_group(call, session_id),
        },
    )
    call.conversations = (*(call.conversations or ()), begun)
    return begun


def _group(call: Call, session_id: str) -> dict[str, str]:
    known = call.metadata.sessions.get(session_id) if call.metadata else None
    return {GROUP: known.group} if known and known.group.isprintable() and known.group else {}


def _joins(leg: Leg, target: Call | Conversation) -> Leg:
    """The same line as a new leg of the conversation."""
    channel, target.channels = target.channels, target.channels + 1
    leg_id = f"{target.call_id}-{channel}"
    spec = msgspec.structs.replace(leg.spec, leg_id=leg_id, channel=channel)
    return msgspec.structs.replace(leg, spec=spec, idle=False)


def _idle(leg: Leg) -> Leg:
    return msgspec.structs.replace(leg, idle=True)


# What the worker is told, and tells.


def opening(call: Call, *, resumed: bool) -> list[ToWorker]:
    """Start the call and its conversations, or take them up again; those that are over, to be
    closed."""
    if call.conversations is None:
        return _opened(call.open(resumed=resumed), call.closing)
    orders: list[ToWorker] = [_kept(call)]
    for each in call.conversations:
        if each.announced or not each.closing:
            again = resumed and each.announced
            orders += _opened(_open(call, each, resumed=again), each.closing)
        else:
            orders.append(CloseCall(call_id=each.call_id, reason=each.closing))
    return orders


def updating(call: Call) -> list[ToWorker]:
    """The legs are these from now on; conversations without any are left alone yet."""
    if call.conversations is None:
        return [UpdateLegs(call_id=call.call_id, legs=call.specs)]
    orders: list[ToWorker] = [_kept(call)]
    for each in call.conversations:
        if each.closing or not (legs := _specs(call, each)):
            continue
        if each.announced:
            each.legs = legs
            orders.append(UpdateLegs(call_id=each.call_id, legs=legs))
        else:
            orders.append(_open(call, each, resumed=False))
    return orders


def ended(call: Call, reason: str = "bye") -> list[ToWorker]:
    """Close the conversations that have no legs any more."""
    orders: list[ToWorker] = []
    for each in call.conversations or ():
        if not each.closing and not _specs(call, each):
            each.closing = reason
            orders.append(CloseCall(call_id=each.call_id, reason=reason))
    return orders


def closing(call: Call, reason: str) -> list[ToWorker]:
    """Close all of it."""
    if call.conversations is None:
        return [CloseCall(call_id=call.call_id, reason=reason)]
    call.legs = tuple(map(_idle, call.legs))
    return [*ended(call, reason), KeepPorts(call_id=call.call_id, ports=())]


def opened(call: Call, call_id: str) -> bool:
    """A conversation's legs have their ports; True once all conversations' have."""
    for each in call.conversations or ():
        each.announced = each.announced or each.call_id == call_id
    return all(each.announced or each.closing for each in call.conversations or ())


def learn(call: Call, message: ClockStarted | PauseChanged) -> None:
    """Note what is to be known when the worker is another."""
    told = part(call, message.call_id)
    if isinstance(message, ClockStarted):
        told.clock_started_at = message.clock_started_at
    else:
        told.pause = message.pause


def closed(call: Call, call_id: str) -> bool:
    """A conversation's end was published; True once that of all was."""
    if call.conversations is not None:
        call.conversations = tuple(
            each for each in call.conversations if not each.closing or each.call_id != call_id
        )
    return not call.conversations


def _opened(order: OpenCall, closing: str) -> list[ToWorker]:
    if not closing:
        return [order]
    anywhere = tuple(msgspec.structs.replace(leg, rtp_port=None) for leg in order.legs)
    return [
        msgspec.structs.replace(order, legs=anywhere),
        CloseCall(call_id=order.call_id, reason=closing),
    ]


def _open(call: Call, each: Conversation, *, resumed: bool) -> OpenCall:
    each.legs = _specs(call, each) or each.legs
    return msgspec.structs.replace(
        call.open(resumed=resumed),
        call_id=each.call_id,
        external_id=each.external_id,
        started_at=each.started_at,
        legs=each.legs,
        clock_started_at=each.clock_started_at,
        attributes=each.attributes,
        pause=each.pause,
    )


def _specs(call: Call, each: Conversation) -> tuple[LegSpec, ...]:
    return tuple(spec for spec in call.specs if of(spec) == each.call_id)


def _kept(call: Call) -> KeepPorts:
    ports = () if call.closing else tuple(port for port in call.ports.values() if port)
    return KeepPorts(call_id=call.call_id, ports=ports)
