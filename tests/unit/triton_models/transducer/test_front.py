"""Legs over graphs that hear what the samples spell: a frame's token is its samples' hundreds."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from triton_models.hypothesis import Hypothesis, Step
from triton_models.options import Endpointing, LegOptions, Phrase
from triton_models.transducer.features import MIRRORED
from triton_models.transducer.front import Front, UnknownSequence
from triton_models.transducer.pieces import Vocabulary
from triton_models.transducer.search import Floats
from triton_models.transducer.tensors import Geometry
from triton_models.transducer.windows import Window

PIECES = ["<blk>", "▁one", "▁two", "s", "▁three", "▁bollocks"]
ONE, TWO, S, THREE, SWEAR = 1, 2, 3, 4, 5
FRAME = 640  # samples: 40 ms
ONE_OR_THREE = 6
LOGITS = np.eye(7, len(PIECES), dtype=np.float32) * 5
LOGITS[ONE_OR_THREE] = (0.0, 3.0, 0.0, 0.0, 2.5, 0.0)
GEOMETRY = Geometry(
    window_frames=45,
    shift_frames=32,
    encoded_frames=8,
    joined_size=len(PIECES),
    cache_size=1,
    context_size=2,
    vocabulary_size=len(PIECES),
)


class Seen(NamedTuple):
    sequence: int
    starts: bool
    ends: bool


class Spelling:
    """Encoder frames are logits already."""

    def __init__(self) -> None:
        self.seen: list[list[Seen]] = []
        self.started: set[int] = set()

    def encode(self, windows: Sequence[Window]) -> list[Floats]:
        self.seen.append([Seen(w.sequence, w.starts, w.ends) for w in windows])
        for window in windows:
            assert window.starts != (window.sequence in self.started)
            self.started.add(window.sequence)
            if window.ends:
                self.started.remove(window.sequence)
        return [self._logits(window.samples) for window in windows]

    def predict(self, contexts: NDArray[np.int64]) -> Floats:
        return np.zeros((len(contexts), len(PIECES)), np.float32)

    def join(self, frames: Floats, predicted: Floats) -> Floats:
        return frames + predicted

    def _logits(self, samples: NDArray[np.int16]) -> Floats:
        middles = samples[MIRRORED + FRAME // 2 :: FRAME][:8]
        found: Floats = LOGITS[middles // 100]
        return found


def signal(*frames: int) -> NDArray[np.int16]:
    """Samples that spell a token a frame; 0 is silence."""
    return np.repeat(np.array(frames, np.int16) * 100, FRAME)


SILENCE = (0,) * 15  # 600 ms


class Line:
    """A leg's steps of 100 ms through a front."""

    def __init__(self, options: LegOptions | None = None) -> None:
        self.now = 0.0
        self.acoustics = Spelling()
        self.front = Front(
            self.acoustics,
            Vocabulary(PIECES),
            geometry=GEOMETRY,
            options=options or LegOptions(),
            clock=lambda: self.now,
        )
        self.next_ms = 0
        self._open = False

    def hear(
        self, *frames: int, ends: bool = False, options: LegOptions | None = None
    ) -> list[Hypothesis]:
        samples, found = signal(*frames), []
        for at in range(0, len(samples), 1600):
            piece = samples[at : at + 1600]
            last = ends and at + 1600 >= len(samples)
            step = Step(7, piece, self.next_ms, not self._open, last, options)
            found += self.front.step([step])[0]
            self._open = not last
            self.next_ms += len(piece) // 16
        return found

    def keep(self) -> list[Hypothesis]:
        return self.front.step([Step(7, signal(), self.next_ms)])[0]


def finals(found: Sequence[Hypothesis]) -> list[str]:
    return [" ".join(w.text for w in h.words) for h in found if h.is_final]


def test_an_utterance_ends_after_the_silence_that_its_leg_asks_for() -> None:
    options = LegOptions(endpointing=Endpointing(stop_history_ms=320))
    line = Line(options)
    found = line.hear(0, 0, ONE, 0, TWO, S, *SILENCE, *SILENCE, ONE, *SILENCE, *SILENCE)
    assert finals(found) == ["one twos", "one"]
    first = next(h for h in found if h.is_final)
    assert (first.segment_ms, first.start_ms, first.end_ms) == (80, 80, 240)
    assert [(w.start_ms, w.end_ms) for w in first.words] == [(80, 120), (160, 240)]
    assert first.audio_end_ms == 240 + 320
    assert all(0.9 < w.confidence <= 1.0 for w in first.words)


def test_a_leg_may_bring_options_of_its_own() -> None:
    short = LegOptions(endpointing=Endpointing(stop_history_ms=80))
    said = (ONE, 0, 0, 0, TWO, *SILENCE)
    assert finals(Line().hear(*said, *SILENCE)) == ["one two"]
    assert finals(Line().hear(*said, *SILENCE, options=short)) == ["one", "two"]


def test_partials_grow_a_revision_at_a_time_and_the_final_is_the_last() -> None:
    said = [token for _ in range(10) for token in (ONE, 0, 0, 0, 0)]
    found = Line(LegOptions(partial_interval_ms=300)).hear(*said, *SILENCE, *SILENCE)
    assert [h.revision for h in found] == list(range(1, len(found) + 1))
    assert [h.is_final for h in found] == [False] * (len(found) - 1) + [True]
    assert len(found) > 4 and len({h.segment_ms for h in found}) == 1
    counts = [len(h.words) for h in found]
    assert counts == sorted(counts) and counts[-1] == 10


def test_partials_come_no_sooner_than_asked() -> None:
    said = [token for _ in range(10) for token in (ONE, 0, 0, 0, 0)]
    found = Line(LegOptions(partial_interval_ms=1000)).hear(*said)
    shown = [h.audio_end_ms for h in found]
    assert all(after - before >= 1000 for before, after in zip(shown, shown[1:], strict=False))


def test_a_long_utterance_is_published_up_to_its_last_word_and_nothing_is_said_twice() -> None:
    said = [token for _ in range(20) for token in (ONE, TWO, S, 0)]
    found = Line(LegOptions(max_segment_ms=1000)).hear(*said, *SILENCE, *SILENCE)
    texts = finals(found)
    assert len(texts) == 4
    assert " ".join(texts) == " ".join(["one twos"] * 20)
    ends = [h for h in found if h.is_final]
    assert all(a.end_ms <= b.start_ms for a, b in zip(ends, ends[1:], strict=False))
    assert len({h.segment_ms for h in ends}) == 4


def test_where_audio_jumps_what_was_open_is_finished_before_it() -> None:
    line = Line()
    assert finals(line.hear(ONE, TWO, 0, 0, 0)) == []
    line.next_ms = 60_000
    found = line.hear(0, 0, THREE, *SILENCE, *SILENCE)
    assert finals(found) == ["one two", "three"]
    assert [h.start_ms for h in found if h.is_final] == [0, 60_080]


def test_a_step_without_audio_finishes_what_is_open_and_keeps_the_leg() -> None:
    line = Line()
    line.hear(ONE, TWO, 0, 0, 0)
    assert finals(line.keep()) == ["one two"]
    asked = len(line.acoustics.seen)
    assert line.keep() == line.keep() == []
    assert len(line.acoustics.seen) == asked
    assert finals(line.hear(0, THREE, *SILENCE, *SILENCE)) == ["three"]


def test_the_last_words_come_with_the_last_step() -> None:
    line = Line()
    assert finals(line.hear(ONE, 0, TWO, ends=True)) == ["one two"]
    assert not line.front.knows(7) and not line.acoustics.started


def test_words_in_the_filling_silence_lie_within_the_leg() -> None:
    found = Line().hear(ONE, 0, 0, 0, TWO, ends=True)
    (final,) = [h for h in found if h.is_final]
    assert final.end_ms <= 200 and final.words[-1].start_ms < final.words[-1].end_ms


def test_a_silent_leg_brings_nothing_and_all_of_it_is_done() -> None:
    line = Line()
    assert line.hear(*SILENCE, *SILENCE) == []
    assert 1200 - 450 < line.front.done_ms(7) <= 1200
    assert line.keep() == [] and line.front.done_ms(7) == 1200


def test_what_is_open_is_not_done() -> None:
    line = Line()
    line.hear(*SILENCE, ONE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    assert line.front.done_ms(7) == 600


def test_an_unknown_sequence_is_refused_and_an_idle_one_forgotten() -> None:
    line = Line()
    with pytest.raises(UnknownSequence):
        line.front.step([Step(8, signal(0), 0)])
    line.hear(0)
    line.now = 1201.0
    line.front.step([Step(9, signal(0), 0, starts=True)])
    assert not line.front.knows(7) and line.front.knows(9)


def test_every_stream_starts_and_ends_once_at_the_encoder() -> None:
    line = Line()
    line.hear(*SILENCE, *SILENCE)
    line.keep()
    line.hear(*SILENCE, *SILENCE, ends=True)
    seen = [one for (one,) in line.acoustics.seen]
    assert [one.starts for one in seen].count(True) == [one.ends for one in seen].count(True) == 2


def test_legs_share_the_encoders_batches() -> None:
    line = Line()
    silence = signal(*SILENCE)
    line.front.step([Step(n, silence, 0, starts=True) for n in range(5)])
    assert [len(batch) for batch in line.acoustics.seen] == [5]


def test_a_leg_with_phrases_is_searched_with_a_beam_that_favours_them() -> None:
    said = (0, ONE_OR_THREE, 0, TWO, 0, *SILENCE, *SILENCE)
    assert finals(Line().hear(*said)) == ["one two"]
    for phrase in ("three two", "three"):
        options = LegOptions(phrases=(Phrase(text=phrase, weight=2.0),))
        assert finals(Line().hear(*said, options=options)) == ["three two"]
    other = LegOptions(phrases=(Phrase(text="three three"), Phrase(text="not spelt")))
    assert finals(Line().hear(*said, options=other)) == ["one two"]


def test_a_pause_is_said_before_the_utterance_is_over() -> None:
    options = LegOptions(endpointing=Endpointing(stop_history_eou_ms=400, stop_history_ms=1500))
    found = Line(options).hear(ONE, 0, TWO, *SILENCE, *SILENCE, *SILENCE, *SILENCE)
    assert [(h.speech_final, h.utterance_end) for h in found] == [
        (False, False),
        (True, False),
        (True, True),
    ]
    assert found[0].words == found[1].words == found[2].words


def test_the_end_of_an_utterance_is_told_from_a_cut_and_from_the_end_of_the_audio() -> None:
    said = [token for _ in range(20) for token in (ONE, TWO, S, 0)]
    line = Line(LegOptions(max_segment_ms=1500))
    closed = [h for h in line.hear(*said, *SILENCE, *SILENCE, ONE, ends=True) if h.is_final]
    assert [h.utterance_end for h in closed] == [False, False, True, False]
    assert all(h.frozen_words == len(h.words) for h in closed)


def test_frozen_words_stay() -> None:
    said = [token for _ in range(6) for token in (ONE, ONE_OR_THREE, 0, S, 0, 0, 0, 0)]
    phrases = (Phrase(text="three three", weight=1.0),)
    for options in (LegOptions(partial_interval_ms=50), LegOptions(phrases=phrases)):
        found = Line(options).hear(*said, *SILENCE, *SILENCE)
        assert any(h.frozen_words for h in found if not h.is_final)
        for before, after in zip(found, found[1:], strict=False):
            assert before.frozen_words <= len(before.words)
            kept = before.words[: before.frozen_words]
            assert after.words[: len(kept)] == kept


def test_swear_words_are_masked_where_a_leg_asks_for_it() -> None:
    said = (0, SWEAR, 0, TWO, *SILENCE, *SILENCE)
    assert finals(Line().hear(*said)) == ["bollocks two"]
    filtered = Line(LegOptions(profanity_filter=True)).hear(*said)
    assert {" ".join(w.text for w in h.words) for h in filtered} == {"b******* two"}


WORDS = {ONE: "one", TWO: "two", THREE: "three"}
PIECE = st.lists(st.sampled_from([0, 0, 0, ONE, TWO, THREE]), min_size=1, max_size=40)
KEEP, JUMP = "keep", "jump"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(PIECE, st.sampled_from([KEEP, JUMP])), max_size=8),
    st.integers(1000, 3000),
    st.integers(40, 800),
)
def test_whatever_a_leg_goes_through_every_word_is_said_once_and_in_order(
    story: list[list[int] | str], max_segment_ms: int, stop_history_ms: int
) -> None:
    endpointing = Endpointing(stop_history_ms=stop_history_ms)
    line = Line(LegOptions(max_segment_ms=max_segment_ms, endpointing=endpointing))
    found, said, done = line.hear(0), [], [0]
    for part in story:
        if part == JUMP:
            line.next_ms += 5_000
        elif part == KEEP:
            found += line.keep()
        elif isinstance(part, list):
            found += line.hear(*part)
            said += [WORDS[token] for token in part if token]
            done.append(line.front.done_ms(7))
    found += line.hear(0, ends=True)
    closed = [h for h in found if h.is_final]
    assert [w.text for h in closed for w in h.words] == said
    assert done == sorted(done) and done[-1] <= line.next_ms
    times = [t for h in closed for w in h.words for t in (w.start_ms, w.end_ms)]
    assert times == sorted(times) and all(t <= line.next_ms for t in times)
    assert len({h.segment_ms for h in closed}) == len(closed)
    assert not line.acoustics.started
