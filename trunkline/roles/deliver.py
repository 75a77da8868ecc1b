"""The role that pushes finished calls to the connectors."""

from analytics.events import TranscriptDocument
from analytics.store import Store
from analytics.store.postgres import PostgresStore
from crm_connectors.attempt import LoadDocument
from crm_connectors.connector import Connector
from crm_connectors.deliver import Deliver
from crm_connectors.settings import Settings
from crm_connectors.webhook import connect_webhook
from trunkline.roles.process import Context, Part
from trunkline.settings import SettingsError


async def build(context: Context) -> list[Part]:
    """The delivery loop over every connector that is configured."""
    store = await PostgresStore.connect(context.dsn)
    context.closing.push_async_callback(store.close)
    settings = context.settings.crm_connectors
    deliver = Deliver(
        context.dsn,
        _connectors(settings),
        load=as_seen_from(store),
        settings=settings,
        registry=context.registry,
    )
    return [deliver]


def as_seen_from(store: Store) -> LoadDocument:
    """Finished calls as a connector may see them: by its name, else as `crm`."""

    async def load(tenant_id: str, call_id: str, connector: str) -> TranscriptDocument | None:
        return await store.transcript(tenant_id, call_id, roles=(connector, "crm"))

    return load


def _connectors(settings: Settings) -> dict[str, Connector]:
    """By the name under which their deliveries are kept."""
    if not settings.webhook_url:
        return {}
    try:
        return {"webhook": connect_webhook(settings)}
    except ValueError as error:
        raise SettingsError(str(error)) from None
