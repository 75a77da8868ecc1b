"""Writes a recording as FLAC into a sealed file, and reads stretches of it again."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import numpy as np
import soundfile
from numpy.typing import NDArray

from redaction.recording.cover import Samples, covered, mixed
from redaction.recording.manifest import Manifest
from redaction.recording.sealed import NotOpened, SealedReader, SealedWriter

BLOCK_MS = 10_000
"""So much is in memory at once."""

MIX = "mix"


def name_of(tenant_id: str, call_id: str, kind: str) -> str:
    """What a sealed file is bound to."""
    return f"{kind}:{len(tenant_id)}:{tenant_id}{call_id}"


def write(path: Path, key: bytes, *, manifest: Manifest, blocks: Iterator[Samples]) -> None:
    """Seal the blocks, in order from the start, with what the manifest mutes taken out of them.

    The file takes its place in one step, once all of it is on the disk.
    """
    partial = path.with_name(f".{path.name}.partial")
    name = name_of(manifest.tenant_id, manifest.call_id, manifest.kind)
    with SealedWriter(partial, key, name=name) as file:
        with soundfile.SoundFile(
            file,
            "w",
            samplerate=manifest.rate_hz,
            channels=len(manifest.legs),
            format="FLAC",
            subtype="PCM_16",
        ) as flac:
            at = 0
            for block in blocks:
                taken_out = covered(
                    block,
                    start_frame=at,
                    rate_hz=manifest.rate_hz,
                    mutes=manifest.mutes,
                    cover=manifest.cover,
                )
                flac.write(taken_out)
                at += len(block)
        file.finish(msgspec.json.encode(manifest))
    partial.replace(path)
    _sync_folder(path.parent)


class Recording:
    """A sealed recording, open for reading. NotOpened where it cannot be."""

    def __init__(self, path: Path, key: bytes, *, name: str) -> None:
        self.file = SealedReader(path, key, name=name)
        try:
            self.manifest = msgspec.json.decode(self.file.manifest, type=Manifest)
            self._flac = soundfile.SoundFile(self.file)
        except (msgspec.MsgspecError, soundfile.LibsndfileError):
            self.file.close()
            raise NotOpened("not a recording of this version") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._flac.close()
        self.file.close()

    def samples(self, start_frame: int, count: int) -> Samples:
        """int16 [frames, legs]: so many frames from one on, fewer at the end."""
        self._flac.seek(min(start_frame, self.manifest.frames))
        read: Samples = self._flac.read(count, dtype="int16", always_2d=True)
        return read

    def channel(self, which: str, start_frame: int, *, count: int) -> NDArray[np.int16]:
        """int16 [frames] of one leg, by its channel number, or of the mix."""
        samples = self.samples(start_frame, count)
        if which != MIX:
            leg = [str(leg.channel) for leg in self.manifest.legs].index(which)
            return samples[:, leg]
        told = self.manifest
        return mixed(
            samples,
            start_frame=start_frame,
            rate_hz=told.rate_hz,
            mutes=told.mutes,
            cover=told.cover,
        )

    @property
    def channels(self) -> tuple[str, ...]:
        """What can be asked for: each leg, and the mix."""
        return (*(str(leg.channel) for leg in self.manifest.legs), MIX)

    def blocks(self) -> Iterator[Samples]:
        """All of it in order."""
        size = BLOCK_MS * self.manifest.rate_hz // 1000
        for at in range(0, self.manifest.frames, size):
            yield self.samples(at, size)


def _sync_folder(folder: Path) -> None:
    """So that the new name survives a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
