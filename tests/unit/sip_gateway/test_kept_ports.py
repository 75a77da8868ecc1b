"""Ports that pass from the leg of one call to that of the next."""

from datetime import UTC, datetime

import pytest

from sip_gateway.media.kept_ports import KeptPorts, Passed
from sip_gateway.media.leg import new_leg
from sip_gateway.media.leg_socket import LegSocket
from sip_gateway.media.port_pool import NoPort, PortPool
from sip_gateway.media.running_leg import RunningLeg
from sip_gateway.media.sinks import JoinedLeg
from sip_gateway.rtp.clock import CallClock
from sip_gateway.settings import Settings
from sip_gateway.worker_protocol import CallHints, LegSpec, SrtpKeys

PORT = 20_000
KEYS = SrtpKeys(suite="AES_CM_128_HMAC_SHA1_80", remote=bytes(range(30)), local=bytes(30))
HEARD = (7, 70_000)
"""More than a rollover."""


class Port:
    """A port that remembers whether it is open."""

    def __init__(self) -> None:
        self.port, self.dropped = PORT, 3
        self.control: LegSocket | None = None
        self.open = True
        self.came = [(b"tail", 1.0)]

    def take(self) -> list[tuple[bytes, float]]:
        came, self.came = self.came, []
        return came

    def send(self, data: bytes, host: str, port: int) -> None:
        raise AssertionError

    def close(self) -> None:
        self.open = False


def spec(keys: SrtpKeys | None = None) -> LegSpec:
    return LegSpec(leg_id="c-0", channel=0, role="agent", codec="PCMU", payload_type=0, srtp=keys)


def running(rtp: LegSocket, keys: SrtpKeys | None = None) -> RunningLeg:
    joined = JoinedLeg("default", "c", "c-0", 0, "agent", "siprec", CallHints())
    leg = new_leg(
        spec(keys),
        joined,
        clock=CallClock(),
        settings=Settings(),
        wall=lambda at: datetime.fromtimestamp(at, UTC),
    )
    leg.take_up_srtp(HEARD)
    return RunningLeg(leg, rtp)


@pytest.fixture
def pool() -> PortPool:
    return PortPool(PORT, PORT + 1)


def test_what_is_kept_is_nobody_elses_until_its_recording_session_is_over(pool: PortPool) -> None:
    kept = KeptPorts(pool)
    kept.keep("r", [PORT], used=[])
    with pytest.raises(NoPort):
        pool.take(now=0.0)
    kept.keep("r", [], used=[])
    assert len(pool) == 1 and not kept.has(PORT)


def test_a_port_in_use_is_freed_by_its_leg_and_not_twice(pool: PortPool) -> None:
    kept = KeptPorts(pool)
    kept.keep("r", [PORT], used=[PORT])
    kept.keep("r", [], used=[PORT])
    assert len(pool) == 0
    assert not kept.waits(Port()), "so its leg closes it"


def test_a_port_that_waits_forgets_what_came_and_is_closed_at_the_end(pool: PortPool) -> None:
    kept, port = KeptPorts(pool), Port()
    kept.keep("r", [PORT], used=[PORT])
    assert kept.waits(port) and port.open
    assert kept.claim(PORT) is port and port.came == []
    assert kept.claim(PORT) is None
    assert kept.waits(port)
    kept.keep("r", [], used=[])
    assert not port.open and len(pool) == 1


def test_who_gave_its_port_away_neither_hears_nor_closes_it(pool: PortPool) -> None:
    kept, port = KeptPorts(pool), Port()
    kept.keep("r", [PORT], used=[PORT])
    leg = running(port)
    assert kept.part(leg) is port
    assert isinstance(leg.rtp, Passed)
    assert (leg.rtp.port, leg.rtp.dropped, leg.rtp.take()) == (PORT, 3, [])
    leg.rtp.close()
    assert kept.waits(leg.rtp) and port.open


def test_an_encrypted_stream_is_read_on_where_it_was_with_the_same_key_only(
    pool: PortPool,
) -> None:
    kept = KeptPorts(pool)
    kept.keep("r", [PORT], used=[PORT])
    for keys, known in (
        (KEYS, HEARD),
        (None, None),
        (SrtpKeys(suite=KEYS.suite, remote=bytes(30), local=bytes(30)), None),
    ):
        kept.part(running(Port(), KEYS))
        assert kept.heard_before(spec(keys), PORT) == known
        assert kept.heard_before(spec(keys), PORT) is None, "told once"


def test_another_worker_gets_them_all(pool: PortPool) -> None:
    kept, port = KeptPorts(pool), Port()
    kept.keep("r", [PORT], used=[PORT])
    kept.waits(port)
    kept.let_go()
    assert not port.open and not kept.waits(Port())
