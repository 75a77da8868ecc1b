"""Places the canary's call and collects what the appliance shows of it."""

import asyncio
import time
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from analytics.events import TranscriptDocument
from crm_connectors.finalised import finalised
from trunkline.api_client import Access, ApiClient
from trunkline.audit.findings import Tally
from trunkline.audit.planted import Planted
from trunkline.audit.records import of_record
from trunkline.evaluate.delays import Shown
from trunkline.evaluate.placing import place
from trunkline.evaluate.prepare import TestCall
from trunkline.evaluate.reference import read_reference
from trunkline.evaluate.run import Target, finished, recording
from trunkline.evaluate.score import leaked_finals, leaked_shown
from trunkline.live_captions import CaptionSegment

FORMATS = ("json", "text", "vtt", "srt")
POLL_S = 0.25


class Told(NamedTuple):
    """A call, and what its viewers saw."""

    call_id: str
    began_at: float
    """Unix time, before anything was sent."""

    document: TranscriptDocument
    shown: Sequence[Shown]


def built_in() -> tuple[Path, Path]:
    """Audio and truth of the call that comes with the package."""
    folder = Path(str(files("trunkline.audit").joinpath("data")))
    return folder / "canary.flac", folder / "canary.json"


def canary_call(audio: Path, truth: Path) -> TestCall:
    """The call to place; BadReference if its truth cannot be read."""
    reference = read_reference(truth)
    return TestCall(audio, reference, reference)


async def hear_canary(call: TestCall, target: Target) -> Told:
    """Place the call and watch its captions; NotPlaced or ApiError if it fails."""
    began_at = time.time()
    async with recording(target.access) as recorder:
        placed = await place(call, target.sip)
        document = await finished(target.access, placed)
    return Told(placed.call_id, began_at, document, tuple(recorder.shown[placed.call_id]))


def search_told(told: Told, planted: Planted, tally: Tally) -> None:
    """Captions as they came, the transcript, and what a CRM is sent (pure)."""
    tally.look("captions", revisions=len(told.shown))
    for leak in leaked_shown(planted.spans, told.shown):
        tally.hit("captions", "shown live", [leak.kind])
    for one in told.shown:
        tally.hit("captions", _which(one.segment), planted.anywhere(one.segment.text))
    for leak in leaked_finals(planted.spans, told.document.segments):
        tally.hit("transcript", "json", [leak.kind])
    if told.document.summary:
        payload = finalised(told.document, told.document.summary, revision=1)
        tally.look("CRM payload", bytes=len(payload))
        tally.hit(
            "CRM payload", "call.finalised", of_record(payload, planted, call_id=told.call_id)
        )


def search_transcript(told: Told, access: Access, planted: Planted, tally: Tally) -> None:
    """The transcript in each format that the API has; ApiError if it does not answer."""
    with ApiClient(access) as api:
        for form in FORMATS:
            body = api.transcript_as(told.call_id, form)
            tally.look("transcript", formats=1, bytes=len(body))
            tally.hit("transcript", form, planted.anywhere(body))


def _which(segment: CaptionSegment) -> str:
    return "final" if segment.is_final else "partial"


async def await_webhook(folder: Path, call_id: str, *, within_s: float) -> bool:
    """True once a file of the folder names the call: the receiver has got it."""
    deadline = asyncio.get_running_loop().time() + within_s
    while asyncio.get_running_loop().time() < deadline:
        if any(
            call_id.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file()
        ):
            return True
        await asyncio.sleep(POLL_S)
    return False
