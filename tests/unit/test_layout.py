"""The import rules of the house, read from the source; after redaction nothing names raw text."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("sip_gateway", "triton_models", "redaction", "analytics", "crm_connectors", "trunkline")
MAY_READ_EVENTS_OF = {
    "sip_gateway": set(),
    "triton_models": {"sip_gateway"},
    "redaction": {"sip_gateway", "triton_models"},
    "analytics": {"sip_gateway", "redaction"},
    "crm_connectors": {"sip_gateway", "analytics"},
}
SPOKEN = {"events", "commands"}
"""What a package may import of one to its left: its facts, and what it may be asked for."""

SHARED = {"trunkline.bus"}
"""What any package may import of `trunkline`."""

SANS_IO = (
    "sip_gateway/sip",
    "sip_gateway/siprec",
    "sip_gateway/rtp",
    "sip_gateway/audio",
    "sip_gateway/calls",
    *(
        f"sip_gateway/streams/{name}.py"
        for name in (
            *("about", "audiohook", "audiosocket", "chan_websocket", "dialect", "forked"),
            *("freeswitch", "heard", "interleaved"),
            *("jambonz", "parameters", "signalwire", "signature", "stream", "telnyx", "tokens"),
            *("track_messages", "tracks", "twilio", "vonage"),
        )
    ),
    "sip_gateway/front.py",
    "sip_gateway/media/latch.py",
    *(
        f"sip_gateway/inline/{name}.py"
        for name in (
            *("board", "call", "calling", "description", "desk", "dialogs", "health", "lookup"),
            *("inlet", "invites", "media", "passing", "pings", "proving", "registration"),
            *("registrations", "routing", "target", "wires"),
        )
    ),
    "triton_models/riva/leg.py",
    "triton_models/riva/segments.py",
    "triton_models/riva/said.py",
    "triton_models/riva/config.py",
    "triton_models/riva/offer.py",
    *(
        f"redaction/{name}"
        for name in (
            *("language", "cues", "numbers", "evidence", "recognizers", "classifier", "call"),
            "tagger",
        )
    ),
    "analytics/captions.py",
    "analytics/talk.py",
    "analytics/summary.py",
)
IO_MODULES = {"asyncio", "socket", "time", "logging"}
BANNED_NAMES = {"utils", "helpers", "common", "core", "base", "manager", "misc"}
LONGEST_MODULE = 500
LONGEST_FUNCTION = 50


def modules() -> list[Path]:
    """Every module of the product, relative to the root."""
    return sorted(p.relative_to(ROOT) for name in PACKAGES for p in (ROOT / name).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """The full names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", modules(), ids=str)
def test_packages_import_only_events_to_their_left(path: Path) -> None:
    package = path.parts[0]
    if package == "trunkline":
        if path.parts[1] == "bus":
            named = {name.split(".")[0] for name in imports(path)}
            assert named.isdisjoint(MAY_READ_EVENTS_OF)
        return
    for name in imports(path):
        top, _, rest = name.partition(".")
        if top not in PACKAGES or top == package:
            continue
        if top == "trunkline":
            assert any(name == s or name.startswith(f"{s}.") for s in SHARED), name
        else:
            assert top in MAY_READ_EVENTS_OF[package] and rest in SPOKEN, name


@pytest.mark.parametrize("path", modules(), ids=str)
def test_nothing_after_redaction_names_raw_text(path: Path) -> None:
    if path.parts[0] in {"analytics", "crm_connectors"}:
        assert "triton_models" not in (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", modules(), ids=str)
def test_protocol_cores_touch_no_socket_and_no_clock(path: Path) -> None:
    if any(str(path) == core or str(path).startswith(f"{core}/") for core in SANS_IO):
        assert IO_MODULES.isdisjoint(name.split(".")[0] for name in imports(path))


@pytest.mark.parametrize("path", modules(), ids=str)
def test_modules_and_functions_stay_readable(path: Path) -> None:
    source = (ROOT / path).read_text(encoding="utf-8")
    assert path.stem not in BANNED_NAMES
    assert ast.get_docstring(ast.parse(source)), "a module opens with what it is for"
    assert source.count("\n") <= LONGEST_MODULE
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.body[0].lineno + 1
            assert lines <= LONGEST_FUNCTION, f"{node.name} has {lines} lines"


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_needs_itself_to_be_imported(package: str) -> None:
    """With a cycle it depends on who imports first whether a role can start at all."""
    needs = {_name_of(path): set(_needs(path)) for path in (ROOT / package).rglob("*.py")}
    while free := [name for name, of in needs.items() if of.isdisjoint(needs)]:
        for name in free:
            del needs[name]
    assert not needs


def _name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _needs(path: Path) -> Iterator[str]:
    """What a module imports when it is imported itself; its own packages are there by then."""
    for node in ast.parse(path.read_text()).body:
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        yield from (name for name in names if not f"{_name_of(path)}.".startswith(f"{name}."))
