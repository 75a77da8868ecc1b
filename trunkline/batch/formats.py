"""A file's transcript as JSON, CSV, WebVTT, SubRip or plain text (pure)."""

import csv
import io
from collections.abc import Callable

import msgspec

from analytics import formats
from trunkline.batch.transcript import FileTranscript

_COLUMNS = (
    *("file", "segment_id", "channel", "speaker", "start_ms", "end_ms"),
    *("confidence", "text", "written"),
)


def _json(made: FileTranscript) -> str:
    plain = msgspec.json.encode(made, order="deterministic")
    return msgspec.json.format(plain, indent=1).decode() + "\n"


def _csv(made: FileTranscript) -> str:
    """One row a segment; RFC 4180."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(_COLUMNS)
    for s in made.segments:
        sure = [word.confidence for word in s.words if word.kind is None]
        mean = f"{sum(sure) / len(sure):.3f}" if sure else ""
        where = (made.file.name, s.segment_id, s.channel, s.speaker, s.start_ms, s.end_ms)
        rows.writerow(_inert(cell) for cell in (*where, mean, s.text, s.written))
    return out.getvalue()


def _inert(cell: str | int) -> str | int:
    """A cell that a spreadsheet would take for a formula is kept text (OWASP, CSV injection)."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell


RENDER: dict[str, Callable[[FileTranscript], str]] = {
    "json": _json,
    "csv": _csv,
    "vtt": lambda made: formats.vtt(made.document),
    "srt": lambda made: formats.srt(made.document),
    "txt": lambda made: formats.text(made.document),
}


def rendered(made: FileTranscript, format_name: str) -> bytes:
    """The transcript's file."""
    return RENDER[format_name](made).encode("utf-8")


def file_name(recording: str, format_name: str) -> str:
    """`call.wav.vtt`: never the name of another recording's transcript, nor of anything that a
    recorder may have put beside its file."""
    return f"{recording}.{format_name}"
