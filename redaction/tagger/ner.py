"""What a small language model takes words for: names of people, and parts of addresses.

The model is Rampart by National Design Studio (CC BY 4.0), a BERT of six layers for token
classification. It only ever adds to what the rules mask; `recognizers/tagged.py` says where.
"""

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from redaction.tagger.tags import CONTEXT_WORDS, Tag
from redaction.tagger.wordpiece import Vocabulary

MODEL = "rampart"
"""Its name in the directory of models, and in the manifest of weights."""

MAX_WORDS = 120
"""Of one run. Longer rows are read in stretches that overlap by `CONTEXT_WORDS`."""

_MAX_PIECES = 510


_TAGGED = ((Tag.NAME, slice(1, 5)), (Tag.STREET, slice(23, 29)), (Tag.PLACE, slice(29, 35)))
"""The model's labels: 1-4 given name and surname, 23-28 building number, street name and secondary
address, 29-34 city, state and postcode, each with B- and I-."""

_SURE = 0.7
"""Of names without any cue 96 to 98 % are found between 0.6 and 0.75, 94 % at 0.85; below it,
household words of clean speech come in."""

_LIKELY = 0.2
"""Of unusual words that are names 85 % reach it where 72 % reach `_SURE`, of other unusual words
11 % and 5 %: those of firms and products that no table has."""

_LIKE = {Tag.NAME: Tag.LIKE_NAME, Tag.STREET: Tag.LIKE_PLACE, Tag.PLACE: Tag.LIKE_PLACE}


class Ner:
    """The model on one thread, loaded when first used (0.1 s, 60 MB)."""

    def __init__(self, folder: Path, *, sha256: str) -> None:
        self.version = f"{MODEL}-{sha256[:12]}"
        self._folder = folder
        self._loading = threading.Lock()
        self._session: onnxruntime.InferenceSession | None = None

    def tag(self, words: Sequence[str]) -> list[Tag]:
        """A tag a word."""
        tags: list[Tag] = []
        while len(tags) < len(words):
            before = min(CONTEXT_WORDS, len(tags))
            first = len(tags) - before
            tags += self._run(words[first : first + MAX_WORDS])[before:]
        return tags

    def _run(self, words: Sequence[str]) -> list[Tag]:
        session = self._loaded()
        pieces, owners = self._pieces(words)
        ids = np.array([pieces], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        feed["token_type_ids"] = np.zeros_like(ids)
        logits: NDArray[np.float32] = session.run(None, feed)[0][0]
        chances = np.exp(logits - logits.max(axis=-1, keepdims=True))
        chances /= chances.sum(axis=-1, keepdims=True)
        by_tag = np.zeros((len(words), len(Tag)), dtype=np.float32)
        for tag, labels in _TAGGED:
            np.maximum.at(by_tag[:, tag], owners, chances[1:-1, labels].sum(axis=-1))
        best = by_tag.argmax(axis=1)
        return [_tag(Tag(t), float(by_tag[i, t])) for i, t in enumerate(best)]

    def _pieces(self, words: Sequence[str]) -> tuple[list[int], list[int]]:
        """Numbers of all pieces between the marks of start and end, and whose word each is."""
        pieces = [self._vocabulary.number("[CLS]")]
        owners: list[int] = []
        for i, word in enumerate(words):
            new = self._vocabulary.pieces(word)[: _MAX_PIECES - len(owners)]
            pieces += new
            owners += [i] * len(new)
        return [*pieces, self._vocabulary.number("[SEP]")], owners

    def _loaded(self) -> onnxruntime.InferenceSession:
        with self._loading:
            if self._session is None:
                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = options.inter_op_num_threads = 1
                self._vocabulary = Vocabulary.load(self._folder / "vocabulary.txt")
                self._session = onnxruntime.InferenceSession(
                    str(self._folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
                )
            return self._session


def _tag(best: Tag, chance: float) -> Tag:
    """What a word is taken for that is most likely this."""
    if best is Tag.NONE or chance >= _SURE:
        return best
    return _LIKE[best] if chance >= _LIKELY else Tag.NONE
