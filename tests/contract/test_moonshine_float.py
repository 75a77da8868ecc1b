"""The bundled recogniser's weights as plain float ONNX, against the files they are made of."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray

from tests.load.float_weights import Turn, encoder, frames, states, turns
from tests.services.speech import CALL
from triton_models import weights
from triton_models.export.moonshine_float import FILES, exported
from triton_models.export.ort_format import NotReadable, read
from triton_models.moonshine import Moonshine
from triton_models.repetition import most_tokens
from triton_models.tokens import START_TOKEN

Array = NDArray[np.float32]


@pytest.fixture(scope="module")
def folder(models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exported files; `exported` has them checked by ONNX, shapes inferred."""
    folder = tmp_path_factory.mktemp("float")
    for name, model in exported(models_dir).items():
        onnx.save(model, folder / name)
    return folder


@pytest.fixture(scope="module")
def spoken() -> list[Turn]:
    """Turns of one call, of all lengths."""
    found = [turn for turn in turns(CALL.parent) if len(turn.audio) > 16000]
    return sorted(found, key=lambda turn: len(turn.audio))[::4]


def session(folder: Path, name: str) -> ort.InferenceSession:
    return encoder(folder / name)


def operators(graph: onnx.GraphProto) -> set[tuple[str, str]]:
    """Of the graph and its branches, with their domains."""
    found = {(node.domain, node.op_type) for node in graph.node}
    inner = [a.g for node in graph.node for a in node.attribute if a.HasField("g")]
    return found.union(*map(operators, inner))


def test_there_are_only_onnxs_own_operators_and_nothing_is_quantised(folder: Path) -> None:
    for name in FILES:
        model = onnx.load(folder / name)
        assert {domain for domain, _ in operators(model.graph)} == {""}
        assert not [kind for _, kind in operators(model.graph) if "Quantize" in kind]
        assert [(each.domain, each.version) for each in model.opset_import] == [("", 18)]
    for name in FILES[2:]:
        kinds = {kind for _, kind in operators(onnx.load(folder / name).graph)}
        assert "If" not in kinds


def test_the_states_are_those_of_the_quantised_encoder_but_for_its_rounding(
    folder: Path, models_dir: Path, spoken: list[Turn]
) -> None:
    ours = session(folder, "encoder.onnx")
    theirs = encoder(models_dir / weights.RECOGNISER / "encoder.ort")
    for turn in spoken[:6]:
        (a,), (b,) = (states(one, [turn.audio]) for one in (ours, theirs))
        assert a.shape == b.shape == (frames(len(turn.audio)), 288)
        assert np.abs(a - b).mean() < 0.1 * np.abs(b).mean()
        assert np.corrcoef(a.ravel(), b.ravel())[0, 1] > 0.99


def test_the_same_words_are_read(folder: Path, models_dir: Path, spoken: list[Turn]) -> None:
    of = models_dir / weights.RECOGNISER
    quantised = Moonshine(of / "encoder.ort", of / "decoder.ort")
    plain = Moonshine(folder / "encoder.onnx", folder / "decoder.onnx")
    same = 0
    for turn in spoken[:8]:
        limit = most_tokens(len(turn.audio))
        a, b = (m.decode(turn.audio, most_tokens=limit).tokens for m in (quantised, plain))
        same += a == b
        assert abs(len(a) - len(b)) <= 3
    assert same >= 6


def test_a_padded_batch_is_read_as_each_row_alone(folder: Path, spoken: list[Turn]) -> None:
    rows = [turn.audio for turn in (spoken[0], spoken[-1], spoken[len(spoken) // 2])]
    ours = session(folder, "encoder.onnx")
    together = states(ours, rows)
    for row, state in zip(rows, together, strict=True):
        assert np.abs(states(ours, [row])[0] - state).max() < 1e-3
    decoder = session(folder, "decoder_first.onnx")
    logits = first_step(decoder, together, rows)
    for at, row in enumerate(rows):
        alone = first_step(decoder, [together[at]], [row])
        assert np.abs(alone[0] - logits[at]).max() < 1e-3


def test_how_far_a_row_is_padded_changes_nothing(folder: Path, spoken: list[Turn]) -> None:
    """Of the quantised file as it was, every state moves by it."""
    row = spoken[0].audio
    ours = session(folder, "encoder.onnx")
    alone = states(ours, [row])[0]
    for spare in (1, 100, 384, 50_000):
        values = np.concatenate((row, np.full(spare, 0.3, np.float32)))[np.newaxis]
        mask = (np.arange(len(row) + spare) < len(row)).astype(np.int64)[np.newaxis]
        padded = ours.run(None, {"input_values": values, "attention_mask": mask})[0][0]
        assert np.abs(padded[: len(alone)] - alone).max() < 1e-3


def test_the_two_halves_of_the_decoder_are_the_whole_one(folder: Path, spoken: list[Turn]) -> None:
    row = spoken[0].audio
    state = states(session(folder, "encoder.onnx"), [row])[0]
    first, following, whole = (session(folder, name) for name in (FILES[2], FILES[3], FILES[1]))
    names = [output.name for output in first.get_outputs()]
    assert names == [output.name for output in whole.get_outputs()]
    begun = dict(zip(names, first.run(None, asked([state], [row])), strict=True))
    empty = np.zeros((1, 8, 0, 36), np.float32)
    nothing = {f"past_key_values{name.removeprefix('present')}": empty for name in names[1:]}
    without = whole.run(
        None, asked([state], [row]) | nothing | {"use_cache_branch": np.array([False])}
    )
    assert np.abs(without[0] - begun["logits"]).max() < 1e-4
    past = {f"past_key_values{n.removeprefix('present')}": begun[n] for n in names[1:]}
    token = {"input_ids": begun["logits"][:, -1:].argmax(-1).astype(np.int64)}
    wanted = {each.name for each in following.get_inputs()}
    inputs = asked([state], [row]) | past | token
    went_on = following.run(["logits"], {k: v for k, v in inputs.items() if k in wanted})[0]
    flag = {"use_cache_branch": np.array([True])}
    assert np.abs(whole.run(["logits"], inputs | flag)[0] - went_on).max() < 1e-4


def test_another_file_is_refused(models_dir: Path) -> None:
    with pytest.raises(NotReadable, match=r"tokenizer\.bin"):
        read(models_dir / weights.RECOGNISER / "tokenizer.bin")


def asked(found: list[Array], rows: list[Array]) -> dict[str, NDArray[np.generic]]:
    """The decoder's inputs for the first token of each row."""
    longest, most = max(map(len, rows)), frames(max(map(len, rows)))
    return {
        "input_ids": np.full((len(rows), 1), START_TOKEN, np.int64),
        "encoder_hidden_states": np.stack(
            [np.pad(each, ((0, most - len(each)), (0, 0))) for each in found]
        ),
        "encoder_attention_mask": np.stack(
            [(np.arange(longest) < len(row)).astype(np.int64) for row in rows]
        ),
    }


def first_step(decoder: ort.InferenceSession, found: list[Array], rows: list[Array]) -> Array:
    logits: Array = decoder.run(["logits"], asked(found, rows))[0]
    return logits
