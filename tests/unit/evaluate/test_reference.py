from pathlib import Path

import msgspec
import pytest

from trunkline.evaluate.reference import (
    BadReference,
    Reference,
    pieces,
    read_reference,
    read_references,
    words,
)

CALLS = Path(__file__).parents[2] / "data" / "calls" / "dev"
REFERENCES = {path.stem: read_reference(path) for path in sorted(CALLS.glob("*.json"))}


@pytest.mark.parametrize("reference", REFERENCES.values(), ids=REFERENCES.keys())
def test_every_span_of_every_call_is_found_in_its_turn(reference: Reference) -> None:
    cut = [piece for channel in (0, 1) for piece in pieces(reference, channel)]
    spans = [piece.span for piece in cut if piece.span]
    assert sorted(spans, key=repr) == sorted(reference.pii, key=repr)
    for piece in cut:
        assert piece.start_ms <= piece.end_ms


@pytest.mark.parametrize("reference", REFERENCES.values(), ids=REFERENCES.keys())
def test_words_keep_text_and_order_and_lie_in_their_turns(reference: Reference) -> None:
    for channel in (0, 1):
        found = list(words(reference, channel))
        said = [t for turn in reference.turns if turn.channel == channel for t in turn.text.split()]
        letters = [c for w in found for c in w.text if c.isalnum()]
        assert letters == [c for w in said for c in w if c.isalnum()]
        for word in found:
            assert any(
                turn.start_ms <= word.start_ms <= word.end_ms <= turn.end_ms + 1
                for turn in reference.turns
                if turn.channel == channel
            )


def test_words_of_a_span_name_it() -> None:
    masked = [w for w in words(REFERENCES["d01_bank_card"], 1) if w.span and w.span.kind == "CVV"]
    assert [w.text for w in masked] == ["seven", "three", "one"]
    assert masked[0].start_ms == 41_391
    assert masked[-1].end_ms == 42_541


def test_calls_without_audio_are_left_out_and_a_selection_narrows_them_down() -> None:
    assert len(read_references(CALLS)) == 3
    assert [one.name for _, one in read_references(CALLS, ("d06",))] == ["d06_clinic_ssn"]


def test_a_folder_without_calls_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadReference, match="NAME.wav"):
        read_references(tmp_path)


def test_a_broken_truth_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"name": 1}')
    with pytest.raises(BadReference, match=r"x\.json"):
        read_reference(path)
    one = REFERENCES["d01_bank_card"]
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(one, turns=one.turns[:3])))
    with pytest.raises(BadReference, match="turn that does not exist"):
        read_reference(path)
