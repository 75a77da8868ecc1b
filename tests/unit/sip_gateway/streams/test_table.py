"""The table of dialects and behaviours in deploy/ingress/README.md: each cell has its test."""

import ast
import re
from pathlib import Path

import pytest

from tests.recorded_streams import lines, names
from tests.stream_clients import CELLS
from tests.stream_dialects import EVERY

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "deploy" / "ingress" / "README.md").read_text(encoding="utf-8")

TOLD = {
    "start": ("opened",),
    "audio": ("audio",),
    "hold, pause": ("paused", "resumed"),
    "loss": ("lost",),
    "end": ("ended",),
}
"""What recordings come to, by column."""

KEY = re.compile(r'dtmf|"kind": ?3,', re.IGNORECASE)
"""In a recording: somebody presses a key."""

AUDIOHOOK = {
    "start": "test_a_stream_is_heard_whole_with_its_losses_and_pauses_where_they_were",
    "audio": "test_a_stream_is_heard_whole_with_its_losses_and_pauses_where_they_were",
    "hold, pause": "test_a_stream_is_heard_whole_with_its_losses_and_pauses_where_they_were",
    "DTMF": "test_messages_of_later_versions_are_passed_over",
    "loss": "test_a_stream_is_heard_whole_with_its_losses_and_pauses_where_they_were",
    "reconnect": "test_a_broken_connection_is_a_gap_in_the_same_call",
    "end": "test_a_stream_is_heard_whole_with_its_losses_and_pauses_where_they_were",
}
"""It answers, so that it has no recordings of one side: its tests, by column."""


def table() -> dict[tuple[str, str], str]:
    """The cells by dialect and column."""
    rows = [[cell.strip() for cell in row.strip("| ").split("|")] for row in PAGE.splitlines()]
    (head,) = [n for n, row in enumerate(rows) if row[0] == "dialect"]
    columns = rows[head][1:]
    found: dict[tuple[str, str], str] = {}
    for row in rows[head + 2 :]:
        if len(row) != len(columns) + 1:
            break
        found |= {(row[0], column): cell for column, cell in zip(columns, row[1:], strict=True)}
    return found


def marks(cell: str) -> set[str]:
    """`U` and `C`, where the cell says so."""
    return {mark for marked in re.findall(r"\(([UC ]+)\)", cell) for mark in marked.split()}


def defined(*path: str) -> set[str]:
    """The tests of a file."""
    tree = ast.parse(ROOT.joinpath("tests", *path).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in tree.body if isinstance(node, kinds)}


RECORDED = [key for key, cell in table().items() if key[0] != "audiohook" and "U" in marks(cell)]


def test_the_table_has_every_dialect_and_every_behaviour() -> None:
    assert {dialect for dialect, _ in table()} == {"audiohook", *EVERY}
    assert list(dict.fromkeys(column for _, column in table())) == list(CELLS)
    assert all(table().values())


@pytest.mark.parametrize(("dialect", "column"), RECORDED)
def test_a_cell_marked_u_has_a_recording_that_shows_it(dialect: str, column: str) -> None:
    valid = [name for name in names(dialect) if not name.startswith("broken")]
    if column == "DTMF":
        folder = ROOT / "tests" / "data" / "streams" / dialect
        texts = [(folder / f"{name}.jsonl").read_text(encoding="utf-8") for name in valid]
        assert any(KEY.search(text) for text in texts)
        return
    come_to = [word.split()[0] for name in valid for word in lines(dialect, name)[-1].told or ()]
    assert set(TOLD[column]) <= set(come_to)


@pytest.mark.parametrize("column", CELLS)
def test_the_cells_marked_c_are_those_that_are_played_at_a_gateway(column: str) -> None:
    cells = {dialect: cell for (dialect, named), cell in table().items() if named == column}
    marked = {dialect for dialect, cell in cells.items() if "C" in marks(cell)}
    assert marked - {"audiohook"} == set(CELLS[column])


@pytest.mark.parametrize("column", CELLS)
def test_audiohooks_cells_have_tests_of_their_own(column: str) -> None:
    (mark,) = marks(table()["audiohook", column])
    played = defined("call", "test_audiohook.py")
    recorded = defined("unit", "sip_gateway", "streams", "test_audiohook_session.py")
    assert AUDIOHOOK[column] in (played if mark == "C" else recorded)


def test_the_tests_that_the_page_names_are_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert named and named <= defined("call", "test_streams.py")
