"""The float graphs beside the quantised ones they were made of: states, words, errors, cost.

    python -m tests.load.float_weights --models .cache/models --float DIR --calls DIR

DIR of `--float` is what `triton_models.export.moonshine_float` wrote. Each turn of the calls is
cut by the reference's times and read as one utterance. CPU seconds, one thread.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import jiwer
import numpy as np
import onnxruntime as ort
import soundfile
from numpy.typing import NDArray
from whisper_normalizer.english import EnglishTextNormalizer  # type: ignore[import-untyped]

from sip_gateway.audio.resample import Upsampler
from triton_models import tokens, weights
from triton_models.moonshine import Decoded, Moonshine
from triton_models.repetition import most_tokens

Audio = NDArray[np.float32]
AROUND_S = 0.2


class Turn(NamedTuple):
    """One turn of a call."""

    audio: Audio
    text: str


def turns(calls: Path) -> Iterator[Turn]:
    """Of each call that has its audio."""
    for wav in sorted(calls.glob("*.wav")):
        told = json.loads(wav.with_suffix(".json").read_text())
        narrow, rate_hz = soundfile.read(wav, dtype="int16")
        for turn in told["turns"]:
            first = max(0, int((turn["start_ms"] / 1000 - AROUND_S) * rate_hz))
            last = int((turn["end_ms"] / 1000 + AROUND_S) * rate_hz)
            part = np.ascontiguousarray(narrow[first:last, turn["channel"]])
            wide = np.frombuffer(Upsampler().process(part.tobytes()), np.int16)
            yield Turn(wide.astype(np.float32) / 32768.0, turn["text"])


def encoder(path: Path) -> ort.InferenceSession:
    """One thread."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def states(session: ort.InferenceSession, rows: Sequence[Audio]) -> list[Audio]:
    """Hidden states of each row, all rows padded into one batch; the padding's are cut off."""
    longest = max(map(len, rows))
    values = np.stack([np.pad(row, (0, longest - len(row))) for row in rows])
    mask = np.stack([np.arange(longest) < len(row) for row in rows]).astype(np.int64)
    found = session.run(None, {"input_values": values, "attention_mask": mask})[0]
    return [state[: frames(len(row))] for state, row in zip(found, rows, strict=True)]


def frames(samples: int) -> int:
    """How many the encoder's convolutions make."""
    return ((((samples - 127) // 64 + 1) - 7) // 3 + 1 - 3) // 2 + 1


def differences(ours: Sequence[Audio], others: Sequence[Audio]) -> str:
    """Largest and mean absolute difference."""
    both = [np.abs(a - b) for a, b in zip(ours, others, strict=True)]
    largest = max(float(each.max()) for each in both)
    return f"max {largest:.2g}, mean {np.mean([each.mean() for each in both]):.2g}"


def read(model: Moonshine, spoken: Sequence[Turn]) -> tuple[list[Decoded], float]:
    """Every turn, and the CPU seconds that took."""
    begun = time.process_time()
    limits = [most_tokens(len(turn.audio)) for turn in spoken]
    found = [
        model.decode(turn.audio, most_tokens=limit)
        for turn, limit in zip(spoken, limits, strict=True)
    ]
    return found, time.process_time() - begun


class Batched:
    """Greedy decoding of padded rows, as a server with a GPU would: every row takes each step."""

    def __init__(self, folder: Path) -> None:
        self._encoder = encoder(folder / "encoder.onnx")
        self._first = encoder(folder / "decoder_first.onnx")
        self._next = encoder(folder / "decoder_next.onnx")
        self._cached = [output.name for output in self._first.get_outputs()[1:]]
        self._grown = [output.name for output in self._next.get_outputs()]

    def decode(self, rows: Sequence[Audio], *, most: int) -> list[tuple[int, ...]]:
        """Each row's tokens, without start and end."""
        longest = max(map(len, rows))
        values = np.stack([np.pad(row, (0, longest - len(row))) for row in rows])
        mask = np.stack([np.arange(longest) < len(row) for row in rows]).astype(np.int64)
        (found,) = self._encoder.run(None, {"input_values": values, "attention_mask": mask})
        asked = {"encoder_hidden_states": found, "encoder_attention_mask": mask}
        begin = np.full((len(rows), 1), tokens.START_TOKEN, np.int64)
        logits, *cache = self._first.run(None, asked | {"input_ids": begin})
        past = dict(zip(self._cached, cache, strict=True))
        said: list[list[int]] = [[] for _ in rows]
        open_rows = set(range(len(rows)))
        while open_rows and max(map(len, said)) < most:
            best = logits[:, -1].argmax(-1).astype(np.int64)
            for row in sorted(open_rows):
                if best[row] == tokens.END_TOKEN:
                    open_rows.discard(row)
                else:
                    said[row].append(int(best[row]))
            inputs = {f"past_key_values{k.removeprefix('present')}": v for k, v in past.items()}
            inputs |= asked | {"input_ids": best[:, np.newaxis]}
            logits, *grown = self._next.run(self._grown, inputs)
            past |= dict(zip(self._grown[1:], grown, strict=True))
        return [tuple(one) for one in said]


def in_batches(folder: Path, spoken: Sequence[Turn]) -> tuple[list[tuple[int, ...]], float]:
    """Every turn's tokens, eight at a time, and the CPU seconds that took."""
    model = Batched(folder)
    begun = time.process_time()
    found: list[tuple[int, ...]] = []
    for at in range(0, len(spoken), 8):
        rows = [turn.audio for turn in spoken[at : at + 8]]
        found += model.decode(rows, most=max(most_tokens(len(row)) for row in rows))
    return found, time.process_time() - begun


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name in ("models", "float", "calls"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    arguments = parser.parse_args()
    folder = arguments.models / weights.RECOGNISER
    spoken = list(turns(arguments.calls))
    seconds = sum(len(turn.audio) for turn in spoken) / 16000
    print(f"{len(spoken)} turns, {seconds:.0f} s")

    plain = encoder(arguments.float / "encoder.onnx")
    quantised = encoder(folder / "encoder.ort")
    rows = [turn.audio for turn in spoken]
    alone = [states(plain, [row])[0] for row in rows]
    eights = [rows[at : at + 8] for at in range(0, len(rows), 8)]
    together = [state for eight in eights for state in states(plain, eight)]
    print(f"states, of mean size {np.mean([np.abs(s).mean() for s in alone]):.2g}:")
    rounded = [states(quantised, [row])[0] for row in rows]
    print(f"  float against int8       {differences(alone, rounded)}")
    print(f"  float, batch against one {differences(together, alone)}")

    vocabulary = tokens.load(folder / "tokenizer.bin")
    normal = EnglishTextNormalizer()
    references = [normal(turn.text) for turn in spoken]
    results: list[list[Decoded]] = []
    for name, model in (
        ("int8", Moonshine(folder / "encoder.ort", folder / "decoder.ort")),
        ("float", Moonshine(arguments.float / "encoder.onnx", arguments.float / "decoder.onnx")),
    ):
        found, cpu_s = read(model, spoken)
        texts = [
            normal(" ".join(word.text for word in vocabulary.words(one.tokens, one.probabilities)))
            for one in found
        ]
        wer = jiwer.wer(references, texts)
        print(f"{name:6} WER {100 * wer:.2f} %, {cpu_s / seconds:.4f} CPU s a second of speech")
        results.append(found)
    same = sum(a.tokens == b.tokens for a, b in zip(*results, strict=True))
    print(f"turns with the very same tokens: {same} of {len(spoken)}")
    batched, cpu_s = in_batches(arguments.float, spoken)
    same = sum(a.tokens == b for a, b in zip(results[1], batched, strict=True))
    print(f"float, eight at a time: {cpu_s / seconds:.4f} CPU s, the same as alone: {same}")


if __name__ == "__main__":
    main()
