"""Settings: the example file lists them all, and a mistake is named with its key."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from trunkline.settings import Settings, SettingsError, load, write

EXAMPLE = Path(__file__).parents[3] / "deploy" / "settings.example.toml"
MOST_FIELDS = 12


def test_the_example_lists_every_setting_with_its_default() -> None:
    example = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert example == msgspec.json.decode(msgspec.json.encode(Settings()))


def test_the_example_explains_every_setting() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for above, line in zip(lines, lines[1:], strict=False):
        if " = " in line and not line.startswith("#"):
            assert above.startswith("# "), line


def test_a_section_stays_small_enough_to_read() -> None:
    for section in msgspec.structs.fields(Settings):
        own = msgspec.structs.fields(section.type)
        tables = [field.type for field in own if isinstance(field.default, msgspec.Struct)]
        assert len(own) - len(tables) <= MOST_FIELDS, section.name
        assert all(len(msgspec.structs.fields(table)) <= MOST_FIELDS for table in tables)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[sip_gateway]\nsip_prot = 5060\n", "sip_prot"),
        ("[sip_gateway]\nsip_port = 'x'\n", "$.sip_gateway.sip_port"),
        ("[nonsense]\n", "nonsense"),
        ("[[triton_models.served]]\nname = 'asr'\n", "taken once"),
        ("[[triton_models.served]]\nname = '../x'\n", "letters, digits"),
        ("[[triton_models.served]]\nname = 'b'\nsettings = {stop_ms = 3}\n", "stop_ms"),
        ("[bus\n", "not valid TOML"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load(path)
    assert named in str(caught.value) and str(path) in str(caught.value)


def test_written_settings_read_back_the_same(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    settings = msgspec.convert(
        {
            "appliance": {"health_ports": {"serve": 9}, "state_dir": 'a "quoted" dir'},
            "sip_gateway": {"queues": {"+49 30.1": "claims"}},
            "triton_models": {
                "served": [
                    {"name": "asr_b", "settings": {"stop_history_ms": 700}},
                    {"name": "asr_de", "settings": {"language": "de", "riva": {"tls": True}}},
                ]
            },
        },
        Settings,
    )
    write(settings, path)
    assert load(path) == settings
    assert path.stat().st_mode & 0o777 == 0o600
