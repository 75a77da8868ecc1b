"""The role that writes calls and redacted transcripts into Postgres."""

from analytics.sink import Sink
from analytics.store.postgres import PostgresStore
from trunkline.bus.retention import Retention
from trunkline.roles.process import Context, Part


async def build(context: Context) -> list[Part]:
    """The sink from the bus into the store, and the one who prunes the bus."""
    store = await PostgresStore.connect(context.dsn)
    context.closing.push_async_callback(store.close)
    settings = context.settings.analytics
    sink = Sink(store, context.bus, settings=settings, registry=context.registry)
    return [sink, Retention(context.bus)]
