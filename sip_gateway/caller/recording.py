"""Audio files as G.711 in packets of 20 ms."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from sip_gateway.audio import g711
from sip_gateway.audio.resample import resample
from sip_gateway.caller.plan import CallFailed, CallPlan

PACKET = 160
"""Samples of 20 ms."""

Samples = NDArray[np.float32]


def streams(plan: CallPlan) -> list[list[bytes]]:
    """The payloads of each stream of the call, as many in each; CallFailed if a file is no audio.

    8- and 16-bit PCM, mu-law, A-law and float WAV at any rate will do.
    """
    parties = _parties(plan)
    longest = max(len(samples) for samples in parties)
    longest += -longest % PACKET
    level = [np.pad(samples, (0, longest - len(samples))) for samples in parties]
    sent = level if plan.siprec else [np.clip(np.sum(level, axis=0), -1.0, 1.0)]
    return [_payloads(samples, plan.codec) for samples in sent]


def length_ms(plan: CallPlan) -> int:
    """How long the call will take; CallFailed if a file is no audio."""
    files = [plan.agent, *([plan.customer] if plan.customer else [])]
    try:
        return max(int(soundfile.info(path).duration * 1000) for path in files)
    except (OSError, soundfile.LibsndfileError) as error:
        raise CallFailed(f"not readable as audio: {error}") from None


def _parties(plan: CallPlan) -> Sequence[Samples]:
    if plan.customer is not None:
        return [_read(plan.agent).mean(axis=1), _read(plan.customer).mean(axis=1)]
    both = _read(plan.agent)
    if both.shape[1] != 2:
        raise CallFailed(f"{plan.agent}: one file must be stereo, agent left, customer right")
    return [both[:, 0], both[:, 1]]


def _read(path: Path) -> Samples:
    """float32 [samples, channels] at 8 kHz, -1 to 1."""
    try:
        pcm, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise CallFailed(f"{path}: not readable as audio: {error}") from None
    if len(pcm) == 0:
        raise CallFailed(f"{path}: holds no audio")
    channels = [resample(pcm[:, n], rate_hz, to_hz=g711.RATE_HZ) for n in range(pcm.shape[1])]
    return np.stack(channels, axis=1)


def _payloads(samples: Samples, codec: str) -> list[bytes]:
    pcm = np.clip(np.rint(samples * 32767), -32768, 32767).astype("<i2").tobytes()
    coded = g711.encode(pcm, codec)
    return [coded[at : at + PACKET] for at in range(0, len(coded), PACKET)]
