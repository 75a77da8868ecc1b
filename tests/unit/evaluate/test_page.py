from html.parser import HTMLParser
from xml.etree import ElementTree

import msgspec
import pytest

from tests.known_call import CARD, REFERENCE, TIMED, but, masked, score, segments
from tests.unit.evaluate.test_compare import RUN
from trunkline.evaluate.calibration import bins
from trunkline.evaluate.cost import Cost
from trunkline.evaluate.page import page
from trunkline.evaluate.plots import Bar, bars, distribution, legend, nice_ceiling, reliability
from trunkline.evaluate.reference import ReferenceWord
from trunkline.evaluate.report import report_of
from trunkline.evaluate.score import CallScore

VOID = {"meta", "link", "br"}


class Checker(HTMLParser):
    """Every tag closed, nothing loaded from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.outside += [
            value for name, value in attrs if name in ("src", "href") and value and value[0] != "#"
        ]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def html(*calls: CallScore) -> str:
    run = msgspec.structs.replace(RUN, cost=Cost({"triton": 9.0, "listen": 1.0}, 20.0))
    body = page(report_of(run, calls))
    checker = Checker()
    checker.feed(body)
    assert checker.open == [] and checker.outside == []
    return body


def test_the_page_is_whole_and_needs_nothing_else() -> None:
    body = html(
        score(segments(reference=TIMED), reference=TIMED), CallScore(name="<b>", problem="x&y")
    )
    assert "0.50 CPU s a second of speech" in body
    assert "&lt;b&gt;: not scored: x&amp;y" in body
    assert "median 0 ms, p95 0 ms off" in body
    assert "Nothing of it was readable anywhere." in body
    assert body.count("<svg") == 5
    assert "prefers-color-scheme: dark" in body


def test_a_run_in_which_nothing_was_scored_has_a_page_too() -> None:
    assert "not scored" in html(CallScore(name="a", problem="refused"))


def test_a_leak_stands_there_by_place_and_never_by_value() -> None:
    body = html(score(segments(but(CARD)), with_text=True))
    assert "<td>CARD</td><td>1</td>" in body and 'class="bad"><b>1 / 1 / 0</b>' in body
    assert CARD.canonical not in body and CARD.spoken not in body


def test_words_stand_there_only_if_they_may() -> None:
    def misheard(word: ReferenceWord) -> str:
        return "seeking" if word.text == "speaking" else masked(word)

    silent = html(score(segments(misheard)))
    assert "seeking" not in silent and "Harbor" not in silent and "harbor" not in silent
    told = html(score(segments(misheard), with_text=True))
    assert (
        '<del title="substitution">speaking</del> <ins title="substitution">seeking</ins>' in told
    )


def test_no_personal_data_stands_among_the_words() -> None:
    body = html(score(segments(but(CARD)), with_text=True))
    for span in REFERENCE.pii:
        assert span.spoken.casefold() not in body.casefold()


@pytest.mark.parametrize(
    "svg",
    [
        bars([Bar("a<b", 5.0, 4.0, 7.0, "of 3"), Bar("none", 0.0, 0.0, 0.0)], title="x", unit="%"),
        bars([], title="empty", unit="%"),
        distribution({"one": [3.0, 1.0, 2.0], "none": []}, title="x & y", unit="ms"),
        distribution({}, title="empty", unit="ms"),
        distribution({"early": [-200.0, 90.0]}, title="x", unit="ms"),
        reliability(bins([(0.9, True), (0.9, False), (0.2, False)]), title="x"),
        reliability((), title="empty"),
    ],
)
def test_every_drawing_is_sound_and_inside_its_frame(svg: str) -> None:
    root = ElementTree.fromstring(svg)
    width, height = (float(part) for part in root.attrib["viewBox"].split()[2:])
    assert root.attrib["role"] == "img" and root.attrib["aria-label"]
    for element in root.iter():
        for name in ("x", "x1", "x2", "cx"):
            assert -1 <= float(element.attrib.get(name, 0)) <= width
        for name in ("y", "y1", "y2", "cy"):
            assert -1 <= float(element.attrib.get(name, 0)) <= height


def test_a_distribution_rises_to_its_last_value() -> None:
    root = ElementTree.fromstring(distribution({"a": [10.0, 20.0, 30.0]}, title="x", unit="ms"))
    (line,) = root.iter("polyline")
    points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    assert points == sorted(points, key=lambda point: (point[0], -point[1]))
    assert points[-1][1] == min(y for _, y in points)


def test_one_series_needs_no_legend() -> None:
    assert legend(["a"]) == "" and legend(["a", "b"]).count("<li>") == 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, 1), (0.7, 0.8), (1.0, 1), (13.8, 20), (75, 80), (2601, 3000), (99, 100)],
)
def test_axes_end_at_round_figures(value: float, expected: float) -> None:
    assert nice_ceiling(value) == pytest.approx(expected)
