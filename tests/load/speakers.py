"""Who spoke when, measured: diarisation error and cost over recordings whose truth is known.

    python -m tests.load.speakers CALLS_DIR [--most N]

CALLS_DIR holds stereo NAME.wav with NAME.json as `tests/data/calls` has them (word times in
`words/`, where they are known); both channels are mixed to one line. The number of speakers is not
told: at most N (default 4). Live: each voice with the label it first had; corrected: at the end of
the call. Reference and answer are joined over pauses of 500 ms; overlaps count. Two collars, as
rows differ in them: 250 ms (NIST's), and none.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import soundfile
from numpy.typing import NDArray

from sip_gateway.audio.resample import resample
from triton_models.hypothesis import Step
from triton_models.speakers import serving
from triton_models.speakers.roster import Roster
from trunkline.evaluate.known_times import WORDS, read_known_times
from trunkline.evaluate.reference import read_reference
from trunkline.evaluate.speakers import (
    Region,
    SpeakerErrors,
    joined,
    speaker_errors,
    total_speaker_errors,
)

MODELS = Path(__file__).parents[2] / ".cache" / "models"
RATE_HZ = 16_000
STEP = 1600
COLLARS_MS = (250, 0)


def truth(call: Path) -> list[Region]:
    """Who spoke when, by words where their times are known, else by turns."""
    reference = read_reference(call.with_suffix(".json"))
    words = call.parent / WORDS / f"{call.stem}.json"
    if not words.exists():
        return joined(Region(t.start_ms, t.end_ms, t.speaker) for t in reference.turns)
    times = read_known_times(words).turns
    return joined(
        Region(start_ms, end_ms, turn.speaker)
        for turn, spoken in zip(reference.turns, times, strict=True)
        for start_ms, end_ms in spoken
    )


def mono(call: Path) -> NDArray[np.int16]:
    """int16 [samples], 16 kHz: both parties on one line."""
    both, rate_hz = soundfile.read(call, dtype="float32", always_2d=True)
    wide = resample(both.sum(axis=1) * np.float32(0.7), rate_hz, to_hz=RATE_HZ)
    return np.asarray(np.clip(np.rint(wide * 32767), -32768, 32767), np.int16)


def steps(samples: NDArray[np.int16]) -> Iterator[Step]:
    """The leg, 100 ms at a time, and its end."""
    for at in range(0, len(samples) - STEP + 1, STEP):
        yield Step(1, samples[at : at + STEP], at * 1000 // RATE_HZ, starts=at == 0)
    yield Step(1, np.zeros(0, np.int16), 0, ends=True)


def heard(
    model: serving.Diarisation, samples: NDArray[np.int16], *, most: int
) -> tuple[list[Region], list[Region]]:
    """Live and corrected."""
    roster, live = Roster(most=most), {}
    for step in steps(samples):
        (answer,) = model.answer([step])
        assert isinstance(answer, bytes), answer
        for voice in msgspec.json.decode(answer, type=serving.VoicesHeard).voices:
            roster.receive(voice)
            speaker = roster.speaker(voice)
            live[voice.track, voice.start_ms] = Region(voice.start_ms, voice.end_ms, speaker)
    corrected = [Region(turn.start_ms, turn.end_ms, turn.speaker) for turn in roster.corrected()]
    return joined(live.values()), joined(corrected)


def main() -> None:
    """Print one row a call, and the sum of all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("calls", type=Path)
    parser.add_argument("--most", type=int, default=4)
    parser.add_argument("--models", type=Path, default=MODELS)
    args = parser.parse_args()
    model = serving.load(args.models)
    rows: list[list[SpeakerErrors]] = []
    cpu_s = audio_s = 0.0
    print(f"{'call':24} {'speakers':>8}  live 250/0 ms   corrected 250/0 ms")
    for call in sorted(args.calls.glob("*.wav")):
        samples, said = mono(call), truth(call)
        began = time.process_time()
        answers = heard(model, samples, most=args.most)
        cpu_s += time.process_time() - began
        audio_s += len(samples) / RATE_HZ
        rows.append([speaker_errors(said, a, collar_ms=c) for a in answers for c in COLLARS_MS])
        found = len({region.speaker for region in answers[1]})
        true = len({region.speaker for region in said})
        print(f"{call.stem:24} {found:>3} of {true}  {_shares(rows[-1])}")
    print(
        f"{'all':24} {'':8}  {_shares([total_speaker_errors(c) for c in zip(*rows, strict=True)])}"
    )
    print(f"CPU {cpu_s / audio_s:.3f} s a second of audio, {audio_s:.0f} s")


def _shares(errors: list[SpeakerErrors]) -> str:
    live, live_0, end, end_0 = (f"{100 * one.der:5.1f}" for one in errors)
    return f"{live} {live_0}     {end} {end_0} %"


if __name__ == "__main__":
    main()
