"""Name, type and shape of every tensor of the model `asr`, written once.

`repository/asr/config.pbtxt` says the same to Triton; a unit test compares them. Shapes leave out
the batch dimension, which is 1 in every request.
"""

from typing import NamedTuple

MODEL = "asr"


class Tensor(NamedTuple):
    """One tensor; -1 is any length."""

    name: str
    datatype: str
    """As on the wire (KServe v2)."""

    dims: tuple[int, ...]


SAMPLES = Tensor("SAMPLES", "INT16", (-1,))
"""16 kHz mono, whole ms, 100 as a rule; empty: nothing is coming now, keep the leg."""

START_MS = Tensor("START_MS", "INT64", (1,))
"""Call clock of the first sample."""

ANSWER = Tensor("ANSWER", "BYTES", (1,))
"""`hypothesis.Answer` as JSON."""

INPUTS = (SAMPLES, START_MS)
OUTPUTS = (ANSWER,)

START, END, SEQUENCE = "START", "END", "CORRID"
"""Control inputs, which Triton fills from the request's sequence parameters."""

MODELS_DIR_VARIABLE = "TRUNKLINE_MODELS_DIR"
SETTINGS_VARIABLE = "TRUNKLINE_SPEECH_SETTINGS"
"""How the server's starter tells the model where the weights are and, as JSON, its settings."""
