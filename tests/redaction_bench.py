"""Measures redaction: whole-span recall, leaks in partials, clean words masked, time and memory.

    python -m tests.redaction_bench [--calls DIR ...] [--seeds N]

Calls are made up by `tests.unit.redaction.spoken_calls` (the TEST half, whose wording the rules
were not fitted to; `--half dev` for the other), or read from folders in the format of
`tests/data/calls`, whose true words are then cut into segments and partials at random.
"""

import argparse
import json
import re
import resource
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from redaction.ner import Ner
from redaction.presidio import build_engine
from redaction.redact import CallRedactor, Policy, make_policy
from redaction.settings import Settings
from tests.unit.redaction.spoken_calls import Call, Said, Turn, as_recognised, make_call
from tests.unit.redaction.spoken_score import Cut, Score, events, play

STYLES = ("said", "lower", "digits", "mixed", "noisy")


def cuts(seed: int) -> list[Cut]:
    """Whole turns, partials, segments of about six words, and of about three."""
    return [Cut(), Cut(0, 2, seed), Cut(6, 2, seed), Cut(3, 1, seed)]


def true_calls(folder: Path) -> Iterator[Call]:
    """The calls of a folder, personal words marked."""
    for path in sorted(folder.glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        turns = sorted(enumerate(truth["turns"]), key=lambda t: t[1]["start_ms"])
        yield Call(
            truth["name"],
            [
                Turn(turn["channel"] == 0, _marked(turn["text"], _spans_of(truth, n)))
                for n, turn in turns
            ],
        )


def _spans_of(truth: dict[str, list[dict[str, object]]], turn: int) -> list[tuple[int, str, str]]:
    return [
        (i, str(span["type"]).lower(), str(span["spoken"]))
        for i, span in enumerate(truth["pii"])
        if span["turn"] == turn
    ]


def _marked(text: str, spans: Iterable[tuple[int, str, str]]) -> list[Said]:
    """The words of a turn, those of its spans marked."""
    words: list[Said] = []
    at = 0
    for number, kind, spoken in spans:
        found = text.index(spoken, at)
        words += [Said(word) for word in text[at:found].split()]
        after = re.match(r"[.,?!;:]*", text[found + len(spoken) :])
        end = found + len(spoken) + (after.end() if after else 0)
        words += [Said(word, number, kind) for word in text[found:end].split()]
        at = end
    return words + [Said(word) for word in text[at:].split()]


def measure(policy: Policy, calls: Iterable[tuple[Call, Cut]]) -> Score:
    """All of them in one score."""
    total = Score()
    for call, cut in calls:
        total.add(play(policy, call, cut))
    return total


def report(title: str, score: Score) -> None:
    """A table by kind, and what clean speech lost."""
    print(f"\n{title}")
    print(f"{'kind':12}{'spans':>7}{'whole':>9}{'never shown':>13}")
    for kind in sorted(score.spans):
        spans = score.spans[kind]
        whole, never = 1 - score.missed[kind] / spans, 1 - score.leaked[kind] / spans
        print(f"{kind:12}{spans:7}{whole:9.2%}{never:13.2%}")
    print(
        f"clean words masked {score.clean_masked}/{score.clean_words}"
        f" = {score.clean_masked / score.clean_words:.2%};"
        f" clean segments touched {score.clean_touched}/{score.clean_segments}"
    )


def speed(policy: Policy, calls: Iterable[Call]) -> None:
    """Milliseconds of CPU a partial and a final, one thread."""
    taken: dict[bool, list[float]] = {False: [], True: []}
    for call in calls:
        redactor = CallRedactor(policy, call_id=call.name)
        for event, _ in events(call, Cut(0, 2, 1)):
            started = time.process_time()
            redactor.receive(event)
            taken[event.is_final].append((time.process_time() - started) * 1000)
    for is_final, times in taken.items():
        times.sort()
        at = [times[int(len(times) * share)] for share in (0.5, 0.95, 0.99)]
        name = "final" if is_final else "partial"
        print(f"{name}: {len(times)}, p50 {at[0]:.2f} p95 {at[1]:.2f} p99 {at[2]:.2f} ms")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--calls", type=Path, nargs="*", default=[], help="folders of true calls")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--half", choices=("dev", "test"), default="test")
    parser.add_argument("--ner", type=Path, metavar="DIR", help="also the model in DIR (rampart)")
    parser.add_argument("--examples", type=int, default=0, help="print so many misses")
    args = parser.parse_args()
    tagger = Ner(args.ner, sha256="bench") if args.ner else None
    policy = make_policy(Settings(), build_engine(tagger=tagger), key=b"b" * 32)
    for folder in args.calls:
        calls = list(true_calls(folder))
        score = measure(policy, ((c, cut) for c in calls for s in range(5) for cut in cuts(s)))
        report(f"{folder}: {len(calls)} calls, each cut in 20 ways", score)
        print("\n".join(dict.fromkeys(score.examples[: args.examples])))
    made = [make_call(seed, test=args.half == "test") for seed in range(args.seeds)]
    for style in STYLES:
        written = [as_recognised(call, style, seed=n) for n, call in enumerate(made)]
        score = measure(policy, ((c, cuts(n)[n % 4]) for n, c in enumerate(written)))
        report(f"made up ({args.half} half), as {style}: {len(written)} calls", score)
        print("\n".join(dict.fromkeys(score.examples[: args.examples])))
    print()
    speed(policy, (as_recognised(call, "mixed", seed=1) for call in made[:60]))


if __name__ == "__main__":
    main()
