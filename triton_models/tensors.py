"""Name, type and shape of every tensor of a recogniser such as `asr`, written once.

`repository/asr/config.pbtxt` says the same to Triton; a unit test compares them. Shapes leave out
the batch dimension, which is 1 in every request.
"""

from typing import NamedTuple

MODEL = "asr"
"""The model of legs that ask for no other, and of those whose model is not there."""


class Tensor(NamedTuple):
    """One tensor; -1 is any length."""

    name: str
    datatype: str
    """As on the wire (KServe v2)."""

    dims: tuple[int, ...]
    optional: bool = False


SAMPLES = Tensor("SAMPLES", "INT16", (-1,))
"""16 kHz mono, whole ms, 100 as a rule; empty: nothing is coming now, keep the leg."""

START_MS = Tensor("START_MS", "INT64", (1,))
"""Call clock of the first sample."""

OPTIONS = Tensor("OPTIONS", "BYTES", (1,), optional=True)
"""`options.LegOptions` as JSON, with the step that starts a leg; left out: the model's own."""

ANSWER = Tensor("ANSWER", "BYTES", (1,))
"""`hypothesis.Answer` as JSON."""

INPUTS = (SAMPLES, START_MS, OPTIONS)
OUTPUTS = (ANSWER,)

START, END, SEQUENCE = "START", "END", "CORRID"
"""Control inputs, which Triton fills from the request's sequence parameters."""

MODELS_DIR_VARIABLE = "TRUNKLINE_MODELS_DIR"
SETTINGS_VARIABLE = "TRUNKLINE_SPEECH_SETTINGS"
"""How the server's starter tells the model where the weights are and, as JSON, its settings."""
