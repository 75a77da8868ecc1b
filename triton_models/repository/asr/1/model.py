"""Triton's wrap around `triton_models.recogniser`: tensors in, answers out, and nothing else."""

import numpy as np
import triton_python_backend_utils as pb_utils

from triton_models import tensors
from triton_models.hypothesis import Step
from triton_models.serving import Request, Served, request, served_from_environment


class TritonPythonModel:
    """What Triton's Python backend looks for."""

    served: Served

    def initialize(self, args: dict[str, str]) -> None:
        """Load the weights. A copy of this model under another name has settings of its own."""
        self.served = served_from_environment(args["model_name"])

    def execute(self, requests: list) -> list:
        """One response a request; requests of a batch are recognised together."""
        answers = self.served.answer([_parsed(asked) for asked in requests])
        return [_response(answer) for answer in answers]


def _parsed(asked) -> Request:
    def values(name: str):
        return pb_utils.get_input_tensor_by_name(asked, name).as_numpy()

    step = Step(
        sequence=int(values(tensors.SEQUENCE).flat[0]),
        samples=values(tensors.SAMPLES.name).reshape(-1),
        start_ms=int(values(tensors.START_MS.name).flat[0]),
        starts=bool(values(tensors.START).flat[0]),
        ends=bool(values(tensors.END).flat[0]),
    )
    options = pb_utils.get_input_tensor_by_name(asked, tensors.OPTIONS.name)
    return request(step, None if options is None else options.as_numpy().flat[0])


def _response(answer: bytes | str):
    if isinstance(answer, str):
        return pb_utils.InferenceResponse(error=pb_utils.TritonError(answer))
    tensor = pb_utils.Tensor(tensors.ANSWER.name, np.array([[answer]], dtype=object))
    return pb_utils.InferenceResponse([tensor])
