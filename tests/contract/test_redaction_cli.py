"""`trunkline redact` as a process in a pipe."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "trunkline", "redact"]


@pytest.fixture
def command(models_dir: Path, tmp_path: Path) -> list[str]:
    """The command with the weights that tests use."""
    settings = tmp_path / "weights.toml"
    settings.write_text(f'[triton_models]\nmodels_dir = "{models_dir}"\n')
    return [*COMMAND, "--settings", str(settings)]


def line(segment: str, text: str, *, at_ms: int = 0) -> str:
    words = [
        {"text": word, "start_ms": at_ms + 300 * i, "end_ms": at_ms + 300 * (i + 1)}
        for i, word in enumerate(text.split())
    ]
    return json.dumps(
        {
            "call_id": "c", "segment_id": segment, "leg_id": segment, "revision": 1,
            "is_final": True, "start_ms": at_ms, "end_ms": at_ms + 300 * len(words), "words": words,
        }
    )  # fmt: skip


def texts(out: str) -> list[str]:
    return [" ".join(w["text"] for w in json.loads(one)["words"]) for one in out.splitlines()]


def test_each_line_is_answered_at_once(command: list[str]) -> None:
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        for segment, said, shown in (
            ("a", "And the card number?", "And the card number?"),
            ("b", "It's 4242 4242 4242 4242 there.", "It's [card] there."),
            ("c", "It was Priya Ramsbottom who took it.", "It was [name] who took it."),
        ):
            process.stdin.write(line(segment, said) + "\n")
            process.stdin.flush()
            assert texts(process.stdout.readline()) == [shown]
        process.stdin.close()
        assert process.wait() == 0


def test_a_bad_line_is_told_without_its_content_and_the_others_go_on(
    command: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join([line("a", "hello there"), '{"secret 4242', line("b", "bye now")]))
    done = subprocess.run([*command, str(file)], capture_output=True, text=True)
    assert texts(done.stdout) == ["hello there", "bye now"]
    assert done.stderr == "trunkline redact: line 2: not JSON\n"
    assert done.returncode == 1


def test_settings_come_from_the_file_named(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('[redaction]\nner = "off"\nallow = ["four two four two"]\n')
    done = subprocess.run(
        [*COMMAND, "--settings", str(settings)],
        input=line("a", "my PIN is four two four two thanks"),
        capture_output=True,
        text=True,
    )
    assert texts(done.stdout) == ["my PIN is four two four two thanks"]
    settings.write_text("[redaction]\nalow = []\n")
    done = subprocess.run(
        [*COMMAND, "--settings", str(settings)], input="", capture_output=True, text=True
    )
    assert done.returncode == 2 and "alow" in done.stderr


def test_weights_that_are_not_there_are_said_at_the_start(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(f'[triton_models]\nmodels_dir = "{tmp_path}"\n')
    argv = [*COMMAND, "--settings", str(settings)]
    done = subprocess.run(argv, input=line("a", "hello"), capture_output=True, text=True)
    assert done.returncode == 2 and not done.stdout
    assert "trunkline models fetch" in done.stderr and 'ner = "off"' in done.stderr


def test_a_missing_file_is_said_plainly(tmp_path: Path) -> None:
    done = subprocess.run([*COMMAND, str(tmp_path / "no")], capture_output=True, text=True)
    assert done.returncode == 1 and "No such file" in done.stderr
