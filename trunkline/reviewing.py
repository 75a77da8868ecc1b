"""What the compliance view runs with here: the keys of tenants, and the way into all sinks."""

from collections.abc import Iterable

from analytics.compliance.desk import Desk, NoKey
from analytics.retractor import Retractor
from analytics.store import Store
from redaction.call.written import written
from redaction.events import RedactedWord
from trunkline.settings import Settings
from trunkline.tenant_keys import KeyTrouble, TenantKeys


def tenant_keys(settings: Settings) -> TenantKeys:
    """The keys of tenants on this machine."""
    return TenantKeys(settings.state_dir / "keys" / "tenants")


async def open_desk(settings: Settings, dsn: str, store: Store) -> Desk:
    """The reviewer's desk; its caller closes it."""
    masks = Retractor(store, write=_written)
    return await Desk.connect(dsn, store, seal=_Sealing(tenant_keys(settings)), masks=masks)


class _Sealing:
    """The keys of tenants, whose trouble is told in the desk's words."""

    def __init__(self, keys: TenantKeys) -> None:
        self._keys = keys

    def seal(self, tenant_id: str, value: bytes, *, purpose: str) -> bytes:
        """Encrypt for the tenant."""
        try:
            return self._keys.seal(tenant_id, value, purpose=purpose)
        except (KeyTrouble, OSError) as error:
            raise NoKey(str(error)) from None


def _written(words: Iterable[RedactedWord], language: str) -> str:
    return written(words, language=language)
