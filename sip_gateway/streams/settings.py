"""Settings of `[sip_gateway.streams]`."""

import msgspec


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
