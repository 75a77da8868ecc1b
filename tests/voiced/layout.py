"""A spoken call: its turns laid on two telephone legs, and the truth about it (pure)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sip_gateway.audio.resample import resample
from trunkline.evaluate.degrade import Line, Samples, noisy, speech_level
from trunkline.evaluate.reference import Noise, Reference, Span, Turn

RATE_HZ = 8000
SPOKEN_HZ = 24000
LEVEL = 10 ** (-21 / 20)
"""Of speech, full scale 1; each turn is up to 1.5 dB off, as no caller keeps a distance."""

BAND_HZ = (300, 3400)
PAUSE_S = (0.2, 0.7)
BACKCHANNEL_S = 0.15
"""A sound of attention comes so soon after the other's words."""

CHANNELS = {"agent": 0, "customer": 1}


class Personal(NamedTuple):
    """Words `first` to `last` of a turn, both included, are personal data."""

    kind: str
    first: int
    last: int
    canonical: str


class ScriptTurn(NamedTuple):
    """What one party says."""

    speaker: str
    words: tuple[str, ...]
    personal: tuple[Personal, ...] = ()
    backchannel: bool = False


class Script(NamedTuple):
    """A call to be spoken."""

    name: str
    lang: str
    turns: tuple[ScriptTurn, ...]
    line: Line
    seed: int


class SpokenTurn(NamedTuple):
    """int16 [samples] at 24 kHz, and int [words, 2] in ms."""

    audio: NDArray[np.int16]
    times_ms: NDArray[np.int64]


def lay_out(script: Script, spoken: Sequence[SpokenTurn]) -> tuple[Samples, Reference]:
    """float64 [samples, 2] at 8 kHz (left the agent), and what was said in it."""
    rng = np.random.default_rng(script.seed)
    clips: list[tuple[int, int, Samples]] = []
    turns: list[Turn] = []
    spans: list[Span] = []
    end_ms = 400
    for turn, voice in zip(script.turns, spoken, strict=True):
        clip = _on_the_phone(voice.audio, gain_db=rng.uniform(-1.5, 1.5))
        pause_s = BACKCHANNEL_S if turn.backchannel else rng.uniform(*PAUSE_S)
        start_ms = end_ms + round(pause_s * 1000)
        end_ms = start_ms + len(clip) * 1000 // RATE_HZ
        channel = CHANNELS[turn.speaker]
        clips.append((channel, start_ms * RATE_HZ // 1000, clip))
        times = [(start_ms + int(a), start_ms + int(b)) for a, b in voice.times_ms]
        spans += [_span(one, turn, channel, len(turns), times) for one in turn.personal]
        turns.append(
            Turn(
                speaker=turn.speaker,
                channel=channel,
                start_ms=start_ms,
                end_ms=end_ms,
                text=" ".join(turn.words),
                backchannel=turn.backchannel,
                times=tuple(times),
            )
        )
    duration_ms = end_ms + 800
    legs = np.zeros((duration_ms * RATE_HZ // 1000, 2))
    for channel, at, clip in clips:
        legs[at : at + len(clip), channel] += clip
    legs = noisy(_telephone_band(legs), RATE_HZ, line=script.line, name=script.name)
    return legs, _reference(script, tuple(turns), tuple(spans), duration_ms=duration_ms)


def _reference(
    script: Script, turns: tuple[Turn, ...], spans: tuple[Span, ...], *, duration_ms: int
) -> Reference:
    heard = Noise(kind=script.line.noise, snr_db=script.line.snr_db or 0.0)
    return Reference(
        name=script.name,
        duration_ms=duration_ms,
        turns=turns,
        pii=spans,
        lang=script.lang,
        noise={"agent": heard, "customer": heard},
        synthetic=True,
        word_times="synthesis",
    )


def _span(
    personal: Personal, turn: ScriptTurn, channel: int, index: int, times: list[tuple[int, int]]
) -> Span:
    said = turn.words[personal.first : personal.last + 1]
    return Span(
        kind=personal.kind,
        turn=index,
        channel=channel,
        start_ms=times[personal.first][0],
        end_ms=times[personal.last][1],
        spoken=" ".join(said).strip(" ,.?!"),
        canonical=personal.canonical,
    )


def _on_the_phone(audio: NDArray[np.int16], *, gain_db: float) -> Samples:
    """float64 [samples] at 8 kHz, at telephone level, softly limited."""
    clip = resample(audio.astype(np.float32) / 32768, SPOKEN_HZ, to_hz=RATE_HZ).astype(np.float64)
    clip *= LEVEL * 10 ** (gain_db / 20) / max(1e-6, speech_level(clip, RATE_HZ))
    return np.asarray(np.tanh(clip / 0.7) * 0.7)


def _telephone_band(legs: Samples) -> Samples:
    """What a telephone lets through, with soft edges."""
    low, high = BAND_HZ
    at = np.fft.rfftfreq(len(legs), 1 / RATE_HZ)
    passes = np.clip((at - low + 80) / 80, 0, 1) * np.clip((high + 100 - at) / 100, 0, 1)
    return np.asarray(np.fft.irfft(np.fft.rfft(legs, axis=0) * passes[:, None], len(legs), axis=0))
