"""Triton's wrap around `front.Front`: tensors in, answers out; the graphs are other models."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from triton_models import tensors
from triton_models.hypothesis import Step
from triton_models.options import LegOptions
from triton_models.serving import Request, Served, request
from triton_models.transducer import checkpoint
from triton_models.transducer.front import Front
from triton_models.transducer.triton_parts import TritonAcoustics

if TYPE_CHECKING:
    pb_utils: Any
else:
    import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    """What Triton's Python backend looks for."""

    served: Served

    def initialize(self, args: dict[str, str]) -> None:
        """Read what `export/transducer.py` wrote in the model's version folder."""
        folder = Path(args["model_repository"]) / args["model_version"]
        found, options = checkpoint.load(folder), LegOptions()
        front = Front(
            TritonAcoustics(found.geometry),
            checkpoint.vocabulary(folder),
            geometry=found.geometry,
            options=options,
            clock=time.monotonic,
        )
        self.served = Served(front, checkpoint.lineage(found, options))

    def execute(self, requests: list[Any]) -> list[Any]:
        """One response a request; requests of a batch are recognised together."""
        answers = self.served.answer([_parsed(asked) for asked in requests])
        return [_response(answer) for answer in answers]


def _parsed(asked: Any) -> Request:
    def values(name: str) -> Any:
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


def _response(answer: bytes | str) -> Any:
    if isinstance(answer, str):
        return pb_utils.InferenceResponse(error=pb_utils.TritonError(answer))
    tensor = pb_utils.Tensor(tensors.ANSWER.name, np.array([[answer]], dtype=object))
    return pb_utils.InferenceResponse([tensor])
