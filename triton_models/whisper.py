"""Whisper: samples of one utterance -> words, over CTranslate2; the model of other languages.

It hears the utterance and 2 s of silence instead of the 30 s it was trained on, which costs a
third. Without that silence, and without time marks to tell the end of speech by, it goes on to
repeat itself: on every second turn of ten synthetic calls word errors were 36 % without marks,
14.0 % with them (0.05 CPU seconds a second of audio).
"""

import hashlib
import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from triton_models import weights
from triton_models.hypothesis import ReadBy
from triton_models.log_mel import log_mel
from triton_models.repetition import first_loop
from triton_models.tokens import SpokenWord

_log = logging.getLogger(__name__)

_DECODER = "marks-1"
"""Grows when the same weights would give other words."""

_SILENCE_S = 2.0
_LONGEST_S = 28.0
_MARK_S = 0.02
_NEAR_END_S = 0.5
"""A mark this near the end of the audio ends the speech."""

_FREE_TOKENS = 12
_TOKENS_PER_S = 7.0
_FILES = ("config.json", "vocabulary.txt")
_NO_SPACES = frozenset({"zh", "yue", "ja", "th", "lo", "my", "km"})
"""Languages written without spaces: each piece of the vocabulary is shown as a word."""

Samples = NDArray[np.float32]


class SecondModel(Protocol):
    """Reads what the first model cannot."""

    def reads(self, language: str) -> bool:
        """True when it reads the language (BCP 47 tag)."""
        ...

    def read(self, samples: Samples, language: str) -> list[SpokenWord]:
        """The words of one utterance."""
        ...


class Whisper:
    """The model in memory; `read` may be called from several threads at a time."""

    def __init__(self, folder: Path, parts: Sequence[Path]) -> None:
        """`parts` of `model.bin`, in order, are joined in memory: no file of them all is kept."""
        # Only a server that needs the model pays for the library.
        import ctranslate2  # type: ignore[import-untyped]

        files = {name: (folder / name).read_bytes() for name in _FILES}
        files["model.bin"] = b"".join(part.read_bytes() for part in parts)
        self._storage = ctranslate2.StorageView.from_array
        self._model = ctranslate2.models.Whisper(
            str(folder), device="cpu", compute_type="int8", intra_threads=1, files=files
        )
        self._pieces = files["vocabulary.txt"].decode("utf-8").splitlines()
        self._numbers = {piece: number for number, piece in enumerate(self._pieces)}
        self._end = self._numbers["<|endoftext|>"]
        self._first_mark = self._numbers["<|0.00|>"]

    def reads(self, language: str) -> bool:
        """True when it reads the language (BCP 47 tag)."""
        return f"<|{primary(language)}|>" in self._numbers

    def read(self, samples: Samples, language: str) -> list[SpokenWord]:
        """The words of one utterance; what repeats itself is cut where it starts to."""
        samples = samples[: int(_LONGEST_S * 16000)]
        padded = np.concatenate((samples, np.zeros(int(_SILENCE_S * 16000), np.float32)))
        features = log_mel(padded)
        heard = self._model.encode(self._storage(np.ascontiguousarray(features[np.newaxis])))
        start = ["<|startoftranscript|>", f"<|{primary(language)}|>", "<|transcribe|>"]
        prompt = [self._numbers[name] for name in start]
        most = len(prompt) + _FREE_TOKENS + int(_TOKENS_PER_S * len(samples) / 16000)
        (found,) = self._model.generate(heard, [prompt], beam_size=1, max_length=most)
        tokens = self._said(found.sequences_ids[0], duration_s=len(samples) / 16000)
        tokens = tokens[: first_loop(tokens, samples=len(samples))]
        if not tokens:
            return []
        prompt.append(self._numbers["<|notimestamps|>"])
        (told,) = self._model.align(heard, prompt, [tokens], features.shape[1])
        return list(self._words(tokens, told.text_token_probs, by_piece=_joined(language)))

    def _said(self, tokens: Iterable[int], *, duration_s: float) -> list[int]:
        """The text tokens up to the mark that ends the speech."""
        said: list[int] = []
        for token in tokens:
            at_s = (token - self._first_mark) * _MARK_S
            if said and at_s >= duration_s - _NEAR_END_S:
                break
            if token < self._end:
                said.append(token)
        return said

    def _words(
        self, tokens: Sequence[int], sure: Sequence[float], *, by_piece: bool
    ) -> Iterator[SpokenWord]:
        """Pieces that make no whole character by themselves stay with those that follow."""
        text, least = b"", 1.0
        for at, token in enumerate(tokens):
            text += _bytes_of(self._pieces[token])
            least = min(least, sure[at])
            last = at + 1 == len(tokens)
            ends = last or by_piece or self._pieces[tokens[at + 1]].startswith(_SPACE)
            if ends and (last or _is_whole(text)):
                if word := text.decode("utf-8", errors="ignore").strip():
                    yield SpokenWord(word, least, 0)
                text, least = b"", 1.0


class Lazily:
    """A `SecondModel` that is checked and loaded when it is first needed, once."""

    def __init__(self, models_dir: Path) -> None:
        self._models_dir = models_dir
        self._loaded: Whisper | None = None
        self._tried = False
        self._lock = threading.Lock()

    def reads(self, language: str) -> bool:
        """True when it reads the language; False of all where the weights are not right."""
        model = self._model()
        return model is not None and model.reads(language)

    def read(self, samples: Samples, language: str) -> list[SpokenWord]:
        """The words of one utterance, in a language that it reads."""
        model = self._model()
        return model.read(samples, language) if model else []

    def _model(self) -> Whisper | None:
        with self._lock:
            if not self._tried:
                self._tried = True
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> Whisper | None:
        parts = [weights.model(name) for name in (weights.SECOND, weights.SECOND_PART)]
        if not all(part.is_complete(self._models_dir) for part in parts):
            _log.warning("%s is not there: run `trunkline models fetch`", weights.SECOND)
            return None
        files = [
            self._models_dir / part.name / f"model.bin.part{number}"
            for number, part in enumerate(parts, 1)
        ]
        return Whisper(self._models_dir / weights.SECOND, files)


def read_by() -> ReadBy:
    """What is said of its readings."""
    parts = [weights.model(name).sha256 for name in (weights.SECOND, weights.SECOND_PART)]
    both = hashlib.sha256("".join(f"{sha256}\n" for sha256 in parts).encode()).hexdigest()
    return ReadBy(model=weights.SECOND, model_sha256=both, decoder=_DECODER)


def primary(language: str) -> str:
    """The language of a BCP 47 tag: `pt` of `pt-BR`."""
    return language.partition("-")[0].lower()


def _joined(language: str) -> bool:
    return primary(language) in _NO_SPACES


def _is_whole(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _byte_names() -> dict[str, int]:
    """GPT-2's names of bytes: printable ones are themselves, the rest follow from U+0100."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {
        chr(256 + at): byte for at, byte in enumerate(others)
    }


_BYTES = _byte_names()
_SPACE = next(name for name, byte in _BYTES.items() if byte == 32)


def _bytes_of(piece: str) -> bytes:
    return bytes(_BYTES[name] for name in piece)
