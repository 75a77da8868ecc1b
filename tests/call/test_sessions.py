"""A recording session that carries one conversation after the other, on real sockets."""

import asyncio

import pytest

from sip_gateway.events import CallEnded, CallStarted, LegJoined, LegLeft
from sip_gateway.settings import Settings
from tests.recording_client import RecordingClient, noise, recording_client
from tests.services.gateway import TestGateway

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

SECOND_OF_NOISE = noise(1000)


@pytest.fixture(scope="module")
def gateway_settings() -> Settings:
    return Settings(
        listen_host="127.0.0.1", sip_port=0, rtp_port_first=47_000, rtp_port_last=47_199
    )


@pytest.fixture
def line(quiet_gateway: TestGateway) -> TestGateway:
    return quiet_gateway


async def both_talk(client: RecordingClient, first: int = 0) -> None:
    await asyncio.gather(*(client.talk(first + n, SECOND_OF_NOISE) for n in range(2)))


def frames(line: TestGateway) -> dict[str, list[int]]:
    """Frames of 100 ms that each leg had, by call."""
    heard: dict[str, list[int]] = {}
    for leg_id, count in zip(
        sorted(left.leg_id for left in line.of(LegLeft)), line.frames(), strict=True
    ):
        heard.setdefault(leg_id.rpartition("-")[0], []).append(count)
    return heard


def names(line: TestGateway) -> dict[str, list[str]]:
    """Who was heard in which communication session."""
    sessions = {started.call_id: started.external_id for started in line.of(CallStarted)}
    found: dict[str, list[str]] = {session: [] for session in sessions.values()}
    for joined in line.of(LegJoined):
        found[sessions[joined.call_id]].append(joined.participant_name)
    return found


async def test_conversations_on_the_same_lines_are_calls_of_their_own(line: TestGateway) -> None:
    async with recording_client(line.port, "in-sequence") as client:
        await client.say("invite")
        ports = client.ports
        await both_talk(client)
        await client.say("next")
        assert client.ports == ports
        (first,) = await line.ended()
        assert (first.call_id, first.reason) == (client.first, "bye")
        await both_talk(client)
        await client.hang_up()
        await line.ended(2)
    assert names(line) == {"cs-a": ["Carl", "Ann Agent"], "cs-b": ["Dana", "Ann Agent"]}
    # All that was said is heard, each second in its own conversation.
    assert [sum(counts) in range(18, 22) for counts in frames(line).values()] == [True, True]
    assert line.lost() == 0


async def test_conversations_side_by_side_end_each_by_itself(line: TestGateway) -> None:
    async with recording_client(line.port, "in-parallel") as client:
        await client.say("invite")
        await client.say("second")
        await asyncio.gather(both_talk(client), both_talk(client, 2))
        await client.say("first_ends")
        (first,) = await line.ended()
        assert first.call_id == client.first
        await both_talk(client, 2)
        await client.hang_up()
        await line.ended(2)
    assert names(line) == {"cs-a": ["Carl", "Ann Agent"], "cs-b": ["Dana", "Bob Agent"]}
    first_frames, second_frames = (sum(frames(line)[e.call_id]) for e in line.of(CallEnded))
    assert first_frames in range(18, 22) and second_frames in range(38, 42)


async def test_a_session_that_waits_survives_a_kill_and_its_next_conversation_is_heard(
    line: TestGateway,
) -> None:
    async with recording_client(line.port, "waits") as client:
        await client.say("invite")
        await both_talk(client)
        assert (await client.say("stops")).status == 200
        await line.ended()
        # Nobody is listened to meanwhile.
        await client.talk(0, SECOND_OF_NOISE[: len(SECOND_OF_NOISE) // 2])
        await line.kill()
        await line.start()
        await client.connect(line.port)
        assert (await client.say("begins_again")).status == 200
        await both_talk(client)
        await client.hang_up()
        await line.ended(2)
    assert names(line) == {"cs-a": ["Carl", "Ann Agent"], "cs-b": ["Dana", "Ann Agent"]}
    assert [sum(counts) in range(18, 22) for counts in frames(line).values()] == [True, True]
