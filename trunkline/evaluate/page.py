"""The report as one HTML file that needs nothing else (pure)."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files

from trunkline.evaluate.align import total_errors
from trunkline.evaluate.delays import percentile
from trunkline.evaluate.differences import Difference, TurnDifference
from trunkline.evaluate.plots import Bar, bars, distribution, reliability
from trunkline.evaluate.report import Report
from trunkline.evaluate.score import CallScore
from trunkline.evaluate.stages import total_stages
from trunkline.evaluate.totals import Quantiles, Totals, distinct, stage_values

SECTIONS = {
    "errors": "Word errors",
    "privacy": "Personal data",
    "entities": "Entities",
    "delays": "Delays",
    "stability": "Churn, word times, speakers, confidence",
    "calls": "Calls",
}


def page(report: Report) -> str:
    """The whole document."""
    style = (files("trunkline.evaluate") / "report.css").read_text(encoding="utf-8")
    links = "".join(f'<a href="#{name}">{title}</a>' for name, title in SECTIONS.items())
    scored = [call for call in report.calls if not call.problem]
    bodies = {
        "errors": _errors(report.totals),
        "privacy": _privacy(report.totals, scored),
        "entities": _entities(report.totals),
        "delays": _delays(report, scored),
        "stability": _stability(report.totals, scored),
        "calls": _calls(report.calls),
    }
    sections = "".join(
        f'<section id="{name}"><h2>{SECTIONS[name]}</h2>{"".join(body)}</section>'
        for name, body in bodies.items()
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Trunkline evaluation</title><style>{style}</style></head><body>"
        f"<header><h1>Trunkline evaluation</h1>{_about(report)}<nav>{links}</nav></header>"
        f"<main>{_tiles(report.totals)}{sections}</main></body></html>\n"
    )


def _about(report: Report) -> str:
    models = ", ".join(report.models) or "-"
    cost = ""
    if report.cost:
        cost = f" · {report.cost.cpu_per_speech:.2f} CPU s a second of speech, all parts"
    asked = "".join(f" · {name} {escape(value)}" for name, value in report.asked.items())
    return (
        f'<p class="meta">{report.made_at:%Y-%m-%d %H:%M} UTC · Trunkline {escape(report.version)}'
        f" · model {escape(models)} · endpoint {report.endpoint_ms} ms · {report.parallel} at a "
        f"time · {report.totals.calls} calls, {report.totals.speech_ms / 60000:.1f} min of speech"
        f"{asked}{cost}</p>"
    )


def _tiles(totals: Totals) -> str:
    leaks = totals.leaked_finals + totals.leaked_shown + totals.leaked_stored
    tiles = [
        ("word error rate", f"{100 * totals.wer.value:.1f}%", ""),
        (
            "readable personal data: transcript / captions / stored",
            f"{totals.leaked_finals} / {totals.leaked_shown} / {totals.leaked_stored}",
            "bad" if leaks else "good",
        ),
        ("masked without need", f"{100 * totals.over_redaction.value:.1f}%", ""),
        ("end of speech to final, p95", _ms(totals.final_ms), ""),
        ("...over the endpoint's silence", _ms(totals.over_endpoint_ms), ""),
        ("word to caption, p95", _ms(totals.word_ms), ""),
        ("churn", f"{100 * totals.churn:.1f}%", ""),
        (
            "turns lost",
            f"{totals.lost_turns} of {totals.turns}",
            "bad" if totals.lost_turns else "good",
        ),
    ]
    items = "".join(f'<li class="{kind}"><b>{value}</b>{name}</li>' for name, value, kind in tiles)
    return f'<ul class="tiles">{items}</ul>'


def _ms(of: Quantiles) -> str:
    return f"{of.p95:.0f} ms" if of.count else "-"


def _errors(totals: Totals) -> Iterator[str]:
    yield (
        "<p>Over words outside personal data, after Whisper's English normalisation. The whisker "
        "is the 95% interval over calls. Slices overlap: each word counts in several.</p>"
    )
    rows = [Bar("all", *_percent(totals.wer), f"of {totals.wer.of} words")]
    rows += [Bar(name, *_percent(one), f"of {one.of}") for name, one in totals.slices.items()]
    yield f"<figure>{bars(rows, title='Word error rate by slice', unit='%')}</figure>"
    yield _table(
        ("slice", "WER", "from", "to", "words"),
        [
            (
                r.label,
                *(f"{v:.1f}%" for v in r[1:4]),
                r.note.removeprefix("of ").removesuffix(" words"),
            )
            for r in rows
        ],
        folded="as a table",
    )


def _percent(rate: object) -> tuple[float, float, float]:
    value, low, high = (100 * getattr(rate, name) for name in ("value", "low", "high"))
    return value, low, high


def _privacy(totals: Totals, scored: Iterable[CallScore]) -> Iterator[str]:
    yield (
        f"<p>{totals.spans} places where personal data is said. Masked: a token stands there; a "
        "place may also be safe because nothing of it was recognised.</p>"
    )
    yield _table(
        ("kind", "said", "masked", "by its own kind"),
        [(kind, one.said, one.masked, one.as_kind) for kind, one in totals.personal.items()],
    )
    leaks = [
        (call.name, leak.kind, leak.channel, f"{leak.start_ms / 1000:.1f} s", where)
        for call in scored
        for where, found in (
            ("transcript", call.leaked_finals),
            ("captions", call.leaked_shown),
            ("database", sorted(distinct(call.leaked_stored))),
        )
        for leak in found
    ]
    if leaks:
        yield '<p class="bad">Readable:</p>'
        yield _table(("call", "kind", "leg", "at", "where"), leaks)
    else:
        yield "<p>Nothing of it was readable anywhere.</p>"


def _entities(totals: Totals) -> Iterator[str]:
    yield (
        "<p>Outside personal data; found means right, letter by letter after normalisation. "
        "Numbers, dates and proper names are told from the reference, other kinds are annotated."
        "</p>"
    )
    yield _table(
        ("kind", "said", "found", "recall", "masked without need"),
        [
            (kind, one.said, one.found, f"{100 * one.found / max(1, one.said):.0f}%", one.masked)
            for kind, one in totals.entities.items()
        ],
    )


def _delays(report: Report, scored: Sequence[CallScore]) -> Iterator[str]:
    yield (
        "<p>By this client's clock: from the end of a turn's sound to its final, and from the end "
        "of a word to the first caption that shows it. The dot is the 95th percentile.</p>"
    )
    series = {
        "final": [ms for call in scored for ms in call.final_delays_ms],
        "word": [ms for call in scored for ms in call.word_delays_ms],
    }
    yield f"<figure>{distribution(series, title='Delays of captions', unit='ms')}</figure>"
    yield (
        "<p>Stage by stage, by the times each event carries: from the last audio a caption covers "
        "until it was recognised, redacted, and here.</p>"
    )
    of = total_stages(call.measures.finals for call in scored)
    drawn = distribution(stage_values(of), title="Stages of finals", unit="ms")
    yield f"<figure>{drawn}</figure>"
    totals = report.totals
    rows = [
        ("end of speech to final", totals.final_ms),
        ("...over the endpoint", totals.over_endpoint_ms),
        ("word to caption", totals.word_ms),
        *totals.stages.items(),
    ]
    yield _table(
        ("delay", "p50", "p95", "of"),
        [(name, f"{q.p50:.0f} ms", f"{q.p95:.0f} ms", q.count) for name, q in rows if q.count],
    )
    if report.cost:
        yield _table(
            ("part", "CPU s a second of speech"),
            [
                (part, f"{seconds / max(1e-9, report.cost.speech_s):.3f}")
                for part, seconds in report.cost.cpu_s.items()
            ],
        )


def _stability(totals: Totals, scored: Sequence[CallScore]) -> Iterator[str]:
    churn = [
        Bar(call.name, *(100 * call.measures.churn.rate,) * 3, f"of {call.measures.churn.shown}")
        for call in scored
    ]
    yield (
        f"<p>Churn: of {totals.churned.shown} shown words {totals.churned.changed} were taken back "
        f"outside the open tail's last two words ({100 * totals.churn:.1f}%).</p>"
    )
    yield f"<figure>{bars(churn, title='Churn of each call', unit='%')}</figure>"
    if totals.word_time_ms.count:
        yield (
            f"<p>Word times against the true ones, starts and ends: median "
            f"{totals.word_time_ms.p50:.0f} ms, p95 {totals.word_time_ms.p95:.0f} ms off "
            f"({totals.word_time_ms.count} borders).</p>"
        )
    one = totals.speakers
    yield (
        f"<p>Diarisation error rate {100 * totals.der:.1f}% of {one.said_ms / 1000:.0f} s "
        f"(missed {one.missed_ms / 1000:.1f} s, false alarm {one.false_alarm_ms / 1000:.1f} s, "
        f"confused {one.confused_ms / 1000:.1f} s; collar 250 ms, overlap counts).</p>"
    )
    words = sum(part.words for part in totals.calibration)
    yield (
        f"<p>Confidence against what was right, {words} words: expected calibration error "
        f"{100 * totals.calibration_error:.1f}%. On the dashed line it would mean what it says."
        "</p>"
    )
    yield f"<figure>{reliability(totals.calibration, title='Reliability of confidence')}</figure>"
    yield _table(
        ("said", "right", "words"),
        [
            (f"{100 * b.confidence:.0f}%", f"{100 * b.accuracy:.0f}%", b.words)
            for b in totals.calibration
            if b.words
        ],
        folded="as a table",
    )


def _calls(calls: Iterable[CallScore]) -> Iterator[str]:
    every = list(calls)
    head = ("call", "WER", "masked", "leaks", "lost", "final p50", "p95", "churn", "legs")
    yield _table(head, [_call(call) for call in every if not call.problem])
    for call in every:
        if call.problem:
            yield f'<p class="bad">{escape(call.name)}: not scored: {escape(call.problem)}</p>'
        if call.differences:
            turns = "".join(map(_turn, call.differences))
            name = f"{escape(call.name)}: said and heard"
            yield f"<details><summary>{name}</summary>{turns}</details>"


def _call(call: CallScore) -> tuple[object, ...]:
    errors = total_errors([call.errors]) if call.legs else None
    leaks = (call.leaked_finals, call.leaked_shown, sorted(distinct(call.leaked_stored)))
    return (
        call.name,
        f"{100 * errors.wer:.1f}%" if errors else "-",
        f"{100 * errors.over_redaction:.1f}%" if errors else "-",
        "/".join(str(len(one)) for one in leaks) + f" of {call.spans}",
        f"{call.lost_turns} of {call.turns}",
        f"{percentile(call.final_delays_ms, 0.5):.0f} ms" if call.final_delays_ms else "-",
        f"{percentile(call.final_delays_ms, 0.95):.0f} ms" if call.final_delays_ms else "-",
        f"{100 * call.measures.churn.rate:.1f}%",
        "ok" if all(leg.right for leg in call.legs) else "WRONG",
    )


def _turn(turn: TurnDifference) -> str:
    words = " ".join(map(_step, turn.steps))
    return (
        f'<p class="turn"><span>{turn.start_ms / 1000:.1f} s {escape(turn.speaker)}</span>'
        f"{words}</p>"
    )


def _step(one: Difference) -> str:
    said, heard = escape(one.said), escape(one.heard)
    if one.step in ("match", "absorbed"):
        return heard
    if one.step in ("passed", "token"):
        return f'<span title="{one.step}">{said or heard}</span>'
    gone = f'<del title="{one.step}">{said}</del>' if said else ""
    came = f'<ins title="{one.step}">{heard}</ins>' if heard else ""
    return f"{gone} {came}".strip()


def _table(head: Sequence[str], rows: Iterable[Sequence[object]], *, folded: str = "") -> str:
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    if not body:
        return ""
    cells = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    table = (
        f'<div class="wide"><table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody>'
        "</table></div>"
    )
    return f"<details><summary>{escape(folded)}</summary>{table}</details>" if folded else table
