"""`trunkline models` and `trunkline routes` on a real Postgres."""

import json
from pathlib import Path

import pytest

from triton_models.loading import lineage
from triton_models.settings import ServedModel
from triton_models.settings import Settings as SpeechSettings
from trunkline.cli import main
from trunkline.registry import register_at_start, served_models
from trunkline.settings import ApplianceSettings, Settings, write

SPEECH = SpeechSettings(served=(ServedModel(name="asr_b", settings={"stop_history_ms": 700}),))


@pytest.fixture
async def dsn(migrated_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database, and settings that name it."""
    appliance = ApplianceSettings(postgres_dsn=migrated_dsn, state_dir=str(tmp_path))
    write(Settings(appliance=appliance, triton_models=SPEECH), tmp_path / "settings.toml")
    monkeypatch.setenv("TRUNKLINE_SETTINGS", str(tmp_path / "settings.toml"))
    monkeypatch.delenv("TRUNKLINE_STATE", raising=False)
    return migrated_dsn


@pytest.fixture
def command(dsn: str, capsys: pytest.CaptureFixture[str]) -> "Command":
    return Command(capsys)


class Command:
    """Runs a command as a user does."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str, status: int = 0) -> str:
        self._capsys.readouterr()
        done = main(words)
        out, err = self._capsys.readouterr()
        assert done == status, err
        return str(out + err)


def test_a_route_is_made_listed_tried_and_removed(command: Command, tmp_path: Path) -> None:
    words = tmp_path / "phrases.txt"
    words.write_text("Harbor Bank\t4\n\nplan  Q7\n", encoding="utf-8")
    canary = command("routes", "add", "--share", "0.25", "--model", "asr_b").strip()
    names = command(
        *("routes", "add", "--tenant", "acme", "--queue", "sales", "--priority", "10"),
        *("--phrases", str(words), "--profile", "low_latency"),
    ).strip()
    head, first, second = command("routes", "list").splitlines()
    assert head.split()[:3] == ["ROUTE", "PRIORITY", "SHARE"]
    assert first.split()[:5] == [names, "10", "1", "acme", "sales"]
    assert second.split()[:5] == [canary, "100", "0.25", "all", "all"]

    shown = command("routes", "test", "--tenant", "acme", "--queue", "sales", "--call-id", "c1")
    assert '"text": "Harbor Bank"' in shown and '"text": "plan Q7"' in shown
    assert '"partial_interval_ms": 250' in shown and f"routes {names}" in shown

    tried = command("routes", "test", "--tenant", "other")
    shares = [float(line.split("%")[0]) for line in tried.splitlines() if "% of calls" in line]
    assert len(shares) == 2 and abs(min(shares) - 25) < 9
    assert "by the settings" in tried and f"by routes {canary}" in tried
    assert '"stop_history_ms": 700' in tried  # the canary's own

    command("routes", "remove", canary)
    assert "no route" in command("routes", "remove", canary, status=1)
    assert "100.0% of calls, by the settings" in command("routes", "test")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--options", '{"modle": "x"}'), "modle"),
        (("--options", "{"), "options"),
        (("--share", "1.5", "--model", "x"), "share"),
        ((), "at least one"),
        (("--phrases", "/nonexistent"), "No such file"),
    ],
)
def test_a_route_that_cannot_be_is_refused_with_the_reason(
    command: Command, words: tuple[str, ...], named: str
) -> None:
    assert named in command("routes", "add", *words, status=1)
    assert len(command("routes", "list").splitlines()) == 1


async def register(dsn: str) -> None:
    await register_at_start(dsn, SPEECH, tenant_id="default")
    await register_at_start(dsn, SPEECH, tenant_id="default")  # a second start


@pytest.fixture
async def started(dsn: str) -> None:
    await register(dsn)


def test_what_the_appliance_serves_is_registered_at_its_start(
    started: None, command: Command
) -> None:
    head, *lines = command("models", "list").splitlines()
    assert head.split()[:2] == ["MODEL", "VERSION"]
    found = {tuple(line.split()[:4]) for line in lines}
    expected = {
        (own.model, own.decoder, own.model_sha256[:12], name)
        for name in ("asr", "asr_b")
        for own in [lineage(SPEECH.of(name))]
    }
    assert found == expected and all(line.split()[-3] == "appliance" for line in lines)
    assert command("models", "register") == ""  # nothing new


def test_a_model_is_retired_only_when_no_route_names_it(started: None, command: Command) -> None:
    canary = lineage(SPEECH.of("asr_b"))
    number = command("routes", "add", "--model", "asr_b", "--share", "0.1").strip()
    refused = command("models", "retire", canary.model, canary.decoder, status=1)
    assert f"route {number} gives calls this model" in refused
    command("routes", "remove", number)
    command("models", "retire", canary.model, canary.decoder)
    assert "no model" in command("models", "retire", canary.model, canary.decoder, status=1)
    (line,) = [x for x in command("models", "list").splitlines() if canary.decoder in x]
    assert "retired" in line


def test_a_model_served_elsewhere_is_registered_by_hand(command: Command) -> None:
    words = ("models", "register", "fastconformer", "--version", "7", "--served-as", "asr_de")
    assert "registered" in command(*words)
    assert "known already" in command(*words)
    assert "asr_de" in command("models", "list")


def test_settings_of_a_registered_model_hold_no_address_and_no_path() -> None:
    for model in served_models(SPEECH):
        assert not {"url", "models_dir", "riva", "served"} & set(json.loads(model.settings))
