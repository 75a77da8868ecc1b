"""Speaks turns with Kokoro-82M; runs in the voices' own environment, as a program.

    python speak.py --model kokoro.onnx --voices DIR --out DIR < turns.jsonl

A line is {"key", "words", "voice", "speed", "lang"}; OUT/KEY.npz receives `audio` (int16 [samples]
at 24 kHz) and `times_ms` (int [words, 2]), by the model's own phoneme durations. A key that is
there already is left alone.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
from kokoro_onnx import Kokoro

RATE_HZ = 24000
MARKS = ".,;:!?"


def phonemes_of(kokoro: Any, words: list[str], lang: str) -> list[str]:
    """One group a word: out of the whole sentence where espeak keeps its words apart."""
    bare = [word.strip(MARKS) for word in words]
    whole = kokoro.tokenizer.phonemize(" ".join(bare), lang).split()
    if len(whole) != len(words):
        whole = [kokoro.tokenizer.phonemize(word, lang).replace(" ", "") for word in bare]
    return [
        group + "".join(re.findall(f"[{re.escape(MARKS)}]$", word))
        for group, word in zip(whole, words, strict=True)
    ]


def word_times(groups: list[str], timings: list[Any]) -> list[tuple[int, int]]:
    """Start and end in ms of each group, of the timings of all its phonemes."""
    spoken = [timing for timing in timings if timing.phoneme.strip()]
    if len(spoken) != sum(map(len, groups)):
        raise SystemExit("the model's durations do not fit its phonemes")
    times, at = [], 0
    for group in groups:
        own = [t for t in spoken[at : at + len(group)] if t.phoneme not in MARKS]
        times.append((round(own[0].start * 1000), round(own[-1].end * 1000)))
        at += len(group)
    return times


def main() -> None:
    """Speak what stands on standard input."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--voices", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    styles = {
        path.stem: np.fromfile(path, dtype=np.float32).reshape(-1, 1, 256)
        for path in args.voices.glob("*.bin")
    }
    np.savez(args.out / "styles.npz", **styles)
    kokoro = Kokoro(str(args.model), str(args.out / "styles.npz"))
    for line in sys.stdin:
        turn = json.loads(line)
        place = args.out / f"{turn['key']}.npz"
        if place.exists():
            continue
        groups = phonemes_of(kokoro, turn["words"], turn["lang"])
        audio, _, timings = kokoro.create_timed(
            " ".join(groups), turn["voice"], turn["speed"], turn["lang"], is_phonemes=True
        )
        loudest = max(1.0, float(np.abs(audio).max()))
        partial = place.with_suffix(".partial.npz")
        np.savez(
            partial,
            audio=np.round(audio / loudest * 32767).astype(np.int16),
            times_ms=np.array(word_times(groups, timings)),
        )
        partial.replace(place)


if __name__ == "__main__":
    main()
