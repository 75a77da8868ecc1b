"""The mistakes of `bugs.toml`, by the property that each breaks."""

import tomllib
from pathlib import Path

import msgspec

from tests.planted.planting import Bug


class Property(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of what must hold."""

    name: str
    file: str
    tests: tuple[str, ...]
    """Of that file; empty: all of it."""
    bugs: tuple[Bug, ...] = msgspec.field(name="bug", default=())

    @property
    def chosen(self) -> tuple[str, ...]:
        """For pytest's command line."""
        return tuple(f"{self.file}::{test}" for test in self.tests) or (self.file,)


def properties() -> tuple[Property, ...]:
    """All of them, in the order of the file."""
    text = Path(__file__).with_name("bugs.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    return msgspec.convert(read["property"], tuple[Property, ...])
