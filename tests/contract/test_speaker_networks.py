"""The graphs that `models fetch` makes of the speaker models compute what PyTorch does."""

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from numpy.typing import NDArray

from triton_models.speakers.features import filter_bank

REFERENCE = Path(__file__).parents[1] / "data" / "speakers" / "torch_outputs.npz"


def signal() -> NDArray[np.float32]:
    """Two seconds of gliding tones and a little noise, 16 kHz."""
    rng = np.random.default_rng(7)
    at = np.arange(32_000) / 16_000
    tones = sum(
        np.sin(2 * np.pi * (hz * at + 20 * np.sin(3 * at))) / (number + 1)
        for number, hz in enumerate((140, 420, 1130))
    )
    swell = 0.5 + 0.5 * np.sin(2 * np.pi * 2.5 * at)
    noise = 0.005 * rng.standard_normal(len(at))
    return np.asarray(0.1 * tones * swell + noise, np.float32)


@pytest.fixture(scope="module")
def reference() -> dict[str, NDArray[np.float32]]:
    with np.load(REFERENCE) as kept:
        return {name: kept[name] for name in kept.files}


def outputs(model: Path, name: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
    session = ort.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {name: values})[0][0])


def test_the_filter_bank_is_kaldis(reference: dict[str, NDArray[np.float32]]) -> None:
    assert np.abs(filter_bank(signal())[::20] - reference["fbank"]).max() < 1e-3


def test_the_voice_print_is_that_of_pytorch(
    models_dir: Path, reference: dict[str, NDArray[np.float32]]
) -> None:
    features = filter_bank(signal())
    features = (features - features.mean(axis=0))[np.newaxis]
    found = outputs(models_dir / "speakers" / "voice_print.onnx", "features", features)
    assert np.abs(found - reference["voice_print"]).max() < 1e-4


def test_the_segmentation_is_that_of_pytorch(
    models_dir: Path, reference: dict[str, NDArray[np.float32]]
) -> None:
    samples = signal()[np.newaxis, np.newaxis]
    found = outputs(models_dir / "speakers" / "segmentation.onnx", "samples", samples)
    assert np.abs(found[::8] - reference["segmentation"]).max() < 1e-4
