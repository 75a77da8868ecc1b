"""One redacted revision of a segment, and what is shown where redaction failed."""

import traceback
from typing import NamedTuple

from redaction.call.render import Rendered, unavailable
from triton_models.events import RawTranscript


class Redacted(NamedTuple):
    """One redacted revision of one segment."""

    raw: RawTranscript
    """The revision it was made of. Its words are not to leave the caller."""
    rendered: Rendered
    is_correction: bool
    """Not an answer to the event received: an earlier final that must now show something else."""
    fault: str = ""
    """Where it failed (module and line), if it is `[unavailable]`."""


def refuse(raw: RawTranscript, *, why: str) -> Redacted:
    """`[unavailable]` for a revision that no redactor has seen."""
    return Redacted(raw, unavailable(raw), False, fault=why)


def place_of_fault(error: Exception | None) -> str:
    """Module and line of a fault; never its message, which may hold what was said."""
    if error is None:
        return "timeout"
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__} {place}".strip()
