"""The low-water mark: what may be committed while calls are open."""

from redaction.process.open_calls import OpenCalls
from trunkline.bus import Record


def record(offset: int, partition: int = 0) -> Record:
    return Record("raw", partition, offset, "key", b"")


def marks(calls: OpenCalls[str], now: float = 0.0) -> list[tuple[int, int]]:
    return [(r.partition, r.offset) for r in calls.safe(now=now)]


def calls_with(*opened: tuple[str, int]) -> OpenCalls[str]:
    calls: OpenCalls[str] = OpenCalls(hold_s=100.0, idle_s=50.0)
    for call_id, offset in opened:
        assert not calls.rewound(record(offset))
        calls.open(call_id, call_id, record=record(offset), now=0.0)
    return calls


def test_nothing_from_the_oldest_open_call_on_is_committed() -> None:
    calls = calls_with(("a", 10), ("b", 12))
    assert marks(calls) == [(0, 9)]
    calls.close("a")
    assert marks(calls) == [(0, 11)]
    calls.close("b")
    assert marks(calls) == [(0, 12)]
    assert marks(calls) == []


def test_partitions_do_not_wait_for_each_other() -> None:
    calls = calls_with(("a", 10))
    calls.rewound(record(5, partition=1))
    assert marks(calls) == [(0, 9), (1, 5)]


def test_a_call_older_than_the_topic_holds_nothing_back() -> None:
    calls = calls_with(("a", 10))
    calls.rewound(record(20))
    assert marks(calls, now=101.0) == [(0, 20)]
    assert calls.get("a", now=101.0) == "a"


def test_a_partition_that_comes_again_forgets_its_calls() -> None:
    calls = calls_with(("a", 10), ("b", 12))
    assert calls.rewound(record(10))
    assert "a" not in calls and "b" not in calls


def test_a_silent_call_is_given_up() -> None:
    calls = calls_with(("a", 10), ("b", 12))
    calls.get("b", now=40.0)
    assert calls.forget_idle(now=60.0) == ["a"]
    assert marks(calls, now=60.0) == [(0, 11)]
