"""Waiting that ends when a stage is told to stop."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from trunkline.bus import Subscription, Unavailable


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Return after so many seconds, or as soon as `stop` is set."""
    # Not wait_for: before Python 3.12 it may swallow a cancellation that meets the end.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


async def opened(
    subscribe: Callable[[], Awaitable[Subscription]],
    *,
    stop: asyncio.Event,
    retry_s: float,
    away: Callable[[], None],
) -> Subscription | None:
    """The subscription, once the bus is there; None if told to stop before.

    `away` is called each time that the bus could not be reached.
    """
    while not stop.is_set():
        try:
            return await subscribe()
        except Unavailable:
            away()
        await pause(stop, retry_s)
    return None
