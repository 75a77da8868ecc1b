"""The web page: a few files of this package, without anything from elsewhere."""

import hashlib
from importlib.resources import files

from fastapi import APIRouter, Request, Response

from analytics.api.problems import Problem

_TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
}


def router() -> APIRouter:
    """`/`, `/compliance` and `/static/...`."""
    routes = APIRouter()
    found = {
        entry.name: entry.read_bytes()
        for entry in (files("analytics") / "web").iterdir()
        if entry.name.rpartition(".")[2] in _TYPES
    }

    @routes.get("/")
    async def index(request: Request) -> Response:
        return _file(request, "index.html", content=found["index.html"])

    @routes.get("/compliance")
    async def compliance(request: Request) -> Response:
        return _file(request, "compliance.html", content=found["compliance.html"])

    @routes.get("/static/{name}")
    async def static(request: Request, name: str) -> Response:
        if name not in found:
            raise Problem(404, "There is nothing at this path.")
        return _file(request, name, content=found[name])

    return routes


def _file(request: Request, name: str, *, content: bytes) -> Response:
    """With its ETag (RFC 9110 section 8.8.3), so that an unchanged file is not sent twice."""
    headers = {
        "ETag": f'"{hashlib.sha256(content).hexdigest()[:16]}"',
        "Cache-Control": "no-cache",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=_TYPES[name.rpartition(".")[2]], headers=headers)
