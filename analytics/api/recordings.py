"""/v1/calls/ID/recording and /audio: redacted recordings, and originals for those who may."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Literal, NamedTuple

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.responses import StreamingResponse

from analytics.access import CALLS, ORIGINALS, Principal
from analytics.api.calls import CallId
from analytics.api.guard import Guard, may
from analytics.api.problems import Problem
from analytics.recordings import Heard, NoSound, Player, Sound, Wanted
from analytics.recordings.shelf import Shelf

BLOCK_BYTES = 262_144
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class _Part(NamedTuple):
    """Which bytes of a file go out."""

    start: int
    end: int


def router(shelf: Shelf, player: Player, guard: Guard) -> APIRouter:
    """What is known of a recording, and its sound."""
    routes = APIRouter()
    Allowed = Annotated[Principal, Depends(guard.require(CALLS))]

    @routes.get("/v1/calls/{call_id}/recording")
    async def recording(who: Allowed, call_id: CallId) -> Response:
        found = await shelf.of(who.tenant_id, call_id)
        if found is None:
            raise Problem(404, "There is no recording of this call.")
        return Response(msgspec.json.encode(found), media_type="application/json")

    @routes.get("/v1/calls/{call_id}/audio")
    async def audio(
        who: Allowed,
        call_id: CallId,
        channel: Annotated[str, Query(pattern=r"^(mix|all|\d{1,2})$")] = "mix",
        format: Literal["wav", "flac"] = "wav",
        original: bool = False,
        why: Annotated[str, Query(max_length=200)] = "",
        range: Annotated[str, Header()] = "",
    ) -> Response:
        if channel == "all" and format != "flac":
            raise Problem(422, "channel=all is there as format=flac only.")
        if original:
            await _note(shelf, may(who, ORIGINALS), call_id, why=why)
        wanted = Wanted(who.tenant_id, call_id, channel, format, original)
        try:
            sound = await asyncio.to_thread(player.open, wanted)
        except NoSound:
            raise Problem(404, "There is no such recording of this call.") from None
        return _response(sound, range)

    return routes


async def _note(shelf: Shelf, who: Principal, call_id: str, *, why: str) -> None:
    """Nobody hears untouched audio without saying why; the row is there before the sound."""
    if not why.strip():
        raise Problem(422, "Say why: original audio is heard for a reason, which is kept.")
    action = "recording.original_heard"
    at = datetime.now(UTC)
    await shelf.note(Heard(who.tenant_id, who.key_id, action, call_id, why.strip(), at))


def _response(sound: Sound, asked: str) -> Response:
    part = _part(asked, sound.size_bytes)
    headers = {"Accept-Ranges": "bytes"}
    if part is None:
        sound.close()
        refused = Response(status_code=416)
        refused.headers["Content-Range"] = f"bytes */{sound.size_bytes}"
        return refused
    headers["Content-Length"] = str(part.end - part.start)
    is_whole = (part.start, part.end) == (0, sound.size_bytes)
    if asked and not (is_whole and not _RANGE.fullmatch(asked.strip())):
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{sound.size_bytes}"
        return StreamingResponse(
            _bytes(sound, part), status_code=206, headers=headers, media_type=sound.media_type
        )
    return StreamingResponse(_bytes(sound, part), headers=headers, media_type=sound.media_type)


def _part(asked: str, size: int) -> _Part | None:
    """What a Range header asks for (RFC 9110 section 14.2); None where there is nothing there.

    Several ranges at once, and units other than bytes, are answered with the whole.
    """
    found = _RANGE.fullmatch(asked.strip())
    if found is None or found[0] == "bytes=-":
        return _Part(0, size)
    first, last = found[1], found[2]
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    if last and first and int(last) < int(first):
        return _Part(0, size)
    return _Part(start, end) if start < end else None


async def _bytes(sound: Sound, part: _Part) -> AsyncIterator[bytes]:
    try:
        at = part.start
        while at < part.end:
            block = await asyncio.to_thread(sound.read, at, min(BLOCK_BYTES, part.end - at))
            if not block:
                return
            yield block
            at += len(block)
    finally:
        sound.close()
