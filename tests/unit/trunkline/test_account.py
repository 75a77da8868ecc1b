"""Who runs the embedded Postgres, and where its files go when he cannot reach them."""

from pathlib import Path

import pytest

from trunkline.embedded.account import Account, can_reach, reachable_copy, reachable_folder

STRANGER = Account(61007, 61007)
OURSELVES = Account(-1, -1)


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    return folder


def test_a_folder_closed_to_others_stops_a_stranger_and_not_ourselves(closed: Path) -> None:
    assert not can_reach(closed / "data", STRANGER)
    assert can_reach(closed / "data", OURSELVES)


def test_what_ourselves_can_reach_stays_where_it_was_asked_for(closed: Path) -> None:
    wanted = closed / "data"
    assert reachable_folder(wanted, OURSELVES, fallback=closed / "other") == wanted
    assert not (closed / "other").exists()


def test_an_unreachable_folder_becomes_a_link_to_one_below_the_fallback(
    closed: Path, tmp_path: Path
) -> None:
    wanted, fallback = closed / "data", tmp_path / "fallback"
    real = reachable_folder(wanted, STRANGER, fallback=fallback)
    assert real.parent == fallback
    assert wanted.resolve() == real.resolve()
    assert reachable_folder(wanted, STRANGER, fallback=fallback) == real.resolve()


def test_data_that_is_already_there_is_not_hidden_behind_a_link(
    closed: Path, tmp_path: Path
) -> None:
    wanted = closed / "data"
    wanted.mkdir()
    (wanted / "PG_VERSION").touch()
    with pytest.raises(PermissionError, match="closed to others"):
        reachable_folder(wanted, STRANGER, fallback=tmp_path / "fallback")


def test_unreachable_programs_are_copied_once_and_open_to_all(closed: Path, tmp_path: Path) -> None:
    program = closed / "package" / "bin" / "server"
    program.parent.mkdir(parents=True, mode=0o700)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    copies = tmp_path / "copies"
    place = reachable_copy([closed / "package"], STRANGER, copies=copies)
    assert place == copies
    copy = copies / "package" / "bin" / "server"
    assert copy.stat().st_mode & 0o777 == 0o755
    assert copy.parent.stat().st_mode & 0o777 == 0o755
    copy.write_text("kept")
    reachable_copy([closed / "package"], STRANGER, copies=copies)
    assert copy.read_text() == "kept"


def test_reachable_programs_are_used_where_they_are(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    assert reachable_copy([package], OURSELVES, copies=tmp_path / "copies") == tmp_path
