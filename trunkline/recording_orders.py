"""What an operator orders of recordings: muting further, erasing. Each leaves an audit row."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from prometheus_client import CollectorRegistry

from analytics.access.postgres import OPERATOR
from analytics.recordings import Heard
from analytics.recordings.shelf import Shelf
from analytics.store import Rejected, Unavailable
from redaction.events import RECORDINGS_TOPIC, RecordingEvent, RecordingRemoved
from redaction.recording.folder import Recordings
from redaction.recording.intervals import Interval
from redaction.recording.make import Of, mute_more
from trunkline.bus import Unavailable as BusUnavailable
from trunkline.recordings import SoundOfCalls, recordings_of
from trunkline.roles.process import open_bus
from trunkline.running import NotRunning, settings_in_force
from trunkline.settings import Settings


class NoRecording(Exception):
    """There is no recording of this call here."""


def mute(call_id: str, stretch: tuple[int, int], *, channel: int | None, why: str) -> bool:
    """Mute a stretch, ms on the call clock, of one leg or of all; whether it was heard before."""
    settings, dsn = settings_in_force()
    recordings = recordings_of(settings)
    of = _of(call_id, recordings)
    with recordings.open(*of) as recording:
        legs = [leg.channel for leg in recording.manifest.legs]
    if channel is not None and channel not in legs:
        raise NoRecording(f"the recording of {call_id} has no channel {channel}")
    wanted = [channel] if channel is not None else legs
    ready = mute_more(of, recordings, legs={leg: (Interval(*stretch),) for leg in wanted})
    told = _Order(of.tenant_id, call_id, "recording.muted", why)
    asyncio.run(_tell(settings, dsn, told, events=[ready] if ready else []))
    return ready is not None


def erase(call_id: str, *, why: str) -> bool:
    """Remove everything that can be heard of a call, for good; whether there was anything."""
    settings, dsn = settings_in_force()
    recordings = recordings_of(settings)
    tenants = recordings.tenants_of(call_id) or [settings.appliance.tenant]
    journal = SoundOfCalls(settings)
    was_there = call_id in journal.calls()
    events: list[RecordingEvent] = []
    for tenant_id in tenants:
        was_there |= recordings.remove(tenant_id, call_id, for_good=True)
        events.append(
            RecordingRemoved(
                tenant_id=tenant_id, call_id=call_id, why="erased", removed_at=datetime.now(UTC)
            )
        )
    journal.remove(call_id)
    told = _Order(tenants[0], call_id, "recording.erased", why)
    asyncio.run(_tell(settings, dsn, told, events=events))
    return was_there


class _Order(msgspec.Struct, frozen=True):
    """For the audit row."""

    tenant_id: str
    call_id: str
    action: str
    why: str


def _of(call_id: str, recordings: Recordings) -> Of:
    for tenant_id in recordings.tenants_of(call_id):
        return Of(tenant_id, call_id)
    raise NoRecording(f"no recording of {call_id} here")


async def _tell(
    settings: Settings, dsn: str, order: _Order, *, events: Sequence[RecordingEvent]
) -> None:
    """The audit row, and the topic of recordings."""
    in_force = msgspec.structs.replace(
        settings, appliance=msgspec.structs.replace(settings.appliance, postgres_dsn=dsn)
    )
    bus = open_bus(in_force, registry=CollectorRegistry())
    shelf = await Shelf.connect(dsn)
    try:
        at = datetime.now(UTC)
        heard = Heard(order.tenant_id, OPERATOR, order.action, order.call_id, order.why, at)
        await shelf.note(heard)
        for event in events:
            await bus.publish(RECORDINGS_TOPIC, event.call_id, msgspec.json.encode(event))
    except (Unavailable, Rejected, BusUnavailable) as error:
        raise NotRunning(f"done here, but not told: {error}; say it again later") from None
    finally:
        await shelf.close()
        await bus.close()
