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
from trunkline.proving.judge import Heard, Shown, judged
from trunkline.proving.shown import Transcripts
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
    ear, transcripts = Ear(in_force), Transcripts(in_force)
    lines: list[str] = []
    holds = True
    for one in kept:
        try:
            with recordings.open(one.tenant_id, one.call_id) as recording:
                proof = prove_one(recording, ear, transcripts.of(one.call_id))
                lines += proof.lines
                if truth is not None:
                    lines += _measured(truth, recording)
        except NotOpened as error:
            proof = Proof(False, [f"{one.call_id}: {error}"])
            lines += proof.lines
        holds = holds and proof.holds
    return Proof(holds, lines)


def prove_one(recording: Recording, ear: Ear, shown: Shown | None) -> Proof:
    """One recording; `shown`: the call's transcript, if it is here."""
    told = recording.manifest
    loud, found = not_silent(recording), judged(ear.personal(recording), told, shown)
    lines = [f"{told.call_id}: channel {one} is not silent where it is muted" for one in loud]
    lines += [f"{told.call_id}: {_place(one)}" for one in found.left]
    holds = not lines
    if holds:
        muted, whole = told.mutes.muted_ms / 1000, told.duration_ms / 1000
        lines = [f"{told.call_id}: nothing personal ({muted:.1f} of {whole:.1f} s are muted)"]
    lines += [f"{told.call_id}: to listen to: {_place(one)}" for one in found.doubtful]
    return Proof(holds, lines)


def _place(one: Heard) -> str:
    return f"{one.kind} on channel {one.channel} at {one.start_ms}..{one.end_ms} ms"


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
