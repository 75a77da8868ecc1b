"""Settings of `[sip_gateway.streams]`."""

from ipaddress import ip_network
from typing import Literal

import msgspec


class AudioSocket(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[sip_gateway.streams.audiosocket]`: Asterisk's, over TCP in clear; its host is ours."""

    port: int = 9019
    """0 picks a free one."""

    uuid: Literal["signed", "legs", "any"] = "signed"
    """Which UUIDs are taken: made with a key of the keys file; unsigned, the last digit the leg; or
    unsigned, each a call of its own. Unsigned ones need `networks`."""

    networks: tuple[str, ...] = ()
    """Networks that may connect, for example `10.1.0.0/16`; empty: any."""

    after_close_s: float = 5.0
    """A leg whose connection was closed, which is how Asterisk hangs up and how it gives up, waits
    so long for one with the same UUID; the call ends with the last. 0: it ends at once."""

    def __post_init__(self) -> None:
        for network in self.networks:
            ip_network(network)
        if self.uuid != "signed" and not self.networks:
            raise ValueError("audiosocket: unsigned UUIDs need networks")


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Media streams over websockets; a path a dialect, and off without a key: deploy/ingress."""

    enabled: bool = False
    """Whether `trunkline up` takes media streams too."""

    host: str = "0.0.0.0"
    port: int = 8443
    """Where websockets are taken; 0 picks a free port."""

    certificate: str = ""
    """PEM file of the certificate with its chain; empty: no TLS, for a proxy in front."""

    private_key: str = ""
    """PEM file of the certificate's key."""

    keys_file: str = ""
    """TOML file with a table of keys for each dialect that is on; empty: `keys/streams.toml` in the
    state directory. See deploy/ingress/README.md."""

    most: int = 200
    """Conversations at a time; beyond it a connection gets 503."""

    reconnect_s: float = 30.0
    """A conversation whose connection broke is kept so long for the next one."""

    audiosocket: AudioSocket = AudioSocket()
