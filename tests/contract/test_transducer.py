"""A streaming transducer of random weights, walked from export to Triton's rules.

The graphs come through `export/` as a real checkpoint's do; the repository is run as its
configurations say, by `tests.services.config_triton`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.services import toy_transducer as toy
from tests.services import transducer
from tests.services.config_triton import Asked, ConfigTriton, Refused
from tests.services.speech import STEP, leg_audio
from triton_models.export.configs import Runs
from triton_models.hypothesis import Hypothesis, Step
from triton_models.options import Endpointing, LegOptions, Phrase
from triton_models.tensors import MODEL
from triton_models.transducer import checkpoint
from triton_models.transducer.features import of_window
from triton_models.transducer.front import Front
from triton_models.transducer.pieces import Token
from triton_models.transducer.search import Scorer, Search, Stream
from triton_models.transducer.tensors import ENSEMBLE, Geometry
from triton_models.transducer.windows import Windows

Audio = NDArray[np.int16]
Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return transducer.write(tmp_path_factory.mktemp("toy"), Runs.ONNX)


@pytest.fixture(scope="module")
def geometry(repository: Path) -> Geometry:
    return checkpoint.load(repository / MODEL / "1").geometry


@pytest.fixture
def triton(repository: Path) -> ConfigTriton:
    return ConfigTriton(repository)


@pytest.fixture
def front(repository: Path) -> Front:
    return transducer.front(repository)


def audios() -> list[Audio]:
    return [
        leg_audio("agent", end_s=7.0),
        leg_audio("customer", start_s=5.0, end_s=10.5),
        leg_audio("agent", start_s=14.0, end_s=18.0),
    ]


def windows(audio: Audio, geometry: Geometry) -> list[Audio]:
    """Only whole windows: the signal's end is another test's."""
    stream, found = Windows(geometry), []
    stream.receive(audio)
    while (window := stream.take()) is not None:
        found.append(window)
    return found


def asked(cut: Sequence[Audio], sequence: int) -> Iterator[Asked]:
    for at, window in enumerate(cut):
        inputs: dict[str, NDArray[np.generic]] = {"WINDOW": window[np.newaxis]}
        yield Asked(inputs, sequence, at == 0, at == len(cut) - 1)


def alone(triton: ConfigTriton, cut: Sequence[Audio], *, sequence: int = 1) -> Floats:
    found = [triton.infer(ENSEMBLE, [one])[0]["ENCODED"][0] for one in asked(cut, sequence)]
    frames: Floats = np.concatenate(found).astype(np.float32)
    return frames


def test_the_checkpoints_numbers_are_read_from_its_graphs(geometry: Geometry) -> None:
    assert geometry == transducer.GEOMETRY


def test_streaming_is_the_whole_signal_at_once(triton: ConfigTriton, geometry: Geometry) -> None:
    audio = leg_audio("agent", end_s=20.0)
    streamed = alone(triton, windows(audio, geometry))
    whole = toy.whole(toy.weights(), audio)
    assert streamed.shape == whole.shape and len(whole) > 400
    # FP32 features of the quietest bins differ by some 0.005; nothing else does.
    assert np.abs(streamed - whole).max() < 0.02


def test_streaming_is_the_whole_signal_but_for_rounding_once_features_are_the_same(
    triton: ConfigTriton, geometry: Geometry
) -> None:
    audio = leg_audio("agent", end_s=20.0)
    cut = windows(audio, geometry)
    found = []
    for at, window in enumerate(cut):
        inputs: dict[str, NDArray[np.generic]] = {"FEATURES": of_window(window)[np.newaxis]}
        (answer,) = triton.infer("transducer_encoder", [Asked(inputs, 5, at == 0)])
        found.append(answer["ENCODED"][0])
    assert np.abs(np.concatenate(found) - toy.whole(toy.weights(), audio)).max() < 2e-4


def test_words_are_those_of_the_whole_signal(
    triton: ConfigTriton, geometry: Geometry, repository: Path
) -> None:
    audio = leg_audio("agent", end_s=20.0)
    streamed = alone(triton, windows(audio, geometry))
    whole = toy.whole(toy.weights(), audio)
    scorer = transducer.acoustics(repository)
    assert _tokens(scorer, streamed, beam=1) == _tokens(scorer, whole, beam=1)
    assert _tokens(scorer, streamed, beam=4) == _tokens(scorer, whole, beam=4)
    assert len(_tokens(scorer, whole, beam=1)) > 50


def _tokens(scorer: Scorer, encoded: Floats, *, beam: int) -> list[tuple[int, int]]:
    stream = Stream(beam=beam)
    search = Search(scorer, context_size=toy.CONTEXT)
    for frame in encoded:
        search.advance([stream], frame[np.newaxis])
    best = stream.best()
    tokens: tuple[Token, ...] = best.tokens if best is not None else ()
    return [(token.number, token.frame) for token in tokens]


def test_a_batch_is_each_alone_and_state_survives_interleaving(
    triton: ConfigTriton, geometry: Geometry
) -> None:
    cuts = [windows(audio, geometry) for audio in audios()]
    streams = {n: asked(cut, n + 10) for n, cut in enumerate(cuts)}
    found: dict[int, list[Floats]] = {n: [] for n in streams}
    turn = 0
    while streams:
        # Every other turn leaves one out: batches of all sizes, in any order.
        order = sorted(streams, reverse=bool(turn % 2))[: None if turn % 3 else 2]
        batch = {n: one for n in order if (one := next(streams[n], None)) is not None}
        for n in set(order) - set(batch):
            del streams[n]
        answers = triton.infer(ENSEMBLE, list(batch.values())) if batch else []
        for n, answer in zip(batch, answers, strict=True):
            found[n].append(answer["ENCODED"][0].astype(np.float32))
        turn += 1
    assert triton.sequences() == 0
    for n, cut in enumerate(cuts):
        assert np.abs(np.concatenate(found[n]) - alone(triton, cut)).max() < 1e-4


def test_start_forgets_what_was_before(triton: ConfigTriton, geometry: Geometry) -> None:
    first, second, _ = (windows(audio, geometry) for audio in audios())
    fresh = alone(triton, second, sequence=2)
    for one in list(asked(first, 3))[:-1]:
        triton.infer(ENSEMBLE, [one])
    assert np.array_equal(alone(triton, second, sequence=3), fresh)


def test_a_sequence_that_was_not_started_is_refused(
    triton: ConfigTriton, geometry: Geometry
) -> None:
    cut = windows(audios()[0], geometry)
    with pytest.raises(Refused, match="START"):
        triton.infer(ENSEMBLE, [list(asked(cut, 4))[1]])
    alone(triton, cut, sequence=4)
    with pytest.raises(Refused, match="START"):
        triton.infer(ENSEMBLE, [list(asked(cut, 4))[1]])


def steps(sequence: int, audio: Audio, *, size: int, options: LegOptions | None) -> Iterator[Step]:
    for at in range(0, len(audio), size):
        ends = at + size >= len(audio)
        yield Step(sequence, audio[at : at + size], at // 16, at == 0, ends, options)


def heard(
    front: Front, legs: Sequence[Audio], *, size: int = STEP, options: LegOptions | None = None
) -> list[list[Hypothesis]]:
    """What each leg's steps bring, the legs side by side."""
    open_legs = {n: steps(n + 1, a, size=size, options=options) for n, a in enumerate(legs)}
    found: list[list[Hypothesis]] = [[] for _ in legs]
    while open_legs:
        batch = {n: one for n, leg in open_legs.items() if (one := next(leg, None)) is not None}
        for n, hypotheses in zip(batch, front.step(list(batch.values())), strict=True):
            found[n] += hypotheses
        open_legs = {n: leg for n, leg in open_legs.items() if n in batch}
    return found


def finals(found: Sequence[Hypothesis]) -> list[Hypothesis]:
    return [hypothesis for hypothesis in found if hypothesis.is_final]


SHORT = LegOptions(endpointing=Endpointing(stop_history_ms=160))
PHRASES = LegOptions(phrases=(Phrase(text="dad"), Phrase(text="beds", weight=4.0)))


@pytest.mark.parametrize("options", [None, SHORT, PHRASES])
def test_legs_side_by_side_are_heard_as_each_alone(
    front: Front, options: LegOptions | None
) -> None:
    together = heard(front, audios(), options=options)
    for audio, found in zip(audios(), together, strict=True):
        (by_itself,) = heard(front, [audio], options=options)
        assert [w.text for h in finals(found) for w in h.words]
        for one, other in zip(finals(found), finals(by_itself), strict=True):
            assert [w.text for w in one.words] == [w.text for w in other.words]
            assert (one.segment_ms, one.end_ms) == (other.segment_ms, other.end_ms)


@pytest.mark.parametrize("size", [16, 160, 800, 32_000])
def test_the_size_of_steps_does_not_matter_to_finals(front: Front, size: int) -> None:
    audio = leg_audio("customer", start_s=5.0, end_s=10.5)
    (usual,), (other,) = heard(front, [audio]), heard(front, [audio], size=size)
    assert [h.words for h in finals(usual)] == [h.words for h in finals(other)] != []


def test_segments_follow_each_other_and_lie_within_the_leg(front: Front) -> None:
    audio = leg_audio("agent")
    (found,) = heard(front, [audio], options=SHORT)
    closed = finals(found)
    assert len(closed) > 5
    for before, after in zip(closed, closed[1:], strict=False):
        assert before.end_ms <= after.start_ms and before.segment_ms < after.segment_ms
    assert closed[-1].end_ms <= len(audio) // 16
    segments: dict[int, list[int]] = {}
    for hypothesis in found:
        segments.setdefault(hypothesis.segment_ms, []).append(hypothesis.revision)
    assert all(r == list(range(1, len(r) + 1)) for r in segments.values())


def test_favoured_phrases_are_heard_more_often(front: Front) -> None:
    audio = leg_audio("agent", end_s=20.0)

    def count(options: LegOptions) -> int:
        words = [w.text for h in finals(heard(front, [audio], options=options)[0]) for w in h.words]
        return sum("de" in word for word in words)

    strong = LegOptions(phrases=(Phrase(text="de", weight=3.0),))
    assert count(strong) > count(LegOptions())
