"""AudioHook sessions at a real gateway: what the platform streams is a call like any other."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from prometheus_client import CollectorRegistry
from websockets.exceptions import InvalidStatus

from sip_gateway.audio.g711 import encode
from sip_gateway.events import (
    CallEnded,
    CallStarted,
    Gap,
    LegHeld,
    LegJoined,
    LegLeft,
    LegResumed,
    MediaStarted,
)
from sip_gateway.settings import Settings
from sip_gateway.streams import audiohook
from sip_gateway.streams.audiohook import NULL_ID
from sip_gateway.streams.server import StreamServer
from sip_gateway.streams.settings import Settings as StreamSettings
from tests.audiohook_client import PATH, SECRETS, platform
from tests.media_line import until
from tests.services.gateway import TestGateway, gateway

pytestmark = pytest.mark.timeout(120)


@asynccontextmanager
async def streaming(
    tmp_path: Path, *, max_calls: int = 10, most: int = 10, reconnect_s: float = 30.0
) -> AsyncIterator[tuple[TestGateway, StreamServer]]:
    """A gateway that takes streams too."""
    calls = Settings(
        listen_host="127.0.0.1",
        sip_port=0,
        rtp_port_first=45_100,
        rtp_port_last=45_299,
        max_calls=max_calls,
    )
    streams = StreamSettings(host="127.0.0.1", port=0, most=most, reconnect_s=reconnect_s)
    stop = asyncio.Event()
    async with gateway(tmp_path / "gateway", calls) as line:
        server = StreamServer(
            streams,
            dialects={PATH: audiohook.dialect(SECRETS)},
            sip=("127.0.0.1", line.port),
            registry=CollectorRegistry(),
        )
        running = asyncio.create_task(server.run(stop))
        try:
            await until(lambda: server.ready() == "")
            yield line, server
        finally:
            stop.set()
            await running


def voice(seconds: float, *, seed: int) -> bytes:
    """Mu-law noise."""
    samples = np.random.default_rng(seed).normal(0, 3000, int(8000 * seconds))
    return encode(samples.astype("<i2").tobytes(), "PCMU")


async def test_a_stream_is_heard_whole_with_its_losses_and_pauses_where_they_were(
    tmp_path: Path,
) -> None:
    conversation = str(uuid.uuid4())
    async with streaming(tmp_path) as (line, server):
        async with platform(server.port) as talk:
            opened = await talk.open(conversation)
            assert opened["parameters"]["media"][0]["channels"] == ["external", "internal"]
            await talk.stream(voice(1.6, seed=1), voice(1.6, seed=2))
            await talk.discard(4000)
            await asyncio.sleep(0.5)  # the platform's clock runs on
            await talk.stream(voice(1, seed=3), voice(1, seed=4))
            await talk.say("paused")
            await line.until(lambda: len(line.of(LegHeld)) == 2)
            await talk.say("resumed", {"start": "PT3.1S", "discarded": "PT1.0S"})
            await line.until(lambda: len(line.of(LegResumed)) == 2)
            await talk.stream(voice(1, seed=5), voice(1, seed=6))
            await talk.say("ping")
            await talk.hear("pong")
            await talk.close()
        (ended,) = await line.ended()
        (started,) = line.of(CallStarted)
        assert (started.ingress, started.external_id) == ("audiohook", conversation)
        joined = line.of(LegJoined)
        assert [(leg.role, leg.channel) for leg in joined[:2]] == [("customer", 0), ("agent", 1)]
        assert joined[0].participant_name == "Jordan Reed"
        pause = ("recording_pause", "audiohook")
        assert {(held.why, held.by) for held in line.of(LegHeld)} == {pause}
        assert {(resumed.why, resumed.by) for resumed in line.of(LegResumed)} == {pause}
        gaps = [gap for gap in line.of(Gap) if gap.why == "lost_packets"]
        assert [gap.end_ms - gap.start_ms for gap in gaps] == [500] * 2
        # A leg is placed by when its first packet is read, and the machine may be busy.
        assert all(1600 <= gap.start_ms < 1800 for gap in gaps)
        assert sum(line.frames()) >= 2 * 35  # 3.6 s a leg, in frames of 100 ms
        assert ended.reason == "bye"


async def test_a_broken_connection_is_a_gap_in_the_same_call(tmp_path: Path) -> None:
    conversation = str(uuid.uuid4())
    async with streaming(tmp_path) as (line, server):
        async with platform(server.port) as talk:
            await talk.open(conversation)
            await talk.stream(voice(1, seed=1), voice(1, seed=2))
            talk.connection.transport.abort()
        await asyncio.sleep(0.6)  # what is said meanwhile is lost
        async with platform(server.port) as talk:
            await talk.open(conversation)
            await talk.stream(voice(1, seed=3), voice(1, seed=4))
            await talk.close()
        await line.ended()
        assert len(line.of(CallStarted)) == len(line.of(CallEnded)) == 1
        gaps = [gap.end_ms - gap.start_ms for gap in line.of(Gap)]
        assert len(gaps) == 2 and all(500 <= lost <= 1500 for lost in gaps)


async def test_a_conversation_nobody_returns_to_ends(tmp_path: Path) -> None:
    async with streaming(tmp_path, reconnect_s=0.3) as (line, server):
        async with platform(server.port) as talk:
            await talk.open(str(uuid.uuid4()))
            await talk.stream(voice(0.4, seed=1), voice(0.4, seed=2))
            talk.connection.transport.abort()
        await line.ended()
        assert len(line.of(LegLeft)) == 2


async def test_a_connection_probe_makes_no_call(tmp_path: Path) -> None:
    async with streaming(tmp_path) as (line, server):
        async with platform(server.port) as talk:
            opened = await talk.open(NULL_ID)
            assert opened["parameters"]["media"]
            await talk.close()
        async with platform(server.port) as talk:
            await talk.open(str(uuid.uuid4()))
            await talk.stream(voice(0.4, seed=1), voice(0.4, seed=2))
            await talk.close()
        await line.ended()
        assert len(line.of(CallStarted)) == 1


async def test_who_has_not_signed_is_refused_before_the_upgrade(tmp_path: Path) -> None:
    spoiled = (
        {"Audiohook_Session_Id": str(uuid.UUID(int=1))},
        {"Signature": "sig1=:AAAA:"},
        {"Signature_Input": "nonsense"},
        {"X_API_KEY": "somebody else's"},
    )
    async with streaming(tmp_path) as (line, server):
        for changes in spoiled:
            with pytest.raises(InvalidStatus) as refused:
                async with platform(server.port, **changes):
                    pass
            assert refused.value.response.status_code == 401
        assert line.of(CallStarted) == []


async def test_a_full_gateway_disconnects_the_new_stream_and_keeps_the_others(
    tmp_path: Path,
) -> None:
    async with streaming(tmp_path, max_calls=1) as (line, server):
        async with platform(server.port) as first, platform(server.port) as second:
            await first.open(str(uuid.uuid4()))
            await line.until(lambda: len(line.of(CallStarted)) == 1)
            await second.open(str(uuid.uuid4()))
            assert (await second.hear("disconnect"))["parameters"]["reason"] == "completed"
            await second.close()
            await first.stream(voice(0.6, seed=1), voice(0.6, seed=2))
            await line.until(lambda: len(line.of(MediaStarted)) == 1)
            await first.close()
        await line.ended()


async def test_what_breaks_the_protocol_ends_its_own_session_only(tmp_path: Path) -> None:
    async with streaming(tmp_path) as (line, server):
        async with platform(server.port) as good, platform(server.port) as bad:
            await good.open(str(uuid.uuid4()))
            await bad.connection.send('{"version": "2", "type": 7}')
            assert (await bad.hear("disconnect"))["parameters"]["reason"] == "error"
            await good.stream(voice(0.6, seed=1), voice(0.6, seed=2))
            await good.close()
        await line.ended()
        assert sum(line.frames()) >= 10
