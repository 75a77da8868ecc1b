"""Makes voiced test calls with known personal data: `python -m tests.voiced [--half dev|test]`.

The dialogues of `tests.spoken_pii`, spoken by Kokoro-82M voices over a telephone line, with what
was said and where the personal data is in a JSON beside each: a folder for `trunkline eval`.
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np
import soundfile

from tests.voiced.engine import NoVoices, VoiceEngine
from tests.voiced.layout import RATE_HZ, Script, SpokenTurn, lay_out
from tests.voiced.scripts import scripts, scripts_of, turns_to_speak

CALLS_AT_ONCE = 5


def main() -> int:
    """Write the calls; 0 when all are there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--half", choices=("dev", "test"), default="test")
    parser.add_argument(
        "--texts", nargs="+", metavar="FILE", help="files of `spoken_pii/texts/` instead of a half"
    )
    parser.add_argument("--calls", type=int, default=24, help="so many, clean ones included")
    parser.add_argument("--cache", type=Path, default=Path(".cache/voices"))
    parser.add_argument("--out", type=Path, default=Path(".cache/voiced"))
    args = parser.parse_args()
    args.cache.mkdir(parents=True, exist_ok=True)
    args.out.mkdir(parents=True, exist_ok=True)
    engine = VoiceEngine(args.cache)
    try:
        engine.prepare()
    except NoVoices as error:
        print(error, file=sys.stderr)
        return 1
    chosen = scripts_of(args.texts, count=args.calls) if args.texts else None
    for some in _in_groups(chosen or scripts(args.half, count=args.calls)):
        engine.speak(turn for script in some for turn in turns_to_speak(script))
        for script in some:
            _make(script, engine, args.out)
    return 0


def _in_groups(calls: Iterator[Script]) -> Iterator[list[Script]]:
    """A few at a time: a voice takes seconds to load."""
    while some := list(islice(calls, CALLS_AT_ONCE)):
        yield some


def _make(script: Script, engine: VoiceEngine, out: Path) -> None:
    turns = turns_to_speak(script)
    spoken = [_spoken(engine.place(turn.key)) for turn in turns]
    legs, reference = lay_out(script, spoken)
    soundfile.write(out / f"{script.name}.wav", legs, RATE_HZ, subtype="ULAW")
    (out / f"{script.name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(reference)))
    seconds, personal = reference.duration_ms / 1000, len(reference.pii)
    print(f"{script.name}: {seconds:.1f} s, {len(spoken)} turns, {personal} personal", flush=True)


def _spoken(place: Path) -> SpokenTurn:
    with np.load(place) as kept:
        return SpokenTurn(kept["audio"], kept["times_ms"])


if __name__ == "__main__":
    sys.exit(main())
