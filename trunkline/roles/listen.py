"""The role that takes calls: SIP signalling here, audio in media worker processes."""

import asyncio
import sys
from pathlib import Path

from sip_gateway.command_reader import CommandReader
from sip_gateway.dialog_store import DialogStore
from sip_gateway.drivers import tls
from sip_gateway.signalling import Signalling
from sip_gateway.worker_pool import WorkerPool
from trunkline.bus.sealed import load_or_create_key
from trunkline.processes import Program, spawn
from trunkline.roles.process import Context, Part
from trunkline.settings import SettingsError, write
from trunkline.sip_users import UsersFile, carrier_logins, users_file


async def build(context: Context) -> list[Part]:
    """The signalling process and the pool of its media workers."""
    settings = context.settings
    run = settings.state_dir / "run"
    if settings.sip_gateway.tls.certificate:
        try:
            tls.contexts(settings.sip_gateway.tls, settings.sip_gateway.inline.tls)
        except OSError as error:
            raise SettingsError(f"[sip_gateway.tls]: {error.strerror or error}") from None
    run.mkdir(parents=True, exist_ok=True, mode=0o700)
    # The workers read what this process was started with, whatever file it came from.
    settings_file = run / "media.toml"
    write(settings, settings_file)

    async def start_worker(index: int, socket_path: Path) -> asyncio.subprocess.Process:
        return await spawn(
            _worker(settings_file, index, socket_path=socket_path), sys.stderr.buffer
        )

    workers = WorkerPool(
        start_worker,
        sockets=run,
        count=settings.sip_gateway.media_workers,
        registry=context.registry,
    )
    key = load_or_create_key(settings.state_dir / "keys" / "dialogs.key")
    signalling = Signalling(
        settings.sip_gateway,
        tenant_id=settings.appliance.tenant,
        workers=workers,
        state=DialogStore(settings.state_dir / "dialogs", key),
        registry=context.registry,
    )
    signalling.log_in(carrier_logins(settings))
    commands = CommandReader(context.bus, signalling.command, registry=context.registry)
    parts: list[Part] = [signalling, commands]
    if settings.sip_gateway.peers.digest:
        parts.append(UsersFile(users_file(settings), signalling.ask_for))
    return parts


def _worker(settings_file: Path, index: int, *, socket_path: Path) -> Program:
    argv = [sys.executable, "-m", "trunkline", "run", "media", "--settings", str(settings_file)]
    return Program(f"media-{index}", [*argv, "--index", str(index), "--socket", str(socket_path)])
