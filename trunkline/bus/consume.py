"""The one loop by which every stage reads the bus: fetch, decode, handle, commit."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Generic, NamedTuple, TypeVar

import msgspec

from trunkline.bus import Record, Subscription, Unavailable, Unreadable
from trunkline.bus.dead_letters import DeadLetters
from trunkline.bus.waiting import pause

log = logging.getLogger(__name__)

E = TypeVar("E")
T = TypeVar("T")

UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec 0.22 raises for bytes that are no event: bad UTF-8 and deep nesting included."""

IDLE_S = 0.5
RETRY_FIRST_S = 0.1
RETRY_LONGEST_S = 5.0


class Decoded(NamedTuple, Generic[E]):
    """One event, and the record that brought it."""

    record: Record
    event: E


Handle = Callable[[Sequence[Decoded[E]]], Awaitable[Sequence[Record] | None]]
"""Does one batch. Returns None when all of it is done, or the records up to which it may be
committed (the last of each partition counts; partitions not named are not committed now)."""


async def consume(
    subscription: Subscription,
    handle: Handle[E],
    *,
    decoder: msgspec.json.Decoder[E],
    dead_letters: DeadLetters,
    stop: asyncio.Event,
) -> None:
    """Feed `handle` batch after batch until `stop` is set; then close the subscription.

    - A batch is committed after `handle` returned, up to what it returned. It may name records of
      earlier batches, so a stage can hold its commits back (a low-water mark).
    - `handle` is also called with an empty batch after each half second in which nothing came, so
      that it can do what is due by time, and return what has become safe to commit.
    - When it raises `Unavailable`, the same batch is given again after a pause that doubles from
      0.1 to 5 s. Any other exception ends the loop: the batch is not committed.
    - A poison message (undecodable, or unreadable behind `SealedBus`) is counted, noted on
      `<topic>.dead` without its payload, and passed over: `handle` never sees it.
    - After a crash, and when a partition comes back from another member, records come again from
      the last commit on: an offset at or below one already seen in that partition.
    """
    try:
        with contextlib.suppress(_Stopped):
            while not stop.is_set():
                records = await subscription.fetch(wait_s=IDLE_S)
                batch = await _decode(records, decoder, dead_letters=dead_letters, stop=stop)
                done = await _persist(partial(handle, batch), stop)
                await subscription.commit(records if done is None else done)
    finally:
        await subscription.close()


async def _decode(
    records: Sequence[Record],
    decoder: msgspec.json.Decoder[E],
    *,
    dead_letters: DeadLetters,
    stop: asyncio.Event,
) -> list[Decoded[E]]:
    """The readable records' events; the others are noted as dead letters."""
    batch: list[Decoded[E]] = []
    for record in records:
        try:
            if isinstance(record, Unreadable):
                raise msgspec.DecodeError
            batch.append(Decoded(record, decoder.decode(record.value)))
        except UNDECODABLE:
            await _persist(partial(dead_letters.note, record), stop)
    return batch


async def _persist(action: Callable[[], Awaitable[T]], stop: asyncio.Event) -> T:
    """What `action` returns, tried again while a service is away; `_Stopped` if told to stop."""
    pause_s = RETRY_FIRST_S
    while True:
        try:
            return await action()
        except Unavailable:
            log.warning("a service is away, trying again", extra={"ms": round(pause_s * 1000)})
        await pause(stop, pause_s)
        if stop.is_set():
            raise _Stopped
        pause_s = min(2 * pause_s, RETRY_LONGEST_S)


class _Stopped(Exception):
    """The loop was told to stop while it waited for a service."""
