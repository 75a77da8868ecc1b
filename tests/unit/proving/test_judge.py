"""What of the finds in a recording that was heard again proves that something was left."""

import pytest

from redaction.recording.intervals import Interval, union
from redaction.recording.manifest import Manifest, RecordedLeg
from redaction.recording.mutes import Mutes
from trunkline.proving.judge import Heard, Shown, judged

MUTE = Interval(10_000, 12_000)
"""On the customer's leg, and in the mix."""

TOLD = Manifest(
    tenant_id="t",
    call_id="c",
    kind="redacted",
    rate_hz=8000,
    frames=8000 * 60,
    legs=(RecordedLeg(channel=0), RecordedLeg(channel=1)),
    mutes=Mutes(masked=((), (MUTE,)), unheard=((), ()), mix=(MUTE,)),
    cover="silence",
    policy_version="v",
)
SHOWN: Shown = {0: union([Interval(2000, 3000)]), 1: union([Interval(12_000, 12_600)])}


def heard(text: str, start_ms: int, *, channel: str = "1", kind: str = "name") -> Heard:
    words = tuple(text.split())
    return Heard(channel, start_ms, start_ms + 300 * len(words), kind, words)


def is_left(one: Heard, shown: Shown | None = SHOWN) -> bool:
    result = judged([one], TOLD, shown)
    assert result.left + result.doubtful == [one]
    return bool(result.left)


@pytest.mark.parametrize("shown", [SHOWN, None], ids=["with transcript", "without"])
def test_the_name_of_a_firm_in_the_greeting_is_for_somebody_to_listen_to(
    shown: Shown | None,
) -> None:
    assert not is_left(heard("Meridian Recoveries", 2000, channel="0"), shown)
    assert not is_left(heard("Thursdays", 50_000, kind="address"), shown)
    assert not is_left(heard("Marianne Recovery", 2000, channel="mix"), shown)


@pytest.mark.parametrize("channel", ["1", "mix"])
def test_what_borders_on_a_mute_is_what_is_left_of_a_value(channel: str) -> None:
    assert is_left(heard("Marcus Delaney", 12_050, channel=channel))
    assert is_left(heard("Delaney", 9500, channel=channel))
    assert not is_left(heard("Delaney", 12_050 + 600, channel=channel))
    assert not is_left(heard("Delaney", 12_050, channel="0")), "that leg is not muted there"


def test_a_word_cut_in_two_is_harmless_only_where_the_transcript_shows_one() -> None:
    assert not is_left(heard("Emmett", 12_050))
    assert is_left(heard("Emmett", 12_050), None)
    assert is_left(heard("Emmett", 12_550)), "the transcript shows nothing there"


@pytest.mark.parametrize(
    ("text", "kind"),
    [("4242", "card"), ("four two four two", "card"), ("731", "cvv"), ("nine", "expiry")],
)
def test_a_number_is_left_wherever_it_is_heard(text: str, kind: str) -> None:
    assert is_left(heard(text, 40_000, kind=kind))
    assert not is_left(heard("six", 40_000, kind="address"))


def test_a_value_known_from_one_place_is_left_at_every_other() -> None:
    rest, again = heard("Marcus Delaney", 12_050), heard("delaney,", 40_000, channel="0")
    other = heard("Thursdays", 50_000)
    result = judged([again, rest, other], TOLD, SHOWN)
    assert result.left == [again, rest] and result.doubtful == [other]
