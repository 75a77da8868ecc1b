from datetime import UTC, datetime, timedelta

import msgspec

from tests.known_call import STARTED, segments
from trunkline.evaluate.delays import Shown
from trunkline.evaluate.stages import StageDelays, stage_delays, total_stages

ENDED = datetime.fromtimestamp(STARTED, UTC)


def shown(*, revision: int, final: bool, at_ms: int) -> Shown:
    return Shown(
        STARTED + at_ms / 1000,
        msgspec.structs.replace(
            segments()[0],
            revision=revision,
            is_final=final,
            audio_end_at=ENDED,
            recognised_at=ENDED + timedelta(milliseconds=120),
            redacted_at=ENDED + timedelta(milliseconds=125),
        ),
    )


def test_each_stage_is_told_from_the_events_own_times() -> None:
    came = [shown(revision=1, final=False, at_ms=135), shown(revision=2, final=True, at_ms=140)]
    assert stage_delays(came, final=True) == StageDelays((120.0,), (5.0,), (15.0,))
    assert stage_delays(came, final=False) == StageDelays((120.0,), (5.0,), (10.0,))


def test_a_revision_that_comes_again_counts_once() -> None:
    once = shown(revision=1, final=True, at_ms=140)
    again = shown(revision=1, final=True, at_ms=9000)
    assert len(stage_delays([once, again], final=True).shown_ms) == 1


def test_captions_without_times_tell_nothing() -> None:
    assert stage_delays([Shown(STARTED, segments()[0])], final=True) == StageDelays()


def test_stages_of_calls_are_put_together() -> None:
    one = StageDelays((1.0,), (2.0,), (3.0,))
    assert total_stages([one, one]) == StageDelays((1.0, 1.0), (2.0, 2.0), (3.0, 3.0))
