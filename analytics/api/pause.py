"""/v1/calls/{call_id}/pause and /resume: nothing is heard or kept while a card number is given."""

import logging
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Response

from analytics.access import CONTROL, Principal
from analytics.api.calls import CallId
from analytics.api.guard import Guard
from analytics.api.problems import Problem
from analytics.pausing import Outcome, Pausing
from analytics.store import Store
from trunkline.bus import Unavailable

logger = logging.getLogger(__name__)

OVER = "The call is over."


class Paused(msgspec.Struct, frozen=True):
    """What the call is now."""

    call_id: str
    paused: bool


def router(store: Store, pausing: Pausing, guard: Guard) -> APIRouter:
    """Both answer when the node that has the call has confirmed it; both may be repeated."""
    routes = APIRouter()
    Allowed = Annotated[Principal, Depends(guard.require(CONTROL))]

    @routes.post("/v1/calls/{call_id}/pause")
    async def pause(who: Allowed, call_id: CallId) -> Response:
        return await ask(who, call_id, paused=True)

    @routes.post("/v1/calls/{call_id}/resume")
    async def resume(who: Allowed, call_id: CallId) -> Response:
        return await ask(who, call_id, paused=False)

    async def ask(who: Principal, call_id: str, *, paused: bool) -> Response:
        if not pausing.is_live(who.tenant_id, call_id):
            await _must_be_live(store, who, call_id=call_id)
        asked = "pause asked for" if paused else "resume asked for"
        logger.info(asked, extra={"call_id": call_id, "key_id": who.key_id})
        send = pausing.pause if paused else pausing.resume
        try:
            outcome = await send(who.tenant_id, call_id, by=who.key_id)
        except Unavailable:
            still = "NOT paused" if paused else "not resumed"
            raise Problem(503, f"The bus cannot be reached now: {still}.") from None
        return _answer(outcome, call_id, paused=paused)

    return routes


async def _must_be_live(store: Store, who: Principal, *, call_id: str) -> None:
    """Problem 404 or 409."""
    found = await store.call(who.tenant_id, call_id)
    if found is None:
        raise Problem(404, "There is no such call.")
    if found.state != "live":
        raise Problem(409, OVER)


def _answer(outcome: Outcome, call_id: str, *, paused: bool) -> Response:
    if outcome is Outcome.OVER:
        raise Problem(409, OVER)
    if outcome is Outcome.NOT_CONFIRMED:
        done = "paused" if paused else "resumed"
        raise Problem(504, f"No listening node has confirmed that the call is {done}. Ask again.")
    body = msgspec.json.encode(Paused(call_id, paused))
    return Response(body, media_type="application/json")
