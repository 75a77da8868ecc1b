"""The spoken-PII benchmark: its calls can be made again, its truth is right, its counting fair."""

import random
from pathlib import Path

import pytest

from tests.spoken_pii import dialogues, intervals, values
from tests.spoken_pii.call import QUANTITY, Call, Said, Turn
from tests.spoken_pii.dialogues import clean_calls, personal_calls
from tests.spoken_pii.errors import MEASURED, NONE, Rates, mishear
from tests.spoken_pii.names import NATO
from tests.spoken_pii.numbers_said import Manner, is_of_number, say_groups, spell
from tests.spoken_pii.said import say
from tests.spoken_pii.score import Shown, score
from tests.spoken_pii.stream import stream
from tests.spoken_pii.true_calls import true_calls
from trunkline.evaluate.bootstrap import Interval, Share

PLAIN = Manner(doubles=0, pairs=0, slips=0, fillers=0)


def test_the_same_seed_makes_the_same_calls() -> None:
    first = list(personal_calls("dev", rounds=1, rates=MEASURED))
    assert first == list(personal_calls("dev", rounds=1, rates=MEASURED))
    assert [list(stream(c)) for c in first[:3]] == [list(stream(c)) for c in first[:3]]


@pytest.mark.parametrize(
    "files",
    [
        ("dev.txt", "test.txt"),
        ("dev_short.txt", "test_short.txt"),
        ("clean_dev.txt", "clean_test.txt"),
    ],
)
def test_the_halves_share_no_dialogue_and_hardly_a_line(files: tuple[str, str]) -> None:
    dev, test = (dialogues.scenarios(file) for file in files)
    assert not {s.name for s in dev} & {s.name for s in test}
    lines = [
        {line for s in half for line in s.lines if len(line.split()) > 4} for half in (dev, test)
    ]
    assert not lines[0] & lines[1]


@pytest.mark.parametrize("half", ["dev", "test"])
def test_every_kind_is_in_both_halves(half: dialogues.Half) -> None:
    calls = personal_calls(half, rounds=1, rates=NONE)
    kinds = {word.kind for call in calls for turn in call.turns for word in turn.words}
    assert kinds - {"", QUANTITY} == set(values.MADE)


def test_clean_calls_have_no_personal_word() -> None:
    calls = list(clean_calls("dev", rounds=1, rates=MEASURED))
    assert all(call.clean for call in calls)
    assert not any(w.span for call in calls for turn in call.turns for w in turn.words)


def test_cards_pass_the_luhn_check_and_ibans_theirs() -> None:
    rng = random.Random(1)
    for _ in range(50):
        card = values.card(rng, "us")
        assert values.luhn(card[:-1]) == card
        iban = values.iban(rng, "uk")
        assert int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1


def test_digits_said_one_by_one_are_the_value() -> None:
    pieces = say_groups(random.Random(1), ["407", "1100"], PLAIN)
    assert [p.text for p in pieces] == ["four", "oh", "seven", "one", "one", "oh", "oh"]
    assert "".join(p.figures for p in pieces) == "4071100"


def test_doubles_keep_their_figures() -> None:
    pieces = say_groups(random.Random(1), ["4477"], PLAIN._replace(doubles=1))
    assert [(p.text, p.figures) for p in pieces] == [("double four", "44"), ("double seven", "77")]


def test_numbers_written_out_in_a_dialogue_are_told_from_plain_words() -> None:
    numbers = ["seventy-two", "ten,", "A4", "2019."]
    assert [w for w in ("From", *numbers, "the", "one", "I'd") if is_of_number(w)] == numbers


def test_letters_may_be_said_as_words() -> None:
    assert [p.text for p in spell(random.Random(1), "Ab", "nato")] == [NATO["A"], NATO["B"]]


def test_parts_of_a_card_add_up_to_it() -> None:
    parts = [
        say(random.Random(1), "card", "4242424242424242", how=PLAIN, locale="us", part=f"of{n}4")
        for n in range(1, 5)
    ]
    assert "".join(p.figures for part in parts for p in part) == "4242424242424242"


def test_a_misheard_digit_that_tells_nothing_is_free() -> None:
    rates = Rates(*(0.0,) * len(Rates._fields))._replace(digit_homophone=1.0)
    heard = {
        (w.text, w.free)
        for seed in range(40)
        for w in mishear(random.Random(seed), [Said("eight", 1, "pin")], rates)
    }
    assert heard == {("ate", False), ("a", True)}


def test_partials_grow_to_the_final_and_keep_their_words_times() -> None:
    (call,) = [c for c in personal_calls("dev", rounds=1, rates=NONE) if c.dialogue == "lost-card"]
    heard = list(stream(call))
    finals = {h.event.segment_id: h.event for h in heard if h.event.is_final}
    assert set(finals) == {h.event.segment_id for h in heard}
    for one in heard:
        final = finals[one.event.segment_id]
        assert len(one.said) == len(one.event.words) <= len(final.words)
        assert one.event.words[0].start_ms == final.words[0].start_ms
        same = one.event.words[: one.event.frozen_words]
        assert same == final.words[: one.event.frozen_words]


def test_annotated_calls_keep_their_words_and_their_spans() -> None:
    folder = Path(__file__).parents[2] / "data" / "calls" / "dev"
    calls = {call.dialogue: call for call in true_calls(folder, cuts=1)}
    turn = calls["d01_bank_card"].turns[7]
    assert dialogues.text_of(turn.words) == "oh nine, twenty nine."
    assert {word.kind for word in turn.words} == {"expiry"}


def _one_call() -> Call:
    words = [
        Said("it's"),
        Said("four", 1, "pin"),
        Said("um", 1, "pin", True),
        Said("two", 1, "pin"),
    ]
    return Call("c", [Turn(False, words)])


@pytest.mark.parametrize(
    ("readable", "missed", "masked"),
    [({0}, 0, 0), ({0, 2}, 0, 0), (set(), 0, 1), ({0, 3}, 1, 0)],
    ids=["hidden", "a filler may be read", "too much taken", "one digit left"],
)
def test_a_span_is_missed_if_a_word_of_it_can_be_read(
    readable: set[int], missed: int, masked: int
) -> None:
    call = _one_call()
    heard = list(stream(call))
    final = heard[-1].event
    result = score(call, heard, [Shown(final.segment_id, final.revision, frozenset(readable))])
    assert (result.spans["pin"], result.missed["pin"], result.clean_masked) == (1, missed, masked)


def test_what_a_partial_showed_counts_though_the_final_hides_it() -> None:
    call = _one_call()
    heard = [h for n in range(30) for h in stream(call._replace(name=f"c{n}"))]
    partial = next(h for h in heard if not h.event.is_final and len(h.said) > 1)
    final = next(
        h for h in heard if h.event.is_final and h.event.segment_id == partial.event.segment_id
    )
    shown = [
        Shown(partial.event.segment_id, partial.event.revision, frozenset({1})),
        Shown(final.event.segment_id, final.event.revision, frozenset({0})),
    ]
    result = score(call, [partial, final], shown)
    assert (result.missed["pin"], result.leaked["pin"]) == (0, 1)


def test_nothing_missed_gives_the_rule_of_three() -> None:
    assert intervals.wilson(300, 300) == (1 - 3 / 300, 1.0)
    assert intervals.wilson(0, 300) == (0.0, 0.01)


def test_wilsons_interval_is_the_textbooks() -> None:
    low, high = intervals.wilson(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


def test_a_clustered_interval_is_wider_where_misses_go_together() -> None:
    calls = [Share(10, 10)] * 27 + [Share(0, 10)] * 3
    one = intervals.figure(calls)
    assert one.by_call is not None
    assert one.by_call.high - one.by_call.low > one.wilson.high - one.wilson.low


def test_calls_of_one_dialogue_are_resampled_together() -> None:
    calls = [Share(10, 10)] * 20 + [Share(0, 10)] * 20
    one = intervals.figure(calls, ["easy"] * 20 + ["hard"] * 20)
    assert one.by_dialogue == Interval(0.0, 1.0)


def test_a_clean_word_waits_for_the_words_heard_until_it_is_shown() -> None:
    words = [Said(word) for word in ("well", "yes", "of", "course", "thanks")]
    heard = list(stream(Call("c", [Turn(False, words)])))
    final = heard[-1].event
    result = score(
        Call("c", [], clean=True),
        heard,
        [Shown(final.segment_id, final.revision, frozenset({0, 1, 2, 3, 4}))],
    )
    assert result.waits.total() == 5 and result.shown_late == 0
    assert max(result.waits) == 5 - len(heard[0].said)


def test_the_target_counts_the_words_that_were_heard_while_no_slot_was_open() -> None:
    words = [Said(word) for word in ("well", "yes", "of", "course", "thanks")]
    heard = list(stream(Call("c", [Turn(False, words)])))
    first, final = heard[0].event, heard[-1].event
    assert len(heard[0].said) < 5
    result = score(
        Call("c", [], clean=True),
        heard,
        [
            Shown(first.segment_id, first.revision, frozenset(), frozenset({0})),
            Shown(final.segment_id, final.revision, frozenset(range(5))),
        ],
    )
    assert result.waits.total() == 5
    assert result.outside_waits.total() == 4


def test_letters_are_written_together_with_what_they_are_like() -> None:
    rates = NONE._replace(explained_glued=1.0)
    said = [Said("N", 1), Said("for", 1, free=True), Said("Nancy", 1), Said("4", 1)]
    assert [w.text for w in mishear(random.Random(1), said, rates)] == ["Infornancy", "4"]
    said = [Said("E", 1), Said("like", 1, free=True), Said("echo", 1)]
    assert [w.text for w in mishear(random.Random(1), said, rates)] == ["e-like", "echo"]
    assert mishear(random.Random(1), said, NONE) == said


def test_words_that_ask_are_heard_as_others() -> None:
    said = [Said("The"), Said("sort"), Said("code?"), Said("12", 1)]
    heard = mishear(random.Random(1), said, NONE._replace(cue_garbled=1.0))
    assert [w.text for w in heard] in (
        ["The", "sore", "coat?", "12"],
        ["The", "sore", "coast?", "12"],
    )
