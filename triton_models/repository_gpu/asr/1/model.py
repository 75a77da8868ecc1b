"""The client-facing model over the transducer: `triton_models.transducer.triton_front`."""

from triton_models.transducer.triton_front import TritonPythonModel

__all__ = ["TritonPythonModel"]
