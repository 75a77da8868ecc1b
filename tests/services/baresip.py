"""baresip as a peer of a test: one call of one account, from its own folder of settings."""

import asyncio
import contextlib
import re
import shutil
import signal
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

from tests.services.gateway import needs

SPEECH_S = 12


class Phone(NamedTuple):
    """How baresip is set up."""

    account: str
    """Its line of `accounts`."""

    modules: Sequence[str] = ("g711",)
    config: Sequence[str] = ()
    host: str = "127.0.0.1"
    port: int = 0
    """Where it listens; 0 picks a free one."""

    speech: Path | None = None
    """A WAV file; else noise."""

    seconds: int = 4
    """It ends the call and itself after so long."""


@contextlib.asynccontextmanager
async def baresip(
    folder: Path, phone: Phone, *, to: str = ""
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The program while it runs; it calls `to`, if any. It ends well, or the test kills it."""
    program = _set_up(folder, phone)
    dial = ("-e", f"/dial {to}") if to else ()
    with (folder / "baresip.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            program, "-f", str(folder), *dial, "-t", str(phone.seconds),
            stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield process
        assert await process.wait() in (0, -signal.SIGKILL)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _set_up(folder: Path, phone: Phone) -> str:
    """Write its files; the program."""
    program = needs("baresip")
    folder.mkdir(parents=True, exist_ok=True)
    if phone.speech:
        shutil.copyfile(phone.speech, folder / "speech.wav")
    else:
        named = re.search(r"audio_codecs=\w+/(\d+)/(\d)", phone.account)
        rate_hz, channels = (int(named[1]), int(named[2])) if named else (8000, 1)
        noise = np.random.default_rng(1).normal(0, 0.1, (rate_hz * SPEECH_S, channels))
        soundfile.write(folder / "speech.wav", noise, rate_hz, subtype="PCM_16")
    loaded = ("account", "menu", "aufile", *phone.modules)
    sip_host = f"[{phone.host}]" if ":" in phone.host else phone.host
    lines = [
        f"module_path {Path(program).parents[1] / 'lib' / 'baresip' / 'modules'}",
        *(f"module{'_app' * (i < 2)} {name}.so" for i, name in enumerate(loaded)),
        f"net_interface {phone.host}",
        f"sip_listen {sip_host}:{phone.port}",
        f"audio_source aufile,{folder}/speech.wav",
        f"audio_player aufile,{folder}/heard.wav",
        f"audio_alert aufile,{folder}/ring.wav",
        *phone.config,
    ]
    (folder / "config").write_text("\n".join(lines) + "\n")
    (folder / "accounts").write_text(phone.account + "\n")
    (folder / "contacts").write_text("")
    return program
