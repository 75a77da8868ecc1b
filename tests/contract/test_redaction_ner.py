"""The model of names, as fetched."""

from pathlib import Path

import pytest
from hypothesis import given

from redaction.policy.prepared_policy import Policy, make_policy
from redaction.policy.presidio import build_engine
from redaction.settings import Settings
from redaction.tagger.ner import MODEL, Ner
from redaction.tagger.tags import Tag
from tests.unit.redaction.call_strategies import (
    calls,
    cuts,
    examples,
    last,
    play,
    seeds,
    stream_of,
    thinned,
)
from tests.unit.redaction.spoken_calls import Call
from tests.unit.redaction.spoken_dialogue import shown
from tests.unit.redaction.spoken_score import Cut
from tests.unit.redaction.test_properties_partials import check_masked_stays_masked, open_run


def test_it_tells_names_from_other_words_in_any_case(models_dir: Path) -> None:
    tagger = Ner(models_dir / MODEL, sha256="0" * 64)
    for text in ("yesterday Priya Ramsbottom told me", "yesterday priya ramsbottom told me"):
        tags = tagger.tag(text.split())
        assert tags == [Tag.NONE, Tag.NAME, Tag.NAME, Tag.NONE, Tag.NONE]
    assert not any(
        tagger.tag(
            ["can", "you", "move", "it", "from", "the", "third", "of", "June", "to", "the", "tenth"]
        )
    )
    assert tagger.tag([]) == []


def test_a_long_row_is_read_in_stretches(models_dir: Path) -> None:
    tagger = Ner(models_dir / MODEL, sha256="0" * 64)
    words = ("so then " * 150 + "Priya Ramsbottom told me").split()
    tags = tagger.tag(words)
    assert len(tags) == len(words)
    assert [words[i] for i, tag in enumerate(tags) if tag] == ["Priya", "Ramsbottom"]


@pytest.fixture(scope="module")
def tagged(models_dir: Path) -> Policy:
    """With the real model."""
    engine = build_engine(tagger=Ner(models_dir / MODEL, sha256="0" * 64))
    return make_policy(Settings(), engine, key=b"k" * 32)


@examples(6)
@given(call=calls(), cut=cuts, seed=seeds)
def test_what_must_hold_holds_with_the_model_too(
    tagged: Policy, call: Call, cut: Cut, seed: int
) -> None:
    """No open number, masks that stay, finals however cut, replays, words as they were."""
    stream = stream_of(call, cut)
    out = play(tagged, stream)
    assert play(tagged, stream) == out
    assert last(play(tagged, thinned(stream, seed))) == last(
        play(tagged, [event for event in stream if event.is_final])
    )
    for segment in {one.raw.segment_id for one in out}:
        check_masked_stays_masked([one for one in out if one.raw.segment_id == segment])
    for one in out:
        assert one.fault == ""
        if not one.raw.is_final:
            assert not set(open_run(one.raw.words)) & set(one.rendered.sources)
        for shown_word, source in zip(one.rendered.words, one.rendered.sources, strict=True):
            assert source is None or shown_word.text == one.raw.words[source].text


def test_finals_lose_names_that_nothing_announces(models_dir: Path) -> None:
    engine = build_engine(tagger=Ner(models_dir / MODEL, sha256="0" * 64))
    policy = make_policy(Settings(), engine, key=b"k" * 32)
    dialogue = "C: It was Harriet Lindqvist who took the call.\nA: I see harriet is away today."
    assert shown(policy, dialogue) == [
        "It was [name] who took the call.",
        "I see [name] is away today.",
    ]
    assert shown(policy, "C: It was made out to a Keisha Fitzgerald.") == [
        "It was made out to a [name]"
    ]
