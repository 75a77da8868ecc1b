"""`call.finalised`, version 1: what connectors say of a finished call, and its JSON schema.

`python -m crm_connectors.finalised` writes the schema; a test holds it to the types.
"""

from pathlib import Path
from typing import Final, Literal

import msgspec

from analytics.events import (
    CallDocument,
    CallSummary,
    GapDocument,
    SegmentDocument,
    TranscriptDocument,
)

EVENT: Final = "call.finalised"
SCHEMA_FILE = Path(__file__).parent / "schema" / "call.finalised.v1.json"


class CallFinalised(msgspec.Struct, frozen=True, kw_only=True):
    """A finished call: its parties, its redacted transcript with times, and its summary."""

    event: Literal["call.finalised"]
    version: Literal[1]
    """Grows only with a change that breaks a receiver; new fields may come without."""

    tenant_id: str
    call_id: str
    revision: int
    """Grows when a finished call changes later: keep the highest of a call_id."""

    call: CallDocument
    segments: tuple[SegmentDocument, ...]
    gaps: tuple[GapDocument, ...]
    summary: CallSummary


def finalised(document: TranscriptDocument, summary: CallSummary, *, revision: int) -> bytes:
    """The event as JSON."""
    return msgspec.json.encode(
        CallFinalised(
            event=EVENT,
            version=1,
            tenant_id=summary.tenant_id,
            call_id=summary.call_id,
            revision=revision,
            call=document.call,
            segments=document.segments,
            gaps=document.gaps,
            summary=summary,
        )
    )


def schema() -> bytes:
    """The published JSON schema (draft 2020-12), as its file holds it."""
    types = msgspec.json.schema(CallFinalised)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": EVENT}
    return msgspec.json.format(msgspec.json.encode(head | types), indent=2) + b"\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_bytes(schema())
