"""`trunkline redact-again` on a real Postgres: every sink, dry run, kill -9, one at a time."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from analytics.again import Job, Scope
from analytics.store.postgres import PostgresStore
from redaction.events import Transcript
from tests.told_call import STARTED_AT, ToldCall
from trunkline.settings import Settings, write

CALLS = [f"019aa09969c07a1bb9c0ffee{n:08d}" for n in range(1, 13)]
SAID = "the order number is 7 3 1 1 9 2 thanks"


@pytest.fixture
async def dsn(migrated_dsn: str) -> str:
    """Finished calls, in which an earlier policy left order numbers in."""
    store = await PostgresStore.connect(migrated_dsn)
    for call_id in CALLS:
        call = ToldCall(call_id)
        events = [e for e in call.speech() if not (isinstance(e, Transcript) and e.channel)]
        await store.apply(
            [*call.lifecycle(), call.said(1, SAID, start_ms=3000), *events], now=STARTED_AT
        )
    await store.close()
    return migrated_dsn


@pytest.fixture
def environment(dsn: str, tmp_path: Path) -> dict[str, str]:
    """Settings under which everything is taken out."""
    file = tmp_path / "settings.toml"
    replace = msgspec.structs.replace
    settings = Settings()
    write(
        replace(
            settings,
            appliance=replace(
                settings.appliance, postgres_dsn=dsn, state_dir=str(tmp_path / "state")
            ),
            redaction=replace(settings.redaction, ner="off"),
        ),
        file,
    )
    return {**os.environ, "TRUNKLINE_SETTINGS": str(file)}


async def started(environment: Mapping[str, str], *words: str) -> asyncio.subprocess.Process:
    """The command, under way."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "trunkline", "redact-again", *words,
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def done(environment: Mapping[str, str], *words: str) -> str:
    """What the command prints."""
    process = await started(environment, *words)
    said, wrong = await process.communicate()
    assert process.returncode == 0, wrong.decode()
    return said.decode()


async def rows(dsn: str, query: str) -> list[tuple[Any, ...]]:
    """Of the database."""
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        return await (await connection.execute(query.encode())).fetchall()


async def test_a_dry_run_says_what_would_change_and_changes_nothing(
    dsn: str, environment: dict[str, str]
) -> None:
    before = await rows(dsn, "select s::text from segments s order by 1")
    said = await done(environment, "--dry-run")
    assert "calls of another policy: 12" in said
    assert "calls with more to mask: 12, segments: 12" in said
    assert said.split("spans would be masked: 12")[1].split() == ["order", "12"]
    assert await rows(dsn, "select s::text from segments s order by 1") == before
    assert await rows(dsn, "select * from redaction_jobs") == []


async def test_every_call_is_masked_told_again_and_marked_with_its_policy(
    dsn: str, environment: dict[str, str]
) -> None:
    said = await done(environment, "--per-minute", "6000")
    assert "spans masked: 12" in said and "order            12" in said
    texts = await rows(dsn, "select distinct text, written from segments where channel = 1")
    assert texts == [("the order number is [order] thanks",) * 2]
    ((version,),) = await rows(dsn, "select distinct policy_version from segments")
    assert version != "p1"
    assert await rows(
        dsn, "select distinct summary ->> 'policy_version', summary_revision from calls"
    ) == [(version, 2)]
    assert await rows(dsn, "select count(*), count(published_at) from retractions") == [(12, 0)]
    assert await rows(dsn, "select count(*) from outbox where revision = 2") == [(12,)]
    assert [action for (action,) in await rows(dsn, "select action from audit order by id")] == [
        "redact-again.started",
        *["transcript.masked"] * 12,
        "redact-again.finished",
    ]
    assert await stale(dsn, Scope("default", version)) == []


async def stale(dsn: str, scope: Scope) -> list[str]:
    """The calls that a job would look at."""
    async with Job.opened(dsn, scope) as job:
        return [call_id async for call_id in job.stale()]


async def test_one_call_or_some_days_alone_can_be_asked_for(dsn: str) -> None:
    day, next_day = STARTED_AT.replace(hour=0, minute=0), STARTED_AT.replace(day=21)
    assert await stale(dsn, Scope("default", "p2")) == CALLS
    assert await stale(dsn, Scope("default", "p2", only_call_id=CALLS[3])) == [CALLS[3]]
    assert await stale(dsn, Scope("default", "p2", from_at=day, to_at=next_day)) == CALLS
    assert await stale(dsn, Scope("default", "p2", to_at=day)) == []
    assert await stale(dsn, Scope("default", "p2", from_at=next_day)) == []
    assert await stale(dsn, Scope("other", "p2")) == []


async def test_killed_in_the_middle_it_goes_on_and_masks_each_call_once(
    dsn: str, environment: dict[str, str]
) -> None:
    process = await started(environment, "--per-minute", "120")
    async with asyncio.timeout(60):
        while not await rows(dsn, "select from retractions"):
            await asyncio.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    ((before,),) = await rows(dsn, "select count(*) from retractions")
    assert 0 < before < 12
    assert "spans masked: 12" in await done(environment, "--per-minute", "6000")
    assert await rows(
        dsn, "select count(*), count(distinct call_id), min(revision) from retractions"
    ) == [(12, 12, 1_500_000_001)]
    assert await rows(dsn, "select count(*), count(finished_at) from redaction_jobs") == [(1, 1)]


async def test_two_at_once_for_one_tenant_are_one_too_many(
    dsn: str, environment: dict[str, str]
) -> None:
    async with Job.opened(dsn, Scope("default", "p2")):
        process = await started(environment)
        _, wrong = await process.communicate()
    assert process.returncode == 1 and b"already" in wrong


async def test_a_policy_that_cannot_be_used_leaves_everything_as_it_was(
    dsn: str, environment: dict[str, str], tmp_path: Path
) -> None:
    file = Path(environment["TRUNKLINE_SETTINGS"])
    file.write_text(file.read_text().replace('policies_dir = ""', f'policies_dir = "{tmp_path}"'))
    process = await started(environment)
    _, wrong = await process.communicate()
    assert process.returncode == 1 and b"default.toml" in wrong
    assert await rows(dsn, "select from retractions") == []
