"""The role that writes calls and redacted transcripts into Postgres."""

from analytics.compliance.draws import Draws
from analytics.compliance.history import PolicyHistory
from analytics.compliance.policy_sink import PolicySink
from analytics.compliance.upkeep import Upkeep
from analytics.recordings.shelf import Shelf
from analytics.recordings.sink import RecordingsSink
from analytics.sink import Sink
from analytics.store.postgres import PostgresStore
from trunkline.bus.retention import Retention
from trunkline.reviewing import open_desk
from trunkline.roles.process import Context, Part


async def build(context: Context) -> list[Part]:
    """The sink from the bus into the store, what prunes the bus, what draws for review."""
    store = await PostgresStore.connect(context.dsn)
    context.closing.push_async_callback(store.close)
    settings = context.settings.analytics
    sink = Sink(store, context.bus, settings=settings, registry=context.registry)
    desk = await open_desk(context.settings, context.dsn, store)
    context.closing.push_async_callback(desk.close)
    draws = await Draws.connect(context.dsn)
    context.closing.push_async_callback(draws.close)
    upkeep = Upkeep(draws, desk, size=settings.review_sample, registry=context.registry)
    shelf = await Shelf.connect(context.dsn)
    context.closing.push_async_callback(shelf.close)
    recordings = RecordingsSink(
        shelf, context.bus, dead_letters=sink.dead_letters, registry=context.registry
    )
    history = await PolicyHistory.connect(context.dsn)
    context.closing.push_async_callback(history.close)
    policies = PolicySink(
        history, context.bus, dead_letters=sink.dead_letters, registry=context.registry
    )
    return [sink, recordings, policies, Retention(context.bus), upkeep]
