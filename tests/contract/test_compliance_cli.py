"""`trunkline compliance` and `trunkline review` over a real Postgres."""

import asyncio
import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psycopg
import pytest

from analytics.access import Principal
from analytics.compliance.documents import Case, GivenMark, Verdict
from analytics.store.postgres import PostgresStore
from tests.told_call import STARTED_AT, ToldCall
from trunkline.cli import main
from trunkline.reviewing import open_desk, tenant_keys
from trunkline.settings import ApplianceSettings, Settings, write
from trunkline.tenant_keys import KeyTrouble

DAYS = ("--from", "2025-11-20", "--to", "2025-11-20")
ANN = Principal("key-ann", "default", "Ann", "compliance", ("compliance",))


@pytest.fixture
def settings(migrated_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Those of an appliance with one finished call in which a password was missed."""
    made = Settings(
        appliance=ApplianceSettings(state_dir=str(tmp_path / "state"), postgres_dsn=migrated_dsn)
    )
    write(made, tmp_path / "settings.toml")
    monkeypatch.setenv("TRUNKLINE_SETTINGS", str(tmp_path / "settings.toml"))

    async def finish() -> None:
        call = ToldCall()
        store = await PostgresStore.connect(migrated_dsn)
        said = [call.said(1, "my word is open sesame [name]", start_ms=0)]
        ends = [call.transcript_ended(at_ms=9000)]
        await store.apply([*call.lifecycle(), *said, *ends], now=STARTED_AT)
        await store.close()

    asyncio.run(finish())
    return made


def review(settings: Settings) -> int:
    """As Ann does on the page."""

    async def mark() -> int:
        store = await PostgresStore.connect(settings.appliance.postgres_dsn)
        desk = await open_desk(settings, settings.appliance.postgres_dsn, store)
        now = datetime.now(UTC)
        item = await desk.next(ANN, now=now)
        assert item is not None
        missed = GivenMark(mark="missed", first=3, last=4, kind="password")
        verdict = Verdict(revision=item.revision, marks=(missed,))
        await desk.answer(ANN, item.review_id, verdict, now=now)
        await desk.close()
        await store.close()
        return item.review_id

    return asyncio.run(mark())


def audited(settings: Settings) -> list[tuple[str, str]]:
    with psycopg.connect(settings.appliance.postgres_dsn) as connection:
        return connection.execute("select actor, action from audit order by id").fetchall()


def test_a_report_reads_as_text_json_and_csv_and_leaves_a_row(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compliance", *DAYS]) == 0
    text = capsys.readouterr().out
    assert "with something masked                  1 (100.0%)" in text
    assert "2025-11-20  p1            name" in text
    assert main(["compliance", *DAYS, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["total"]["spans"] == 1
    assert main(["compliance", *DAYS, "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows == [
        {"day": "2025-11-20", "policy_version": "p1", "kind": "name", "spans": "1", "calls": "1"}
    ]
    assert audited(settings) == [("operator", "compliance.reported")] * 3


def test_a_policy_version_gets_a_name(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compliance", "--name-policy", "p1", "Autumn rules"]) == 0
    assert main(["compliance", *DAYS]) == 0
    assert "Autumn rules" in capsys.readouterr().out
    assert ("operator", "policy.named") in audited(settings)


def test_what_a_reviewer_found_is_exported_for_who_has_the_key_and_tried(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["review", "draw", "--day", "2025-11-20"]) == 0
    assert "drew 1 of 1 segments (draw 1)" in capsys.readouterr().out
    review_id = review(settings)
    out = tmp_path / "cases.jsonl"
    out.write_text("somebody else's")
    out.chmod(0o644)
    assert main(["review", "export", "-o", str(out)]) == 0
    assert out.stat().st_mode & 0o777 == 0o600
    case = msgspec.json.decode(out.read_bytes(), type=Case)
    assert case.review_id == review_id and case.turns[case.at].words[4].text == "sesame"
    assert ("operator", "review.exported") in audited(settings)
    capsys.readouterr()

    assert main(["policy", "test", "--cases", str(out)]) == 0
    told = capsys.readouterr().out
    assert "1 cases" in told and "password" in told and "sesame" not in told

    assert main(["compliance", *DAYS]) == 0
    assert "all reviewed" in capsys.readouterr().out
    tenant_keys(settings).path_of("default").unlink()
    assert main(["review", "export", "-o", str(out)]) == 1
    assert "default.key is missing" in capsys.readouterr().err


def test_a_rotated_key_opens_all_cases_and_the_old_one_none_once_it_is_dropped(
    settings: Settings, tmp_path: Path
) -> None:
    main(["review", "draw", "--day", "2025-11-20"])
    review(settings)
    keys, out = tenant_keys(settings), tmp_path / "cases.jsonl"
    old = keys.path_of("default").read_text()
    assert main(["review", "rotate-key"]) == 0
    assert keys.path_of("default").read_text().endswith(old)
    assert main(["review", "export", "-o", str(out)]) == 0
    assert main(["review", "rotate-key", "--drop-old"]) == 0
    assert old.strip() not in keys.path_of("default").read_text()
    assert main(["review", "export", "-o", str(out)]) == 0
    assert b"sesame" in out.read_bytes()
    with psycopg.connect(settings.appliance.postgres_dsn) as connection:
        ((sealed,),) = connection.execute("select sealed from review_cases").fetchall()
    keys.path_of("default").write_text(old)
    with pytest.raises(KeyTrouble):
        keys.open("default", sealed, purpose="review case 1")
