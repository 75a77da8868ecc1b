"""The role that is one extension of a small PBX, and hands its calls to `listen`.

It is the only process that loads pyVoIP (GPLv3), which is installed by the extra `pyvoip`.
"""

import importlib.util
from pathlib import Path

from sip_gateway.drivers.udp import address_toward
from trunkline.password_file import read_password
from trunkline.roles.process import Context, Part
from trunkline.settings import Settings, SettingsError


async def build(context: Context) -> list[Part]:
    """The extension; SettingsError says what it lacks."""
    gateway = context.settings.sip_gateway
    ours = gateway.extension
    if not ours.server:
        raise SettingsError("[sip_gateway.extension] server: the address of the PBX")
    if importlib.util.find_spec("pyVoIP") is None:
        raise SettingsError(
            "the role extension needs pyVoIP, which is under the GPL version 3: "
            "pip install 'trunkline[pyvoip]'"
        )
    host = ours.host or address_toward(ours.server)
    if not host:
        raise SettingsError(f"[sip_gateway.extension] host: no way to {ours.server}")
    from sip_gateway.extension.extension import Ends, Extension

    anywhere = gateway.listen_host in ("0.0.0.0", "::", "")
    sip = ("127.0.0.1" if anywhere else gateway.listen_host, gateway.sip_port)
    password = _password(context.settings)
    return [Extension(ours, Ends(host, sip), password=password, registry=context.registry)]


def _password(settings: Settings) -> str:
    named = settings.sip_gateway.extension.password_file
    return read_password(
        Path(named) if named else settings.state_dir / "keys" / "extension.password"
    )
