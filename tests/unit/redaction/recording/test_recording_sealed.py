"""Sealed files: what goes in comes out, in any range, and nothing that was tampered with opens."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redaction.recording.sealed import CHUNK_BYTES, NotOpened, SealedReader, SealedWriter

KEY = b"k" * 32
sizes = st.one_of(
    st.integers(0, 200),
    st.sampled_from([CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 150_000]),
)


def sealed(path: Path, content: bytes, *, manifest: bytes = b"told", step: int = 50_000) -> None:
    with SealedWriter(path, KEY, name="n") as file:
        for at in range(0, len(content), step):
            file.write(content[at : at + step])
        file.finish(manifest)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(sizes, st.integers(1, 70_000), st.data())
def test_any_range_reads_back(tmp_path: Path, size: int, step: int, data: st.DataObject) -> None:
    content = os.urandom(size)
    sealed(tmp_path / "x", content, step=step)
    with SealedReader(tmp_path / "x", KEY, name="n") as file:
        assert file.manifest == b"told" and file.size_bytes == size
        start = data.draw(st.integers(0, size))
        file.seek(start)
        assert file.read(1000) == content[start : start + 1000][: file.tell() - start]
        file.seek(0)
        assert file.readall() == content


def test_the_header_can_be_written_again_before_the_end(tmp_path: Path) -> None:
    for size in (100, 3 * CHUNK_BYTES):
        with SealedWriter(tmp_path / "x", KEY, name="n") as file:
            file.write(bytes(size))
            file.seek(4)
            file.write(b"head")
            file.seek(0, os.SEEK_END)
            file.write(b"tail")
            file.finish(b"")
        with SealedReader(tmp_path / "x", KEY, name="n") as read:
            whole = read.readall()
        assert whole == b"\0\0\0\0head" + bytes(size - 8) + b"tail"


def test_a_file_of_another_name_or_key_does_not_open(tmp_path: Path) -> None:
    sealed(tmp_path / "x", b"content")
    for key, name in ((b"j" * 32, "n"), (KEY, "m")):
        with pytest.raises(NotOpened):
            SealedReader(tmp_path / "x", key, name=name)


@pytest.mark.parametrize("size", [10, CHUNK_BYTES + 10])
def test_a_file_that_was_cut_off_or_never_finished_does_not_open(tmp_path: Path, size: int) -> None:
    path = tmp_path / "x"
    sealed(path, bytes(size))
    whole = path.read_bytes()
    for left in (0, 3, 24, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:left])
        with pytest.raises(NotOpened):
            SealedReader(path, KEY, name="n")
    with SealedWriter(path, KEY, name="n") as file:
        file.write(bytes(size))
    with pytest.raises(NotOpened):
        SealedReader(path, KEY, name="n")


def test_a_changed_or_moved_chunk_does_not_open(tmp_path: Path) -> None:
    path = tmp_path / "x"
    sealed(path, bytes(2 * CHUNK_BYTES))
    whole = bytearray(path.read_bytes())
    chunk = CHUNK_BYTES + 16
    first, second = whole[24 : 24 + chunk], whole[24 + chunk : 24 + 2 * chunk]
    changed = bytearray(whole)
    changed[100] ^= 1
    for forged in (changed, whole[:24] + second + first + whole[24 + 2 * chunk :]):
        path.write_bytes(forged)
        with SealedReader(path, KEY, name="n") as file, pytest.raises(NotOpened):
            file.readall()


def test_the_content_is_not_in_the_file(tmp_path: Path) -> None:
    sealed(tmp_path / "x", b"fLaC" * 100, manifest=b'{"tenant_id":"acme"}')
    whole = (tmp_path / "x").read_bytes()
    assert b"fLaC" not in whole and b"acme" not in whole
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o600


def test_a_full_disk_is_told_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: SealedWriter) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SealedWriter, "_seal_chunk", fails)
    with SealedWriter(tmp_path / "x", KEY, name="n") as file:
        file.write(bytes(3 * CHUNK_BYTES))
        with pytest.raises(OSError, match="No space"):
            file.finish(b"")
