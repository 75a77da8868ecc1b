"""Reads test calls and plain speech, and makes what will be played of them."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

from sip_gateway.audio.resample import resample
from sip_gateway.caller.plan import Keys
from triton_models.align import Aligner, filled
from trunkline.evaluate.audible import read_audible
from trunkline.evaluate.degrade import Line, on_line, write_noisy
from trunkline.evaluate.known_times import WORDS, read_known_times, with_times
from trunkline.evaluate.reference import BadReference, Reference, read_references, spoken_words
from trunkline.evaluate.speech_set import (
    TAIL_S,
    Recording,
    read_manifest,
    read_recording,
    reference_of,
)

ALIGNER_HZ = 16_000


class TestCall(NamedTuple):
    """One call to place: its audio and the truth about it."""

    wav: Path
    """Stereo: left leg 0, right leg 1."""

    reference: Reference
    audible: Reference
    """The same, its turns cut to what can be heard of them."""

    line: Line = Line()
    plain: bool = False
    """One stream with both channels mixed, not two over SIPREC."""

    headers: tuple[tuple[str, str], ...] = ()
    """What the call tells of itself, such as its queue: a route may go by it."""

    keys: tuple[Keys, ...] = ()
    """Pressed as telephone-events."""


def read_calls(
    folder: Path, only: Collection[str] = (), *, times_in: Path | None = None
) -> list[TestCall]:
    """The calls of a folder; BadReference if they cannot be used.

    Word times are in `words/NAME.json` of that folder, or in `times_in` as `NAME.json`.
    """
    calls = []
    for wav, reference in read_references(folder, only):
        known = (times_in or folder / WORDS) / f"{wav.stem}.json"
        if known.exists():
            reference = with_times(reference, read_known_times(known))
        calls.append(TestCall(wav, reference, read_audible(reference, wav)))
    return calls


def read_speech(manifest: Path, only: Collection[str] = (), *, work: Path) -> list[TestCall]:
    """The recordings of a manifest as plain calls; what is played goes to the folder `work`."""
    aligner = Aligner()
    names: set[str] = set()
    calls = []
    for recording in read_manifest(manifest):
        call = _plain_call(recording, manifest.parent, aligner=aligner, work=work)
        if call.reference.name in names:
            raise BadReference(f"{manifest}: two recordings are named {call.reference.name}")
        names.add(call.reference.name)
        if not only or call.reference.name.startswith(tuple(only)):
            calls.append(call)
    if not calls:
        raise BadReference(f"{manifest}: no recording whose name begins so")
    return calls


def _plain_call(recording: Recording, folder: Path, *, aligner: Aligner, work: Path) -> TestCall:
    samples, rate_hz = read_recording(folder / recording.audio)
    texts = spoken_words(recording.text)
    end_ms = len(samples) * 1000 // rate_hz
    times: tuple[tuple[int, int], ...] = ()
    if texts:
        spans = aligner.align(texts, resample(samples, rate_hz, to_hz=ALIGNER_HZ))
        whole = filled(texts, spans, start_ms=0, end_ms=end_ms)
        times = tuple((span.start_ms, span.end_ms) for span in whole)
    reference = reference_of(recording, duration_ms=end_ms, times=times)
    wav = work / f"{reference.name}.wav"
    mono = np.pad(samples, (0, round(rate_hz * TAIL_S)))
    soundfile.write(wav, np.stack([mono, np.zeros_like(mono)], axis=1), rate_hz, subtype="FLOAT")
    return TestCall(wav, reference, read_audible(reference, wav), plain=True)


def on_lines(calls: Sequence[TestCall], lines: Sequence[Line], *, work: Path) -> Iterator[TestCall]:
    """Every call on every line; noisy audio goes to the folder `work`."""
    for line in lines:
        for call in calls:
            reference = on_line(call.reference, line)
            wav = call.wav
            if line.snr_db is not None:
                wav = work / f"{reference.name}.noisy.wav"
                write_noisy(call.wav, wav, line=line, name=call.reference.name)
            yield call._replace(
                wav=wav, reference=reference, audible=on_line(call.audible, line), line=line
            )
