"""Refusals as problem+json (RFC 9457). None of them repeats what was sent."""

from http import HTTPStatus

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from analytics.store import Rejected, Unavailable


class Problem(Exception):
    """What a request is refused with."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class _Body(msgspec.Struct, frozen=True):
    type: str
    title: str
    status: int
    detail: str


def response(problem: Problem) -> Response:
    """The refusal as it goes out."""
    title = HTTPStatus(problem.status).phrase
    body = _Body("about:blank", title, problem.status, problem.detail)
    headers = {"Cache-Control": "no-store"}
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="trunkline"'
    if problem.status == 503:
        headers["Retry-After"] = "2"
    return Response(
        msgspec.json.encode(body),
        status_code=problem.status,
        media_type="application/problem+json",
        headers=headers,
    )


def install(app: FastAPI) -> None:
    """Make every refusal of `app` one of these."""

    @app.exception_handler(Problem)
    async def refused(request: Request, error: Problem) -> Response:
        return response(error)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        details = {404: "There is nothing at this path.", 405: "This path has no such method."}
        return response(Problem(error.status_code, details.get(error.status_code, "")))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        # The name of a field, not the place in a list of several.
        named = [[at for at in found["loc"] if isinstance(at, str)] for found in error.errors()]
        where = {names[-1] for names in named if names}
        return response(Problem(400, f"Not as expected: {', '.join(sorted(where))}."))

    @app.exception_handler(Unavailable)
    async def away(request: Request, error: Unavailable) -> Response:
        return response(Problem(503, "The database cannot be reached now; try again."))

    @app.exception_handler(Rejected)
    async def rejected(request: Request, error: Rejected) -> Response:
        return response(Problem(400, "The database cannot take one of the values."))
