"""baresip calls in Opus, and is heard in wideband."""

from pathlib import Path

import numpy as np
import soundfile

from sip_gateway.audio import opus
from sip_gateway.events import Gap, LegJoined, LegLeft
from sip_gateway.settings import Settings
from tests.services.baresip import Phone, baresip
from tests.services.gateway import gateway

SETTINGS = Settings(
    listen_host="127.0.0.1", sip_port=0, rtp_port_first=47_300, rtp_port_last=47_399
)
CONFIG = ("ausrc_srate 48000", "ausrc_channels 2", "opus_inbandfec yes", "opus_packet_loss 20")


async def test_baresip_calls_in_opus(tmp_path: Path) -> None:
    assert opus.available(), "libopus comes with baresip (Debian: libopus0)"
    noise = np.random.default_rng(1).normal(0, 0.1, (48_000 * 6, 2))
    soundfile.write(tmp_path / "wide.wav", noise, 48_000, subtype="PCM_16")
    phone = Phone(
        "<sip:ann@127.0.0.1>;regint=0;audio_codecs=opus/48000/2",
        ("opus",),
        CONFIG,
        speech=tmp_path / "wide.wav",
    )
    async with gateway(tmp_path / "state", SETTINGS) as line:
        async with baresip(tmp_path / "phone", phone, to=f"sip:line@127.0.0.1:{line.port}"):
            pass
        (ended,) = await line.ended()
        (leg,) = line.of(LegJoined)
        (left,) = line.of(LegLeft)
        assert ended.reason == "bye"
        assert leg.codec == "OPUS"
        assert left.packets_received >= 150
        assert left.mos is not None and left.mos > 4.1
        assert line.frames()[0] >= 30
        assert line.of(Gap) == []
