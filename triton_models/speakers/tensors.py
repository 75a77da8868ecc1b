"""Name, type and shape of every tensor of the networks that tell speakers apart.

On a GPU each is a model of its own, `repository_gpu/speaker_*`; names and shapes are the graphs'.
"""

from triton_models.speakers.features import BANDS, FRAME_SAMPLES, SHIFT_SAMPLES
from triton_models.speakers.networks import FEWEST_FEATURES, PRINT_SIZE, WINDOW_SAMPLES
from triton_models.speakers.networks import FRAME_SAMPLES as SEGMENT_SAMPLES
from triton_models.speakers.tracks import LONGEST_FRAMES
from triton_models.tensors import Tensor
from triton_models.transducer.tensors import Length, Part

SAMPLES = Tensor("samples", "FP32", (1, -1))
"""-1 to 1, 16 kHz."""

CLASSES = Tensor("log_probabilities", "FP32", (-1, 7))
"""Of each frame: which of the window's speakers are active."""

FEATURES = Tensor("features", "FP32", (-1, BANDS))
PRINT = Tensor("voice", "FP32", (PRINT_SIZE,))

SEGMENTATION = Part("speaker_segmentation", (SAMPLES,), (CLASSES,))
VOICE_PRINT = Part("speaker_voice_print", (FEATURES,), (PRINT,))
PARTS = (SEGMENTATION, VOICE_PRINT)

_SHORTEST = 991
"""Samples of one frame of the segmentation."""

_MOST_FEATURES = (LONGEST_FRAMES * SEGMENT_SAMPLES - FRAME_SAMPLES) // SHIFT_SAMPLES + 1

LENGTHS = {
    SAMPLES.name: Length(_SHORTEST, WINDOW_SAMPLES, WINDOW_SAMPLES),
    FEATURES.name: Length(FEWEST_FEATURES, _MOST_FEATURES // 2, _MOST_FEATURES),
}
"""Between what the open dimensions lie, and what is usual."""
