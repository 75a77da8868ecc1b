"""The progress line."""

from trunkline.batch.progress import Progress


def test_the_line_tells_files_hours_speed_and_time_left() -> None:
    progress = Progress(files=2, size_bytes=200, now=0.0)
    progress.opened("a", size_bytes=100, estimated_ms=7_200_000)
    progress.heard("a", 3_600_000)
    assert progress.line(now=120.0, is_paused=False) == (
        "[#####---------------] 0/2 files 1.00 h heard 30x real time left 0:06:00"
    )
    progress.heard("a", 3_600_000)
    progress.ended("a", size_bytes=100)
    assert progress.line(now=240.0, is_paused=False).startswith("[##########----------] 1/2 files")


def test_what_an_earlier_run_heard_counts_as_done_but_not_as_speed() -> None:
    progress = Progress(files=1, size_bytes=100, now=0.0)
    progress.opened("a", size_bytes=100, estimated_ms=100_000)
    progress.heard("a", 50_000, before=True)
    assert "[##########----------] 0/1 files 0.00 h heard 0x" in progress.line(
        now=1.0, is_paused=False
    )


def test_it_says_when_it_waits_for_live_calls() -> None:
    assert (
        Progress(files=1, size_bytes=1, now=0.0)
        .line(now=1.0, is_paused=True)
        .endswith("waits for live calls")
    )


def test_a_wrong_estimate_never_shows_more_than_all() -> None:
    progress = Progress(files=1, size_bytes=0, now=0.0)
    progress.opened("a", size_bytes=0, estimated_ms=0)
    progress.heard("a", 1000)
    assert progress.line(now=1.0, is_paused=False).count("#") <= 20
