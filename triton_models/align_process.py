"""Forced alignment in a process of its own: the aligner holds Python's lock while it computes.

In the recogniser's own process it would stop every other leg for 70 ms a final. The child reads
requests from its standard input and writes answers to its standard output, each a length of four
bytes and so much MessagePack; it ends when its input does, so it never outlives its parent.
"""

import os
import select
import shutil
import struct
import subprocess
import sys
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np

from triton_models.align import Aligner, Span, WordTimes
from triton_models.moonshine import Samples

ANSWER_S = 5.0
"""A child that takes longer is replaced; its words get estimated times."""

_LENGTH = struct.Struct("<I")


class _Request(msgspec.Struct, array_like=True):
    words: list[str]
    pcm: bytes
    """float32 [samples]."""


class _Answer(msgspec.Struct, array_like=True):
    spans: list[tuple[int, int] | None]


class AlignerProcess:
    """An aligner beside this process; use it from one thread at a time."""

    def __init__(self, python: str) -> None:
        self._python = python
        self._start()

    def align(self, words: Sequence[str], samples: Samples) -> list[Span | None]:
        """The span of each word; None where it could not be told."""
        request = _Request(list(words), samples.astype(np.float32).tobytes())
        try:
            _write(_pipe(self._child.stdin), msgspec.msgpack.encode(request))
            answer = self._answer()
        except (OSError, EOFError, msgspec.DecodeError):
            self.close()
            self._start()
            return [None] * len(words)
        return [span and Span(*span) for span in answer.spans]

    def close(self) -> None:
        """End the child."""
        self._end()

    def _answer(self) -> _Answer:
        pipe = _pipe(self._child.stdout)
        if not select.select([pipe], [], [], ANSWER_S)[0]:
            raise TimeoutError("the aligner is stuck")
        return msgspec.msgpack.decode(_read(pipe), type=_Answer)

    def _start(self) -> None:
        # Nothing of it may reach the log: the aligner knows what was said.
        self._child = subprocess.Popen(
            [self._python, "-m", "triton_models.align_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._end = weakref.finalize(self, _ended, self._child)


def aligner_beside() -> WordTimes:
    """An aligner in a process of its own; in this one where no interpreter can be found."""
    python = _interpreter()
    return AlignerProcess(python) if python else Aligner()


def _interpreter() -> str:
    """This one, or where Python is embedded in a server the one of its version on the path."""
    if sys.executable and Path(sys.executable).name.startswith("python"):
        return sys.executable
    return shutil.which(f"python{sys.version_info.major}.{sys.version_info.minor}") or ""


def _ended(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.communicate()


def _pipe(pipe: object) -> BinaryIO:
    assert pipe is not None
    return pipe  # type: ignore[return-value]


def _write(pipe: BinaryIO, message: bytes) -> None:
    pipe.write(_LENGTH.pack(len(message)) + message)
    pipe.flush()


def _read(pipe: BinaryIO) -> bytes:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    return pipe.read(_LENGTH.unpack(head)[0])


def main() -> int:
    """Be the child."""
    aligner = Aligner()
    while True:
        try:
            request = msgspec.msgpack.decode(_read(sys.stdin.buffer), type=_Request)
        except EOFError:
            return 0
        spans = aligner.align(request.words, np.frombuffer(request.pcm, np.float32))
        answer = _Answer([span and (span.start_ms, span.end_ms) for span in spans])
        _write(sys.stdout.buffer, msgspec.msgpack.encode(answer))


if __name__ == "__main__":
    sys.exit(main())
