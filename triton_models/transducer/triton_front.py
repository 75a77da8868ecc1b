"""Triton's wrap around `front.Front`: tensors in, answers out; the graphs are other models."""

import time
from pathlib import Path
from typing import Any

from triton_models import bls
from triton_models.options import LegOptions
from triton_models.serving import Served, request
from triton_models.transducer import checkpoint
from triton_models.transducer.front import Front
from triton_models.transducer.triton_parts import TritonAcoustics


class TritonPythonModel:
    """What Triton's Python backend looks for."""

    _served: Served

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
        self._served = Served(front, checkpoint.lineage(found, options))

    def execute(self, requests: list[Any]) -> list[Any]:
        """One response a request; requests of a batch are recognised together."""
        asked = [request(bls.step(one), bls.options(one)) for one in requests]
        return [bls.response(answer) for answer in self._served.answer(asked)]
