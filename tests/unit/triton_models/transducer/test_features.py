"""Features: Kaldi's, whole and in windows."""

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triton_models.export.features_graph import features_graph
from triton_models.transducer.features import log_mel, of_window
from triton_models.transducer.tensors import ZIPFORMER_EN
from triton_models.transducer.windows import Samples, Windows

KALDI = np.load(Path(__file__).parents[3] / "data" / "transducer" / "kaldi_fbank.npz")


def noise(samples: int, *, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).normal(0, 2000, samples).astype(np.int16)


def windows_of(signal: Samples, pieces: list[int]) -> list[Samples]:
    """The windows of a signal that comes in pieces, of so many ms each, again and again."""
    windows, found, at = Windows(ZIPFORMER_EN), [], 0
    while at < len(signal):
        for piece in pieces:
            windows.receive(signal[at : at + 16 * piece])
            at += 16 * piece
            while (window := windows.take()) is not None:
                found.append(window)
    windows.finish()
    while (window := windows.take()) is not None:
        found.append(window)
    return found


def test_features_are_kaldis() -> None:
    features = log_mel(KALDI["samples"])
    assert features.shape == KALDI["features"].shape == (75, 80)
    assert np.abs(features - KALDI["features"]).max() < 5e-4


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=6), st.integers(1, 20_000))
def test_windows_of_a_stream_hold_the_features_of_the_whole(pieces: list[int], size: int) -> None:
    signal = noise(size)
    found = [of_window(window) for window in windows_of(signal, pieces)]
    shift = ZIPFORMER_EN.shift_frames
    streamed = np.concatenate([features[:shift] for features in found])
    padded = np.concatenate((signal, np.zeros(20_000, np.int16)))
    whole = log_mel(padded)[: len(streamed)]
    assert len(streamed) >= size // 160
    assert np.array_equal(streamed, whole)
    for before, after in zip(found, found[1:], strict=False):
        assert np.array_equal(before[shift:], after[: len(before) - shift])


def test_a_stream_without_audio_has_no_window() -> None:
    windows = Windows(ZIPFORMER_EN)
    windows.finish()
    assert windows.is_empty and windows.take() is None


def test_the_last_samples_of_a_stream_are_in_a_window_that_silence_fills() -> None:
    (window,) = windows_of(noise(100), [1])
    assert len(window) == ZIPFORMER_EN.window_samples
    assert window[:120].any() and not window[300:].any()


@pytest.mark.parametrize("batch", [1, 3])
def test_the_graph_computes_the_same(batch: int) -> None:
    graph = features_graph(ZIPFORMER_EN).SerializeToString()
    session = ort.InferenceSession(graph, providers=["CPUExecutionProvider"])
    windows = np.stack([noise(ZIPFORMER_EN.window_samples, seed=n) for n in range(batch)])
    (found,) = session.run(None, {"WINDOW": windows})
    assert found.shape == (batch, 45, 80)
    assert np.abs(found - of_window(windows)).max() < 1e-3


def test_the_graph_finds_nothing_in_silence() -> None:
    graph = features_graph(ZIPFORMER_EN).SerializeToString()
    session = ort.InferenceSession(graph, providers=["CPUExecutionProvider"])
    silence = np.zeros((1, ZIPFORMER_EN.window_samples), np.int16)
    (found,) = session.run(None, {"WINDOW": silence})
    assert np.array_equal(found[0], of_window(silence[0]))
