"""The role that takes media streams and hands each on to `listen` as a call."""

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path

from sip_gateway.streams import (
    audiohook,
    audiosocket,
    chan_websocket,
    freeswitch,
    jambonz,
    signalwire,
    stream,
    telnyx,
    twilio,
    vonage,
)
from sip_gateway.streams.dialect import Dialect
from sip_gateway.streams.server import StreamServer
from sip_gateway.streams.settings import Settings as StreamSettings
from trunkline.roles.process import Context, Part
from trunkline.settings import Settings, SettingsError, read_toml

SHORTEST_SECRET = 16
"""Bytes."""

PUBLIC_URL = "public_url"
"""Not a key, but where Twilio thinks that we are."""

BY_TOKEN = {
    "chan_websocket": chan_websocket.dialect,
    "freeswitch": freeswitch.dialect,
    "jambonz": jambonz.dialect,
    "signalwire": signalwire.dialect,
    "stream": stream.dialect,
    "telnyx": telnyx.dialect,
    "vonage": vonage.dialect,
}


async def build(context: Context) -> list[Part]:
    """The server of media streams."""
    gateway = context.settings.sip_gateway
    anywhere = gateway.listen_host in ("0.0.0.0", "::", "")
    return [
        StreamServer(
            gateway.streams,
            dialects=dialects(context.settings),
            sip=("127.0.0.1" if anywhere else gateway.listen_host, gateway.sip_port),
            registry=context.registry,
            attributes=gateway.accepted.attributes,
        )
    ]


def dialects(settings: Settings) -> dict[str, Dialect]:
    """Those with a table of keys, by their path; SettingsError names the file and what is wrong."""
    streams = settings.sip_gateway.streams
    path = (
        Path(streams.keys_file)
        if streams.keys_file
        else settings.state_dir / "keys" / "streams.toml"
    )
    tables = read_toml(path)
    if not tables:
        raise SettingsError(f"{path}: a table of keys for at least one of {_names()}")
    return {
        f"/{name}": _dialect(name, table, path=path, streams=streams)
        for name, table in tables.items()
    }


def _dialect(name: str, table: object, *, path: Path, streams: StreamSettings) -> Dialect:
    if not isinstance(table, dict) or not all(isinstance(v, str) for v in table.values()):
        raise SettingsError(f'{path}: [{name}] with at least one line "NAME" = "KEY"')
    if name == audiosocket.NAME and streams.audiosocket.uuid != "signed":
        return audiosocket.dialect({}, uuid=streams.audiosocket.uuid)
    keys = {key: value for key, value in table.items() if key != PUBLIC_URL or name != "twilio"}
    if not keys:
        raise SettingsError(f"{path}: [{name}] with at least one key")
    if name == "audiohook":
        return audiohook.dialect(_decoded(keys, path))
    tokens = _tokens(keys, where=f"{path}: [{name}]")
    if name == audiosocket.NAME:
        return audiosocket.dialect(tokens, uuid="signed")
    if name == "twilio":
        return twilio.dialect(tokens, public_url=table.get(PUBLIC_URL, ""))
    if name not in BY_TOKEN:
        raise SettingsError(f"{path}: [{name}] is none of {_names()}")
    return BY_TOKEN[name](tokens)


def _names() -> str:
    return ", ".join(sorted(["audiohook", audiosocket.NAME, "twilio", *BY_TOKEN]))


def _tokens(table: Mapping[str, str], *, where: str) -> dict[str, bytes]:
    tokens = {name: text.encode() for name, text in table.items()}
    if min(map(len, tokens.values())) < SHORTEST_SECRET:
        raise SettingsError(f"{where}: a key is shorter than {SHORTEST_SECRET} characters")
    return tokens


def _decoded(table: Mapping[str, str], path: Path) -> dict[str, bytes]:
    """AudioHook's client secrets by API key."""
    secrets: dict[str, bytes] = {}
    for key, text in table.items():
        try:
            secret = base64.b64decode(text, validate=True)
        except binascii.Error:
            secret = b""
        if len(secret) < SHORTEST_SECRET:
            raise SettingsError(
                f"{path}: a client secret is not base64 of at least {SHORTEST_SECRET} bytes"
            )
        secrets[key] = secret
    return secrets
