"""Writes settings.example.toml from the Settings classes: `python deploy/make_example.py`."""

import ast
import inspect
import textwrap
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
    lines = [HEADER]
    for section in msgspec.structs.fields(Settings):
        docs = field_docs(section.type)
        lines.append(f"[{section.name}]")
        for key, value in msgspec.to_builtins(section.type()).items():
            literal = "{}" if value == {} else msgspec.json.encode(value).decode()
            lines += [*textwrap.wrap(docs[key], 96, initial_indent="# ", subsequent_indent="# ")]
            lines.append(f"{key} = {literal}\n")
    return "\n".join(lines)


if __name__ == "__main__":
    (Path(__file__).parent / "settings.example.toml").write_text(example(), encoding="utf-8")
