"""One leg on its way to Riva: nothing lost unsaid, nothing said twice, whatever streams do."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sip_gateway.events import AudioFrame, Gap
from triton_models.events import RawTranscript
from triton_models.options import LegOptions
from triton_models.riva.leg import (
    FIRST_WAIT_S,
    LAST_WORDS_S,
    LONGEST_WAIT_S,
    SETTLED_S,
    SHORT_LIFE_S,
    Action,
    Audio,
    Close,
    Drop,
    Open,
    RivaLeg,
)
from triton_models.riva.said import Said, SaidWord
from triton_models.speech import LegStream

AT = datetime(2026, 1, 1, tzinfo=UTC)


class Line:
    """A leg, with what its driver would do."""

    def __init__(self, *, longest_stream_s: float = 3600.0, most_speakers: int = 1) -> None:
        options = LegOptions(most_speakers=most_speakers)
        leg = LegStream("t", "c", "c-0", 0, "agent", "en", options)
        self.leg = RivaLeg(leg, longest_stream_s=longest_stream_s)
        self.now = 0.0
        self.next_ms = 0
        self.stream = 0
        self.streams: list[int] = []
        """Audio that each stream was sent, ms."""

    def do(self, *, online: bool = True) -> list[Action]:
        """All that the leg wants now."""
        done: list[Action] = []
        while (action := self.leg.next_action(now=self.now, online=online)) is not None:
            done.append(action)
            match action:
                case Open(stream):
                    self.stream = stream
                    self.streams.append(0)
                case Audio(_, pcm):
                    self.streams[-1] += len(pcm) // 32
        return done

    def hear(self, size_ms: int, *, at_ms: int | None = None, online: bool = True) -> None:
        """Audio in frames of 100 ms, and what the leg does with it."""
        self.next_ms = self.next_ms if at_ms is None else at_ms
        for _ in range(size_ms // 100):
            self.leg.receive_frame(frame(self.next_ms), now=self.now)
            self.next_ms += 100
        self.do(online=online)

    def say(self, *words: SaidWord, final: bool = False, processed_ms: int = 0) -> None:
        said = Said(words, final, processed_ms)
        self.leg.receive_said(self.stream, [said], now=self.now, at=AT + timedelta(hours=1))

    @property
    def results(self) -> list[RawTranscript | Gap]:
        return self.leg.results

    @property
    def gaps(self) -> list[tuple[int, int, str]]:
        return [(r.start_ms, r.end_ms, r.why) for r in self.results if isinstance(r, Gap)]

    @property
    def finals(self) -> list[tuple[str, str]]:
        return [
            (r.segment_id, " ".join(word.text for word in r.words))
            for r in self.results
            if isinstance(r, RawTranscript) and r.is_final
        ]


def frame(start_ms: int) -> AudioFrame:
    return AudioFrame(
        tenant_id="t",
        call_id="c",
        leg_id="c-0",
        start_ms=start_ms,
        rate_hz=16000,
        pcm=b"\0" * 3200,
        captured_at=AT + timedelta(milliseconds=start_ms + 100),
    )


def word(text: str, start_ms: int = -1, end_ms: int = -1, tag: int = 0) -> SaidWord:
    return SaidWord(text, start_ms, end_ms, 0.9, tag)


def test_words_are_on_the_call_clock_in_each_stream() -> None:
    line = Line()
    line.hear(2000, at_ms=5000)
    line.say(word("hello", 300, 700), final=True, processed_ms=2000)
    line.leg.hold()
    assert line.do() == [Close(1)]
    line.leg.receive_closed(1, now=line.now)
    line.hear(1000, at_ms=60_000)
    line.say(word("again", 100, 400), final=True, processed_ms=1000)
    words = [r.words[0] for r in line.results if isinstance(r, RawTranscript)]
    assert [(w.start_ms, w.end_ms) for w in words] == [(5300, 5700), (60_100, 60_400)]
    assert [name for name, _ in line.finals] == ["c-0/000005300", "c-0/000060100"]
    assert line.gaps == []


def test_a_segment_keeps_its_name_and_its_final_is_its_last_revision() -> None:
    line = Line()
    line.hear(1000)
    line.say(word("thank", 200, 500))
    line.say(word("thank", 180, 500), word("you", 500, 800))
    line.say(word("thanks", 150, 900), final=True, processed_ms=1000)
    line.hear(1000)
    line.say(word("next", 1200, 1500))
    told = [
        (r.segment_id, r.revision, r.is_final) for r in line.results if isinstance(r, RawTranscript)
    ]
    assert told == [
        ("c-0/000000200", 1, False),
        ("c-0/000000200", 2, False),
        ("c-0/000000200", 3, True),
        ("c-0/000001200", 1, False),
    ]


def test_a_partial_without_times_is_put_where_it_was_heard_last() -> None:
    line = Line()
    line.hear(3000)
    line.say(word("good"), word("morning"), processed_ms=2500)
    (partial,) = line.results
    assert isinstance(partial, RawTranscript)
    assert partial.words[-1].end_ms == 2500
    assert 1000 < partial.words[0].start_ms < partial.words[1].start_ms < 2500
    assert partial.audio_end_at == AT + timedelta(milliseconds=2500)


def test_an_empty_final_takes_back_what_was_shown_and_is_nothing_otherwise() -> None:
    line = Line()
    line.hear(1000)
    line.say(final=True, processed_ms=1000)
    assert line.results == []
    line.say(word("uh", 200, 300))
    line.say(final=True, processed_ms=1000)
    assert line.finals == [("c-0/000000200", "")]


def test_the_three_signals() -> None:
    line = Line()
    line.hear(2000)
    line.say(word("one", 100, 300))
    said = Said((word("one", 100, 300),), False, 1000, paused=True)
    line.leg.receive_said(1, [said], now=0.0, at=AT)
    line.say(word("one", 100, 300), final=True, processed_ms=1500)
    line.leg.end()
    line.do()
    line.say(word("two", 1600, 1900), final=True, processed_ms=2000)
    signals = [
        (r.frozen_words, r.speech_final, r.utterance_end)
        for r in line.results
        if isinstance(r, RawTranscript)
    ]
    assert signals == [(0, False, False), (0, True, False), (1, True, True), (1, False, False)]


def test_a_lost_stream_leaves_its_partial_as_final_and_a_gap_up_to_the_next_audio() -> None:
    line = Line()
    line.hear(3000)
    line.say(word("my", 400, 600), word("card", 700, 1100))
    line.leg.receive_broken(line.stream, now=line.now)
    assert line.finals == [("c-0/000000400", "my card")]
    line.hear(200)
    assert line.streams == [3000]
    line.now += FIRST_WAIT_S
    line.hear(100)
    assert line.streams == [3000, 300]
    assert line.gaps == [(1100, 3000, "recogniser_unavailable")]


def test_silence_that_riva_has_long_heard_is_no_gap() -> None:
    line = Line()
    line.hear(5000)
    line.now = SETTLED_S + 1
    line.hear(5000)
    line.leg.receive_broken(line.stream, now=line.now)
    line.now += 1
    line.hear(100)
    assert line.gaps == [(5000, 10_000, "recogniser_unavailable")]


def test_streams_that_fail_again_and_again_are_opened_ever_later() -> None:
    line = Line()
    opened_at: list[float] = []
    while line.now < 60:
        line.hear(100)
        if len(line.streams) > len(opened_at):
            opened_at.append(line.now)
            line.leg.receive_broken(line.stream, now=line.now)
        line.now += 0.05
    waits = [b - a for a, b in pairwise(opened_at)]
    assert all(after > before - 0.01 for before, after in pairwise(waits))
    assert waits[0] < 0.2 and LONGEST_WAIT_S - 0.1 < waits[-1] < LONGEST_WAIT_S + 0.1


def test_a_refused_stream_is_not_tried_again_at_once() -> None:
    line = Line()
    line.hear(100)
    line.leg.receive_broken(line.stream, now=line.now, refused=True)
    line.now = LONGEST_WAIT_S - 0.1
    line.hear(100)
    assert len(line.streams) == 1
    line.now = LONGEST_WAIT_S
    line.do()
    assert len(line.streams) == 2


def test_a_stream_that_its_server_ends_is_followed_by_another_at_once() -> None:
    line = Line()
    line.hear(2000)
    line.say(word("one", 100, 300), final=True, processed_ms=2000)
    line.now = SHORT_LIFE_S
    line.leg.receive_closed(line.stream, now=line.now)
    line.hear(100)
    assert line.streams == [2000, 100]
    assert line.gaps == []


def test_a_long_stream_is_changed_between_utterances() -> None:
    line = Line(longest_stream_s=60)
    line.hear(1000)
    line.now = 61.0
    line.say(word("a", 100, 300))
    line.hear(1000)
    line.say(word("a", 100, 300), final=True, processed_ms=1500)
    line.leg.receive_frame(frame(2000), now=line.now)
    assert line.do() == [Close(1)]
    line.leg.receive_closed(1, now=line.now)
    assert [type(action) for action in line.do()] == [Open, Audio]
    assert line.gaps == []


def test_a_jump_in_the_audio_is_not_bridged() -> None:
    line = Line()
    line.hear(1000)
    line.leg.receive_frame(frame(9000), now=0.0)
    assert line.do() == [Close(1)]
    line.say(word("before", 100, 900), final=True)
    line.leg.receive_closed(1, now=0.0)
    assert line.do()[0] == Open(2)
    line.say(word("after", 0, 100), final=True)
    assert line.finals == [("c-0/000000100", "before"), ("c-0/000009000", "after")]


def test_a_half_closed_stream_is_waited_for_while_it_says_something() -> None:
    line = Line()
    line.hear(1000)
    line.leg.end()
    line.do()
    line.now = LAST_WORDS_S - 1
    line.say(word("yes", 100, 300))
    line.now = LAST_WORDS_S + 1
    assert line.do() == []
    line.now = 2 * LAST_WORDS_S
    assert line.do() == [Drop(1)]
    assert line.leg.finished
    assert line.finals == [("c-0/000000100", "yes")]
    assert line.gaps == [(300, 1000, "recogniser_unavailable")]


def test_without_a_server_only_the_newest_audio_waits() -> None:
    line = Line()
    line.hear(5000, online=False)
    line.leg.limit(2000, why="recogniser_unavailable")
    assert line.leg.backlog_ms == 2000
    line.do()
    assert line.streams == [2000]
    assert line.gaps == [(0, 3000, "recogniser_unavailable")]


def test_what_an_old_stream_says_late_is_not_heard() -> None:
    line = Line()
    line.hear(1000)
    line.leg.receive_broken(1, now=0.0)
    line.now = 1.0
    line.hear(1000)
    line.leg.receive_said(1, [Said((word("late", 0, 100),), True, 500)], now=1.0, at=AT)
    line.leg.receive_closed(1, now=1.0)
    line.leg.receive_broken(1, now=1.0)
    assert line.finals == []
    assert line.streams == [1000, 1000]


def test_a_final_of_two_speakers_becomes_a_segment_of_each() -> None:
    line = Line(most_speakers=2)
    line.hear(3000)
    line.say(word("hi", 100, 300, 7), word("there", 400, 600, 7), word("hello", 800, 999, 3))
    line.say(
        word("hi", 100, 300, 7),
        word("there", 400, 600),
        word("hello", 800, 999, 3),
        word("yes", 1200, 1400, 7),
        final=True,
        processed_ms=2000,
    )
    told = [
        (r.segment_id[-9:], r.speaker, r.revision, len(r.words))
        for r in line.results
        if isinstance(r, RawTranscript)
    ]
    assert told == [
        ("000000100", "speaker_1", 1, 3),
        ("000000100", "speaker_1", 2, 2),
        ("000000800", "speaker_2", 1, 1),
        ("000001200", "speaker_1", 1, 1),
    ]


def test_a_new_streams_numbers_of_speakers_are_nobody_known() -> None:
    line = Line(most_speakers=2)
    line.hear(1000)
    line.say(word("hi", 100, 300, 1), final=True)
    line.leg.hold()
    line.do()
    line.leg.receive_closed(1, now=0.0)
    line.hear(1000, at_ms=20_000)
    line.say(word("hi", 100, 300, 1), final=True)
    assert [r.speaker for r in line.results if isinstance(r, RawTranscript)] == [
        "speaker_1",
        "speaker_2",
    ]


EVENTS = st.lists(
    st.sampled_from(
        ("hear", "hear", "hear", "jump", "partial", "partial", "final", "empty", "two", "hold")
        + ("closed", "broken", "refused", "second", "minute", "limit", "offline")
    ),
    max_size=60,
)


@given(EVENTS, st.booleans())
@settings(max_examples=100, deadline=None)
def test_whatever_happens_a_leg_keeps_its_promises(events: list[str], untimed: bool) -> None:
    line = Line(longest_stream_s=30, most_speakers=2)
    for event in events:
        happen(line, event, untimed=untimed)
    line.leg.end()
    for _ in range(100):
        line.do()
        line.leg.receive_closed(line.stream, now=line.now)
        line.now += LONGEST_WAIT_S
    assert line.leg.finished
    check(line)


def happen(line: Line, event: str, *, untimed: bool) -> None:
    sent_ms = line.streams[-1] if line.streams else 0
    times = (-1, -1) if untimed else (max(0, sent_ms - 300), max(0, sent_ms - 100))
    match event:
        case "hear" | "offline":
            line.hear(700, online=event == "hear")
        case "jump":
            line.hear(300, at_ms=line.next_ms + 500)
        case "partial" | "final":
            line.say(word("word", *times, 1), final=event == "final", processed_ms=sent_ms)
        case "empty":
            line.say(final=True, processed_ms=sent_ms)
        case "two":
            line.say(word("a", *times, 1), word("b", *times, 2), final=True, processed_ms=sent_ms)
        case "hold":
            line.leg.hold()
        case "closed":
            line.leg.receive_closed(line.stream, now=line.now)
        case "broken" | "refused":
            line.leg.receive_broken(line.stream, now=line.now, refused=event == "refused")
        case "second" | "minute":
            line.now += 1 if event == "second" else 60
        case "limit":
            line.leg.limit(500, why="overload")
    line.do()


def check(line: Line) -> None:
    """The rules that must hold."""
    transcripts = [r for r in line.results if isinstance(r, RawTranscript)]
    by_segment: dict[str, list[RawTranscript]] = {}
    for transcript in transcripts:
        by_segment.setdefault(transcript.segment_id, []).append(transcript)
    assert list(by_segment) == sorted(by_segment)
    for revisions in by_segment.values():
        assert [r.revision for r in revisions] == list(range(1, len(revisions) + 1))
        assert [r.is_final for r in revisions] == [False] * (len(revisions) - 1) + [True]
    finals = [r for r in transcripts if r.is_final]
    for before, after in pairwise(finals):
        assert before.end_ms <= after.start_ms or not after.words
    for transcript in transcripts:
        times = [t for w in transcript.words for t in (w.start_ms, w.end_ms)]
        assert times == sorted(times)
        assert transcript.audio_end_at <= transcript.recognised_at
    for gap, next_gap in pairwise(line.gaps):
        assert gap[1] <= next_gap[0]
    assert all(start_ms < end_ms for start_ms, end_ms, _ in line.gaps)
