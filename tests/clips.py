"""Parts of the test call, to be placed where all of it would only take longer."""

from pathlib import Path

import soundfile

from tests.services.appliance import CALLS

LEGS = CALLS / "d01_bank_card"
WHOLE = (str(LEGS / "agent.wav"), str(LEGS / "customer.wav"), "--siprec")


def clip(folder: Path, first_ms: int, last_ms: int | None = None) -> tuple[str, str, str]:
    """What is said from `first_ms` until `last_ms` (None: the end), as arguments of `trunkline
    call`."""
    for name in ("agent.wav", "customer.wav"):
        pcm, rate_hz = soundfile.read(LEGS / name, dtype="int16")
        first, last = (ms and ms * rate_hz // 1000 for ms in (first_ms, last_ms))
        soundfile.write(folder / name, pcm[first:last], rate_hz)
    return str(folder / "agent.wav"), str(folder / "customer.wav"), "--siprec"
