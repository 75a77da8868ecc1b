"""Which worker has which port, and when a port may be used again; what is kept of a call."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sip_gateway.media.port_pool import COOL_DOWN_S, NoPort, PortPool
from sip_gateway.media.progress import Heard, Progress


def test_workers_share_the_even_ports_without_overlap() -> None:
    pools = [PortPool(20_001, 20_099, index=n, workers=3) for n in range(3)]
    taken = [pool.take(now=0.0) for pool in pools for _ in range(len(pool))]
    assert sorted(taken) == list(range(20_002, 20_099, 2))


def test_a_port_rests_before_it_is_used_again() -> None:
    pool = PortPool(20_000, 20_001)
    port = pool.take(now=0.0)
    pool.give_back(port, now=5.0)
    with pytest.raises(NoPort):
        pool.take(now=5.0 + COOL_DOWN_S - 0.1)
    assert pool.take(now=5.0 + COOL_DOWN_S) == port


def test_a_port_brought_back_by_a_call_is_not_given_to_another() -> None:
    pool = PortPool(20_000, 20_003)
    pool.take_named(20_000)
    assert pool.take(now=0.0) == 20_002
    with pytest.raises(NoPort):
        pool.take(now=0.0)


def test_a_port_of_another_workers_share_goes_back_to_nobody_here() -> None:
    pool = PortPool(20_000, 20_003)
    pool.give_back(30_000, now=0.0)
    assert len(pool) == 2


def test_how_far_a_call_was_heard_survives_and_shrinks_and_grows(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "heard")
    started = datetime(2024, 5, 1, tzinfo=UTC)
    many = Heard(started, {f"leg-{n}": n for n in range(100)})
    few = Heard(started, {"leg-1": 12_345})
    for heard in (few, many, few):
        progress.write("call", heard)
        assert Progress(tmp_path / "heard").read("call") == heard
    progress.remove("call")
    assert progress.read("call") is None


def test_a_torn_file_is_as_no_file(tmp_path: Path) -> None:
    (tmp_path / "call").write_bytes(b'{"clock_started_at":')
    assert Progress(tmp_path).read("call") is None
