"""pyannote.audio as an offline pass over a whole recording: `pip install trunkline[pyannote]`.

Its weights are not ours to bring: the operator fetches a pipeline (a folder with `config.yaml`,
such as `pyannote/speaker-diarization-community-1`) and names it by path. Nothing is downloaded
and nothing sent. Works with pyannote.audio 3.x and 4.x.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from triton_models.speakers.turns import SpeakerTurn

RATE_HZ = 16000


class NotUsable(Exception):
    """pyannote.audio or the pipeline is missing; the message says which."""


class Track(NamedTuple):
    """One span of pyannote's answer."""

    start_s: float
    end_s: float
    label: str


class _Annotation(Protocol):
    """What is used of `pyannote.core.Annotation`."""

    def itertracks(self, yield_label: bool) -> Iterable[tuple[object, object, object]]: ...


class PyannotePass:
    """A pipeline in memory; it takes some gigabytes and, on a CPU, about real time."""

    def __init__(self, pipeline: Path) -> None:
        try:
            from pyannote.audio import Pipeline  # type: ignore[import-not-found]
        except ImportError as error:
            raise NotUsable(
                f"pyannote.audio cannot be loaded ({error}): pip install 'trunkline[pyannote]'"
            ) from None
        config = pipeline / "config.yaml" if pipeline.is_dir() else pipeline
        if not config.is_file():
            raise NotUsable(f"{pipeline} is no pipeline of pyannote.audio: no config.yaml")
        self._pipeline = Pipeline.from_pretrained(pipeline)
        if self._pipeline is None:
            raise NotUsable(f"{pipeline}: pyannote.audio could not load it")

    def turns(self, samples: NDArray[np.float32], *, most: int = 0) -> list[SpeakerTurn]:
        """Who speaks when in float32 [samples], 16 kHz, -1 to 1; `most` speakers, 0: any number."""
        import torch  # type: ignore[import-not-found]

        waveform = torch.from_numpy(np.ascontiguousarray(samples, np.float32))[None]
        limit = {"max_speakers": most} if most else {}
        answer = self._pipeline({"waveform": waveform, "sample_rate": RATE_HZ}, **limit)
        # 4.x answers with an object of several annotations, 3.x with the annotation itself.
        return turns_of(_tracks(getattr(answer, "speaker_diarization", answer)))


def turns_of(tracks: Iterable[Track]) -> list[SpeakerTurn]:
    """With our labels, in order of arrival."""
    ordered = sorted(tracks)
    order: dict[str, int] = {}
    return [
        SpeakerTurn(
            round(track.start_s * 1000),
            round(track.end_s * 1000),
            f"speaker_{order.setdefault(track.label, len(order) + 1)}",
        )
        for track in ordered
    ]


def _tracks(annotation: _Annotation) -> Iterable[Track]:
    for segment, _, label in annotation.itertracks(yield_label=True):
        yield Track(float(segment.start), float(segment.end), str(label))  # type: ignore[attr-defined]
