"""A conversation of two telephones through the whole appliance: both are read along."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from deploy.webhook_receiver import Receiver
from tests.services.appliance import CALLS, appliance
from tests.services.telephone import telephone as baresip
from trunkline.ports import free_port

pytestmark = pytest.mark.timeout(300)

CALL = "d01_bank_card"
SAYS_S = 14


def speech(party: str) -> NDArray[np.float64]:
    """The first seconds of what one party of a call says."""
    pcm, rate_hz = soundfile.read(CALLS / CALL / f"{party}.wav")
    begins = max(0, int(np.argmax(abs(pcm) > 0.05)) - rate_hz)
    return np.asarray(pcm[begins : begins + SAYS_S * rate_hz])


async def test_two_telephones_are_read_along_and_hear_each_other(tmp_path: Path) -> None:
    port = free_port("127.0.0.1")
    inline = {"routes": [{"targets": [f"sip:127.0.0.1:{port}"]}]}
    with Receiver() as receiver:
        async with appliance(tmp_path, receiver, sip_gateway={"inline": inline}) as line:
            dial = ("-e", f"/dial {line.sip.replace('sip:', 'sip:phone@')}", "-t", str(SAYS_S))
            async with baresip(tmp_path / "agent", port=port, speech=speech("agent")) as there:
                says = speech("customer")
                async with baresip(tmp_path / "customer", *dial, speech=says) as here:
                    pass
                (call,) = (await line.get("/v1/calls")).json()["calls"]
                stored = await line.transcript(call["call_id"])
    assert stored["call"]["ingress"] == "inline"
    text = {role: said_by(stored, role) for role in ("customer", "agent")}
    assert "calling Harbour Point Bank" in text["agent"]
    assert "card on file" in text["customer"]
    for folder, says in ((here, speech("agent")), (there, speech("customer"))):
        (file,) = folder.glob("*-dec.wav")
        heard, _ = soundfile.read(file)
        assert likeness(heard, says) > 0.9, "what the other one says, as it was said"


def said_by(stored: dict[str, Any], role: str) -> str:
    """All that one of them said."""
    return " ".join(s["text"] for s in stored["segments"] if s["speaker"] == role)


def likeness(heard: NDArray[np.float64], said: NDArray[np.float64]) -> float:
    """How alike two recordings are, at the delay where they are most; 1: the same."""
    size = len(heard) + len(said)
    products = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size)), size)
    return float(products.max() / np.sqrt((heard**2).sum() * (said**2).sum()))
