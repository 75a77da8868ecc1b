"""How well key tones are found, how seldom speech is taken for one, and what it costs.

`python -m tests.tones_bench FOLDER...`: recordings (any rate) under the folders are the speech.
Each is heard at several speeds, so that its voices have several pitches. CPU time, not wall time.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from sip_gateway.audio.g711 import decode, encode
from sip_gateway.audio.resample import resample
from sip_gateway.audio.tones import RATE_HZ, SYMBOLS
from sip_gateway.rtp.keys import KeyRules, LegKeys
from tests.keyed import Samples, as_g711, tone

SPEEDS = (0.8, 0.9, 1.0, 1.1, 1.25)
TRIES = 640
STEP = 800
CASES: dict[str, dict[str, float]] = {
    "40 ms, -13 dBov": {"ms": 40, "dbov": -13},
    "40 ms, -35 dBov": {"ms": 40, "dbov": -35},
    "40 ms, column 4 dB above": {"ms": 40, "twist_db": 4},
    "40 ms, column 8 dB below": {"ms": 40, "twist_db": -8},
    "40 ms, 1.5 % above": {"ms": 40, "off": 0.015},
    "40 ms, 1.5 % below": {"ms": 40, "off": -0.015},
    "40 ms, noise 15 dB below": {"ms": 40, "snr": 15},
    "40 ms, noise 10 dB below": {"ms": 40, "snr": 10},
    "80 ms, noise 8 dB below": {"ms": 80, "snr": 8},
    "80 ms, noise 6 dB below": {"ms": 80, "snr": 6},
    "70 ms, all of twist, 1.5 %, noise 15": {"ms": 70, "twist_db": -8, "off": 0.015, "snr": 15},
    "23 ms (Q.24: need not)": {"ms": 23},
    "80 ms, 3.5 % above (Q.24: must not)": {"ms": 80, "off": 0.035},
}


def heard(g711: bytes, codec: str) -> tuple[LegKeys, bytes]:
    """The audio as a leg passes it on: in steps of 100 ms with the look-ahead behind them."""
    keys, out = LegKeys(KeyRules(find_tones=True, read=True)), b""
    for at in range(0, len(g711), STEP):
        ahead = decode(g711[at : at + STEP + keys.look_ahead], codec)
        keys.receive_audio(ahead, rate_hz=8000, start=at)
        pcm = decode(g711[at : at + STEP], codec)
        out += encode(keys.silenced(pcm, rate_hz=8000, start=at), codec)
    keys.finish()
    return keys, out


def found(case: dict[str, float], codec: str, rng: np.random.Generator) -> tuple[float, float]:
    """Share of keys found and right; ms of tone that stayed audible, at most."""
    right, longest = 0, 0
    for n in range(TRIES):
        symbol = SYMBOLS[n % 16]
        told = {name: value for name, value in case.items() if name != "snr"}
        sound = tone(symbol, **told)
        line = np.zeros(4000)
        at = 1600 + int(rng.integers(0, STEP))
        line[at : at + len(sound)] = sound
        if "snr" in case:
            power = np.mean(sound**2) * 10 ** (-case["snr"] / 10)
            line += rng.normal(0, np.sqrt(power), len(line))
        keys, out = heard(as_g711(line, codec), codec)
        presses = keys.take()
        right += len(presses) == 1 and presses[0].key is not None and presses[0].key.among(symbol)
        quiet = as_g711(np.zeros(1), codec)[0]
        left = np.frombuffer(out, "u1")[at : at + len(sound)] != quiet
        if presses:
            longest = max(longest, int(left.sum()))
    return right / TRIES, longest * 1000 / RATE_HZ


def recordings(folders: list[str]) -> Iterator[Samples]:
    """Every channel of every recording, at 8 kHz."""
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")):
            if path.suffix not in {".wav", ".flac"}:
                continue
            sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
            for channel in range(sound.shape[1]):
                yield 32767.0 * resample(sound[:, channel].copy(), rate, to_hz=RATE_HZ)


def main(folders: list[str]) -> None:
    """Print the figures."""
    rng = np.random.default_rng(1)
    print(f"{'tone':38} {'found, u-law':>12} {'A-law':>8} {'left audible':>13}")
    for name, case in CASES.items():
        (mu, left), (a, other) = (found(case, codec, rng) for codec in ("PCMU", "PCMA"))
        print(f"{name:38} {mu:12.1%} {a:8.1%} {max(left, other):10.1f} ms")
    for speed in SPEEDS if folders else ():
        tones = samples = silenced = 0
        cpu_s = 0.0
        for sound in recordings(folders):
            at = np.arange(0, len(sound) - 1, speed)
            g711 = as_g711(np.interp(at, np.arange(len(sound)), sound))
            began = time.process_time()
            keys, out = heard(g711, "PCMU")
            cpu_s += time.process_time() - began
            tones += keys.tones
            samples += len(g711)
            silenced += sum(a != b for a, b in zip(out, g711, strict=True))
        hours = samples / RATE_HZ / 3600
        print(
            f"speech at speed {speed:4}: {hours:.2f} h, {tones} false keys, {tones / hours:.2f} "
            f"an hour, {silenced / RATE_HZ / hours:.2f} s silenced an hour, "
            f"{cpu_s / hours:.1f} CPU s an hour"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
