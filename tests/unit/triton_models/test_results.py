"""The queue of results."""

import msgspec
import pytest

from sip_gateway.events import Gap
from tests.unit.triton_models.transcripts import transcript
from triton_models.results import Results


async def test_an_untaken_partial_is_replaced_by_the_next() -> None:
    results = Results()
    for revision in (1, 2, 3):
        results.put(transcript("a/000000100", revision=revision))
    results.put(transcript("b/000000200", revision=1))
    assert (await results.take()) == transcript("a/000000100", revision=3)
    assert (await results.take()) == transcript("b/000000200", revision=1)


async def test_finals_and_gaps_are_kept_in_order_and_supersede_partials() -> None:
    results = Results()
    gap = Gap(tenant_id="t", call_id="c", leg_id="a", start_ms=0, end_ms=9, why="overload")
    final = msgspec.structs.replace(transcript("a/000000100", revision=2), is_final=True)
    results.put(transcript("a/000000100", revision=1))
    results.put(final)
    results.put(gap)
    results.put(transcript("a/000000900", revision=1))
    assert [await results.take() for _ in range(3)] == [
        final,
        gap,
        transcript("a/000000900", revision=1),
    ]


async def test_a_fault_is_raised_once_what_waits_is_taken() -> None:
    results = Results()
    results.put(transcript("a/000000100", revision=1))
    results.fail(RuntimeError("gone"))
    await results.take()
    with pytest.raises(RuntimeError, match="gone"):
        await results.take()
