"""Recognises voiced calls as live, without a network: `python -m tests.voiced.hear FOLDER OUT`.

Both legs of NAME.wav go through the live recogniser in steps of 100 ms, as on an idle machine;
OUT/NAME.jsonl receives every partial and final as redaction would. Raw text: of made-up calls only.
"""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import soundfile

from sip_gateway.audio.resample import Upsampler
from triton_models.events import RawTranscript
from triton_models.hypothesis import Hypothesis, Step
from triton_models.loading import load
from triton_models.recogniser import Recogniser
from triton_models.settings import Settings

STEP = 1600
AT_ONCE = 16000
"""A step of so much is behind the live edge: it gives finals only."""

ROOT = Path(__file__).parents[2]
SPEAKERS = ("agent", "customer")
AT = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> int:
    """Hear what was not heard yet; 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--models", type=Path, default=ROOT / ".cache" / "models")
    parser.add_argument("--finals", action="store_true", help="no partials: a third of the work")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    # A clock that stands still: nothing takes any time, so nothing is left out for want of it.
    recogniser = load(Settings(), args.models, threads=1, clock=lambda: 0.0)
    for wav in sorted(args.folder.glob("*.wav")):
        place = args.out / f"{wav.stem}.jsonl"
        if place.exists() or not wav.with_suffix(".json").exists():
            continue
        events = list(hear(recogniser, wav, samples=AT_ONCE if args.finals else STEP))
        place.write_bytes(msgspec.json.Encoder().encode_lines(events))
        print(f"{wav.stem}: {sum(one.is_final for one in events)} finals", flush=True)
    return 0


def hear(recogniser: Recogniser, wav: Path, *, samples: int = STEP) -> Iterator[RawTranscript]:
    """All revisions of both legs, in the order in which they come."""
    narrow, _ = soundfile.read(wav, dtype="int16", always_2d=True)
    legs = [_wide(narrow[:, channel].tobytes()) for channel in range(narrow.shape[1])]
    length = min(map(len, legs)) // STEP * STEP
    for first in range(0, length, samples):
        starts, ends = first == 0, first + samples >= length
        steps = [
            Step(
                channel,
                leg[first : min(first + samples, length)],
                first // 16,
                starts=starts,
                ends=ends,
            )
            for channel, leg in enumerate(legs)
        ]
        for channel, found in enumerate(recogniser.step(steps)):
            for one in found:
                yield _transcript(wav.stem, channel, one)


def _wide(pcm: bytes) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.frombuffer(Upsampler().process(pcm), np.int16)


def _transcript(call_id: str, channel: int, found: Hypothesis) -> RawTranscript:
    leg_id = f"{call_id}-{channel}"
    return RawTranscript(
        tenant_id="voiced",
        call_id=call_id,
        leg_id=leg_id,
        segment_id=f"{leg_id}/{found.segment_ms:09d}",
        revision=found.revision,
        is_final=found.is_final,
        start_ms=found.start_ms,
        end_ms=found.end_ms,
        words=found.words,
        speaker=SPEAKERS[channel],
        channel=channel,
        language="en",
        model="",
        model_sha256="",
        decoder="",
        frozen_words=found.frozen_words,
        speech_final=found.speech_final,
        utterance_end=found.utterance_end,
        audio_end_at=AT,
        recognised_at=AT,
    )


if __name__ == "__main__":
    sys.exit(main())
