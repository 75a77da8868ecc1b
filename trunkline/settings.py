"""Reads the settings file once and hands each package its own section.

No other module reads the environment or the file. `TRUNKLINE_SETTINGS` names the file, and
`TRUNKLINE_STATE` the state directory, where the command line does not.
"""

import os
import tomllib
from pathlib import Path

import msgspec

from analytics.settings import Settings as AnalyticsSettings
from crm_connectors.settings import Settings as CrmSettings
from redaction.recording.settings import Settings as RecordingSettings
from redaction.settings import Settings as RedactionSettings
from sip_gateway.settings import Settings as GatewaySettings
from triton_models.settings import Settings as SpeechSettings
from trunkline.bus.settings import Settings as BusSettings


class SettingsError(Exception):
    """The operator must change something: names the file, the key and what was expected."""


class ApplianceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[appliance]`: the machine itself."""

    state_dir: str = ""
    """Database, keys, models, dialogs; empty: `~/.local/share/trunkline`."""

    tenant: str = "default"
    """The tenant that calls belong to."""

    postgres_dsn: str = ""
    """libpq connection string; empty: the embedded Postgres. Put passwords into a passfile."""

    health_host: str = "127.0.0.1"
    """Where each role answers /livez, /readyz and /metrics."""

    health_ports: dict[str, int] = {}
    """Port per role; a role not listed picks a free one and logs it."""

    log_level: str = "INFO"
    """DEBUG, INFO, WARNING or ERROR."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file, one field per section."""

    appliance: ApplianceSettings = ApplianceSettings()
    bus: BusSettings = BusSettings()
    sip_gateway: GatewaySettings = GatewaySettings()
    triton_models: SpeechSettings = SpeechSettings()
    redaction: RedactionSettings = RedactionSettings()
    recording: RecordingSettings = RecordingSettings()
    analytics: AnalyticsSettings = AnalyticsSettings()
    crm_connectors: CrmSettings = CrmSettings()

    @property
    def state_dir(self) -> Path:
        """Everything the appliance keeps on disk."""
        if self.appliance.state_dir:
            return Path(self.appliance.state_dir)
        return Path.home() / ".local" / "share" / "trunkline"

    @property
    def models_dir(self) -> Path:
        """Where fetched weights are kept."""
        configured = self.triton_models.models_dir
        return Path(configured) if configured else self.state_dir / "models"

    @property
    def raw_key_file(self) -> Path:
        """The raw topic's AES key."""
        configured = self.bus.key_file
        return Path(configured) if configured else self.state_dir / "keys" / "raw.key"


def load(path: Path | None) -> Settings:
    """The settings of `path`, of `TRUNKLINE_SETTINGS`, or the defaults; SettingsError if wrong."""
    if path is None and (named := os.environ.get("TRUNKLINE_SETTINGS")):
        path = Path(named)
    raw = read_toml(path) if path is not None else {}
    try:
        settings = msgspec.convert(raw, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path}: {error}") from None
    if state := os.environ.get("TRUNKLINE_STATE"):
        appliance = msgspec.structs.replace(settings.appliance, state_dir=state)
        settings = msgspec.structs.replace(settings, appliance=appliance)
    return settings


def read_toml(path: Path) -> dict[str, object]:
    """The file as nested dictionaries; SettingsError if it cannot be read or parsed."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from None


def write(settings: Settings, path: Path) -> None:
    """Write `settings` to `path` as TOML, readable by the owner only, in one step."""
    lines: list[str] = []
    for section, values in msgspec.to_builtins(settings).items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {_toml_value(value)}" for key, value in values.items()]
    partial = path.with_suffix(".partial")
    partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
    partial.chmod(0o600)
    partial.replace(path)


def _toml_value(value: object) -> str:
    """A TOML literal; JSON's strings, numbers and booleans are TOML's too."""
    if isinstance(value, dict):
        # A quoted key may hold anything; a bare one no dot, plus or space.
        pairs = (f"{msgspec.json.encode(k).decode()} = {_toml_value(v)}" for k, v in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml_value, value)) + "]"
    return msgspec.json.encode(value).decode()
