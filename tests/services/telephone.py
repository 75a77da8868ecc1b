"""A telephone on either end of a call in line: baresip, with what it heard in a file."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from tests.services.gateway import needs


@contextlib.asynccontextmanager
async def telephone(
    folder: Path,
    *options: str,
    port: int = 0,
    account: str = "audio_codecs=PCMA/8000/1",
    speech: NDArray[np.float64] | None = None,
) -> AsyncIterator[Path]:
    """A telephone that takes calls, or with options places one; its folder has what it heard.

    `speech`, 8 kHz, is what it says; noise by default.
    """
    folder.mkdir()
    if speech is None:
        speech = np.random.default_rng(1).normal(0, 0.1, 8000 * 12)
    soundfile.write(folder / "speech.wav", speech, 8000, subtype="PCM_16")
    program = needs("baresip")
    modules = ("account", "menu", "aufile", "g711", "srtp", "sndfile")
    (folder / "config").write_text(
        f"module_path {Path(program).parents[1] / 'lib' / 'baresip' / 'modules'}\n"
        + "".join(f"module{'_app' * (i < 2)} {name}.so\n" for i, name in enumerate(modules))
        + f"net_interface 127.0.0.1\nsip_listen 127.0.0.1:{port}\n"
        + f"audio_source aufile,{folder}/speech.wav\n"
        + f"audio_player aufile,{folder}/nowhere.wav\naudio_alert aufile,{folder}/ring.wav\n"
        + f"snd_path {folder}\n"
    )
    answers = "" if options else ";answermode=auto"
    (folder / "accounts").write_text(f"<sip:phone@127.0.0.1>;regint=0;{account}{answers}\n")
    (folder / "contacts").write_text("")
    process = await asyncio.create_subprocess_exec(
        program, "-f", str(folder), *options, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield folder
        if options:
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
