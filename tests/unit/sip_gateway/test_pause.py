"""Pausing without sockets: keys and their rules, the leg's samples, commands to the switchboard."""

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest

from sip_gateway.audio.key import Key
from sip_gateway.commands import CallCommand, PauseCall, ResumeCall
from sip_gateway.events import AudioFrame, DtmfPressed, Gap
from sip_gateway.media.leg import MediaLeg, new_leg
from sip_gateway.media.pause_rule import Asked, CallPause, Cause
from sip_gateway.media.pauses import Pauses, Span
from sip_gateway.media.sinks import JoinedLeg
from sip_gateway.rtp.clock import CallClock
from sip_gateway.rtp.packet import Packet, build
from sip_gateway.settings import Pause, Settings
from sip_gateway.worker_protocol import LegSpec, OpenCall, PauseChanged, PauseLegs, ResumeLegs
from sip_gateway.worker_protocol import Pause as KeptPause
from tests.keyed import as_g711, event_packets, keyed, tone
from tests.rtp_stream import Delivery, on_time, packets, speech
from tests.sip_bench import SDP, Bench, message, statuses

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
CALL_ID = f"{1:032x}"
START_S = 100.0
KEYED, ASKED = Cause("dtmf", "customer"), Cause("api", "k1")


def pressed(pause: CallPause, keys: str, *, role: str = "agent", from_ms: int = 0) -> list[Asked]:
    """Each key half a second after the one before; what they ask for."""
    return [
        pause.press("call-0", role, key=Key(key), at_ms=from_ms + 500 * n)
        for n, key in enumerate(keys)
    ]


# Rules.


def test_the_agents_sequences_pause_and_resume() -> None:
    pause = CallPause(Pause(pause_keys="*7", resume_keys="*8"))
    nothing = Asked.NOTHING
    assert pressed(pause, "1*7") == [nothing, nothing, Asked.PAUSE]
    assert pressed(pause, "**8", from_ms=2000) == [nothing, nothing, Asked.RESUME]
    assert pressed(pause, "*7", role="customer", from_ms=9000) == [nothing, nothing]
    assert CallPause(Pause()).press("l", "agent", key=Key("*"), at_ms=0) is nothing


def test_any_leg_may_pause_where_it_is_so_configured() -> None:
    pause = CallPause(Pause(pause_keys="*7", keys_from="any"))
    assert pressed(pause, "*7", role="speaker_1")[-1] is Asked.PAUSE


def test_keys_far_apart_are_no_sequence() -> None:
    pause = CallPause(Pause(pause_keys="*7"))
    pause.press("l", "agent", key=Key("*"), at_ms=0)
    assert pause.press("l", "agent", key=Key("7"), at_ms=5001) is Asked.NOTHING
    pause.press("l", "agent", key=Key("*"), at_ms=5100)
    assert pause.press("other leg", "agent", key=Key("7"), at_ms=5200) is Asked.NOTHING


def test_digits_in_a_row_pause_until_some_time_after_the_last_key() -> None:
    pause = CallPause(Pause(pause_on_digits=4, digits_over_s=8))
    assert pressed(pause, "42#424", role="customer")[-1] is Asked.NOTHING, "# begins anew"
    assert pressed(pause, "2", role="customer", from_ms=3000) == [Asked.PAUSE_BY_DIGITS]
    pause.begin(3000, KEYED, now_ms=3100, by_digits=True)
    assert pressed(pause, "4242#", role="customer", from_ms=3500) == [Asked.NOTHING] * 5
    assert pause.until_ms == 5500 + 8000
    assert not pause.is_over(now_ms=13_499)
    assert pause.is_over(now_ms=13_500)
    assert pressed(CallPause(Pause(pause_on_digits=4)), "424242") == [Asked.NOTHING] * 6, "agent"


def test_a_pause_asked_for_outlasts_the_digits_and_ends_at_its_longest() -> None:
    pause = CallPause(Pause(pause_on_digits=2, longest_s=900))
    pause.begin(1000, KEYED, now_ms=1000, by_digits=True)
    pause.begin(2000, ASKED, now_ms=2000)
    pressed(pause, "42", role="customer", from_ms=2000)
    assert (pause.since_ms, pause.why, pause.until_ms) == (1000, "api", 902_000)
    pause.end()
    assert not pause.on and not pause.is_over(now_ms=10**9)
    endless = CallPause(Pause(longest_s=0))
    endless.begin(0, ASKED, now_ms=0)
    assert endless.until_ms is None and not endless.is_over(now_ms=10**9)


def test_no_more_keys_are_remembered_than_a_sequence_has_and_not_for_long() -> None:
    pause = CallPause(Pause(pause_keys="*71", keys_from="any", pause_on_digits=99))
    pressed(pause, "4242424242424242", role="customer")
    (leg,) = pause._legs.values()
    assert len(leg.keys) == 3
    pause.forget(now_ms=20_000)
    assert pause._legs == {}
    counting = CallPause(Pause(pause_on_digits=20))
    pressed(counting, "4242424242424242", role="customer")
    (leg,) = counting._legs.values()
    assert not leg.keys, "they are counted only"


@pytest.mark.parametrize(
    "wrong",
    [{"pause_keys": "*x"}, {"resume_keys": "123456789"}, {"pause_keys": "1", "resume_keys": "1"},
     {"keys_from": "all"}, {"pause_on_digits": -1}, {"digits_over_s": 0}],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"pause": wrong}, Settings)


# Samples.


def test_pauses_cut_out_what_lies_in_them_and_nothing_else() -> None:
    pauses = Pauses()
    assert pauses.audible(Span(0, 100)) == [(0, 100)]
    pauses.begin(150)
    assert pauses.audible(Span(100, 200)) == [(100, 150)]
    assert pauses.audible(Span(200, 300)) == []
    assert pauses.end(260) == (150, 260)
    assert pauses.audible(Span(200, 300)) == [(260, 300)]
    pauses.begin(310)
    pauses.end(320)
    pauses.begin(390)
    assert pauses.audible(Span(300, 400)) == [(300, 310), (320, 390)]
    assert pauses.end(395) == (390, 395)
    assert pauses.end(400) is None


def leg(settings: Settings | None = None, *, clock: CallClock | None = None) -> MediaLeg:
    spec = LegSpec(
        leg_id="call-0", channel=0, role="agent", codec="PCMU", payload_type=0,
        telephone_event_type=101,
    )  # fmt: skip
    return new_leg(
        spec,
        JoinedLeg("default", "call", "call-0", 0, "agent"),
        clock=clock or CallClock(),
        settings=settings or Settings(),
        wall=lambda at: AT + timedelta(seconds=at),
    )


def listen(to: MediaLeg, deliveries: list[Delivery]) -> None:
    for at, data in deliveries:
        to.receive_datagram(data, now=at)


def audible(to: MediaLeg, *, ms: int) -> list[bool]:
    """Which milliseconds of what the leg passed on are not digital silence."""
    line = np.zeros(ms * 16, dtype="<i2")
    for frame in [item for item in to.take() if isinstance(item, AudioFrame)]:
        pcm = np.frombuffer(frame.pcm, "<i2")
        line[frame.start_ms * 16 : frame.start_ms * 16 + len(pcm)] = pcm
    return [bool(np.abs(one).max() > 40) for one in line.reshape(ms, 16)]


@pytest.mark.parametrize("silence_tones", [True, False])
def test_a_pause_begins_and_ends_at_its_millisecond(silence_tones: bool) -> None:
    heard = leg(Settings(pause=Pause(silence_tones=silence_tones)))
    stream = on_time(packets(speech(4000)))
    listen(heard, stream[:60])
    heard.pause(1130)
    listen(heard, stream[60:140])
    gap = heard.resume(2770)
    assert gap is not None and (gap.start_ms, gap.end_ms, gap.why) == (1130, 2770, "paused")
    listen(heard, stream[140:])
    heard.flush()
    was = audible(heard, ms=4000)
    # The filter to 16 kHz rings for 3 ms, and is 3 ms late.
    assert all(was[4:1130]) and all(was[2777:])
    assert not any(was[1137:2770])


def test_what_is_lost_in_a_pause_is_not_called_lost_and_keys_are_counted_on() -> None:
    heard = leg()
    stream = on_time(packets(speech(3000)))
    listen(heard, stream[:50])
    heard.pause(1000)
    listen(heard, stream[75:100])
    listen(
        heard, [Delivery(102.0, data) for data in event_packets("42", from_ms=2000, sequence=100)]
    )
    heard.flush()
    said = heard.take()
    assert not [item for item in said if isinstance(item, Gap)]
    assert sum(item.count for item in said if isinstance(item, DtmfPressed)) == 2
    assert heard.take_pressed() == [], "no rule asks which"


def test_audio_held_back_for_tones_says_when_it_came() -> None:
    heard = leg()
    listen(heard, on_time(packets(speech(300)), start_s=START_S))
    first, second = [item for item in heard.take() if isinstance(item, AudioFrame)]
    assert (first.start_ms, second.start_ms) == (0, 100)
    assert second.captured_at == AT + timedelta(seconds=START_S + 0.18)
    due = heard.next_timer()
    assert due == pytest.approx(START_S + 0.28 + 0.08), "nothing follows: it goes on nevertheless"
    heard.receive_timer(now=due or 0.0)
    (third,) = heard.take()
    assert isinstance(third, AudioFrame) and third.start_ms == 200
    assert third.captured_at == AT + timedelta(seconds=START_S + 0.28)


def test_tones_are_counted_and_gone_from_the_frames_and_the_rest_is_untouched() -> None:
    talk = np.frombuffer(speech(500), "u1")
    line = np.concatenate([talk, np.frombuffer(as_g711(keyed("4242")), "u1"), talk]).tobytes()
    with_tones, without = leg(), leg(Settings(pause=Pause(silence_tones=False)))
    for heard in (with_tones, without):
        listen(heard, on_time(packets(line)))
        heard.flush()
    said = with_tones.take()
    assert sum(item.count for item in said if isinstance(item, DtmfPressed)) == 4
    frames = [item for item in said if isinstance(item, AudioFrame)]
    plain = [item for item in without.take() if isinstance(item, AudioFrame)]
    assert [f.start_ms for f in frames] == [f.start_ms for f in plain]
    loud = [f.start_ms for f in frames if np.abs(np.frombuffer(f.pcm, "<i2")).max() > 100]
    assert loud == [*range(0, 600, 100), *range(loud[6], loud[6] + 100 * len(loud[6:]), 100)]
    assert frames[0].pcm == plain[0].pcm and frames[-1].pcm == plain[-1].pcm


def test_the_burst_of_tone_before_a_telephone_event_is_silenced_and_counted_once() -> None:
    # As gateways do: 40 ms of tone get through, then events from the tone's start on.
    audio = np.concatenate([np.zeros(4000), tone("5", ms=40)])
    heard = leg(Settings(pause=Pause(pause_on_digits=9)))
    sent = on_time(packets(as_g711(audio)))
    events = [Delivery(100.54, data) for data in event_packets("5", from_ms=500, sequence=27)]
    after = packets(speech(500), sequence=33, timestamp=600 * 8)
    listen(heard, sent + events + on_time(after, start_s=100.6))
    heard.flush()
    was = audible(heard, ms=1100)
    assert not any(was[:600]) and all(was[606:1090])
    assert len(heard.take_pressed()) == 1


def test_events_without_a_rule_are_not_read() -> None:
    heard = leg(Settings(pause=Pause()))
    listen(heard, [Delivery(100.0, data) for data in event_packets("42", from_ms=0)])
    heard.flush()
    assert len(heard.take()) == 2
    assert heard.take_pressed() == []


def test_an_event_that_is_no_key_harms_nothing() -> None:
    heard = leg(Settings(pause=Pause(pause_on_digits=4)))
    flash = Packet(101, False, 1, 0, 1, bytes([16, 0x8A, 0, 160]))
    listen(heard, [Delivery(100.0, build(flash))])
    heard.flush()
    assert len(heard.take()) == 1 and heard.take_pressed() == []


# Commands.


def command(kind: type[CallCommand], at: datetime = AT, **changes: str) -> CallCommand:
    told = kind(at=at, tenant_id="default", call_id=CALL_ID, by="key")
    return msgspec.structs.replace(told, **changes)


def obey(bench: Bench, *commands: CallCommand) -> list[object]:
    """What the workers are told."""
    bench.told.clear()
    for one in commands:
        bench.switchboard.command(one)
        bench.settle()
    return [order for _, order in bench.told]


def test_a_command_goes_to_the_worker_that_has_the_call_once() -> None:
    bench = Bench()
    bench.talk()
    pause = command(PauseCall)
    orders = obey(bench, pause, pause, command(ResumeCall, AT - timedelta(seconds=1)))
    assert orders == [PauseLegs(call_id=CALL_ID, at=AT, why="api", by="key")]
    later = command(ResumeCall, AT + timedelta(seconds=1))
    assert obey(bench, later, pause) == [ResumeLegs(call_id=CALL_ID, by="key")]


@pytest.mark.parametrize("changes", [{"call_id": "f" * 32}, {"tenant_id": "other"}], ids=str)
def test_commands_for_other_nodes_and_of_other_tenants_do_nothing(changes: dict[str, str]) -> None:
    bench = Bench()
    bench.talk()
    assert obey(bench, command(PauseCall, AT, **changes)) == []


def test_a_call_that_is_over_is_not_paused() -> None:
    bench = Bench()
    tag = bench.talk()
    bench.send(message("BYE", cseq=2, to_tag=tag))
    assert obey(bench, command(PauseCall)) == []


def test_a_pause_outlives_the_worker_and_the_signalling_process_and_re_invites() -> None:
    bench = Bench()
    tag = bench.talk()
    obey(bench, command(PauseCall))
    bench.switchboard.worker_down(0, now=bench.now)
    bench.settle()
    body = SDP.replace("o=- 1 1", "o=- 1 2")
    assert 200 in statuses(bench.send(message("INVITE", cseq=2, to_tag=tag, body=body)))
    again = Bench(kept=bench.kept)
    (opened,) = again.orders(OpenCall)
    assert isinstance(opened, OpenCall)
    assert opened.pause == KeptPause(since=AT, why="api", by="key")
    assert obey(again, command(PauseCall)) == [], "read again after the restart"


def test_a_pause_asked_for_while_the_worker_is_away_is_told_with_the_call() -> None:
    bench = Bench()
    bench.talk()
    bench.switchboard.worker_down(0, now=bench.now)
    bench.settle()
    assert obey(bench, command(PauseCall)) == []
    bench.switchboard.worker_up(0, now=bench.now)
    bench.settle()
    (opened,) = bench.orders(OpenCall)[-1:]
    assert isinstance(opened, OpenCall) and opened.pause is not None


def test_what_keys_did_is_kept_too() -> None:
    bench = Bench()
    bench.talk()
    kept = KeptPause(since=AT, why="dtmf", by_digits=True)
    bench.say(PauseChanged(call_id=CALL_ID, pause=kept))
    (opened,) = Bench(kept=bench.kept).orders(OpenCall)
    assert isinstance(opened, OpenCall) and opened.pause == kept
    bench.say(PauseChanged(call_id=CALL_ID, pause=None))
    (opened,) = Bench(kept=bench.kept).orders(OpenCall)
    assert isinstance(opened, OpenCall) and opened.pause is None
