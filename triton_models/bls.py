"""What our models need of Triton's Python backend: requests in, answers out, other models asked.

Only a model that runs in Triton's stub may import this: the stub alone has the backend's module.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from triton_models import tensors
from triton_models.hypothesis import Step

if TYPE_CHECKING:
    pb_utils: Any
else:
    import triton_python_backend_utils as pb_utils


class NotAnswered(Exception):
    """Another model of this Triton failed, or forgot a sequence."""


class Sequence(NamedTuple):
    """The place of a request in its sequence; number 0: it belongs to none."""

    number: int = 0
    starts: bool = False
    ends: bool = False


def step(asked: Any) -> Step:
    """A request of the tensors of `tensors.py`, without its options."""
    return Step(
        sequence=int(values(asked, tensors.SEQUENCE).flat[0]),
        samples=values(asked, tensors.SAMPLES.name).reshape(-1),
        start_ms=int(values(asked, tensors.START_MS.name).flat[0]),
        starts=bool(values(asked, tensors.START).flat[0]),
        ends=bool(values(asked, tensors.END).flat[0]),
    )


def options(asked: Any) -> bytes | None:
    """The request's OPTIONS, if it brings any."""
    found = pb_utils.get_input_tensor_by_name(asked, tensors.OPTIONS.name)
    return None if found is None else found.as_numpy().flat[0]


def values(asked: Any, name: str) -> Any:
    """One of the request's tensors as an array."""
    return pb_utils.get_input_tensor_by_name(asked, name).as_numpy()


def response(answer: bytes | str) -> Any:
    """ANSWER, or an error that says `answer`."""
    if isinstance(answer, str):
        return refusal(answer)
    return outputs({tensors.ANSWER.name: np.array([[answer]], dtype=object)})


def outputs(arrays: Mapping[str, NDArray[Any]]) -> Any:
    """A response of these tensors."""
    return pb_utils.InferenceResponse([pb_utils.Tensor(n, v) for n, v in arrays.items()])


def refusal(why: str) -> Any:
    """A response that is an error."""
    return pb_utils.InferenceResponse(error=pb_utils.TritonError(why))


def ask(
    model: str,
    inputs: Mapping[str, NDArray[Any]],
    output: str,
    *,
    within: Sequence | None = None,
) -> NDArray[np.float32]:
    """One output of another model of this Triton, float32."""
    place = within or Sequence()
    flags = pb_utils.TRITONSERVER_REQUEST_FLAG_SEQUENCE_START if place.starts else 0
    flags |= pb_utils.TRITONSERVER_REQUEST_FLAG_SEQUENCE_END if place.ends else 0
    request = pb_utils.InferenceRequest(
        model_name=model,
        requested_output_names=[output],
        inputs=[pb_utils.Tensor(n, np.ascontiguousarray(v)) for n, v in inputs.items()],
        preferred_memory=pb_utils.PreferredMemory(pb_utils.TRITONSERVER_MEMORY_CPU),
        correlation_id=place.number,
        flags=flags,
    )
    answer = request.exec()
    if answer.has_error():
        raise NotAnswered(f"{model}: {answer.error().message()}")
    found: NDArray[np.float32] = pb_utils.get_output_tensor_by_name(answer, output).as_numpy()
    return found
