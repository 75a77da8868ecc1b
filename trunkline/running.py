"""What a running appliance says of itself, so that other commands find it without being told."""

from pathlib import Path

import msgspec

from trunkline.settings import Settings, load


class NotRunning(Exception):
    """No appliance runs here, or it cannot be asked: says so in one line for the operator."""


class RunningAppliance(msgspec.Struct, frozen=True, kw_only=True):
    """`run/appliance.json` in the state directory; `trunkline up` writes it and removes it."""

    http_url: str
    sip_port: int
    postgres_dsn: str
    api_key_file: str
    settings_file: str
    health_ports: dict[str, int]
    """Of each role: /livez, /readyz, /metrics."""

    def settings(self) -> Settings:
        """The settings that the appliance runs with."""
        return load(Path(self.settings_file))


def appliance_file(settings: Settings) -> Path:
    """Where the running appliance of this state directory says what it is."""
    return settings.state_dir / "run" / "appliance.json"


def settings_in_force() -> tuple[Settings, str]:
    """Settings and database to administer: as configured, else the running appliance's."""
    settings = load(None)
    if settings.appliance.postgres_dsn:
        return settings, settings.appliance.postgres_dsn
    running = find_appliance(settings)
    return running.settings(), running.postgres_dsn


def find_appliance(settings: Settings | None = None) -> RunningAppliance:
    """The appliance of these settings, or of those in force; NotRunning without one."""
    path = appliance_file(settings or load(None))
    try:
        return msgspec.json.decode(path.read_bytes(), type=RunningAppliance)
    except FileNotFoundError:
        raise NotRunning(f"no appliance runs here ({path} is missing): trunkline up") from None
    except OSError as error:
        raise NotRunning(f"{path}: {error.strerror}") from None
    except msgspec.MsgspecError as error:
        raise NotRunning(f"{path}: {error}") from None
