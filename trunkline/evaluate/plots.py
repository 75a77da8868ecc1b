"""Plots as inline SVG, without a library: bars with intervals, distributions, reliability (pure).

Colours come from the page's style (`s0`, `s1`, `s2` for series), so that one drawing serves light
and dark. Each drawing names itself for screen readers; the page gives the same figures as a table.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

from trunkline.evaluate.calibration import Bin
from trunkline.evaluate.delays import percentile

WIDTH = 720
LABELS = 210
"""Width of the labels beside bars."""

ROW = 26
PLOT = (56, 12, 624, 220)
"""Left, top, width and height of the area of a plot with two axes."""


class Bar(NamedTuple):
    """One row; `low` and `high` are its interval."""

    label: str
    value: float
    low: float
    high: float
    note: str = ""


def bars(rows: Sequence[Bar], *, title: str, unit: str) -> str:
    """Horizontal bars from 0, each with its interval as a whisker and its value beside it."""
    top = nice_ceiling(max((max(row.value, row.high) for row in rows), default=1.0))
    height = ROW * len(rows) + 30
    scale = (WIDTH - LABELS - 130) / top
    parts = [
        _line((LABELS + at * scale, 4), (LABELS + at * scale, height - 22), "grid")
        + _text((LABELS + at * scale, height - 6), f"{at:g}{unit}", "tick", anchor="middle")
        for at in ticks(top)
    ]
    for at, row in enumerate(rows):
        parts.append(_bar(row, y=ROW * at + 8, scale=scale, unit=unit))
    return _svg(title, height, parts)


def _bar(row: Bar, *, y: float, scale: float, unit: str) -> str:
    middle = y + (ROW - 10) / 2
    low, high = LABELS + row.low * scale, LABELS + row.high * scale
    tip = f"{row.label}: {row.value:.1f}{unit} ({row.low:.1f} to {row.high:.1f}) {row.note}"
    width = max(1.0, row.value * scale)
    whisker = [
        _line((low, middle), (high, middle), "whisker"),
        _line((low, middle - 4), (low, middle + 4), "whisker"),
        _line((high, middle - 4), (high, middle + 4), "whisker"),
    ]
    return (
        f"<g><title>{escape(tip)}</title>"
        + _text((LABELS - 8, middle + 4), row.label, "label", anchor="end")
        + f'<rect class="s0" x="{LABELS}" y="{y:.1f}" width="{width:.1f}" height="{ROW - 10}" '
        'rx="2"/>'
        + ("".join(whisker) if row.low < row.high else "")
        + _text(
            (max(high, LABELS + width) + 8, middle + 4),
            f"{row.value:.1f}{unit} {row.note}".strip(),
            "value",
        )
        + "</g>"
    )


def distribution(series: Mapping[str, Sequence[float]], *, title: str, unit: str) -> str:
    """The share of values up to each size, one line a series, its 95th percentile marked."""
    left, upper, width, depth = PLOT
    known = {name: sorted(values) for name, values in series.items() if values}
    most = nice_ceiling(max((percentile(v, 0.99) for v in known.values()), default=1.0))
    least = min(0.0, *(values[0] for values in known.values())) if known else 0.0
    scale = width / (most - least)
    parts = _frame(ys=[(f"{p}%", p / 100) for p in (0, 25, 50, 75, 95)])
    for at in ticks(most):
        x = left + (at - least) * scale
        parts.append(_line((x, upper), (x, upper + depth), "grid"))
        parts.append(_text((x, upper + depth + 18), f"{at:g}", "tick", anchor="middle"))
    parts.append(_text((left - 8, upper + depth + 18), unit, "tick", anchor="end"))
    for number, (name, values) in enumerate(known.items()):
        points = [
            (
                left + (min(value, most) - least) * scale,
                upper + depth * (1 - (at + 1) / len(values)),
            )
            for at, value in enumerate(values)
        ]
        steps = [(left + (values[0] - least) * scale, upper + float(depth)), *points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in steps)
        p95 = min(percentile(values, 0.95), most)
        x, y = left + (p95 - least) * scale, upper + depth * 0.05
        parts.append(
            f'<polyline class="l{number}" points="{path}"/>'
            f'<circle class="s{number}" cx="{x:.1f}" cy="{y:.1f}" r="4">'
            f"<title>{escape(name)}: p95 {percentile(values, 0.95):.0f} {unit}</title></circle>"
        )
    return _svg(title, upper + depth + 26, parts) + legend(list(known))


def reliability(bins: Sequence[Bin], *, title: str) -> str:
    """Accuracy against confidence; a dot's area tells how many words, the diagonal is ideal."""
    left, upper, _, depth = PLOT
    side = depth
    most = max((one.words for one in bins), default=1) or 1
    parts = _frame(ys=[(f"{p}%", p / 100) for p in (0, 25, 50, 75, 100)], width=side)
    for p in (0, 25, 50, 75, 100):
        x = left + side * p / 100
        parts.append(_line((x, upper), (x, upper + side), "grid"))
        parts.append(_text((x, upper + side + 18), f"{p}%", "tick", anchor="middle"))
    parts.append(_line((left, upper + side), (left + side, upper), "ideal"))
    for one in bins:
        if one.words:
            x, y = left + side * one.confidence, upper + side * (1 - one.accuracy)
            radius = 3 + 9 * (one.words / most) ** 0.5
            tip = (
                f"{one.words} words: said {100 * one.confidence:.0f}%, "
                f"right {100 * one.accuracy:.0f}%"
            )
            parts.append(
                f'<circle class="s0 dot" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}">'
                f"<title>{escape(tip)}</title></circle>"
            )
    parts.append(
        _text(
            (left + side + 16, upper + side),
            "across: confidence said; up: share that was right",
            "tick",
        )
    )
    return _svg(title, upper + side + 26, parts)


def legend(names: Sequence[str]) -> str:
    """Which colour is which series."""
    if len(names) < 2:
        return ""
    items = "".join(
        f'<li><span class="key k{at}"></span>{escape(name)}</li>' for at, name in enumerate(names)
    )
    return f'<ul class="legend">{items}</ul>'


def nice_ceiling(value: float) -> float:
    """The next of 1, 2, 3, 4, 6, 8 and 10 times a power of ten."""
    power = 1.0
    while power * 10 <= value:
        power *= 10
    while power > value > 0:
        power /= 10
    return next((power * n for n in (1, 2, 3, 4, 6, 8) if power * n >= value), power * 10)


def ticks(top: float) -> list[float]:
    """Five places from 0 to `top`."""
    return [top * at / 4 for at in range(5)]


def _frame(ys: Sequence[tuple[str, float]], width: float = PLOT[2]) -> list[str]:
    left, upper, _, depth = PLOT
    parts = []
    for label, share in ys:
        y = upper + depth * (1 - share)
        parts.append(_line((left, y), (left + width, y), "grid"))
        parts.append(_text((left - 8, y + 4), label, "tick", anchor="end"))
    return parts


def _svg(title: str, height: float, parts: Sequence[str]) -> str:
    name = escape(title, quote=True)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{name}">'
        f"{''.join(parts)}</svg>"
    )


def _line(start: tuple[float, float], end: tuple[float, float], style: str) -> str:
    return (
        f'<line class="{style}" x1="{start[0]:.1f}" y1="{start[1]:.1f}" '
        f'x2="{end[0]:.1f}" y2="{end[1]:.1f}"/>'
    )


def _text(at: tuple[float, float], text: str, style: str, *, anchor: str = "start") -> str:
    return (
        f'<text class="{style}" x="{at[0]:.1f}" y="{at[1]:.1f}" text-anchor="{anchor}">'
        f"{escape(text)}</text>"
    )
