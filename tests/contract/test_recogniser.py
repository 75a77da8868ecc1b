"""The recogniser over the real models, without a server."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.services.speech import CALL, STEP, leg_audio
from triton_models import weights
from triton_models.align import Aligner
from triton_models.align_process import AlignerProcess
from triton_models.hypothesis import Hypothesis, Step
from triton_models.loading import WeightsMissing, lineage, load
from triton_models.recogniser import Recogniser, UnknownSequence
from triton_models.settings import Settings
from trunkline import models

Audio = NDArray[np.int16]


@pytest.fixture(scope="module")
def recogniser(models_dir: Path) -> Recogniser:
    # Time stands still: as much is decoded as on a machine without end, whatever else it does.
    return load(Settings(), models_dir, threads=2, clock=lambda: 0.0)


def steps(sequence: int, audio: Audio, *, size: int = STEP, start_ms: int = 0) -> Iterator[Step]:
    """The audio of one leg from START to END."""
    for at in range(0, len(audio), size):
        ends = at + size >= len(audio)
        yield Step(sequence, audio[at : at + size], start_ms + at // 16, at == 0, ends)


def heard(recogniser: Recogniser, legs: Sequence[Iterator[Step]]) -> list[list[Hypothesis]]:
    """What each leg's steps bring, the legs side by side."""
    found: list[list[Hypothesis]] = [[] for _ in legs]
    open_legs = dict(enumerate(legs))
    while open_legs:
        batch = {i: s for i, leg in open_legs.items() if (s := next(leg, None)) is not None}
        for index, hypotheses in zip(batch, recogniser.step(list(batch.values())), strict=True):
            found[index] += hypotheses
        open_legs = {i: leg for i, leg in open_legs.items() if i in batch}
    return found


def finals(found: Sequence[Hypothesis]) -> list[str]:
    return [" ".join(w.text for w in h.words) for h in found if h.is_final]


def test_a_real_turn_is_recognised_with_times_and_confidence(recogniser: Recogniser) -> None:
    (found,) = heard(recogniser, [steps(1, leg_audio("agent", end_s=7.0))])
    (final,) = [h for h in found if h.is_final]
    text = " ".join(word.text for word in final.words).lower()
    assert text.startswith("thank you for calling")
    assert text.endswith("how can i help?")
    times = [t for word in final.words for t in (word.start_ms, word.end_ms)]
    assert times == sorted(times)
    assert final.start_ms == times[0] and final.end_ms == times[-1]
    assert abs(final.start_ms - 1095) < 250 and abs(final.end_ms - 5914) < 400  # the JSON's turn
    assert all(0.0 < word.confidence <= 1.0 for word in final.words)


def test_revisions_of_a_segment_grow_and_its_final_is_the_last(recogniser: Recogniser) -> None:
    (found,) = heard(recogniser, [steps(2, leg_audio("customer", end_s=24.0))])
    segments: dict[int, list[Hypothesis]] = {}
    for hypothesis in found:
        segments.setdefault(hypothesis.segment_ms, []).append(hypothesis)
    assert len(segments) >= 3
    assert list(segments) == sorted(segments)
    for revisions in segments.values():
        assert [h.revision for h in revisions] == list(range(1, len(revisions) + 1))
        assert [h.is_final for h in revisions] == [False] * (len(revisions) - 1) + [True]


def test_several_legs_at_once_are_heard_as_each_alone(recogniser: Recogniser) -> None:
    audios = [
        leg_audio("agent", end_s=8.0),
        leg_audio("customer", start_s=5.0, end_s=17.0),
        leg_audio("agent", start_s=14.0, end_s=26.0),
        leg_audio("customer", start_s=23.0, end_s=33.0),
    ]
    together = heard(recogniser, [steps(10 + i, a, size=3200) for i, a in enumerate(audios)])
    for index, audio in enumerate(audios):
        (alone,) = heard(recogniser, [steps(20 + index, audio, size=3200)])
        assert finals(alone) == finals(together[index]) != []


def test_a_leg_that_catches_up_in_big_steps_loses_no_turn(recogniser: Recogniser) -> None:
    audio = leg_audio("agent", end_s=30.0)
    (live,) = heard(recogniser, [steps(3, audio)])
    (behind,) = heard(recogniser, [steps(4, audio, size=20 * STEP)])
    assert [h.segment_ms for h in behind if h.is_final] == [
        h.segment_ms for h in live if h.is_final
    ]


@pytest.mark.parametrize("level", [0, 30, 300])
def test_silence_and_noise_say_nothing(recogniser: Recogniser, level: int) -> None:
    noise = np.random.default_rng(1).normal(0, level, 12 * 16000).astype(np.int16)
    assert heard(recogniser, [steps(5, noise)]) == [[]]


def test_a_jump_in_the_clock_finishes_what_was_open_and_times_follow_the_clock(
    recogniser: Recogniser,
) -> None:
    first, second = leg_audio("agent", start_s=1.0, end_s=4.0), leg_audio("agent", end_s=7.0)
    cut = len(first) // STEP * STEP
    begun = list(steps(6, first[:cut]))
    begun[-1] = begun[-1]._replace(ends=False)
    follows = list(steps(6, second, start_ms=100_000))
    follows[0] = follows[0]._replace(starts=False)
    (found,) = heard(recogniser, [iter([*begun, *follows])])
    early, late = [h for h in found if h.is_final]
    assert early.end_ms <= 3000
    assert 100_800 < late.start_ms < 101_400


def test_an_empty_step_finishes_what_is_open_and_keeps_the_leg(recogniser: Recogniser) -> None:
    audio = leg_audio("agent", start_s=1.0, end_s=4.0)
    open_steps = list(steps(7, audio))
    open_steps[-1] = open_steps[-1]._replace(ends=False)
    (found,) = heard(recogniser, [iter(open_steps)])
    assert finals(found) == []
    ((final,),) = recogniser.step([Step(7, audio[:0], 0)])
    assert final.is_final
    assert recogniser.knows(7)


def test_an_unknown_leg_is_refused(recogniser: Recogniser) -> None:
    with pytest.raises(UnknownSequence):
        recogniser.step([Step(999, leg_audio("agent", end_s=0.1), 0)])


def test_a_leg_is_forgotten_after_its_end_and_after_a_long_time(models_dir: Path) -> None:
    now = 0.0
    recogniser = load(Settings(), models_dir, threads=1, clock=lambda: now)
    silence = np.zeros(STEP, np.int16)
    recogniser.step([Step(1, silence, 0, starts=True), Step(2, silence, 0, starts=True)])
    recogniser.step([Step(1, silence, 100, ends=True)])
    assert (recogniser.knows(1), recogniser.knows(2)) == (False, True)
    now = 3600.0
    recogniser.step([Step(3, silence, 0, starts=True)])
    assert not recogniser.knows(2)


def test_endless_speech_is_cut_and_every_word_is_there_once(models_dir: Path) -> None:
    """The agent's turns without pauses, with segments of 4 s at most."""
    turns = [(16.0, 19.0), (20.9, 24.3), (32.4, 37.0), (43.4, 45.8), (50.7, 52.8)]
    audio = np.concatenate([leg_audio("agent", start_s=a, end_s=b) for a, b in turns])
    cutting = load(Settings(max_segment_ms=4000), models_dir, threads=1, clock=lambda: 0.0)
    whole = load(Settings(max_segment_ms=30000), models_dir, threads=1, clock=lambda: 0.0)
    (found,) = heard(cutting, [steps(1, audio)])
    (reference,) = heard(whole, [steps(1, audio)])
    pieces = [h for h in found if h.is_final]
    assert len(pieces) > len([h for h in reference if h.is_final])
    assert all(h.audio_end_ms - h.segment_ms <= 4200 for h in pieces)
    for before, after in zip(pieces, pieces[1:], strict=False):
        assert before.end_ms <= after.start_ms
    assert word_errors(finals(reference), finals(found)) <= 6


def word_errors(reference: Sequence[str], found: Sequence[str]) -> int:
    """Word edit distance without case and punctuation."""
    a, b = (
        ["".join(c for c in word if c.isalnum()) for word in " ".join(texts).lower().split()]
        for texts in (reference, found)
    )
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, last = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(last[j - 1] + (x != y), last[j] + 1, row[-1] + 1))
    return row[-1]


def test_words_outside_the_dictionary_and_numbers_are_aligned() -> None:
    audio = leg_audio("customer", start_s=25.2, end_s=32.0).astype(np.float32) / 32768
    words = ["Okay,", "it's", "4242,", "4242,", "fourtoo", "fourtoo,", "4242."]
    spans = Aligner().align(words, audio)
    assert len(spans) == len(words)
    known = [span for span in spans if span is not None]
    assert len(known) >= 6
    assert all(a.end_ms <= b.start_ms for a, b in zip(known, known[1:], strict=False))


def test_the_aligner_beside_this_process_says_the_same_and_outlives_its_child() -> None:
    audio = leg_audio("agent", start_s=1.0, end_s=4.0).astype(np.float32) / 32768
    words = ["Thank", "you", "for", "calling"]
    beside = AlignerProcess(sys.executable)
    expected = Aligner().align(words, audio)
    assert beside.align(words, audio) == expected
    beside._child.kill()
    assert beside.align(words, audio) == [None] * 4
    assert beside.align(words, audio) == expected
    beside.close()


def test_other_settings_have_another_lineage() -> None:
    one, other = lineage(Settings()), lineage(Settings(stop_history_ms=700))
    assert one.model_sha256 == other.model_sha256
    assert one.decoder != other.decoder
    assert lineage(Settings(url="gpu:8001")) == one


def test_damaged_weights_are_not_used(models_dir: Path, tmp_path: Path) -> None:
    for model in weights.manifest():
        (tmp_path / model.name).mkdir()
        for file in model.file:
            (tmp_path / model.name / file.name).symlink_to(
                (models_dir / model.name / file.name).absolute()
            )
    assert models.missing(tmp_path) == []
    damaged = tmp_path / weights.VOICE / "voice_16k.onnx"
    damaged.unlink()
    damaged.write_bytes(b"not a network")
    assert models.missing(tmp_path) == [weights.VOICE]
    with pytest.raises(WeightsMissing, match="trunkline models fetch"):
        load(Settings(), tmp_path, threads=1, clock=lambda: 0.0)


def test_fetching_what_is_there_is_quick_and_says_nothing(models_dir: Path) -> None:
    said: list[str] = []
    models.fetch(models_dir, report=said.append)
    assert said == []


def test_the_call_is_there() -> None:
    assert CALL.with_suffix(".json").exists()
