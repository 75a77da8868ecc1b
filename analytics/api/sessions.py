"""/v1/session: the page's login."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from analytics.access import SESSION_LENGTH, Access, Principal
from analytics.api.guard import COOKIE, Guard, require_same_origin, session_token
from analytics.api.problems import Problem


class Login(BaseModel):
    """The body of a login."""

    model_config = ConfigDict(extra="forbid")

    api_key: Annotated[str, Field(max_length=200)]


class Who(msgspec.Struct, frozen=True):
    """Whose session it is."""

    tenant_id: str
    name: str
    role: str
    scopes: tuple[str, ...]


def router(access: Access, guard: Guard) -> APIRouter:
    """Log in, look who one is, log out."""
    routes = APIRouter()

    @routes.post("/v1/session")
    async def log_in(request: Request, login: Login) -> Response:
        if "origin" in request.headers:
            require_same_origin(request)
        now = datetime.now(UTC)
        principal = await access.by_key(login.api_key.strip(), now=now)
        if principal is None:
            raise Problem(401, "This is not an API key, or it has been revoked.")
        session = await access.open_session(principal, now=now)
        answer = _who(principal)
        answer.set_cookie(
            COOKIE,
            session.token,
            max_age=int(SESSION_LENGTH.total_seconds()),
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return answer

    @routes.get("/v1/session")
    async def look(request: Request) -> Response:
        return _who(await guard.principal(request))

    @routes.delete("/v1/session")
    async def log_out(request: Request) -> Response:
        require_same_origin(request)
        if token := session_token(request):
            await access.close_session(token, now=datetime.now(UTC))
        answer = Response(status_code=204)
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        return answer

    return routes


def _who(principal: Principal) -> Response:
    who = Who(principal.tenant_id, principal.name, principal.role, principal.scopes)
    return Response(msgspec.json.encode(who), media_type="application/json")
