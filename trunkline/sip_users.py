"""The users that SIP peers prove themselves to be, from their file."""

from pathlib import Path

import msgspec

from sip_gateway.peers.digest import User
from trunkline.settings import Settings, SettingsError

SHORTEST_PASSWORD = 12


class _User(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    password: str
    md5: bool = False


def users_file(settings: Settings) -> Path:
    """Where they are told."""
    named = settings.sip_gateway.peers.users_file
    return Path(named) if named else settings.state_dir / "keys" / "sip_users.toml"


def read_users(path: Path) -> dict[str, User]:
    """By name; SettingsError names the file and what is wrong with it, and no secret."""
    try:
        if path.stat().st_mode & 0o077:
            raise SettingsError(f"{path} can be read by others: chmod 600 {path}")
        found = msgspec.toml.decode(path.read_bytes(), type=dict[str, _User])
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except msgspec.ValidationError:
        raise SettingsError(f'{path}: for each user [name] with password = "..."') from None
    except msgspec.DecodeError:
        raise SettingsError(f"{path}: not valid TOML") from None
    if not found:
        raise SettingsError(f"{path}: no user")
    for user in found.values():
        if len(user.password) < SHORTEST_PASSWORD:
            raise SettingsError(f"{path}: a password has less than {SHORTEST_PASSWORD} characters")
    return {name: User(user.password, user.md5) for name, user in found.items()}
