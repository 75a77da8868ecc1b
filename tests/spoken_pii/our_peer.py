"""Our redaction in a process of its own, for the paired speed.

Run by paired.py: `python -m tests.spoken_pii.our_peer MODELS [--no-ner]`.

Reads one `RawTranscript` a line (JSON), answers like `presidio_peer.py`: the indexes of the words
that cannot be read now.
"""

import json
import sys
import time
from pathlib import Path

STARTED = time.perf_counter()


def main(models: Path, *, ner: bool) -> None:
    """Answer until the input ends."""
    import msgspec

    from redaction.call.redact import CallRedactor
    from redaction.process.garbage import spare_what_is_loaded
    from tests.spoken_pii import ours
    from triton_models.events import RawTranscript

    policy = ours.make(models, ner=ner)
    spare_what_is_loaded()  # as the role does
    decoder = msgspec.json.Decoder(RawTranscript)
    _say(start_s=time.perf_counter() - STARTED, start_cpu_s=time.process_time(), rss_mb=_rss_mb())
    redactor, call_id = CallRedactor(policy, call_id=""), ""
    for line in sys.stdin:
        event = decoder.decode(line)
        if event.call_id != call_id:
            call_id = event.call_id
            redactor = CallRedactor(policy, call_id=call_id)
        before = time.process_time()
        redacted = redactor.receive(event)
        cpu_ms = (time.process_time() - before) * 1000
        own = next((one for one in redacted if not one.is_correction), None)
        shown = set(own.rendered.sources) if own else set()
        hidden = [i for i in range(len(event.words)) if i not in shown]
        _say(covered=hidden, cpu_ms=cpu_ms, rss_mb=_rss_mb())


def _rss_mb() -> float:
    """The highest so far; getrusage would count what the parent had when it forked."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def _say(**answer: object) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), ner="--no-ner" not in sys.argv)
