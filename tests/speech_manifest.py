"""Writes the manifest of public test speech: `python -m tests.speech_manifest FOLDER > OUT.jsonl`.

Paths in it are absolute, so that OUT.jsonl may lie anywhere: `trunkline eval OUT.jsonl`. It knows
the layouts in which such speech is handed around, in any folder below FOLDER:

    LibriSpeech      ID.trans.txt (`UTTERANCE TEXT` a line), UTTERANCE.flac beside it
    CMU Sphinx       *transcription (`<s> text </s> (NAME)` a line), NAME.wav beside it
    filename, text   *.json with a list of {"filename", "transcription"}
    RTTM             *.rttm, NAME.wav beside it: who speaks when, without words
    one text         NAME.txt beside NAME.wav or NAME.flac, if it is one line
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from trunkline.evaluate.speech_set import Recording

SPHINX = re.compile(r"(?:<s>)?(?P<text>.*?)(?:</s>)?\s*\((?P<name>[^()]+)\)\s*")


def recordings(folder: Path) -> Iterator[Recording]:
    """Everything below `folder` whose truth is known, in order of path."""
    for path in sorted(folder.rglob("*")):
        source = {"source": path.relative_to(folder).parts[0]}
        if path.name.endswith(".trans.txt"):
            yield from _librispeech(path, source)
        elif path.name.endswith("transcription"):
            yield from _sphinx(path, source)
        elif path.suffix == ".json":
            yield from _listed(path, source)
        elif path.suffix == ".rttm":
            yield from _speakers(path, source)
        elif path.suffix == ".txt":
            yield from _beside(path, source)


def _librispeech(path: Path, source: dict[str, str]) -> Iterator[Recording]:
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, text = line.partition(" ")
        yield from _recording(path.parent / f"{name}.flac", text, source)


def _sphinx(path: Path, source: dict[str, str]) -> Iterator[Recording]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if found := SPHINX.fullmatch(line):
            yield from _recording(
                path.parent / f"{found['name'].strip()}.wav", found["text"].strip(), source
            )


def _listed(path: Path, source: dict[str, str]) -> Iterator[Recording]:
    listed = json.loads(path.read_text(encoding="utf-8"))
    for one in listed if isinstance(listed, list) else ():
        if "filename" in one and "transcription" in one:
            yield from _recording(path.parent / one["filename"], one["transcription"], source)


def _speakers(path: Path, source: dict[str, str]) -> Iterator[Recording]:
    regions: dict[str, list[tuple[str, int, int]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        fields = line.split()
        if fields[:1] == ["SPEAKER"]:
            start_ms = round(float(fields[3]) * 1000)
            end_ms = start_ms + round(float(fields[4]) * 1000)
            regions.setdefault(fields[1], []).append((fields[7], start_ms, end_ms))
    for name, found in regions.items():
        audio = path.parent / f"{name}.wav"
        if audio.exists():
            yield Recording(
                audio=str(audio.resolve()),
                name=f"{source['source']}_{name}",
                speakers=tuple(found),
                slices=source,
            )


def _beside(path: Path, source: dict[str, str]) -> Iterator[Recording]:
    text = path.read_text(encoding="utf-8").strip()
    for ending in (".wav", ".flac"):
        if "\n" not in text:
            yield from _recording(path.with_suffix(ending), text, source)


def _recording(audio: Path, text: str, source: dict[str, str]) -> Iterator[Recording]:
    if audio.exists() and text:
        name = f"{source['source']}_{audio.stem}"
        yield Recording(audio=str(audio.resolve()), text=text, name=name, slices=source)


def main(folder: Path) -> int:
    """Print one line a recording."""
    found = list(recordings(folder))
    for one in found:
        print(msgspec.json.encode(one).decode())
    print(f"{len(found)} recordings", file=sys.stderr)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
