"""The role that writes calls and redacted transcripts into Postgres."""

from analytics.sink import Sink
from analytics.store.postgres import PostgresStore
from trunkline.roles.process import Context, Part


async def build(context: Context) -> list[Part]:
    """The sink from the bus into the store."""
    store = await PostgresStore.connect(context.dsn)
    context.closing.push_async_callback(store.close)
    return [
        Sink(store, context.bus, settings=context.settings.analytics, registry=context.registry)
    ]
