"""Plain speech as a test: recordings with their text, or with who spoke when, and no call.

`manifest.jsonl`, one recording a line, paths relative to it:

    {"audio": "a.flac", "text": "what is said", "slices": {"source": "librispeech"}}
    {"audio": "b.wav", "speakers": [["anna", 1440, 13312], ...]}

`speakers` are regions in ms; with them a diarisation error rate is scored. Every recording is
placed as a plain call with one stream.
"""

from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
import soundfile
from numpy.typing import NDArray

from trunkline.evaluate.reference import BadReference, Reference, Turn, spoken_words

MANIFEST = "manifest.jsonl"
ALIGNED = "aligned"
"""Word times by forced alignment: good enough to lay a token over words, not to judge by."""

TAIL_S = 1.0
"""Silence after a recording, so that its last utterance ends as in a call."""


class Recording(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True
):
    """One line of the manifest."""

    audio: Annotated[str, msgspec.Meta(min_length=1)]
    text: str = ""
    name: str = ""
    """Empty: the file's, without its ending."""

    speakers: tuple[tuple[str, int, int], ...] = ()
    slices: dict[str, str] = {}
    lang: str = ""


_LINE = msgspec.json.Decoder(Recording)


def find_manifest(path: Path) -> Path | None:
    """The manifest that `path` is or holds."""
    if path.suffix == ".jsonl":
        return path
    return path / MANIFEST if (path / MANIFEST).is_file() else None


def read_manifest(path: Path) -> list[Recording]:
    """Its recordings; BadReference if a line is none."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise BadReference(f"{path}: {error.strerror}") from None
    found = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                found.append(_LINE.decode(line))
            except msgspec.MsgspecError as error:
                raise BadReference(f"{path}:{number}: {error}") from None
    if not found:
        raise BadReference(f"{path}: no recording in it")
    return found


def read_recording(path: Path) -> tuple[NDArray[np.float32], int]:
    """float32 [samples], mono, and its rate; BadReference if it is no audio."""
    try:
        audio, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise BadReference(f"{path}: {error}") from None
    if len(audio) == 0:
        raise BadReference(f"{path}: holds no audio")
    return audio.mean(axis=1), rate_hz


def reference_of(
    recording: Recording, *, duration_ms: int, times: tuple[tuple[int, int], ...] = ()
) -> Reference:
    """The recording as a call of one leg; `times` are those of the text's words."""
    name = recording.name or Path(recording.audio).stem
    if len(times) not in (0, len(spoken_words(recording.text))):
        raise BadReference(f"{name}: the word times are of another text")
    turns = [
        Turn(speaker=speaker, channel=0, start_ms=start, end_ms=min(end, duration_ms), text="")
        for speaker, start, end in recording.speakers
        if start < duration_ms
    ]
    if not turns:
        turns = [
            Turn(
                speaker="speaker",
                channel=0,
                start_ms=0,
                end_ms=duration_ms,
                text=recording.text,
                times=times,
            )
        ]
    elif recording.text:
        raise BadReference(f"{name}: text and speakers, but not who said what")
    return Reference(
        name=name,
        duration_ms=duration_ms,
        turns=tuple(turns),
        lang=recording.lang,
        slices=recording.slices,
        word_times=ALIGNED if times else "",
    )
