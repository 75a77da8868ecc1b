"""Who asks, and may they: API key or page session, scope, and same origin."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from analytics.access import Access, Principal
from analytics.api.problems import Problem

COOKIE = "trunkline_session"

_SECRET = re.compile(r"tk_[A-Za-z0-9_-]{32,128}")
_SAFE = ("GET", "HEAD")


class Guard:
    """Lets requests in."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def principal(self, connection: HTTPConnection) -> Principal:
        """Who asks; Problem 401 or 403."""
        now = datetime.now(UTC)
        if secret := bearer(connection):
            found = await self._access.by_key(secret, now=now)
        elif token := session_token(connection):
            if not _reads(connection):
                require_same_origin(connection)
            found = await self._access.by_session(token, now=now)
        else:
            found = None
        if found is None:
            raise Problem(401, "An API key or a session is needed.")
        return found

    def require(self, scope: str) -> Callable[[HTTPConnection], Awaitable[Principal]]:
        """A dependency that lets in who may do `scope`."""

        async def allowed(connection: HTTPConnection) -> Principal:
            return may(await self.principal(connection), scope)

        return allowed


def may(principal: Principal, scope: str) -> Principal:
    """The principal again; Problem 403 if the scope is not among its own."""
    if not principal.may(scope):
        raise Problem(403, f"This key is not for {scope}.")
    return principal


def bearer(connection: HTTPConnection) -> str:
    """The key of the Authorization header; empty if there is none of the right shape."""
    scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
    secret = secret.strip()
    return secret if scheme.lower() == "bearer" and _SECRET.fullmatch(secret) else ""


def session_token(connection: HTTPConnection) -> str:
    """The cookie of the page; empty if there is none of the right shape."""
    token = connection.cookies.get(COOKIE, "")
    return token if _SECRET.fullmatch(token) else ""


def require_same_origin(connection: HTTPConnection) -> None:
    """Problem 403 unless a page of ours sent this: cookies travel with anyone's requests."""
    if urlsplit(connection.headers.get("origin", "")).netloc != connection.headers.get("host"):
        raise Problem(403, "The request comes from another site.")


def _reads(connection: HTTPConnection) -> bool:
    """Whether another site gains nothing by it: it cannot read the answer."""
    return connection.scope["type"] == "http" and connection.scope["method"] in _SAFE
