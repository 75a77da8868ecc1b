"""The whole row: SIPREC calls in; captions, rows and a webhook out.

One appliance serves all tests of this module; it is started and stopped as a user would.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psycopg
import pytest
import pytest_asyncio
from playwright.async_api import expect

from deploy.webhook_receiver import Receiver
from tests.recording_client import part_of, recording_client
from tests.services.appliance import CALLS, TestAppliance, appliance, eventually, trunkline
from tests.services.browser import new_page
from tests.services.captions import Watcher, watching
from trunkline.evaluate.reference import read_reference
from trunkline.evaluate.score import leaked_stored
from trunkline.evaluate.stored import stored_texts

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(420)]

LEGS = CALLS / "d01_bank_card"
CALL = (str(LEGS / "agent.wav"), str(LEGS / "customer.wav"), "--siprec")
SPOKEN_CARD = re.compile(r"four two four two|4242|42 42|\b7[ -]?3[ -]?1\b|seven three one", re.I)


@pytest.fixture(scope="module")
def receiver() -> Any:
    with Receiver() as receiver:
        yield receiver


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(
    tmp_path_factory: pytest.TempPathFactory, receiver: Receiver
) -> AsyncIterator[TestAppliance]:
    async with appliance(tmp_path_factory.mktemp("appliance"), receiver) as started:
        yield started


class Played(NamedTuple):
    """The test call, placed three ways at once: two recorded, one plain."""

    watcher: Watcher
    siprec: str
    stored: str
    plain: str


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(line: TestAppliance) -> AsyncIterator[Played]:
    ways = (CALL, CALL, (*CALL[:2], "--plain", "--codec", "pcma"))
    async with watching(line) as watcher:
        calls = await asyncio.gather(*(line.call(*way) for way in ways))
        await asyncio.gather(*(line.transcript(call_id) for call_id in calls))
        yield Played(watcher, *calls)


async def test_a_siprec_call_becomes_redacted_captions_rows_and_a_webhook(
    line: TestAppliance, receiver: Receiver, played: Played
) -> None:
    call_id, watcher = played.siprec, played.watcher
    document = await line.transcript(call_id)
    shown = watcher.text(call_id)
    assert watcher.segments(call_id, final=False), "partials were shown"
    assert "[card]" in shown and "[cvv]" in shown and "[expiry]" in shown
    assert not SPOKEN_CARD.search(shown)

    roles = {segment["speaker"]: segment for segment in document["segments"]}
    assert set(roles) == {"agent", "customer"}
    agent = " ".join(s["text"] for s in document["segments"] if s["speaker"] == "agent").lower()
    assert "thank you for calling" in agent and "next payment is due" in agent
    assert not SPOKEN_CARD.search(json.dumps(document))
    assert document["summary"]["redactions"]["card"] >= 1

    assert await asyncio.to_thread(receiver.wait, 20.0)
    body = next(b for b in receiver.bodies if call_id.encode() in b)
    assert not SPOKEN_CARD.search(body.decode())
    assert b"thank you for calling" in body.lower()


async def test_two_conversations_in_one_recording_session_come_out_apart(
    line: TestAppliance, receiver: Receiver
) -> None:
    said = {"invite": (0, 7_000), "next": (50_000, 58_500)}
    async with recording_client(line.running.sip_port, "two-customers") as client:
        for name, (first_ms, last_ms) in said.items():
            await client.say(name)
            customer, agent = (
                part_of(LEGS / f"{who}.wav", first_ms, last_ms) for who in ("customer", "agent")
            )
            await asyncio.gather(client.talk(0, customer), client.talk(1, agent))
        # The first is finished and told while its recording session goes on.
        first = await line.transcript(client.first)
        live = (await line.get("/v1/calls?state=live")).json()["calls"]
        assert [call["external_id"] for call in live] == ["cs-b"]
        await client.hang_up()
    second = await line.transcript(live[0]["call_id"])
    texts = [" ".join(s["text"] for s in d["segments"]).lower() for d in (first, second)]
    assert ["thank you for calling" in text for text in texts] == [True, False]
    assert ["waiting" in text for text in texts] == [False, True]
    assert first["call"]["external_id"] == "cs-a"
    assert second["call"]["attributes"]["trunkline-recording-session"] == client.first
    parties = [[leg["participant_name"] for leg in d["call"]["legs"]] for d in (first, second)]
    assert parties == [["Carl", "Ann Agent"], ["Dana", "Ann Agent"]]
    ids = [document["call"]["call_id"].encode() for document in (first, second)]

    async def told() -> bool:
        return all(any(call_id in body for body in receiver.bodies) for call_id in ids)

    await eventually(told, seconds=20, what="a webhook for each conversation")


async def test_nothing_personal_is_readable_in_the_database_or_the_logs(
    line: TestAppliance, played: Played
) -> None:
    stored = await stored_texts(line.running.postgres_dsn, played.stored)
    assert "thank" in {word.text.lower() for one in stored for word in one.words}
    spans = read_reference(CALLS / "d01_bank_card.json").pii
    assert leaked_stored(spans, stored) == ()
    for log in [*(line.state / "logs").iterdir(), line.state / "up.log"]:
        text = log.read_text(errors="replace").lower()
        assert "four two four two" not in text and "thank you for calling" not in text, log.name
        assert "sip:customer" not in text, log.name


def words_with_right_speaker(segments: list[dict[str, Any]], name: str) -> tuple[int, int]:
    """Of the words said while one party spoke: how many have its label, and how many there are.

    The agent speaks first. Media time starts with the file's.
    """
    turns = json.loads((CALLS / f"{name}.json").read_text(encoding="utf-8"))["turns"]
    labels = {"agent": "speaker_1", "customer": "speaker_2"}
    right = total = 0
    for segment in segments:
        for word in segment["words"]:
            at = (word["start_ms"] + word["end_ms"]) // 2
            said = {labels[t["speaker"]] for t in turns if t["start_ms"] <= at < t["end_ms"]}
            if len(said) == 1:
                total += 1
                right += said == {segment["speaker"]}
    return right, total


async def test_a_plain_call_is_transcribed_and_its_two_speakers_told_apart(
    line: TestAppliance, played: Played
) -> None:
    document = await line.transcript(played.plain)
    assert len(document["call"]["legs"]) == 1
    assert len(" ".join(s["text"] for s in document["segments"]).split()) > 60
    right, total = words_with_right_speaker(document["segments"], "d01_bank_card")
    assert right / total > 0.9
    speakers = document["summary"]["speakers"]
    assert [one["speaker"] for one in speakers] == ["speaker_1", "speaker_2"]
    assert all(one["talk_ms"] > 10_000 for one in speakers)


async def test_a_supervisor_sees_captions_appear_and_become_final(line: TestAppliance) -> None:
    async with new_page() as page:
        await page.goto(line.running.http_url)
        await page.get_by_label("API key").fill(line.key)
        await page.get_by_role("button", name="Log in").click()
        await expect(page.locator("#link")).to_have_text("Connected")
        call = asyncio.create_task(line.call(*CALL))
        await page.locator("#live-calls").get_by_role("button").first.click()
        opened = page.locator(".line.said.open .text").first
        await expect(opened).to_contain_text("Thank you", timeout=30_000)
        settled = page.locator(".line.said.settled .text").first
        await expect(settled).to_contain_text("How can I help", timeout=30_000)
        card = page.locator('.line.said.settled .chip[data-kind="card"]').first
        await expect(card).to_be_visible(timeout=60_000)
        assert not SPOKEN_CARD.search(await page.inner_text("body"))
        await line.transcript(await call)


async def test_doctor_finds_a_running_appliance_well_and_its_ports_taken_for_another(
    line: TestAppliance, tmp_path: Path
) -> None:
    settings_file = str(line.state / "settings.toml")
    status, said = await trunkline("doctor", "--settings", settings_file)
    assert status == 0, said
    assert "role listen is ready" in said and "Postgres 18" in said
    other = tmp_path / "other.toml"
    port = line.running.sip_port
    other.write_text(f"[sip_gateway]\nlisten_host = '127.0.0.1'\nsip_port = {port}\n")
    status, said = await trunkline("doctor", "--settings", str(other), "--state", str(tmp_path))
    assert status == 1
    assert f"SIP TCP port 127.0.0.1:{port}" in said and "->" in said


async def test_every_role_tells_its_health_and_metrics_without_a_word_of_any_call(
    line: TestAppliance,
) -> None:
    assert {"listen", "media-0", "redact", "store", "serve", "deliver"} <= set(
        line.running.health_ports
    )
    async with httpx.AsyncClient(trust_env=False) as client:
        for role, port in line.running.health_ports.items():
            url = f"http://127.0.0.1:{port}"
            assert (await client.get(f"{url}/livez")).status_code == httpx.codes.OK, role
            assert (await client.get(f"{url}/readyz")).status_code == httpx.codes.OK, role
            metrics = (await client.get(f"{url}/metrics")).text
            assert "trunkline_" in metrics, role
            assert not SPOKEN_CARD.search(metrics) and "sip:" not in metrics, role


async def audited(line: TestAppliance, out: Path, leave: Callable[[], None]) -> dict[str, Any]:
    """The report of `trunkline audit canary`; `leave` is called once its call is on."""
    known = {call["call_id"] for call in (await line.get("/v1/calls")).json()["calls"]}
    audit = asyncio.create_task(trunkline("audit", "canary", "--json", str(out), state=line.state))

    async def placed() -> bool:
        assert not audit.done(), audit.result()[1]
        calls = (await line.get("/v1/calls?state=live")).json()["calls"]
        return bool({call["call_id"] for call in calls} - known)

    await eventually(placed, seconds=60, what="the audit's call is on")
    leave()
    status, said = await audit
    report = json.loads(out.read_bytes())
    assert isinstance(report, dict)
    report["status"], report["said"] = status, said
    return report


CARD = "4242-4242-4242-4242"


async def test_the_audit_finds_what_was_left_behind_and_nothing_else_of_a_call(
    line: TestAppliance, tmp_path: Path
) -> None:
    """A table, a log, a file, a memory dump with the card; all else of the call holds none."""
    files = ("logs/left.log", "left.txt", "recordings/left.redacted")

    def leave() -> None:
        for name in files:
            (line.state / name).parent.mkdir(exist_ok=True)
            (line.state / name).write_text(f"the card was {CARD}\n")
        with psycopg.connect(line.running.postgres_dsn, autocommit=True) as connection:
            said = "four two four two four two"
            connection.execute("create table left_behind as select %s as a", [said])

    report = await audited(line, tmp_path / "audit.json", leave)
    with psycopg.connect(line.running.postgres_dsn, autocommit=True) as connection:
        connection.execute("drop table left_behind")
    for name in files:
        (line.state / name).unlink()
    said = report["said"]
    assert report["status"] == 1, said
    hits = {(hit["place"], hit["where"]) for hit in report["hits"]}
    in_files = {hit for hit in hits if hit[0] == "Postgres files"}  # of that very table
    assert hits - in_files == {
        ("Postgres rows", "public.left_behind.a"),
        ("logs", "left.log"),
        ("state directory", "left.txt"),
        ("state directory", "recordings/left.redacted"),
        *(("files while live", name) for name in files),
    }, said
    assert report["problems"] == [] and report["heard"]["CARD"] >= 1, said
    assert report["heard"].keys() == {"NAME", "CARD", "EXPIRY", "CVV"}
    assert report["planted"]["DTMF_EVENTS"] == report["planted"]["DTMF_TONES"] == 1
    assert CARD not in said and "four two" not in said
    places = {place["place"]: place["looked"] for place in report["places"]}
    assert places["audio journal"]["files_left"] == 0
    assert places["audio journal"]["looks_while_live"] > 0 and places["files while live"]["files"]
    assert places["keys"]["told"] == places["keys"]["pressed"] == 31
    assert places["recording"]["channels"] == 3 and places["recording"]["words_heard"] > 0


async def test_a_second_appliance_on_the_same_state_is_refused(line: TestAppliance) -> None:
    status, said = await trunkline("up", "--settings", str(line.state / "settings.toml"))
    assert status == 2
    assert "already running" in said and str(line.state) in said
