"""Writes settings.example.toml from the Settings classes: `python deploy/make_example.py`."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path

import msgspec

from trunkline.settings import Settings

HEADER = """\
# Every setting of Trunkline with its default. Copy what you change into a file of your own and
# start with `trunkline up --settings FILE`; an unknown key stops the start and is named.
"""


def field_docs(struct: type[msgspec.Struct]) -> dict[str, str]:
    """The string under each field; a field without one shares the next field's."""
    body = ast.parse(textwrap.dedent(inspect.getsource(struct))).body[0]
    assert isinstance(body, ast.ClassDef)
    docs: dict[str, str] = {}
    waiting: list[str] = []
    for node in body.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            waiting.append(node.target.id)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            docs |= {name: " ".join(str(node.value.value).split()) for name in waiting}
            waiting = []
    return docs


def example() -> str:
    """The whole file."""
    sections = msgspec.structs.fields(Settings)
    return "\n".join([HEADER, *(line for s in sections for line in table(s.name, s.type()))])


def table(name: str, section: msgspec.Struct) -> Iterator[str]:
    """A section: its keys, then the tables within it."""
    docs = field_docs(type(section))
    yield f"[{name}]"
    for key, value in msgspec.to_builtins(section).items():
        if not isinstance(getattr(section, key), msgspec.Struct):
            literal = "{}" if value == {} else msgspec.json.encode(value).decode()
            yield from textwrap.wrap(docs[key], 96, initial_indent="# ", subsequent_indent="# ")
            yield f"{key} = {literal}\n"
    for key in section.__struct_fields__:
        if isinstance(within := getattr(section, key), msgspec.Struct):
            yield from table(f"{name}.{key}", within)


if __name__ == "__main__":
    (Path(__file__).parent / "settings.example.toml").write_text(example(), encoding="utf-8")
