"""Triton's wrap around `triton_models.speakers`: tensors in, answers out, and nothing else."""

import numpy as np
import triton_python_backend_utils as pb_utils

from triton_models import tensors
from triton_models.hypothesis import Step
from triton_models.speakers.serving import Diarisation, from_environment


class TritonPythonModel:
    """What Triton's Python backend looks for."""

    diarisation: Diarisation

    def initialize(self, args: dict[str, str]) -> None:
        """Load the weights."""
        self.diarisation = from_environment()

    def execute(self, requests: list) -> list:
        """One response a request."""
        answers = self.diarisation.answer([_parsed(asked) for asked in requests])
        return [_response(answer) for answer in answers]


def _parsed(asked) -> Step:
    def values(name: str):
        return pb_utils.get_input_tensor_by_name(asked, name).as_numpy()

    return Step(
        sequence=int(values(tensors.SEQUENCE).flat[0]),
        samples=values(tensors.SAMPLES.name).reshape(-1),
        start_ms=int(values(tensors.START_MS.name).flat[0]),
        starts=bool(values(tensors.START).flat[0]),
        ends=bool(values(tensors.END).flat[0]),
    )


def _response(answer: bytes | str):
    if isinstance(answer, str):
        return pb_utils.InferenceResponse(error=pb_utils.TritonError(answer))
    tensor = pb_utils.Tensor(tensors.ANSWER.name, np.array([[answer]], dtype=object))
    return pb_utils.InferenceResponse([tensor])
