"""The SQL of this package: `migrations/` in order, and named queries in the other files."""

import re
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def queries(file: str) -> dict[str, bytes]:
    """The queries of `sql/<file>.sql` by name; each is introduced by a line `-- name: NAME`."""
    text = (files(__package__) / f"{file}.sql").read_text(encoding="utf-8")
    _, *parts = _NAME.split(text)
    return {name: sql.strip().encode() for name, sql in zip(parts[::2], parts[1::2], strict=True)}


def migrations() -> list[tuple[str, str]]:
    """Name and text of every migration, in the order in which they apply."""
    folder = files(__package__) / "migrations"
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return sorted((entry.name, entry.read_text(encoding="utf-8")) for entry in found)
