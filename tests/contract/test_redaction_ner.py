"""The model of names, as fetched."""

from pathlib import Path

from redaction.ner import MODEL, Ner
from redaction.presidio import build_engine
from redaction.redact import make_policy
from redaction.settings import Settings
from redaction.tags import Tag
from tests.unit.redaction.spoken_dialogue import shown


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


def test_finals_lose_names_that_nothing_announces(models_dir: Path) -> None:
    engine = build_engine(tagger=Ner(models_dir / MODEL, sha256="0" * 64))
    policy = make_policy(Settings(), engine, key=b"k" * 32)
    dialogue = "C: It was Harriet Lindqvist who took the call.\nA: I see harriet is away today."
    assert shown(policy, dialogue) == [
        "It was [name] who took the call.",
        "I see [name] is away today.",
    ]
