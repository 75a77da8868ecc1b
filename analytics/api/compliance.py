"""/v1/compliance: what redaction did, and the review of samples of it."""

import logging
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from analytics.access import COMPLIANCE, Principal
from analytics.api.guard import Guard
from analytics.api.problems import Problem
from analytics.compliance.counts import Period
from analytics.compliance.desk import Desk, NoKey, NoReview, Outdated
from analytics.compliance.documents import Verdict
from analytics.retraction import BadMark

USUAL_DAYS = 30
MOST_DAYS = 400

logger = logging.getLogger(__name__)

_VERDICT = msgspec.json.Decoder(Verdict)


def router(desk: Desk, guard: Guard) -> APIRouter:
    """Counts, the next segment to review, and a reviewer's answer."""
    routes = APIRouter()
    Allowed = Annotated[Principal, Depends(guard.require(COMPLIANCE))]

    @routes.get("/v1/compliance/summary")
    async def summary(
        who: Allowed,
        first: Annotated[date | None, Query(alias="from")] = None,
        last: Annotated[date | None, Query(alias="to")] = None,
    ) -> Response:
        now = datetime.now(UTC)
        period = period_of(who.tenant_id, first, last, today=now.date())
        return _json(await desk.summary(period, now=now))

    @routes.get("/v1/compliance/reviews/next")
    async def next_review(who: Allowed) -> Response:
        item = await desk.next(who, now=datetime.now(UTC))
        return Response(status_code=204) if item is None else _json(item)

    @routes.post("/v1/compliance/reviews/{review_id}")
    async def answer(
        who: Allowed, request: Request, review_id: Annotated[int, Path(ge=1, lt=2**63)]
    ) -> Response:
        try:
            verdict = _VERDICT.decode(await request.body())
            done = await desk.answer(who, review_id, verdict, now=datetime.now(UTC))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise Problem(400, "Not as expected: the verdict.") from None
        except BadMark as error:
            raise Problem(400, f"Not as expected: {error}.") from None
        except (NoReview, Outdated) as error:
            raise Problem(409, str(error)) from None
        except NoKey as error:
            logger.error("a review cannot be kept", extra={"reason": str(error)})
            raise Problem(503, "The tenant's key cannot be used: nothing was kept.") from None
        return _json(done)

    return routes


def period_of(tenant_id: str, first: date | None, last: date | None, *, today: date) -> Period:
    """The days asked for, by default the last 30; Problem 400 if they are none, or too many."""
    last = last or today
    first = first or max(date.min, last - timedelta(days=USUAL_DAYS - 1))
    if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS) or last.year > 9000:
        raise Problem(400, f"from, to: 1 to {MOST_DAYS} days.")
    return Period(tenant_id, first, last)


def _json(document: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(document), media_type="application/json")
