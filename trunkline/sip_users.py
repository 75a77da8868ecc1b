"""Passwords of SIP, from files: of peers that prove themselves to us, and of ours to carriers."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from sip_gateway.caller.digest import Login
from sip_gateway.peers.digest import User
from trunkline.bus.waiting import pause
from trunkline.password_file import read_password
from trunkline.settings import Settings, SettingsError

logger = logging.getLogger(__name__)

SHORTEST_PASSWORD = 12
LOOK_AGAIN_S = 2.0


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


def carrier_logins(settings: Settings) -> dict[str, Login]:
    """Who we are to the carriers of `[[sip_gateway.inline.registrations]]`, by name."""
    keys = settings.state_dir / "keys"
    return {
        of.name: Login(
            of.login or of.user,
            read_password(Path(of.password_file or keys / f"{of.name}.password")),
        )
        for of in settings.sip_gateway.inline.registrations
    }


class UsersFile:
    """Hands on the users whenever their file changes: no call ends for a new password."""

    def __init__(self, path: Path, take: Callable[[Mapping[str, User]], None]) -> None:
        self._path = path
        self._take = take
        take(read_users(path))
        self._read = self._modified()

    def ready(self) -> str:
        """Always: the users of before go on while the file is wrong."""
        return ""

    async def run(self, stop: asyncio.Event) -> None:
        """Look at the file until `stop` is set."""
        while not stop.is_set():
            await pause(stop, LOOK_AGAIN_S)
            self.look()

    def look(self) -> None:
        """Read the file if it changed; one that is wrong changes nothing."""
        if (modified := self._modified()) == self._read:
            return
        self._read = modified
        try:
            self._take(read_users(self._path))
        except SettingsError:
            logger.error("SIP users not read: the ones of before go on")
        else:
            logger.info("SIP users read again")

    def _modified(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except OSError:
            return (0, 0)
        return (found.st_mtime_ns, found.st_mode)
