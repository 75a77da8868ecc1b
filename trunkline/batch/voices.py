"""Who speaks on a lone channel: voices of each piece, told apart over the whole file."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from triton_models import weights
from triton_models.events import RawTranscript
from triton_models.loading import WeightsMissing
from triton_models.speakers.labels import LegLabels
from triton_models.speakers.listener import Listener, Voice
from triton_models.speakers.networks import Segmentation, VoicePrints
from trunkline.batch.pieces import Piece

_TRACKS = 1000
"""More than a piece of 40 s can have: tracks are numbered within a piece."""


class Voices:
    """The diarisation networks in memory; one thread at a time."""

    def __init__(self, models_dir: Path) -> None:
        if not weights.model(weights.SPEAKERS).is_complete(models_dir):
            raise WeightsMissing(f"speakers in {models_dir}: run `trunkline models fetch`")
        folder = models_dir / weights.SPEAKERS
        self._segmentation = Segmentation(folder / "segmentation.onnx")
        self._prints = VoicePrints(folder / "voice_print.onnx")

    def of(self, piece: Piece) -> tuple[Voice, ...]:
        """Everybody's talk in the piece, with voice prints."""
        listener = Listener(self._segmentation, self._prints, start_ms=piece.start_ms)
        heard = [*listener.receive(piece.samples).voices, *listener.finish().voices]
        return tuple(voice for voice in heard if voice.closed)


def told_apart(
    raws: Sequence[RawTranscript], pieces: Iterable[Sequence[Voice]], *, most: int
) -> list[RawTranscript]:
    """The finals in parts of one speaker each: `speaker_1`, ... in order of arrival."""
    labels = LegLabels(most=most)
    for number, voices in enumerate(pieces):
        labels.hear((_apart(voice, number) for voice in voices), done_ms=0)
    parts = [part for raw in raws for part in labels.final(raw)]
    corrected = labels.corrected()
    told = [corrected.get(part.segment_id, part.speaker) for part in parts]
    names = {name: f"speaker_{n}" for n, name in enumerate(dict.fromkeys(told), start=1)}
    return [
        msgspec.structs.replace(part, speaker=names[name])
        for part, name in zip(parts, told, strict=True)
    ]


def _apart(voice: Voice, piece: int) -> Voice:
    """No track goes on from one piece to the next."""
    return msgspec.structs.replace(voice, track=piece * _TRACKS + voice.track)
