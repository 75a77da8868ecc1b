"""Ours and stock Presidio on the same calls, one after the other in changing order, one run.

A system hears a whole call before the next one does: a redact worker has its core, and what the
core's caches hold, for itself between two revisions of a call.
"""

import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import msgspec

from tests.spoken_pii.call import Call
from tests.spoken_pii.score import CallScore, Shown, score
from tests.spoken_pii.stream import Heard, stream
from trunkline.evaluate.delays import percentile

ROOT = Path(__file__).parents[2]
PEER = Path(__file__).with_name("presidio_peer.py")


class Started(msgspec.Struct):
    """What a system says first."""

    start_s: float
    start_cpu_s: float
    rss_mb: float


class Answer(msgspec.Struct):
    """To one text."""

    covered: list[int]
    cpu_ms: float
    rss_mb: float


class Speed(msgspec.Struct, frozen=True):
    """CPU milliseconds a revision, one thread; memory is the highest resident set."""

    system: str
    start_s: float
    start_cpu_s: float
    rss_start_mb: float
    rss_mb: float
    partials: int
    partial_p50_ms: float
    partial_p95_ms: float
    finals: int
    final_p50_ms: float
    final_p95_ms: float


@dataclass(slots=True)
class System:
    """One process under measurement."""

    name: str
    argv: Sequence[str]
    events: bool
    """Whether it takes events (ours) or texts."""

    partial_ms: list[float] = field(default_factory=list)
    final_ms: list[float] = field(default_factory=list)
    scores: list[CallScore] = field(default_factory=list)
    started: Started | None = None
    rss_mb: float = 0.0
    _process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it and wait until it has said what that cost."""
        # Nothing but a path: a thread count and locale of its own.
        env = {"PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}
        self._process = subprocess.Popen(
            self.argv, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.started = msgspec.json.decode(self._pipes()[1].readline(), type=Started)

    def ask(self, heard: Heard) -> Shown:
        """Its answer to one revision."""
        event = heard.event
        texts = {"words": [word.text for word in event.words]}
        to, back = self._pipes()
        to.write(msgspec.json.encode(event if self.events else texts) + b"\n")
        to.flush()
        answer = msgspec.json.decode(back.readline(), type=Answer)
        (self.final_ms if event.is_final else self.partial_ms).append(answer.cpu_ms)
        self.rss_mb = answer.rss_mb
        readable = frozenset(range(len(event.words))) - frozenset(answer.covered)
        return Shown(event.segment_id, event.revision, readable)

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._pipes()[0].close()
            self._process.wait(30)

    def speed(self) -> Speed:
        """What was measured."""
        assert self.started is not None
        partial, final = self.partial_ms or [0.0], self.final_ms or [0.0]
        return Speed(
            self.name, self.started.start_s, self.started.start_cpu_s, self.started.rss_mb,
            self.rss_mb, len(self.partial_ms), percentile(partial, 0.5), percentile(partial, 0.95),
            len(self.final_ms), percentile(final, 0.5), percentile(final, 0.95),
        )  # fmt: skip

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        assert self._process is not None and self._process.stdin and self._process.stdout
        return self._process.stdin, self._process.stdout


def systems(ours_python: str, *, models: Path, peers: Path) -> list[System]:
    """Ours with and without the model of names, Presidio as it comes, Presidio behind ITN."""
    ours = [ours_python, "-m", "tests.spoken_pii.our_peer", str(models)]
    stock = [str(peers), str(PEER)]
    return [
        System("trunkline", ours, events=True),
        System("trunkline, rules alone", [*ours, "--no-ner"], events=True),
        System("Presidio", stock, events=False),
        System("Presidio behind WeText ITN", [*stock, "--itn"], events=False),
    ]


def measure(calls: Iterable[Call], running: Sequence[System]) -> None:
    """Give every system every revision of every call; with each call another one begins."""
    for system in running:
        system.start()
    for turn, call in enumerate(calls):
        heard = list(stream(call))
        first = turn % len(running)
        for system in (*running[first:], *running[:first]):
            shown = [system.ask(one) for one in heard]
            system.scores.append(score(call, heard, shown))
    for system in running:
        system.stop()
