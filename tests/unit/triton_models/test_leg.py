"""One leg: what of it is due to decode, and what becomes of the readings."""

from collections.abc import Sequence

import numpy as np

from triton_models.events import Word
from triton_models.hypothesis import Hypothesis
from triton_models.leg import Kind, Leg, Reading, Task
from triton_models.options import Endpointing, LegOptions
from triton_models.voice import HeardWindow

WINDOW = 512
OPTIONS = LegOptions(
    endpointing=Endpointing(stop_history_ms=480, stop_history_eou_ms=192), partial_interval_ms=320
)
LOUD = 10 ** (-20 / 10)


def hear(leg: Leg, pattern: str) -> None:
    """`#`: a window of voice, `.`: one of silence."""
    for mark in pattern:
        heard = HeardWindow(0.99, LOUD) if mark == "#" else HeardWindow(0.01, 1e-6)
        leg.receive(np.full(WINDOW, len(pattern), np.float32), [heard])


def due(leg: Leg, *, pace: float | None = 1.0) -> Task | None:
    tasks = leg.due(now=0, pace=pace)
    assert len(tasks) <= 1
    return tasks[0] if tasks else None


def answer(task: Task, text: str, *, sure: float = 0.9) -> Hypothesis | None:
    """What the leg makes of this reading, each word one token of its own text's hash."""
    texts = text.split()
    base = task.leg.ms(task.run.start)
    found = tuple(
        Word(text=t, start_ms=base + 10 * i, end_ms=base + 10 * i + 10, confidence=sure)
        for i, t in enumerate(texts)
    )
    tokens, ends = tuple(map(hash, texts)), tuple(range(1, len(texts) + 1))
    reading = Reading(
        task.run, tokens, found, aligned=task.kind is not Kind.PARTIAL, token_ends=ends
    )
    return task.leg.close(reading) if task.kind is Kind.FINAL else task.leg.read(task, reading)


def shown(found: Hypothesis | None) -> str:
    assert found is not None
    return " ".join(word.text for word in found.words)


def partials(leg: Leg, texts: Sequence[str]) -> list[Hypothesis | None]:
    """Each text as the reading of a partial after 320 ms more of voice."""
    found = []
    for text in texts:
        hear(leg, "#" * 10)
        task = due(leg)
        assert task is not None and task.kind is Kind.PARTIAL
        found.append(answer(task, text))
    return found


def test_the_first_partial_comes_soon_and_the_next_at_the_interval() -> None:
    leg = Leg(OPTIONS, start_ms=0)
    hear(leg, "." * 20 + "#" * 7)
    assert due(leg) is None
    hear(leg, "#")
    first = due(leg)
    assert first is not None and first.kind is Kind.PARTIAL
    answer(first, "thank you")
    hear(leg, "#" * 9)
    assert due(leg) is None
    hear(leg, "#")
    assert due(leg) is not None


def test_partials_come_rarer_on_a_busy_machine_and_not_at_all_on_a_full_one() -> None:
    leg = Leg(OPTIONS, start_ms=0)
    partials(leg, ["thank you"])
    hear(leg, "#" * 10)
    assert due(leg, pace=2.0) is None
    hear(leg, "#" * 10)
    assert due(leg, pace=None) is None
    assert due(leg, pace=2.0) is not None


def test_a_pause_is_read_once_and_becomes_the_final_without_another_decode() -> None:
    leg = Leg(OPTIONS, start_ms=0)
    hear(leg, "." * 20 + "#" * 20 + "." * 6)
    pause = due(leg, pace=None)
    assert pause is not None and pause.kind is Kind.SPECULATIVE
    partial = answer(pause, "thank you for calling")
    assert shown(partial) == "thank you for calling"
    assert partial and partial.speech_final and not partial.utterance_end
    hear(leg, "." * 8)
    assert due(leg) is None
    hear(leg, ".")
    final = due(leg)
    assert final is not None and final.kind is Kind.FINAL
    known = leg.read_already(final.run)
    assert known is not None
    found = leg.close(known._replace(run=final.run))
    assert shown(found) == "thank you for calling"
    assert found and found.is_final and found.utterance_end and found.frozen_words == 4


def test_the_pause_that_is_read_is_the_legs_own() -> None:
    quick = Endpointing(stop_history_ms=320, stop_history_eou_ms=96)
    leg = Leg(LegOptions(endpointing=quick), start_ms=0)
    hear(leg, "#" * 20 + "..")
    pause = due(leg, pace=None)
    assert pause is None
    hear(leg, ".")
    pause = due(leg, pace=None)
    assert pause is not None and pause.kind is Kind.SPECULATIVE
    answer(pause, "yes")
    hear(leg, "." * 7)
    final = due(leg)
    assert final is not None and final.kind is Kind.FINAL


def test_after_a_pause_partials_read_on_from_there_and_the_final_reads_all() -> None:
    leg = Leg(OPTIONS, start_ms=0)
    hear(leg, "#" * 80 + "." * 7)
    pause = due(leg)
    assert pause is not None
    answer(pause, "it has expired,")
    hear(leg, "#" * 12)
    open_end = due(leg)
    assert open_end is not None and open_end.kind is Kind.PARTIAL
    assert open_end.run.start == 83 * WINDOW
    assert len(open_end.samples) == open_end.run.end - open_end.run.start
    assert open_end.draft == open_end.prefix == ()
    assert shown(answer(open_end, "And then")) == "it has expired, and then"
    leg.finish()
    final = due(leg)
    assert final is not None and final.run.start == 0
    assert len(final.samples) == final.run.end
    assert final.draft == tuple(map(hash, ["it", "has", "expired,", "And", "then"]))


def test_frozen_words_are_the_prefix_of_what_is_decoded_later_and_never_change() -> None:
    leg = Leg(OPTIONS, start_ms=0)
    found = partials(leg, ["thank you for calling"] * 4)
    assert [h.frozen_words for h in found if h] == [0, 0, 0, 2]
    leg.finish()
    final = due(leg)
    assert final is not None
    assert final.prefix == tuple(map(hash, ["thank", "you"]))
    assert final.draft == tuple(map(hash, ["for", "calling"]))
    assert shown(answer(final, "think you for coming")) == "thank you for coming"


def test_a_segment_that_was_cut_ends_neither_speech_nor_utterance() -> None:
    options = LegOptions(max_segment_ms=2000)
    leg = Leg(options, start_ms=0)
    hear(leg, "#" * 63)
    tasks = leg.due(now=0)
    assert [task.kind for task in tasks] == [Kind.FINAL]
    final = answer(tasks[0], "on and on")
    assert final and not final.speech_final and not final.utterance_end


def test_nothing_is_shown_where_nothing_was_said_but_what_was_shown_is_taken_back() -> None:
    leg = Leg(OPTIONS, start_ms=0)
    assert partials(leg, [""]) == [None]
    leg.finish()
    final = due(leg)
    assert final is not None and answer(final, "") is None
    leg = Leg(OPTIONS, start_ms=0)
    partials(leg, ["um"])
    leg.finish()
    final = due(leg)
    assert final is not None and shown(answer(final, "")) == ""
