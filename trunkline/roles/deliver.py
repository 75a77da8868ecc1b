"""The role that pushes finished calls to the connectors."""

from pathlib import Path

from analytics.store.postgres import PostgresStore
from crm_connectors.connector import Connector
from crm_connectors.deliver import Deliver
from crm_connectors.settings import Settings
from crm_connectors.webhook import Webhook, read_secret
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
        load=store.transcript,
        settings=settings,
        registry=context.registry,
    )
    return [deliver]


def _connectors(settings: Settings) -> dict[str, Connector]:
    """By the name under which their deliveries are kept."""
    if not settings.webhook_url:
        return {}
    try:
        secret = read_secret(Path(settings.webhook_secret_file))
        return {"webhook": Webhook(settings, secret=secret)}
    except ValueError as error:
        raise SettingsError(str(error)) from None
