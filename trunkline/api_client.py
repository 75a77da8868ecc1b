"""The command line's side of the HTTP API."""

import argparse
from pathlib import Path
from types import TracebackType
from typing import TypeVar
from urllib.parse import quote

import httpx
import msgspec

from analytics.events import CallDocument, TranscriptDocument
from trunkline.running import NotRunning, find_appliance

TIMEOUT_S = 10.0
PAGE = 100
"""Calls asked for at once."""

Document = TypeVar("Document")


class ApiError(Exception):
    """The API did not answer as asked: one line for the operator."""


class _Calls(msgspec.Struct, frozen=True):
    calls: tuple[CallDocument, ...]


class _Problem(msgspec.Struct, frozen=True):
    """problem+json (RFC 9457)."""

    title: str = ""
    detail: str = ""


def add_api_arguments(parser: argparse.ArgumentParser) -> None:
    """`--url` and `--api-key-file`, by default those of the appliance that runs here."""
    parser.add_argument(
        "--url", metavar="URL", help="the appliance's web address (default: the one running here)"
    )
    parser.add_argument(
        "--api-key-file",
        type=Path,
        metavar="FILE",
        help="file with an API key (default: that of the appliance running here)",
    )


class Access(msgspec.Struct, frozen=True):
    """Where the API is, and the key to it."""

    url: str
    key: str

    @property
    def headers(self) -> dict[str, str]:
        """What each request carries."""
        return {"Authorization": f"Bearer {self.key}"}

    @property
    def captions_url(self) -> str:
        """The websocket with live captions."""
        return f"ws{self.url.removeprefix('http').rstrip('/')}/v1/captions"


def find_access(args: argparse.Namespace) -> Access:
    """From the command line, else from the running appliance; ApiError or NotRunning if neither."""
    url: str | None = args.url
    key_file: Path | None = args.api_key_file
    if url is None or key_file is None:
        running = find_appliance()
        url = url or running.http_url
        key_file = key_file or Path(running.api_key_file)
    if not url.startswith(("http://", "https://")):
        raise ApiError(f"--url {url}: expected http://HOST:PORT or https://HOST")
    try:
        return Access(url, key_file.read_text(encoding="utf-8").strip())
    except OSError as error:
        raise ApiError(f"{key_file}: {error.strerror}") from None


class ApiClient:
    """Asks the API; every failure is an `ApiError` that an operator understands."""

    def __init__(self, access: Access, *, transport: httpx.BaseTransport | None = None) -> None:
        self._url = access.url
        self._client = httpx.Client(
            base_url=access.url,
            headers=access.headers,
            timeout=TIMEOUT_S,
            transport=transport,
            trust_env=False,
        )

    def __enter__(self) -> "ApiClient":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def calls(self, *, state: str | None, limit: int) -> tuple[CallDocument, ...]:
        """The newest calls, newest first."""
        found: tuple[CallDocument, ...] = ()
        query = {"state": state} if state else {}
        while len(found) < limit:
            page_size = min(limit - len(found), PAGE)
            page = _decode(self._get("/v1/calls", query | {"limit": str(page_size)}), _Calls).calls
            found += page
            if len(page) < page_size:
                break
            query["before"] = page[-1].call_id
        return found

    def order(self, call_id: str, what: str) -> None:
        """`pause` or `resume` a live call; returns when the listening node has confirmed it."""
        self._ask("POST", f"/v1/calls/{quote(call_id, safe='')}/{what}")

    def transcript(self, call_id: str) -> TranscriptDocument:
        """The stored transcript of a call, with times."""
        return _decode(self._get(_transcript(call_id), {"format": "json"}), TranscriptDocument)

    def transcript_as(self, call_id: str, form: str) -> bytes:
        """The stored transcript as the API renders it: json, text, vtt or srt."""
        return self._get(_transcript(call_id), {"format": form})

    def audio(self, call_id: str, query: dict[str, str]) -> bytes:
        """A recording as a file: `channel`, `format`; `original` and `why`."""
        return self._get(f"/v1/calls/{quote(call_id, safe='')}/audio", query)

    def _get(self, path: str, query: dict[str, str]) -> bytes:
        return self._ask("GET", path, query)

    def _ask(self, method: str, path: str, query: dict[str, str] | None = None) -> bytes:
        try:
            response = self._client.request(method, path, params=query)
        except httpx.TransportError as error:
            raise ApiError(f"{self._url} does not answer ({type(error).__name__})") from None
        if response.status_code == 401:
            raise ApiError(f"{self._url} does not accept this API key")
        if response.status_code != 200:
            raise ApiError(_explain(response))
        return response.content


def _transcript(call_id: str) -> str:
    return f"/v1/calls/{quote(call_id, safe='')}/transcript"


def _decode(body: bytes, kind: type[Document]) -> Document:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise ApiError(f"an answer that this version does not understand: {error}") from None


def _explain(response: httpx.Response) -> str:
    try:
        problem = msgspec.json.decode(response.content, type=_Problem)
    except msgspec.MsgspecError:
        return f"HTTP {response.status_code}"
    return problem.detail or problem.title or f"HTTP {response.status_code}"


def say(error: ApiError | NotRunning) -> str:
    """The line for the operator."""
    return f"trunkline: {error}"
