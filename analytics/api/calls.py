"""/v1/calls: stored calls and their transcripts."""

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import StringConstraints

from analytics import formats
from analytics.access import CALLS, Principal
from analytics.api.guard import Guard
from analytics.api.problems import Problem
from analytics.events import CallDocument, TranscriptDocument
from analytics.store import Store, Wanted

MOST_CALLS = 200
"""On one page of the list."""

MOST_ATTRIBUTES = 16
"""Of one question: a call has no more."""

Attribute = Annotated[str, StringConstraints(pattern=r"^[^:\x00-\x1f]{1,200}:[^\x00-\x1f]{1,200}$")]
"""`NAME:VALUE`, the name in any case; the value may have colons."""

CallId = Annotated[str, Path(pattern=r"^[\x21-\x7e]{1,128}$")]

_TEXTS: dict[str, tuple[Callable[[TranscriptDocument], str], str]] = {
    "text": (formats.text, "text/plain; charset=utf-8"),
    "vtt": (formats.vtt, "text/vtt; charset=utf-8"),
    "srt": (formats.srt, "application/x-subrip; charset=utf-8"),
}


class Calls(msgspec.Struct, frozen=True):
    """One page of the list."""

    calls: tuple[CallDocument, ...]


def router(store: Store, guard: Guard) -> APIRouter:
    """List, one call, its transcript."""
    routes = APIRouter()
    Allowed = Annotated[Principal, Depends(guard.require(CALLS))]

    @routes.get("/v1/calls")
    async def calls(
        who: Allowed,
        state: Literal["live", "ended"] | None = None,
        limit: Annotated[int, Query(ge=1, le=MOST_CALLS)] = 50,
        before: Annotated[str, Query(pattern=r"^[\x21-\x7e]{0,128}$")] = "",
        queue: Annotated[str, Query(pattern=r"^[\x20-\x7e]{0,64}$")] = "",
        external_id: Annotated[str, Query(max_length=256)] = "",
        attribute: Annotated[tuple[Attribute, ...], Query(max_length=MOST_ATTRIBUTES)] = (),
    ) -> Response:
        parted = (each.partition(":") for each in attribute)
        attributes = tuple((name.lower(), value) for name, _, value in parted)
        wanted = Wanted(state, limit, before, queue, external_id, attributes)
        found = await store.calls(who.tenant_id, wanted)
        return _json(Calls(tuple(found)))

    @routes.get("/v1/calls/{call_id}")
    async def call(who: Allowed, call_id: CallId) -> Response:
        found = await store.call(who.tenant_id, call_id)
        if found is None:
            raise Problem(404, "There is no such call.")
        return _json(found)

    @routes.get("/v1/calls/{call_id}/transcript")
    async def transcript(
        who: Allowed, call_id: CallId, format: Literal["json", "text", "vtt", "srt"] = "json"
    ) -> Response:
        found = await store.transcript(who.tenant_id, call_id, roles=(who.role,))
        if found is None:
            raise Problem(404, "There is no such call.")
        if format == "json":
            return _json(found)
        render, media_type = _TEXTS[format]
        return Response(render(found), media_type=media_type)

    return routes


def _json(document: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(document), media_type="application/json")
