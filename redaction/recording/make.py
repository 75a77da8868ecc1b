"""Turns the journal of an ended call into its recording, and mutes more of one that is made."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from redaction.events import RecordingReady
from redaction.recording.cover import Samples
from redaction.recording.folder import Kind, Recordings, locator_of
from redaction.recording.intervals import Intervals, covers, union
from redaction.recording.manifest import Manifest, RecordedLeg
from redaction.recording.mutes import CallMutes, Leg, Mutes
from redaction.recording.sealed import sha256_of
from redaction.recording.settings import Settings
from redaction.recording.sound import BLOCK_MS, write


class JournaledLeg(Protocol):
    """One leg as the journal has it."""

    @property
    def channel(self) -> int: ...

    @property
    def rate_hz(self) -> int: ...

    @property
    def end_ms(self) -> int: ...


class Journal(Protocol):
    """The sound of calls that were not dealt with yet. Every method raises Unreadable."""

    def calls(self) -> Sequence[str]:
        """Calls of which anything is there."""
        ...

    def is_closed(self, call_id: str) -> bool:
        """Whether nothing will be added."""
        ...

    def legs(self, call_id: str) -> Sequence[JournaledLeg]:
        """What was recorded."""
        ...

    def read(
        self, call_id: str, channel: int, *, start_ms: int = 0, end_ms: int
    ) -> NDArray[np.int16]:
        """int16 [samples]; silence where nothing was recorded."""
        ...

    def remove(self, call_id: str) -> None:
        """The sound is wanted no longer."""
        ...


class Unreadable(Exception):
    """The journal of a call cannot be read: it stays as it is."""


class Of(NamedTuple):
    """Which call."""

    tenant_id: str
    call_id: str


def record(
    call: Of, said: CallMutes, *, journal: Journal, recordings: Recordings, settings: Settings
) -> RecordingReady | None:
    """Make the recording of a call; None where it has no sound, or was erased.

    The journal is left to the caller, who removes it once the world has been told. Done again, the
    recording stays, unless more is to be muted. OSError, Unreadable.
    """
    legs = journal.legs(call.call_id)
    with recordings.alone():
        if not legs or recordings.is_erased(*call):
            return None
        spans = [Leg(leg.channel, leg.end_ms) for leg in legs]
        mutes = said.mutes(spans, settings)
        manifest = _manifest(call, legs, mutes, policy=said.policy_version, settings=settings)
        manifest, is_there = _beside(recordings, manifest)
        if not is_there:
            sound = _sound(journal, call.call_id, legs, rate_hz=manifest.rate_hz)
            if settings.keep == "original":
                _write(recordings, _original(manifest), sound)
            _write(recordings, manifest, sound)
        return _ready(recordings, call)


def mute_more(
    call: Of, recordings: Recordings, *, legs: dict[int, Intervals], policy_version: str = ""
) -> RecordingReady | None:
    """Mute more of a recording: on each channel what is given for it, and on the mix all of it.

    None where there is none, or all of it is muted already. OSError, NotOpened.
    """
    with recordings.alone():
        if not recordings.has(*call):
            return None
        with recordings.open(*call) as old:
            told = old.manifest
            more = _more(told, legs)
            if _covered(told.mutes, more):
                return None
            mutes = told.mutes.joined(more)
            manifest = msgspec.structs.replace(
                told,
                mutes=mutes,
                revision=told.revision + 1,
                policy_version=policy_version or told.policy_version,
            )
            path = recordings.path(*call, "redacted")
            write(path, recordings.keys.redacted, manifest=manifest, blocks=old.blocks())
        return _ready(recordings, call)


def ask_for(
    said: CallMutes, recordings: Recordings, call: Of, *, settings: Settings
) -> RecordingReady | None:
    """Mute what later revisions mask; what they say of sound that was not recognised is old."""
    if not recordings.has(*call):
        return None
    with recordings.open(*call) as recording:
        told = recording.manifest
    legs = [Leg(leg.channel, told.duration_ms + 1) for leg in told.legs]
    # Without the words around it nobody knows how far it could reach: the pads have to do.
    asked = said.mutes(legs, msgspec.structs.replace(settings, unrecognised="keep", reach_ms=0))
    wanted = {leg.channel: asked.of(at) for at, leg in enumerate(legs)}
    return mute_more(call, recordings, legs=wanted, policy_version=said.policy_version)


def _manifest(
    call: Of, legs: Sequence[JournaledLeg], mutes: Mutes, *, policy: str, settings: Settings
) -> Manifest:
    rate_hz = max(leg.rate_hz for leg in legs)
    return Manifest(
        tenant_id=call.tenant_id,
        call_id=call.call_id,
        kind="redacted",
        rate_hz=rate_hz,
        frames=max(leg.end_ms for leg in legs) * rate_hz // 1000,
        legs=tuple(RecordedLeg(channel=leg.channel) for leg in legs),
        mutes=mutes,
        cover=settings.cover,
        policy_version=policy,
    )


def _original(manifest: Manifest) -> Manifest:
    nothing: tuple[Intervals, ...] = ((),) * len(manifest.legs)
    mutes = Mutes(masked=nothing, unheard=nothing, mix=())
    return msgspec.structs.replace(manifest, kind="original", mutes=mutes)


def _sound(
    journal: Journal, call_id: str, legs: Sequence[JournaledLeg], *, rate_hz: int
) -> list[NDArray[np.int16]]:
    """Each leg from the call's start to its end; a slower one's samples are repeated."""
    end_ms = max(leg.end_ms for leg in legs)
    return [
        np.repeat(journal.read(call_id, leg.channel, end_ms=end_ms), rate_hz // leg.rate_hz)
        for leg in legs
    ]


def _blocks(sound: Sequence[NDArray[np.int16]], manifest: Manifest) -> Iterator[Samples]:
    size = BLOCK_MS * manifest.rate_hz // 1000
    for at in range(0, manifest.frames, size):
        count = min(size, manifest.frames - at)
        block = np.zeros((count, len(sound)), np.int16)
        for leg, samples in enumerate(sound):
            part = samples[at : at + count]
            block[: len(part), leg] = part
        yield block


def _write(recordings: Recordings, manifest: Manifest, sound: Sequence[NDArray[np.int16]]) -> None:
    kind: Kind = manifest.kind
    path = recordings.path(manifest.tenant_id, manifest.call_id, kind)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write(path, recordings.keys.of(kind), manifest=manifest, blocks=_blocks(sound, manifest))


def _beside(recordings: Recordings, wanted: Manifest) -> tuple[Manifest, bool]:
    """What is to be made, given what lies there; whether that is as good already.

    What was muted once stays muted, whoever asked for it.
    """
    call = Of(wanted.tenant_id, wanted.call_id)
    if not recordings.has(*call):
        return wanted, False
    with recordings.open(*call) as recording:
        told = recording.manifest
    if told.legs != wanted.legs:
        return msgspec.structs.replace(wanted, revision=told.revision + 1), False
    if told.frames == wanted.frames and _covered(told.mutes, wanted.mutes):
        return told, True
    mutes = wanted.mutes.joined(told.mutes)
    return msgspec.structs.replace(wanted, mutes=mutes, revision=told.revision + 1), False


def _covered(told: Mutes, wanted: Mutes) -> bool:
    legs = range(len(wanted.masked))
    return covers(told.mix, wanted.mix) and all(
        covers(told.of(leg), wanted.of(leg)) for leg in legs
    )


def _more(told: Manifest, legs: dict[int, Intervals]) -> Mutes:
    """What is given, in the form of the recording."""
    end_ms = told.duration_ms + 1
    asked = [legs.get(leg.channel, ()) for leg in told.legs]
    within = [tuple(i for i in one if i.start_ms < end_ms) for one in asked]
    return Mutes(
        masked=tuple(within),
        unheard=((),) * len(told.legs),
        mix=union(i for one in within for i in one),
    )


def _ready(recordings: Recordings, call: Of) -> RecordingReady:
    """What the world is told of the recording that lies there."""
    with recordings.open(*call) as recording:
        told = recording.manifest
    return RecordingReady(
        tenant_id=call.tenant_id,
        call_id=call.call_id,
        revision=told.revision,
        locator=locator_of(*call),
        duration_ms=told.duration_ms,
        muted_ms=told.mutes.muted_ms,
        legs=len(told.legs),
        sha256=sha256_of(recordings.path(*call, "redacted")),
        policy_version=told.policy_version,
        has_original=recordings.has(*call, "original"),
        made_at=datetime.now(UTC),
    )
