"""A stored transcript as plain text, WebVTT or SubRip (pure)."""

from collections.abc import Iterator
from typing import NamedTuple

from analytics.events import TranscriptDocument


class Line(NamedTuple):
    """What one party said, or what was not heard of it."""

    start_ms: int
    end_ms: int
    who: str
    text: str


def text(document: TranscriptDocument) -> str:
    """One line a segment: time, who, words."""
    return "".join(f"{_clock(e.start_ms)}  {e.who}: {e.text}\n" for e in lines(document))


def vtt(document: TranscriptDocument) -> str:
    """WebVTT (W3C), each cue in the voice of its leg."""
    cues = (
        f"{i}\n{_stamp(e.start_ms, '.')} --> {_stamp(e.end_ms, '.')}\n"
        f"<v {_escaped(e.who)}>{_escaped(e.text)}</v>\n"
        for i, e in enumerate(lines(document), 1)
    )
    return "\n".join(["WEBVTT\n", *cues])


def srt(document: TranscriptDocument) -> str:
    """SubRip."""
    cues = (
        f"{i}\n{_stamp(e.start_ms, ',')} --> {_stamp(e.end_ms, ',')}\n{e.who}: {e.text}\n"
        for i, e in enumerate(lines(document), 1)
    )
    return "\n".join(cues)


def lines(document: TranscriptDocument) -> list[Line]:
    """Segments and gaps in the order of time."""
    return sorted(_lines(document))


def _lines(document: TranscriptDocument) -> Iterator[Line]:
    names = {leg.leg_id: leg.participant_name or leg.role for leg in document.call.legs}
    shared = _shared(document)
    for s in document.segments:
        who = s.speaker if s.leg_id in shared else names.get(s.leg_id, s.speaker)
        yield Line(s.start_ms, s.end_ms, _one_line(who), s.text)
    for gap in document.gaps:
        why = gap.why.replace("_", " ")
        said = f"(not heard for {(gap.end_ms - gap.start_ms) / 1000:.1f} s: {why})"
        yield Line(gap.start_ms, gap.end_ms, _one_line(names.get(gap.leg_id, "")), said)


def _shared(document: TranscriptDocument) -> set[str]:
    """Legs of several people: the leg's name would be that of one of them."""
    own = {leg.leg_id: (leg.role, f"speaker_{leg.channel + 1}") for leg in document.call.legs}
    return {s.leg_id for s in document.segments if s.speaker not in own.get(s.leg_id, s.speaker)}


def _one_line(name: str) -> str:
    return " ".join(name.split())


def _clock(ms: int) -> str:
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes:02}:{seconds:02}"


def _stamp(ms: int, point: str) -> str:
    minutes, left_ms = divmod(ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{left_ms // 1000:02}{point}{left_ms % 1000:03}"


def _escaped(plain: str) -> str:
    """WebVTT section 4.2.2: `&`, `<` and `>` cannot stand for themselves, nor can an arrow."""
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
