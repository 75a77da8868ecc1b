"""The extension's own limits, and that nothing else of the product needs the GPL."""

import ast

import pytest

from sip_gateway.caller.plan import Party
from sip_gateway.extension.leg import caller
from sip_gateway.extension.settings import MOST_CALLS, Extension
from sip_gateway.sip.message import Request
from sip_gateway.sip.parsing import parse
from tests.sip_bench import message
from tests.unit.test_layout import PACKAGES, ROOT, imports


def importers(prefix: str) -> set[str]:
    """The modules of the product that import `prefix` or something below it."""
    return {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if any(f"{name}.".startswith(f"{prefix}.") for name in imports(path))
    }


def test_one_module_imports_pyvoip_and_one_role_that_module() -> None:
    assert importers("pyVoIP") == {"sip_gateway/extension/phone.py"}
    assert importers("sip_gateway.extension.phone") == {"sip_gateway/extension/extension.py"}
    assert importers("sip_gateway.extension.extension") == {"trunkline/roles/extension.py"}


def test_the_role_imports_it_only_once_it_is_built() -> None:
    tree = ast.parse((ROOT / "trunkline/roles/extension.py").read_text())
    at_import = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert not [node for node in at_import if "extension" in (node.module or "")]


@pytest.mark.parametrize("calls", [0, MOST_CALLS + 1])
def test_more_calls_than_pyvoip_bears_are_a_wrong_setting(calls: int) -> None:
    with pytest.raises(ValueError, match="max_calls"):
        Extension(max_calls=calls)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('"Ann Agent" <sip:100@pbx.example>;tag=a', Party("Ann Agent", "sip:100@pbx.example")),
        ("<sip:100@pbx.example>;tag=a", Party("Caller", "sip:100@pbx.example")),
        ('"<b>\\"x" <sip:pbx.example>;tag=a', Party("bx", "sip:pbx.example")),
        ('"Ann" <tel:+4930123>;tag=a', Party("Ann", "sip:caller@pbx.invalid")),
    ],
)
def test_who_calls_can_stand_in_a_header_of_ours(header: str, expected: Party) -> None:
    request = parse(message("INVITE", From=header))
    assert isinstance(request, Request)
    assert caller(request) == expected
