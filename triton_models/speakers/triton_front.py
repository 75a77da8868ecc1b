"""Triton's wrap around `serving.Diarisation` where the networks are other models (BLS)."""

import time
from typing import Any

from triton_models import bls
from triton_models.speakers.networks import Floats, Segmentation, VoicePrints
from triton_models.speakers.serving import Diarisation
from triton_models.speakers.tensors import SEGMENTATION, VOICE_PRINT
from triton_models.transducer.tensors import Part


class TritonGraph:
    """A network, run by another model of this Triton: `networks.Graph`."""

    def __init__(self, part: Part) -> None:
        self._name = part.name
        (self._output,) = (tensor.name for tensor in part.outputs)

    def run(self, names: None, inputs: dict[str, Floats], /) -> list[Floats]:
        """Its one output."""
        return [bls.ask(self._name, inputs, self._output)]


class TritonPythonModel:
    """What Triton's Python backend looks for."""

    _diarisation: Diarisation

    def initialize(self, args: dict[str, str]) -> None:
        """The networks' weights are their models' matter."""
        self._diarisation = Diarisation(
            Segmentation(TritonGraph(SEGMENTATION)),
            VoicePrints(TritonGraph(VOICE_PRINT)),
            clock=time.monotonic,
        )

    def execute(self, requests: list[Any]) -> list[Any]:
        """One response a request."""
        answers = self._diarisation.answer([bls.step(one) for one in requests])
        return [bls.response(answer) for answer in answers]
