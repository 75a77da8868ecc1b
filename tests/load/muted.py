"""How much personal speech recordings leave audible, and how far word times are off.

    python -m tests.load.muted DIR [--only NAME ...] [--noisy]

Each call of DIR (NAME.wav, NAME.json, words/NAME.json: tests/data/calls/ORIGIN.md) is recognised as
live, in steps of 100 ms, and redacted as live; its mutes are held against the truth, for several
settings of `[recording]`. Then any three words in a row are taken as if they had been masked:
how often the pads cover all of what was really said.
"""

import argparse
import itertools
import secrets
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import soundfile
from numpy.typing import NDArray

from redaction.call.redact import CallRedactor
from redaction.call.redacted import Redacted
from redaction.events import Transcript
from redaction.policy.prepared_policy import Policy, make_policy
from redaction.process.passed_on import passed_on
from redaction.recording.intervals import Interval, total_ms, union, without
from redaction.recording.mutes import CallMutes, Leg
from redaction.recording.settings import Settings as Recording
from tests.services.appliance import MODELS
from triton_models.events import RawTranscript
from triton_models.hypothesis import Hypothesis, Step
from triton_models.loading import lineage, load
from triton_models.recogniser import Recogniser
from trunkline.batch.rates import Resampler
from trunkline.evaluate.align import Said, matches
from trunkline.evaluate.degrade import noisy, parse_line
from trunkline.evaluate.known_times import WORDS, read_known_times, with_times
from trunkline.evaluate.reference import Reference, read_references, words
from trunkline.redacting import engine_for
from trunkline.settings import Settings

STEP_MS = 100
LINES = ("clean", "snr=15,noise=pink", "snr=20,noise=white", "snr=18,noise=babble")
AT = datetime(2026, 1, 1, tzinfo=UTC)
TRIED = (
    Recording(pad_before_ms=150, pad_after_ms=250, reach_ms=0),
    Recording(pad_before_ms=150, pad_after_ms=250),
    Recording(pad_before_ms=250, pad_after_ms=400),
    Recording(),
    Recording(mute="leg"),
    Recording(unrecognised="strict"),
)


class Heard(NamedTuple):
    """One call as live recognition and redaction told it."""

    reference: Reference
    told: list[Transcript]
    finals: list[RawTranscript]


class Line:
    """A recogniser and a policy."""

    def __init__(self) -> None:
        settings = msgspec.convert({"triton_models": {"models_dir": str(MODELS)}}, Settings)
        self.speech = settings.triton_models
        self.recogniser: Recogniser = load(self.speech, MODELS, threads=1, clock=time.monotonic)
        key, engine = secrets.token_bytes(32), engine_for(settings)
        self.policy: Policy = make_policy(settings.redaction, engine, key=key)
        self.sequences = itertools.count(1)

    def hear(self, reference: Reference, legs: Sequence[NDArray[np.int16]]) -> Heard:
        """The whole call."""
        call_id = secrets.token_hex(16)
        redactor = CallRedactor(self.policy, call_id=call_id)
        ids = [next(self.sequences) for _ in legs]
        heard = Heard(reference, [], [])
        size, last = STEP_MS * 16, len(legs[0]) // (STEP_MS * 16) - 1
        for at in range(last + 1):
            steps = [
                Step(one, leg[at * size : (at + 1) * size], at * STEP_MS, at == 0, at == last)
                for one, leg in zip(ids, legs, strict=True)
            ]
            for channel, found in enumerate(self.recogniser.step(steps)):
                for one in found:
                    raw = self._raw(one, call_id, channel)
                    heard.finals.extend([raw] if raw.is_final else [])
                    heard.told.extend(self._told(redactor.receive(raw)))
        heard.told.extend(self._told(redactor.end()))
        return heard

    def _told(self, redacted: Sequence[Redacted]) -> Iterator[Transcript]:
        for one in redacted:
            yield passed_on(one, policy_version=self.policy.version, redacted_at=AT)

    def _raw(self, found: Hypothesis, call_id: str, channel: int) -> RawTranscript:
        leg_id = f"{call_id}-{channel}"
        return RawTranscript(
            tenant_id="default", call_id=call_id, leg_id=leg_id,
            segment_id=f"{leg_id}/{found.segment_ms:09d}", revision=found.revision,
            is_final=found.is_final, start_ms=found.start_ms, end_ms=found.end_ms,
            words=found.words, speaker=f"speaker_{channel + 1}", channel=channel, language="en",
            audio_end_at=AT, recognised_at=AT, frozen_words=found.frozen_words,
            speech_final=found.speech_final, utterance_end=found.utterance_end,
            **lineage(self.speech)._asdict(),
        )  # fmt: skip


def sound(wav: Path, how: str) -> list[NDArray[np.int16]]:
    """Each leg at 16 kHz, with the noise of a line."""
    audio, rate_hz = soundfile.read(wav, dtype="float64", always_2d=True)
    if how != "clean":
        audio = noisy(audio, rate_hz, line=parse_line(how, seed=3), name=wav.stem)
    legs = []
    for leg in audio.T.astype(np.float32):
        resampler = Resampler(rate_hz)
        out = np.concatenate([resampler.process(leg), resampler.finish()])
        legs.append((np.clip(out, -1, 1) * 32767).astype(np.int16))
    return legs


def left(heard: Sequence[Heard], settings: Recording) -> str:
    """One row: what of the personal speech stays audible, and what of the rest does not."""
    said = audible = spans = touched = clean = lost = 0
    for call in heard:
        reference, mutes = call.reference, CallMutes()
        for told in call.told:
            mutes.receive(told)
        legs = [Leg(channel, reference.duration_ms) for channel in (0, 1)]
        found = mutes.mutes(legs, settings)
        for span in reference.pii:
            whole = union([Interval(span.start_ms, span.end_ms)])
            heard_ms = total_ms(without(whole, found.of(span.channel)))
            said, audible = said + total_ms(whole), audible + heard_ms
            spans, touched = spans + 1, touched + (heard_ms > 0)
        for turn in reference.turns:
            personal = union(
                Interval(s.start_ms, s.end_ms) for s in reference.pii if s.channel == turn.channel
            )
            rest = without(union([Interval(turn.start_ms, turn.end_ms)]), personal)
            clean += total_ms(rest)
            lost += total_ms(rest) - total_ms(without(rest, found.of(turn.channel)))
    return (
        f"{spans:6} {said:9} {audible:8} {100 * audible / said:7.2f} % {touched:6} "
        f"{100 * lost / clean:9.1f} %"
    )


class Run(NamedTuple):
    """Three words in a row that were recognised right: when they were said, and when shown."""

    said: Interval
    shown: Interval
    between: Interval
    """From the end of the word shown before to the start of the next."""


def runs(call: Heard) -> Iterator[Run]:
    """All of one call."""
    for channel in (0, 1):
        spoken = [_word(w.text, w.start_ms, w.end_ms) for w in words(call.reference, channel)]
        finals = sorted(call.finals, key=lambda raw: raw.start_ms)
        shown = [
            _word(w.text, w.start_ms, w.end_ms)
            for raw in finals
            if raw.channel == channel
            for w in raw.words
        ]
        pairs = [
            (i, j)
            for i, j in matches(spoken, shown)
            if abs(spoken[i].start_ms - shown[j].start_ms) < 3000
        ]
        for (i, j), (_, _), (k, m) in zip(pairs, pairs[1:], pairs[2:], strict=False):
            if (k - i, m - j) == (2, 2):
                before = shown[j - 1].end_ms if j else 0
                after = shown[m + 1].start_ms if m + 1 < len(shown) else 1 << 31
                yield Run(
                    Interval(spoken[i].start_ms, spoken[k].end_ms),
                    Interval(shown[j].start_ms, shown[m].end_ms),
                    Interval(before, after),
                )


def _word(text: str, start_ms: int, end_ms: int) -> Said:
    return Said(text.lower().strip(".,?!"), start_ms, end_ms)


def covered(found: Sequence[Run], settings: Recording) -> tuple[float, float]:
    """Shares of the runs whose start, and whose end, would have been muted."""
    starts = ends = 0
    for said, shown, between in found:
        reach = settings.reach_ms
        first = max(between.start_ms, shown.start_ms - reach)
        last = min(between.end_ms, shown.end_ms + reach)
        starts += said.start_ms >= min(first, shown.start_ms - settings.pad_before_ms)
        ends += said.end_ms <= max(last, shown.end_ms + settings.pad_after_ms)
    return starts / len(found), ends / len(found)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("calls", type=Path, metavar="DIR")
    parser.add_argument("--only", nargs="+", default=(), metavar="NAME")
    parser.add_argument("--noisy", action="store_true", help="also with noise of three kinds")
    args = parser.parse_args()
    line, heard = Line(), {}
    for how in LINES if args.noisy else LINES[:1]:
        heard[how] = [
            line.hear(_with_times(reference, args.calls), sound(wav, how))
            for wav, reference in read_references(args.calls, args.only)
        ]
    for how, calls in heard.items():
        print(f"\n{how}: personal speech left audible, ms")
        print("before after reach  mute unrecognised  spans  said, ms  audible          spans  "
              "clean muted")  # fmt: skip
        for tried in TRIED:
            print(f"{tried.pad_before_ms:6} {tried.pad_after_ms:5} {tried.reach_ms:5} "
                  f"{tried.mute:>5} {tried.unrecognised:>12} {left(calls, tried)}")  # fmt: skip
    found = [run for calls in heard.values() for call in calls for run in runs(call)]
    print(f"\nof {len(found)} runs of three words, covered: starts, ends")
    for tried in TRIED[:4]:
        starts, ends = covered(found, tried)
        print(f"{tried.pad_before_ms:6} {tried.pad_after_ms:5} {tried.reach_ms:5} "
              f"{100 * starts:7.2f} % {100 * ends:7.2f} %")  # fmt: skip


def _with_times(reference: Reference, folder: Path) -> Reference:
    path = folder / WORDS / f"{reference.name}.json"
    return with_times(reference, read_known_times(path)) if path.exists() else reference


if __name__ == "__main__":
    main()
