"""What redaction leaves readable of heard calls: `python -m tests.voiced.left FOLDER HEARD`.

HEARD is what `tests.voiced.hear` wrote. Each personal span that can still be read at least in part
is printed with what was heard near it; `--quiet` prints counts only.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from redaction.call.redact import CallRedactor
from redaction.policy.prepared_policy import Policy
from tests.spoken_pii import ours
from triton_models.events import RawTranscript
from trunkline.evaluate.leaks import Secret, ShownWord
from trunkline.evaluate.reference import Reference, Span, read_reference

ROOT = Path(__file__).parents[2]
NEAR_MS = 4000


def main() -> int:
    """Redact and tell; 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("heard", type=Path)
    parser.add_argument("--models", type=Path, default=ROOT / ".cache" / "models")
    parser.add_argument("--quiet", action="store_true", help="nothing that was said")
    parser.add_argument("--all", action="store_true", help="every personal span, readable or not")
    args = parser.parse_args()
    policy = ours.make(args.models, ner=True)
    said: Counter[str] = Counter()
    left: Counter[str] = Counter()
    flashed: Counter[str] = Counter()
    for place in sorted(args.heard.glob("*.jsonl")):
        reference = read_reference(args.folder / f"{place.stem}.json")
        events = msgspec.json.Decoder(RawTranscript).decode_lines(place.read_bytes())
        ends, ever = shown(policy, events)
        for span in reference.pii:
            said[span.kind] += 1
            is_left = Secret(span).readable_in(ends)
            left[span.kind] += is_left
            was_shown = is_left or any(Secret(span).readable_in(one) for one in ever)
            flashed[span.kind] += was_shown
            if not args.quiet and (args.all or was_shown):
                word = "LEFT" if is_left else "SHOWN" if was_shown else "gone"
                print("\n".join(_told(word, place.stem, span, reference, events, ends)))
    for kind in sorted(said):
        print(f"{kind}: {left[kind]} left, {flashed[kind]} ever shown, of {said[kind]}")
    print(f"all: {left.total()} left, {flashed.total()} ever shown, of {said.total()}")
    return 0


def shown(
    policy: Policy, events: Sequence[RawTranscript]
) -> tuple[list[ShownWord], list[list[ShownWord]]]:
    """What the call shows at its end, and what each segment showed after every event."""
    redactor = CallRedactor(policy, call_id=events[0].call_id if events else "")
    segments: dict[str, list[ShownWord]] = {}
    ever: list[list[ShownWord]] = []
    for answers in (*map(redactor.receive, events), redactor.end()):
        for one in answers:
            words = [
                ShownWord(word.text, word.start_ms, word.end_ms, one.raw.channel, word.kind)
                for word in one.rendered.words
            ]
            segments[one.raw.segment_id] = words
            ever.append(words)
    return [word for key in sorted(segments) for word in segments[key]], ever


def _told(
    word: str,
    name: str,
    span: Span,
    reference: Reference,
    events: Iterable[RawTranscript],
    ends: Iterable[ShownWord],
) -> list[str]:
    """A span, what was said, heard and left around it."""
    finals = {one.segment_id: one for one in events if one.is_final}
    heard = [
        f"{'AC'[one.channel]}: {' '.join(w.text for w in one.words)}"
        for one in sorted(finals.values(), key=lambda one: one.start_ms)
        if one.end_ms >= span.start_ms - NEAR_MS and one.start_ms <= span.end_ms + NEAR_MS
    ]
    after = [
        w.text
        for w in sorted(ends, key=lambda w: w.start_ms)
        if w.channel == span.channel
        and w.end_ms >= span.start_ms - NEAR_MS
        and w.start_ms <= span.end_ms + NEAR_MS
    ]
    return [
        f"{word} {name} {span.kind} [{span.canonical}] said: {reference.turns[span.turn].text}",
        *(f"    heard {line}" for line in heard),
        f"    shown {' '.join(after)}",
    ]


if __name__ == "__main__":
    sys.exit(main())
