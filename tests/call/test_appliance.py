"""An appliance as it stands, started and stopped as a user would: what it tells and refuses."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.webhook_receiver import Receiver
from tests.clips import LEGS
from tests.recording_client import part_of, recording_client
from tests.services.appliance import TestAppliance, eventually, trunkline

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(420)]


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
