import json
from datetime import UTC, datetime

from trunkline.audit.findings import Report, Tally, table
from trunkline.audit.metrics import found_in
from trunkline.audit.planted import SEAM, Planted
from trunkline.audit.processes import our_processes
from trunkline.audit.texts import said_in, texts_of, texts_of_bytes
from trunkline.evaluate.cost import Process
from trunkline.evaluate.reference import Span

CARD = "4988438843884305"
SPAN = Span(kind="CARD", turn=0, channel=1, start_ms=0, end_ms=1, spoken="", canonical=CARD)
PLANTED = Planted([SPAN])
SPOKEN = [
    {"text": word, "start_ms": n * 90}
    for n, word in enumerate(["four", "9", "88", "four", "three"])
]


def found(value: object) -> set[str]:
    return PLANTED.anywhere(SEAM.join(texts_of(value)))


def test_a_value_is_found_however_it_is_wrapped() -> None:
    inner = json.dumps({"words": SPOKEN})
    assert found({"words": SPOKEN}) == {"CARD"}
    assert found(inner) == {"CARD"}
    assert found("\\x" + inner.encode().hex()) == {"CARD"}
    assert found({"a": [{"b": int(CARD)}]}) == {"CARD"}
    assert found({CARD: None}) == {"CARD"}
    assert found(list(CARD)) == {"CARD"}
    assert found(float(CARD)) == {"CARD"}
    assert PLANTED.anywhere(SEAM.join(texts_of_bytes(b"\xff\x00" + CARD.encode()))) == {"CARD"}
    assert PLANTED.anywhere(said_in(b"\x00\x07" + inner.encode())) == {"CARD"}


def test_digits_in_bytes_are_a_number_where_text_would_have_them() -> None:
    assert PLANTED.anywhere("4 9 8 8, 4 3".encode("utf-16")) == {"CARD"}
    assert PLANTED.anywhere(" ".join(CARD).encode("utf-16-le")) == {"CARD"}
    # Numbers of catalogue rows, as integers of four bytes.
    assert PLANTED.anywhere(b"".join(bytes([0x9E, d, 0, 0]) for d in CARD.encode())) == set()


def test_nothing_is_read_across_two_texts() -> None:
    assert found(["the 498", "843"]) == {"CARD"}  # items of one list are one text
    assert found({"a": "498", "b": "843"}) == set()
    assert found({"ratio": 0.4988438843884305, "start_ms": 498843, "revision": 884388}) == set()
    assert found({"revision": CARD, "position": 498843}) == {"CARD"}


def test_a_metric_tells_by_its_name_its_labels_or_its_value() -> None:
    assert found_in(f'x_total{{number="{CARD}"}} 1.0', PLANTED) == {"CARD"}
    assert found_in('x_total{number="4988"} 1.0', PLANTED) == {"CARD"}
    assert found_in(f"x_{CARD} 1.0", PLANTED) == {"CARD"}
    assert found_in(f"x {float(CARD)}", PLANTED) == {"CARD"}
    assert found_in(f"# HELP x of {CARD}", PLANTED) == {"CARD"}
    assert found_in('x_bucket{le="4988"} 4305', PLANTED) == set()
    assert found_in("x 0.4988438843884305", PLANTED) == set()


def report_of(tally: Tally) -> Report:
    return Report(
        made_at=datetime(2026, 1, 1, tzinfo=UTC),
        call_id="c" * 32,
        planted={"CARD": 2},
        heard={"CARD": 1},
        places=tally.places,
        hits=tally.hits,
        problems=tally.problems,
    )


def test_the_exit_code_tells_clean_from_leaks_from_not_done() -> None:
    tally = Tally()
    tally.look("logs", lines=3)
    assert report_of(tally).exit_code == 0
    tally.problem("metrics", "serve: ConnectError")
    assert report_of(tally).exit_code == 2
    tally.hit("logs", "serve.log", {"CARD"})
    tally.hit("logs", "serve.log", {"CARD"})
    report = report_of(tally)
    assert report.exit_code == 1
    printed = "\n".join(table(report))
    assert "LEAK CARD      logs: serve.log (2)" in printed
    assert "problem: metrics: serve: ConnectError" in printed
    assert "CARD 1 of 2" in printed and "LEAKS FOUND" in printed


def test_the_processes_of_an_appliance_are_its_own_those_above_and_those_below() -> None:
    table = [
        Process(1, 0, "init", 0.0),
        Process(10, 1, "python -m trunkline up", 0.0),
        Process(11, 10, "python -m trunkline run serve --settings /s/run/settings.toml", 0.0),
        Process(12, 11, "a child", 0.0),
        Process(13, 1, "someone else", 0.0),
    ]
    assert [one.pid for one in our_processes("/s", table)] == [10, 11, 12]


def test_a_place_whose_name_is_a_value_is_not_named() -> None:
    tally = Tally(PLANTED.anywhere)
    tally.hit("state directory", f"spool/{CARD}.txt", {"CARD"})
    tally.problem("logs", f"{CARD}: not readable")
    assert CARD not in "\n".join(table(report_of(tally)))
    assert [hit.where for hit in tally.hits] == ["(its name holds a value)"]
