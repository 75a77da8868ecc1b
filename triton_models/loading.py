"""Builds a recogniser from the fetched weights, and says what it was built from."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from triton_models import tokens, weights
from triton_models.align_process import aligner_beside
from triton_models.moonshine import Moonshine
from triton_models.reader import Reader, TaskReader
from triton_models.recogniser import Recogniser
from triton_models.settings import Riva, Settings
from triton_models.voice import VoiceActivity
from triton_models.whisper import Lazily

_DECODER = "beam-2-whispers"
"""Grows when the same settings and weights would give other words."""


class Lineage(NamedTuple):
    """What recognised: put on every transcript."""

    model: str
    model_sha256: str
    decoder: str


class WeightsMissing(Exception):
    """Weights are absent or damaged: run `trunkline models fetch`."""


def lineage(settings: Settings) -> Lineage:
    """The recogniser's model, its weights' checksum, a short hash of the decoding settings."""
    decisive = msgspec.structs.replace(
        settings, backend="", url="", models_dir="", language="", riva=Riva(), served=()
    )
    digest = hashlib.sha256(_DECODER.encode() + msgspec.json.encode(decisive)).hexdigest()
    recogniser = _known(weights.RECOGNISER, settings)
    return Lineage(recogniser.name, recogniser.sha256, digest[:12])


def _known(name: str, settings: Settings) -> weights.Model:
    """What the weights must be; a directory that the settings name may say so itself."""
    return weights.model(name, Path(settings.models_dir) if settings.models_dir else None)


ReadAll = Callable[[Path, int], TaskReader]
"""Makes what reads utterances, out of the recogniser's weights, for so many threads."""


def reader_of(folder: Path, threads: int) -> TaskReader:
    """The reader of live calls."""
    model = Moonshine(folder / "encoder.ort", folder / "decoder.ort")
    vocabulary = tokens.load(folder / "tokenizer.bin")
    second = Lazily(folder.parent)
    return Reader(model, vocabulary, threads=threads, aligner=aligner_beside, second=second)


def load(
    settings: Settings,
    models_dir: Path,
    *,
    threads: int,
    clock: Callable[[], float],
    read: ReadAll = reader_of,
) -> Recogniser:
    """A recogniser that decodes on `threads` threads; WeightsMissing where weights are not right.

    Each thread runs one utterance. Measured on two cores: more than one thread inside an
    utterance costs more CPU in all than it saves in time.
    """
    for name in (weights.RECOGNISER, weights.VOICE):
        if not _known(name, settings).is_complete(models_dir):
            raise WeightsMissing(f"{name} in {models_dir}: run `trunkline models fetch`")
    voice = VoiceActivity(models_dir / weights.VOICE / "voice_16k.onnx")
    reader = read(models_dir / weights.RECOGNISER, threads)
    return Recogniser(settings, voice=voice, reader=reader, clock=clock)
