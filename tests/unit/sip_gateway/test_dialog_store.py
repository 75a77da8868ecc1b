"""Calls on disk: sealed, replaced in one step, and never in the way of a start."""

from pathlib import Path

from sip_gateway.dialog_store import DialogStore

KEY = bytes(range(32))


def test_what_was_saved_is_loaded_until_it_is_removed(tmp_path: Path) -> None:
    store = DialogStore(tmp_path / "dialogs", KEY)
    store.save("b", b"second")
    store.save("a", b"first")
    store.save("a", b"first, newer")
    again = DialogStore(tmp_path / "dialogs", KEY)
    assert list(again.load()) == [("a", b"first, newer"), ("b", b"second")]
    again.remove("a")
    again.remove("a")
    assert [call_id for call_id, _ in again.load()] == ["b"]


def test_nothing_readable_is_on_disk(tmp_path: Path) -> None:
    DialogStore(tmp_path, KEY).save("a", b"sip:ann@example.com")
    (file,) = tmp_path.iterdir()
    assert b"ann" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0


def test_records_of_another_key_or_name_are_set_aside(tmp_path: Path) -> None:
    store = DialogStore(tmp_path, KEY)
    store.save("a", b"x")
    store.save("b", b"y")
    (tmp_path / "a.dialog").replace(tmp_path / "c.dialog")
    (tmp_path / "short.dialog").write_bytes(b"no")
    assert [call_id for call_id, _ in store.load()] == ["b"]
    assert list(DialogStore(tmp_path, bytes(32)).load()) == []
    assert not list(tmp_path.glob("*.dialog"))
    assert len(list(tmp_path.glob("*.unreadable"))) == 3
