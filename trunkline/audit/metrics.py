"""/metrics of every role and of Triton."""

import re
from collections.abc import Mapping

import httpx

from trunkline.audit.findings import Tally
from trunkline.audit.planted import SEAM, Planted

_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_SAMPLE = re.compile(r"^[^#].*?\s(\S+)(?:\s\d+)?$")
BOUNDS = frozenset({"le", "quantile"})


def search_metrics(urls: Mapping[str, str], planted: Planted, tally: Tally) -> None:
    """Ask each; the names, labels and values of every sample."""
    with httpx.Client(trust_env=False, timeout=5.0) as client:
        for name, url in urls.items():
            try:
                answer = client.get(url)
                answer.raise_for_status()
            except httpx.HTTPError as error:
                tally.problem("metrics", f"{name}: {type(error).__name__}")
                continue
            search_metrics_text(name, answer.text, planted, tally)


def search_metrics_text(name: str, text: str, planted: Planted, tally: Tally) -> None:
    """Every line of what one of them answered (pure)."""
    for line in text.splitlines():
        tally.look("metrics", lines=1)
        tally.hit("metrics", name, found_in(line, planted))


def found_in(line: str, planted: Planted) -> set[str]:
    """Kinds readable in one line; short values in its labels only, as numbers count things."""
    labels = [text for name, text in _LABEL.findall(line) if name not in BOUNDS]
    found = planted.of_the_call(SEAM.join(labels)) if labels else set()
    if line.startswith("#"):
        return found | planted.anywhere(line)
    sample = _SAMPLE.match(line)
    text = line[: sample.start(1)] if sample else line
    return found | planted.anywhere(text) | planted.anywhere(_whole(sample[1]) if sample else "")


def _whole(number: str) -> str:
    """A value as a whole number, if it is one: 4.2e+15 is the number of a card as well."""
    try:
        value = float(number)
    except ValueError:
        return number
    return str(int(value)) if value.is_integer() else ""
