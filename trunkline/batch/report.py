"""What a run amounted to: one entry a file, and the table of them (pure)."""

from collections.abc import Sequence

import msgspec

from trunkline.batch.transcript import FileTranscript, Quality

DONE = "done"
ALREADY = "already done"
FAILED = "failed"


class FileReport(msgspec.Struct, frozen=True, kw_only=True):
    """One file."""

    name: str
    outcome: str
    """`done`, `already done` or `failed`."""

    problem: str = ""
    duration_ms: int = 0
    words: int = 0
    cpu_s: float = 0.0
    """Recognition only, over all runs that it took."""

    audio_per_cpu: float = 0.0
    """Seconds of audio a second of CPU: the real-time factor turned round."""

    redactions: dict[str, int] = {}
    quality: Quality | None = None


class RunReport(msgspec.Struct, frozen=True, kw_only=True):
    """The whole run."""

    files: tuple[FileReport, ...]
    wall_s: float
    cpu_s: float
    """Of this process, everything included."""

    paused_s: float
    """Stood still for live calls."""

    heard_ms: int
    """Audio recognised in this run."""

    hours_per_core_hour: float


def of_file(made: FileTranscript, *, outcome: str, cpu_s: float) -> FileReport:
    """A file that has its transcript."""
    duration_ms = made.call.duration_ms or 0
    return FileReport(
        name=made.file.name,
        outcome=outcome,
        duration_ms=duration_ms,
        words=sum(leg.words for leg in made.quality.legs),
        cpu_s=round(cpu_s, 3),
        audio_per_cpu=round(duration_ms / 1000 / cpu_s, 1) if cpu_s else 0.0,
        redactions=made.summary.redactions,
        quality=made.quality,
    )


def table(report: RunReport) -> list[str]:
    """For a terminal: files with what to look at, then the sums."""
    width = max([4, *(len(file.name) for file in report.files)])
    head = f"{'file':{width}}  length  speech  words  sure  level/noise dB  masked  look at"
    return [head, *(_row(file, width) for file in report.files), *_sums(report)]


def _row(file: FileReport, width: int) -> str:
    if file.quality is None:
        return f"{file.name:{width}}  FAILED: {file.problem}"
    legs = file.quality.legs
    speech = " ".join(f"{leg.speech_share:.0%}" for leg in legs)
    sure = _mean([leg.mean_confidence for leg in legs if leg.words])
    levels = " ".join(f"{leg.speech_db:.0f}/{leg.noise_db:.0f}" for leg in legs)
    masked = sum(file.redactions.values())
    look_at = " ".join(file.quality.flags) or "-"
    return (
        f"{file.name:{width}}  {_clock(file.duration_ms)}  {speech}  {file.words}  {sure:.2f}  "
        f"{levels}  {masked}  {look_at}"
    )


def _sums(report: RunReport) -> list[str]:
    count = {word: sum(f.outcome == word for f in report.files) for word in (DONE, ALREADY, FAILED)}
    counted = ", ".join(f"{number} {word}" for word, number in count.items() if number)
    lines = [f"{len(report.files)} files: {counted or 'nothing to do'}"]
    if report.heard_ms:
        lines.append(
            f"{report.heard_ms / 3_600_000:.2f} h of audio in {report.wall_s:.0f} s, "
            f"{report.cpu_s:.0f} s of CPU: {report.hours_per_core_hour:.1f} h a core-hour; "
            f"stood still for live calls for {report.paused_s:.0f} s"
        )
    return lines


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _clock(ms: int) -> str:
    seconds = ms // 1000
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
