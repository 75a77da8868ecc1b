"""Transcripts as text, WebVTT and SubRip."""

import msgspec

from analytics import formats
from analytics.events import TranscriptDocument
from analytics.store.memory import MemoryStore
from sip_gateway.events import CallEvent
from tests.told_call import CALL_ID, STARTED_AT, ToldCall


async def document(*more: CallEvent) -> TranscriptDocument:
    """The small call, stored."""
    store, call = MemoryStore(), ToldCall()
    await store.apply([*call.lifecycle(), *more, *call.speech()], now=STARTED_AT)
    found = await store.transcript("default", CALL_ID)
    assert found is not None
    return found


async def test_text_names_who_spoke_and_says_what_was_not_heard() -> None:
    assert formats.text(await document()) == (
        "00:00  Alice: good morning how can I help\n"
        "00:02  customer: my card is [card] [name]\n"
        "00:06  Alice: thank you\n"
        "00:07  customer: (not heard for 0.4 s: lost packets)\n"
    )


async def test_vtt_has_one_voice_a_leg() -> None:
    assert formats.vtt(await document()).startswith(
        "WEBVTT\n\n"
        "1\n00:00:00.500 --> 00:00:02.300\n<v Alice>good morning how can I help</v>\n\n"
        "2\n00:00:02.900 --> 00:00:04.400\n<v customer>my card is [card] [name]</v>\n\n"
    )


async def test_vtt_lets_no_name_or_word_become_markup() -> None:
    named = ToldCall().joined(1, name="<b>Eve\n--> & Co")
    shown = formats.vtt(await document(named))
    assert "<v &lt;b&gt;Eve --&gt; &amp; Co>my card" in shown


async def test_a_leg_that_people_share_has_their_labels_and_nobodys_name() -> None:
    corrected = ToldCall().corrected(0, 6000, "speaker_2")
    shown = formats.text(await document(corrected))
    assert "Alice" not in shown
    assert "agent: good morning" in shown and "speaker_2: thank you" in shown


async def test_srt_counts_its_cues_from_one() -> None:
    cues = formats.srt(await document()).split("\n\n")
    assert cues[0] == "1\n00:00:00,500 --> 00:00:02,300\nAlice: good morning how can I help"
    assert [cue.split("\n")[0] for cue in cues] == ["1", "2", "3", "4"]


async def test_times_beyond_an_hour_keep_their_place() -> None:
    made = await document()
    late = msgspec.structs.replace(made.segments[0], start_ms=3_723_004, end_ms=3_725_000)
    made = msgspec.structs.replace(made, segments=(late,), gaps=())
    assert "01:02:03.004 --> 01:02:05.000" in formats.vtt(made)
    assert formats.text(made).startswith("62:03  Alice")
