"""What recognition costs and gives: CPU by stage, words, churn, delays, word times.

    python -m tests.load.recogniser [--calls DIR] [--legs N | --alone] [--whole]

Legs of test calls are replayed side by side (or one after the other: `--alone`) through the
recogniser in simulated time on one thread (replay.py), without Triton: CPU seconds, not wall time,
so that a busy machine gives the same.
"""

import argparse
import itertools
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from tests.load.replay import Came, Replayed, SimulatedClock, SpokenLeg, read_legs, replay
from tests.services.speech import ROOT
from triton_models import align, moonshine, tokens, voice
from triton_models.churn import Churn, churn
from triton_models.events import Word
from triton_models.loading import load
from triton_models.reader import Reader
from triton_models.settings import Settings
from triton_models.trusted import Given, Trusted
from trunkline.evaluate import reference as truth
from trunkline.evaluate.normalise import normalise, plain

STAGES = (
    ("voice activity", voice.VoiceActivity, "hear"),
    ("decode", moonshine.Moonshine, "decode"),
    ("of it encoder", moonshine.Moonshine, "encode"),
    ("alignment", align.Aligner, "align"),
)
"""What is timed: name, class, method. Those that a class does not have are left out."""

TAIL_MS = 192


class Stages:
    """CPU seconds and calls of each stage, of whichever thread runs it."""

    def __init__(self) -> None:
        self.cpu_s: dict[str, float] = {}
        self.calls: dict[str, int] = {}

    def watch(self, name: str, owner: type, method: str) -> None:
        """Time every call of the method from now on."""
        if (inner := getattr(owner, method, None)) is not None:
            setattr(owner, method, self._timed(name, inner))

    def _timed(self, name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            begun = time.thread_time()
            try:
                return inner(*args, **kwargs)
            finally:
                self.cpu_s[name] = self.cpu_s.get(name, 0.0) + time.thread_time() - begun
                self.calls[name] = self.calls.get(name, 0) + 1

        return timed


def main() -> int:
    """Replay, then print."""
    options = _arguments()
    calls = truth.read_references(options.calls)
    whole = read_legs(calls)
    legs = list(itertools.islice(itertools.cycle(whole), options.legs or len(whole)))
    clock, stages = SimulatedClock(), Stages()
    recogniser = load(Settings(), options.models, threads=1, clock=clock, read=_reader)
    for stage in STAGES:
        stages.watch(*stage)
    together = [[leg] for leg in legs] if options.alone else [legs]
    replayed = _all([replay(recogniser, some, clock) for some in together])
    _print_cost(replayed, legs, stages)
    _print_words(replayed, legs)
    _print_delays(replayed)
    if options.whole:
        _print_whole(whole, options.models)
    return 0


def _reader(folder: Path, threads: int) -> Reader:
    """The live one, with its aligner in this process, so that its CPU time counts."""
    model = moonshine.Moonshine(folder / "encoder.ort", folder / "decoder.ort")
    return Reader(model, tokens.load(folder / "tokenizer.bin"), threads=threads)


def _all(parts: Sequence[Replayed]) -> Replayed:
    came = [came for part in parts for came in part.came]
    cpu_s, duration_s = sum(p.cpu_s for p in parts), sum(p.duration_s for p in parts)
    return Replayed(came, cpu_s, duration_s)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    default = ROOT / "tests" / "data" / "calls" / "dev"
    parser.add_argument("--calls", type=Path, default=default, help="folder of test calls")
    parser.add_argument("--legs", type=int, default=0, help="how many at once; all, each once")
    parser.add_argument("--alone", action="store_true", help="one leg after the other")
    parser.add_argument("--models", type=Path, default=ROOT / ".cache" / "models")
    parser.add_argument("--whole", action="store_true", help="whole turns too: the streaming tax")
    return parser.parse_args()


def _print_cost(replayed: Replayed, legs: Sequence[SpokenLeg], stages: Stages) -> None:
    speech_s = sum(leg.speech_s for leg in legs)
    audio_s = sum(len(leg.samples) for leg in legs) / 16000
    print(f"{len(legs)} legs, {audio_s:.0f} s of audio, {speech_s:.0f} s of speech")
    print(f"{'stage':<20}{'CPU s':>8}{'calls':>8}{'core a speaking leg':>22}")
    timed = sum(s for name, s in stages.cpu_s.items() if not name.startswith("of it"))
    rest = max(0.0, replayed.cpu_s - timed)
    for name, cpu_s in [*stages.cpu_s.items(), ("the rest", rest), ("all", replayed.cpu_s)]:
        print(f"{name:<20}{cpu_s:>8.2f}{stages.calls.get(name, 0):>8}{cpu_s / speech_s:>22.4f}")
    print(f"share of one core: {replayed.cpu_s / replayed.duration_s:.2f}")


def _print_words(replayed: Replayed, legs: Sequence[SpokenLeg]) -> None:
    counted, partials = Churn(0, 0), 0
    wrong = said = 0
    off_ms: list[int] = []
    for came, leg in zip(replayed.came, legs, strict=True):
        for revisions in _segments(came):
            texts = [[word.text for word in one.hypothesis.words] for one in revisions]
            frozen = [getattr(one.hypothesis, "frozen_words", 0) for one in revisions[:-1]]
            counted = counted.plus(churn(texts, frozen=frozen))
            partials += len(revisions) - 1
        found = [w for one in came if one.hypothesis.is_final for w in one.hypothesis.words]
        errors, length = word_errors(leg, " ".join(word.text for word in found))
        wrong, said = wrong + errors, said + length
        off_ms += time_errors(leg, found)
    print(f"word error rate live: {wrong / said:.2%} of {said} words")
    print(f"partials: {partials}; churn {counted.rate:.2%} of {counted.shown} words", end="; ")
    print(f"frozen early {counted.frozen}, of these changed {counted.frozen_changed}")
    _print_spread("word times against the truth", off_ms)


def _print_delays(replayed: Replayed) -> None:
    stop_ms = Settings().stop_history_ms
    over_ms, shown_ms = [], []
    for came in replayed.came:
        for one in came:
            found = one.hypothesis
            if found.is_final and getattr(found, "speech_final", True):
                over_ms.append(one.at_ms - (found.audio_end_ms - TAIL_MS + stop_ms))
        for revisions in _segments(came):
            shown_ms += _delays(revisions)
    _print_spread("final, over the endpoint's silence", over_ms)
    _print_spread("word shown after it was said", shown_ms)


def _print_whole(legs: Sequence[SpokenLeg], models_dir: Path) -> None:
    """The same decoding of whole turns, cut by the truth."""
    folder = models_dir / "moonshine-tiny-en"
    model = moonshine.Moonshine(folder / "encoder.ort", folder / "decoder.ort")
    names = tokens.load(folder / "tokenizer.bin")
    trusted = Trusted(model, names)
    wrong = said = 0
    for leg in legs:
        texts = []
        for turn in leg.reference.turns:
            if turn.channel == leg.channel:
                samples = leg.samples[turn.start_ms * 16 : turn.end_ms * 16]
                decoded = trusted.final((samples / 32768).astype("float32"), Given())
                texts.append(names.text(decoded.tokens))
        errors, length = word_errors(leg, " ".join(texts))
        wrong, said = wrong + errors, said + length
    print(f"word error rate of whole turns: {wrong / said:.2%}")


def word_errors(leg: SpokenLeg, found: str) -> tuple[int, int]:
    """Word edit distance of the leg's text, and the words that were said."""
    turns = [turn.text for turn in leg.reference.turns if turn.channel == leg.channel]
    a, b = normalise(" ".join(turns)), normalise(found)
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, last = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(last[j - 1] + (x != y), last[j] + 1, row[-1] + 1))
    return row[-1], len(a)


def time_errors(leg: SpokenLeg, found: Sequence[Word]) -> list[int]:
    """How far words' edges are from the synthesiser's, where those are known: around turns and
    personal data."""
    words = list(truth.words(leg.reference, leg.channel))
    known = {t for s in leg.reference.pii for t in (s.start_ms, s.end_ms)}
    known |= {t for turn in leg.reference.turns for t in (turn.start_ms, turn.end_ms)}
    matcher = SequenceMatcher(
        None, [plain(w.text) for w in words], [plain(w.text) for w in found], autojunk=False
    )
    off: list[int] = []
    for block in matcher.get_matching_blocks():
        for said, heard in zip(words[block.a :][: block.size], found[block.b :], strict=False):
            off += [abs(said.start_ms - heard.start_ms)] if said.start_ms in known else []
            off += [abs(said.end_ms - heard.end_ms)] if said.end_ms in known else []
    return off


def _segments(came: Sequence[Came]) -> list[list[Came]]:
    segments: dict[int, list[Came]] = {}
    for one in came:
        segments.setdefault(one.hypothesis.segment_ms, []).append(one)
    return list(segments.values())


def _delays(revisions: Sequence[Came]) -> list[float]:
    """From the end of each word of the final to the first caption that has it."""
    last = revisions[-1].hypothesis.words
    first: dict[int, float] = {}
    for one in revisions:
        shown = [plain(word.text) for word in one.hypothesis.words]
        matcher = SequenceMatcher(None, [plain(w.text) for w in last], shown, autojunk=False)
        for block in matcher.get_matching_blocks():
            for at in range(block.a, block.a + block.size):
                first.setdefault(at, one.at_ms)
    return [at_ms - last[at].end_ms for at, at_ms in first.items()]


def _print_spread(what: str, values: Sequence[float] | Sequence[int]) -> None:
    if len(values) > 1:
        p95 = statistics.quantiles(values, n=20, method="inclusive")[-1]
        print(f"{what}: median {statistics.median(values):.0f} ms, p95 {p95:.0f} ms", end="")
        print(f", n {len(values)}")


if __name__ == "__main__":
    sys.exit(main())
