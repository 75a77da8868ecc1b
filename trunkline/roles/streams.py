"""The role that takes media streams and hands each on to `listen` as a call."""

import base64
import binascii
from pathlib import Path

from sip_gateway.streams import audiohook
from sip_gateway.streams.server import StreamServer
from trunkline.roles.process import Context, Part
from trunkline.settings import Settings, SettingsError, read_toml

SHORTEST_SECRET = 16
"""Bytes."""


async def build(context: Context) -> list[Part]:
    """The server of media streams."""
    gateway = context.settings.sip_gateway
    anywhere = gateway.listen_host in ("0.0.0.0", "::", "")
    return [
        StreamServer(
            gateway.streams,
            dialects={"/audiohook": audiohook.dialect(stream_secrets(context.settings))},
            sip=("127.0.0.1" if anywhere else gateway.listen_host, gateway.sip_port),
            registry=context.registry,
        )
    ]


def stream_secrets(settings: Settings) -> dict[str, bytes]:
    """Client secrets by API key; SettingsError names the file and what is wrong with it."""
    named = settings.sip_gateway.streams.keys_file
    path = Path(named) if named else settings.state_dir / "keys" / "streams.toml"
    table = read_toml(path).get("audiohook")
    if not isinstance(table, dict) or not table:
        raise SettingsError(f"{path}: [audiohook] with at least one API key = client secret")
    secrets: dict[str, bytes] = {}
    for key, text in table.items():
        try:
            secret = base64.b64decode(str(text), validate=True)
        except binascii.Error:
            secret = b""
        if len(secret) < SHORTEST_SECRET:
            raise SettingsError(
                f"{path}: a client secret is not base64 of at least {SHORTEST_SECRET} bytes"
            )
        secrets[key] = secret
    return secrets
