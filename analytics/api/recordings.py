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
ORIGINAL_HEARD = "recording.original_heard"
"""Action of the audit row."""

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
            raise Problem(400, "channel=all is there as format=flac only.")
        if original and not (may(who, ORIGINALS) and why.strip()):
            raise Problem(400, "Say why: original audio is heard for a reason, which is kept.")
        wanted = Wanted(who.tenant_id, call_id, channel, format, original)
        try:
            sound = await asyncio.to_thread(player.open, wanted)
        except NoSound:
            raise Problem(404, "There is no such recording of this call.") from None
        if original:
            now = datetime.now(UTC)
            heard = Heard(who.tenant_id, who.key_id, ORIGINAL_HEARD, call_id, why.strip(), now)
            await _note(shelf, heard, sound=sound)
        return _response(sound, range)

    return routes


async def _note(shelf: Shelf, heard: Heard, *, sound: Sound) -> None:
    """The audit row is there before the sound goes out."""
    try:
        await shelf.note(heard)
    except BaseException:
        sound.close()
        raise


def _response(sound: Sound, asked: str) -> Response:
    """The whole, or the range asked for (RFC 9110 section 14.2).

    Several ranges at once, units other than bytes, and nonsense are answered with the whole.
    """
    size = sound.size_bytes
    part = _part(asked, size)
    if part is None:
        headers = {"Accept-Ranges": "bytes", "Content-Length": str(size)}
        whole = _Part(0, size)
        return StreamingResponse(_bytes(sound, whole), 200, headers, sound.media_type)
    if part.start >= part.end:
        sound.close()
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Length": str(part.end - part.start),
        "Content-Range": f"bytes {part.start}-{part.end - 1}/{size}",
    }
    return StreamingResponse(_bytes(sound, part), 206, headers, sound.media_type)


def _part(asked: str, size: int) -> _Part | None:
    """The one range that is asked for, empty if it lies behind the end; None if none is."""
    found = _RANGE.fullmatch(asked.strip())
    if found is None:
        return None
    first, last = found.groups()
    if not first:
        return _Part(max(0, size - int(last)), size) if last else None
    if last and int(last) < int(first):
        return None
    return _Part(int(first), min(size, int(last) + 1) if last else size)


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
