"""The report as one HTML file, drawn as the evaluation's pages are (pure)."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files

from tests.spoken_pii.intervals import Figure
from tests.spoken_pii.report import Beside, Report, Row
from trunkline.evaluate.plots import Bar, bars


def page(report: Report, paired: Sequence[Beside]) -> str:
    """The whole document."""
    style = (files("trunkline.evaluate") / "report.css").read_text(encoding="utf-8")
    body = "".join((*_recall(report), *_over(report), *_beside(paired)))
    title = f"Spoken personal data: {escape(report.system)}, {escape(report.half)}"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{style}</style></head><body><header><h1>{title}</h1>"
        f'<p class="meta">{report.calls} calls with personal data, {report.clean_calls} without'
        f"</p></header><main>{body}</main></body></html>\n"
    )


def _recall(report: Report) -> Iterator[str]:
    drawn = [_bar(row) for row in report.kinds]
    yield "<section><h2>Whole spans covered</h2>"
    yield f"<figure>{bars(drawn, title='Whole spans, by kind', unit='%')}</figure>"
    head = ("", "spans", "whole at the end", "95 %", "never shown", "target", "")
    rows = [
        (
            row.name,
            row.recall.of,
            f"{row.recall.value:.2%}",
            _interval(row.recall),
            f"{row.never_shown.value:.2%}",
            f"{row.target:.1%}" if row.target else "-",
            ("met" if row.met else "missed") if row.target else "",
        )
        for row in (*report.groups, *report.kinds, report.total)
    ]
    yield f"{_table(head, rows)}</section>"


def _bar(row: Row) -> Bar:
    low, high = row.recall.by_dialogue or row.recall.wilson
    return Bar(row.name, 100 * row.recall.value, 100 * low, 100 * high, f"of {row.recall.of}")


def _over(report: Report) -> Iterator[str]:
    yield "<section><h2>Taken too much</h2>"
    rows = [
        (name, one.part, one.of, f"{one.value:.2%}", _interval(one))
        for name, one in (
            ("clean words, calls without personal data", report.over_words),
            ("clean segments, these calls", report.over_segments),
            ("clean words beside personal data", report.over_beside),
        )
    ]
    yield f"{_table(('', 'masked', 'of', 'share', '95 %'), rows)}</section>"


def _beside(paired: Sequence[Beside]) -> Iterator[str]:
    if not paired:
        return
    yield "<section><h2>Beside others, the same texts in the same run</h2>"
    head = ("", "start, CPU s", "MB", "partial p50/p95", "final p50/p95", "whole", "never shown")
    rows = [
        (
            row.speed.system,
            f"{row.speed.start_cpu_s:.2f}",
            f"{row.speed.rss_mb:.0f}",
            f"{row.speed.partial_p50_ms:.2f} / {row.speed.partial_p95_ms:.2f} ms",
            f"{row.speed.final_p50_ms:.2f} / {row.speed.final_p95_ms:.2f} ms",
            f"{row.recall.value:.1%}",
            f"{row.never_shown.value:.1%}",
        )
        for row in paired
    ]
    yield f"{_table(head, rows)}</section>"


def _interval(one: Figure) -> str:
    low, high = one.by_dialogue or one.wilson
    return f"{low:.2%} to {high:.2%}"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    cells = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    lines = ("".join(f"<td>{escape(str(cell))}</td>" for cell in row) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return (
        f'<div class="wide"><table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody>'
        "</table></div>"
    )
