"""Which dialects of media streams are on, by their tables of keys."""

from pathlib import Path

import msgspec
import pytest

from sip_gateway.streams.settings import AudioSocket
from sip_gateway.streams.signature import NotSigned, SignedRequest
from trunkline.roles.streams import dialects
from trunkline.settings import Settings, SettingsError

KEY = "0123456789abcdef"
SECRET = "MDEyMzQ1Njc4OWFiY2RlZg=="


def settings(tmp_path: Path, keys: str) -> Settings:
    """Settings whose keys file says so."""
    path = tmp_path / "streams.toml"
    path.write_text(keys)
    made = Settings()
    streams = msgspec.structs.replace(made.sip_gateway.streams, keys_file=str(path))
    gateway = msgspec.structs.replace(made.sip_gateway, streams=streams)
    return msgspec.structs.replace(made, sip_gateway=gateway)


def test_a_dialect_without_a_table_is_off(tmp_path: Path) -> None:
    keys = f'[audiohook]\nk = "{SECRET}"\n[stream]\na = "{KEY}"\nb = "{KEY}x"\n'
    found = dialects(settings(tmp_path, keys))
    assert sorted(found) == ["/audiohook", "/stream"]
    shown = {"authorization": f"Bearer {KEY}x"}
    assert not found["/stream"].admit(SignedRequest("/stream", shown), 0.0).opened


@pytest.mark.parametrize(
    "name",
    [
        *("audiosocket", "chan_websocket", "freeswitch", "jambonz", "signalwire", "stream"),
        *("telnyx", "twilio", "vonage"),
    ],
)
def test_each_dialect_has_its_path(tmp_path: Path, name: str) -> None:
    found = dialects(settings(tmp_path, f'[{name}]\nholder = "{KEY}"\n'))
    assert list(found) == [f"/{name}"] and found[f"/{name}"].name == name


def test_audiosocket_needs_no_key_where_networks_are_its_proof(tmp_path: Path) -> None:
    made = settings(tmp_path, "[audiosocket]\n")
    with pytest.raises(SettingsError, match="at least one key"):
        dialects(made)
    unsigned = AudioSocket(uuid="any", networks=("10.0.0.0/8",))
    streams = msgspec.structs.replace(made.sip_gateway.streams, audiosocket=unsigned)
    gateway = msgspec.structs.replace(made.sip_gateway, streams=streams)
    assert list(dialects(msgspec.structs.replace(made, sip_gateway=gateway))) == ["/audiosocket"]


def test_twilios_public_url_is_no_key(tmp_path: Path) -> None:
    found = dialects(settings(tmp_path, f'[twilio]\nAC1 = "{KEY}"\npublic_url = "wss://a"\n'))
    with pytest.raises(NotSigned):
        found["/twilio"].admit(SignedRequest("/twilio", {}), 0.0)
    with pytest.raises(SettingsError, match="at least one key"):
        dialects(settings(tmp_path, '[twilio]\npublic_url = "wss://a.example.com"\n'))


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ("", "at least one of audiohook"),
        ("[stream]\n", "at least one key"),
        ('[stream]\na = "short"\n', "shorter than 16"),
        ("[stream]\na = 12345678901234567890\n", "at least one line"),
        ('stream = "0123456789abcdef"\n', "at least one line"),
        ('[skype]\na = "0123456789abcdef"\n', "none of audiohook"),
        ('[audiohook]\na = "0123456789abcdef!"\n', "not base64"),
    ],
)
def test_what_is_wrong_with_the_keys_is_named(tmp_path: Path, keys: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why) as error:
        dialects(settings(tmp_path, keys))
    assert "streams.toml" in str(error.value) and KEY not in str(error.value)
