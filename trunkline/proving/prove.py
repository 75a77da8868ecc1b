"""Proves recordings: silent where they say so, and nothing personal to be heard in them."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from redaction.recording.folder import Recordings
from redaction.recording.sealed import NotOpened
from redaction.recording.sound import Recording
from trunkline.evaluate.reference import BadReference, read_reference
from trunkline.proving.audible import audible, table
from trunkline.proving.hear import Ear
from trunkline.proving.silence import not_silent
from trunkline.recordings import recordings_of
from trunkline.running import NotRunning, find_appliance
from trunkline.settings import Settings, SettingsError, load


class NothingToProve(Exception):
    """There is no such recording."""


class Proof(NamedTuple):
    """What came of it."""

    holds: bool
    lines: list[str]


def prove(
    calls: Sequence[str], *, folder: Path | None, truth: Path | None, settings: Path | None
) -> Proof:
    """Hear these calls' recordings again, or all of a folder; NothingToProve."""
    in_force = _settings(settings)
    recordings = recordings_of(in_force)
    if folder is not None:
        recordings = Recordings(folder, recordings.keys)
    kept = [one for one in recordings.kept() if folder is not None or one.call_id in calls]
    missing = set(calls) - {one.call_id for one in kept}
    if missing or not kept:
        raise NothingToProve(f"no recording of {', '.join(sorted(missing)) or 'any call'} here")
    ear = Ear(in_force)
    lines: list[str] = []
    holds = True
    for one in kept:
        try:
            with recordings.open(one.tenant_id, one.call_id) as recording:
                proof = prove_one(recording, ear)
                lines += proof.lines
                if truth is not None:
                    lines += _measured(truth, recording)
        except NotOpened as error:
            proof = Proof(False, [f"{one.call_id}: {error}"])
            lines += proof.lines
        holds = holds and proof.holds
    return Proof(holds, lines)


def prove_one(recording: Recording, ear: Ear) -> Proof:
    """One recording."""
    told = recording.manifest
    loud, found = not_silent(recording), ear.personal(recording)
    lines = [f"{told.call_id}: channel {one} is not silent where it is muted" for one in loud]
    lines += [
        f"{told.call_id}: {one.kind} on channel {one.channel} at {one.start_ms}..{one.end_ms} ms"
        for one in found
    ]
    if not lines:
        muted, whole = told.mutes.muted_ms / 1000, told.duration_ms / 1000
        lines = [f"{told.call_id}: nothing personal ({muted:.1f} of {whole:.1f} s are muted)"]
        return Proof(True, lines)
    return Proof(False, lines)


def _measured(truth: Path, recording: Recording) -> Sequence[str]:
    try:
        return list(table(audible(read_reference(truth), recording.manifest)))
    except BadReference as error:
        raise SettingsError(str(error)) from None


def _settings(path: Path | None) -> Settings:
    """Those of the file, of the appliance that runs here, or the defaults."""
    settings = load(path)
    if path is None:
        try:
            return find_appliance(settings).settings()
        except NotRunning:
            return settings
    return settings
