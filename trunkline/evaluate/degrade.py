"""A test call made worse on purpose: added noise, another codec, lost packets (pure but for files).

What is done is the same for the same call and seed, and becomes slices of the results.
"""

import zlib
from pathlib import Path

import msgspec
import numpy as np
import soundfile
from numpy.typing import NDArray

from trunkline.evaluate.reference import BadReference, Reference

CODECS = ("pcmu", "pcma")
NOISES = ("white", "pink", "babble")
VOICES = 7
"""Piled up for babble."""

SPEECH_BELOW_PEAK = 1e-3
"""Frames 30 dB below the loudest are no speech."""

FRAME_MS = 20

Samples = NDArray[np.float64]


class BadDegradation(Exception):
    """What was asked for does not exist: one line for the operator."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """How a call is played."""

    codec: str = "pcmu"
    loss: float = 0.0
    """Probability that an RTP packet is left out."""

    burst: float = 1.0
    """So many in a row on average; 1: each by itself."""

    snr_db: float | None = None
    """Level of speech over the noise that is added; None: none is."""

    noise: str = "pink"
    seed: int = 1

    @property
    def name(self) -> str:
        """What is appended to the call's name; empty where nothing is done."""
        parts = [] if self.codec == "pcmu" else [self.codec]
        parts += [self._loss_name] if self.loss else []
        parts += [f"{self.noise}{self.snr_db:g}"] if self.snr_db is not None else []
        return "".join(f"+{part}" for part in parts)

    @property
    def slices(self) -> dict[str, str]:
        """What the results are counted under."""
        added = {} if self.snr_db is None else {"added": f"{self.noise} at {self.snr_db:g} dB"}
        bursts = f" in bursts of {self.burst:g}" if self.loss and self.burst > 1 else ""
        return {"codec": self.codec, "loss": f"{100 * self.loss:g} %{bursts}"} | added

    @property
    def _loss_name(self) -> str:
        return f"loss{100 * self.loss:g}" + (f"x{self.burst:g}" if self.burst > 1 else "")


def parse_line(text: str, *, seed: int) -> Line:
    """`clean`, or some of `codec=pcma,loss=3%,snr=10,noise=babble`; BadDegradation if neither."""
    line = Line(seed=seed)
    for part in () if text == "clean" else text.split(","):
        what, _, value = part.strip().partition("=")
        try:
            line = msgspec.structs.replace(line, **_field(what, value))
        except ValueError:
            raise BadDegradation(
                f"--degrade {text}: expected clean, or some of codec=pcmu|pcma, loss=0..50%, "
                f"burst=1..50, snr=DB, noise={'|'.join(NOISES)}"
            ) from None
    return line


def _field(what: str, value: str) -> dict[str, str | float]:
    if what == "codec" and value in CODECS:
        return {"codec": value}
    if what == "noise" and value in NOISES:
        return {"noise": value}
    if what == "snr":
        return {"snr_db": float(value)}
    if what == "burst" and 1 <= float(value) <= 50:
        return {"burst": float(value)}
    if what == "loss" and 0 <= (loss := float(value.removesuffix("%")) / 100) <= 0.5:
        return {"loss": loss}
    raise ValueError(what)


def on_line(reference: Reference, line: Line) -> Reference:
    """The truth of the call as it is played on this line."""
    return msgspec.structs.replace(
        reference,
        name=reference.name + line.name,
        slices={**reference.slices, **line.slices},
    )


def write_noisy(wav: Path, to: Path, *, line: Line, name: str) -> None:
    """`wav` with the line's noise on every leg, as float WAV; BadReference if it is no audio."""
    try:
        audio, rate_hz = soundfile.read(wav, dtype="float64", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise BadReference(f"{wav}: {error}") from None
    soundfile.write(to, noisy(audio, rate_hz, line=line, name=name), rate_hz, subtype="FLOAT")


def noisy(audio: Samples, rate_hz: int, *, line: Line, name: str) -> Samples:
    """float64 [samples, channels], -1 to 1, with noise `snr_db` below each leg's own speech."""
    if line.snr_db is None:
        return audio
    rng = np.random.default_rng([line.seed, zlib.crc32(name.encode())])
    legs = []
    for at in range(audio.shape[1]):
        leg = audio[:, at]
        level = speech_level(leg, rate_hz) or max(
            speech_level(audio[:, other], rate_hz) for other in range(audio.shape[1])
        )
        noise = _noise(line.noise, audio, rng)
        legs.append(leg + noise * level * 10 ** (-line.snr_db / 20))
    return np.clip(np.stack(legs, axis=1), -1.0, 1.0)


def speech_level(leg: Samples, rate_hz: int) -> float:
    """Root mean square of a leg while its party speaks; 0 for silence."""
    size = rate_hz * FRAME_MS // 1000
    power = (leg[: len(leg) // size * size].reshape(-1, size) ** 2).mean(axis=1)
    if not power.any():
        return 0.0
    return float(np.sqrt(power[power > power.max() * SPEECH_BELOW_PEAK].mean()))


def _noise(kind: str, audio: Samples, rng: np.random.Generator) -> Samples:
    """As long as the audio, level 1."""
    length = len(audio)
    if kind == "babble":
        # The call's own voices, backwards and piled up: the rhythm of talk, and no words.
        voices = audio.sum(axis=1)[::-1]
        made = sum(
            (np.roll(voices, int(rng.integers(length))) for _ in range(VOICES)), np.zeros(length)
        )
    else:
        made = rng.standard_normal(length)
    if kind == "pink":
        spectrum = np.fft.rfft(made)
        made = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1.0)), length)
    return made / max(1e-12, float(np.sqrt((made**2).mean())))
