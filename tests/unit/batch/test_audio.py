"""What libsndfile reads becomes 16 kHz samples."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from trunkline.batch.audio import NotAudio, blocks, probe

FORMATS = (
    ("wav", "ULAW", 8000), ("wav", "ALAW", 8000), ("wav", "PCM_24", 44100),
    ("wav", "FLOAT", 48000), ("flac", "PCM_16", 16000), ("ogg", "VORBIS", 22050),
    ("ogg", "OPUS", 48000), ("mp3", "MPEG_LAYER_III", 44100), ("aiff", "PCM_16", 11025),
)  # fmt: skip


def write(path: Path, subtype: str, rate_hz: int, *, channels: int = 2) -> None:
    """A second and a half of 440 Hz left, 880 Hz right."""
    at = np.arange(rate_hz * 3 // 2) / rate_hz
    tones = [0.5 * np.sin(2 * np.pi * 440 * (n + 1) * at) for n in range(channels)]
    name = "OGG" if path.suffix == ".ogg" else path.suffix[1:].upper()
    soundfile.write(path, np.stack(tones, axis=1), rate_hz, subtype=subtype, format=name)


def pitch_hz(samples: NDArray[np.int16]) -> float:
    spectrum = np.abs(np.fft.rfft(samples.astype(np.float64) * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * 16000 / len(samples)


@pytest.mark.parametrize(("suffix", "subtype", "rate_hz"), FORMATS)
def test_each_format_is_read(tmp_path: Path, suffix: str, subtype: str, rate_hz: int) -> None:
    path = tmp_path / f"call.{suffix}"
    write(path, subtype, rate_hz)
    facts = probe(path)
    assert (facts.coding, facts.rate_hz, facts.channels) == (subtype, rate_hz, 2)
    whole = np.concatenate(list(blocks(path)), axis=1)
    assert whole.shape[0] == 2
    assert abs(whole.shape[1] - 24000) < 2000  # MP3 pads its ends
    assert pitch_hz(whole[0][2000:22000]) == pytest.approx(440, abs=3)
    assert pitch_hz(whole[1][2000:22000]) == pytest.approx(880, abs=3)
    assert 0.4 < np.abs(whole[:, 4000:20000]).max() / 32768 < 0.6


def test_what_is_no_audio_is_refused_without_its_path(tmp_path: Path) -> None:
    for name, content in (("a.wav", b""), ("b.mp3", b"junk" * 100), ("c.wav", b"RIFF\0\0\0\0")):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(NotAudio) as refused:
            probe(path)
        assert str(tmp_path) not in str(refused.value)


def test_a_file_cut_short_gives_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    write(path, "PCM_16", 16000)
    path.write_bytes(path.read_bytes()[:50_000])
    whole = np.concatenate(list(blocks(path)), axis=1)
    assert 12_000 < whole.shape[1] < 13_000


def test_numbers_that_are_none_are_silence(tmp_path: Path) -> None:
    path = tmp_path / "nan.wav"
    wave = np.full(16000, np.nan, np.float32)
    soundfile.write(path, wave, 16000, subtype="FLOAT")
    assert not np.concatenate(list(blocks(path)), axis=1).any()
