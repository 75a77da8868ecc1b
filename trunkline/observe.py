"""What each role shows of itself: JSON log lines, /livez, /readyz and /metrics.

No text, audio, dialled number or secret may reach a log line or a metric label: log what happened
with `call_id` and `leg_id`, never what was said. An exception's message is not logged, only its
type and where it was raised, because libraries put values into messages.
"""

import asyncio
import json
import logging
import socket
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType

import uvicorn
from fastapi import FastAPI, Response
from prometheus_client import CollectorRegistry, generate_latest

ReadyCheck = Callable[[], str]
"""Returns an empty string when ready, else what is missing."""

_NOISY = ("kafka", "httpx", "httpcore", "presidio-analyzer", "presidio-anonymizer", "websockets")
"""Libraries that log peers' data, or every request at INFO."""

_EXTRA = (
    *("call_id", "leg_id", "worker", "role", "reason", "key_id"),
    *("count", "port", "url", "status", "ms", "path"),
    "peer",  # the network address of one that was refused
)


LARGEST_WS_BYTES = 4096
"""Of a websocket message sent to us: our clients send none."""


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and the allowed extra fields."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "from": record.name,
            "what": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in _EXTRA if hasattr(record, name)}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _frames(record.exc_info[2])
        return json.dumps(line, default=str)


def _frames(trace: TracebackType | None) -> list[str]:
    """File, line and function of each frame: no source text and no values."""
    return [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)[-8:]]


def log_to_stderr(level: str) -> None:
    """Send every log line of this process to stderr as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.ERROR)


def health_app(registry: CollectorRegistry, ready: ReadyCheck) -> FastAPI:
    """The three routes every role answers."""
    app = FastAPI(openapi_url=None)

    @app.get("/livez")
    async def livez() -> Response:
        return Response("ok\n", media_type="text/plain")

    @app.get("/readyz")
    async def readyz() -> Response:
        missing = ready()
        return Response(
            f"{missing or 'ok'}\n", status_code=503 if missing else 200, media_type="text/plain"
        )

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")

    return app


def bind(host: str, port: int) -> socket.socket:
    """A listening TCP socket; port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


class _Server(uvicorn.Server):
    """A uvicorn server that leaves SIGTERM to the role that runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_http(app: FastAPI, listener: socket.socket, *, stop: asyncio.Event) -> None:
    """Serve `app` on `listener` until `stop` is set; open requests get 2 s to finish."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
        ws_max_size=LARGEST_WS_BYTES,
    )
    server = _Server(config)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[listener]))
        await stop.wait()
        server.should_exit = True
