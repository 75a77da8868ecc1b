"""Settings of `[crm_connectors]`."""

import msgspec


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where finished calls are pushed. Nothing is sent while `webhook_url` is empty."""

    webhook_url: str = ""
    """Receives one signed POST per finished call."""

    webhook_secret_file: str = ""
    """File with the HMAC-SHA256 key. Required with `webhook_url`."""

    webhook_allow_http: bool = False
    """Allow http:// to other hosts than this one. Only where the network itself is encrypted."""

    timeout_s: float = 10.0
    """For one attempt."""

    retry_first_s: float = 1.0
    """Wait after the first failure; doubles each time."""

    retry_longest_s: float = 300.0
    """Longest wait between attempts."""

    attempts: int = 20
    """After so many failures the delivery is parked for an operator."""
