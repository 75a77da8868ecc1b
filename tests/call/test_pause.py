"""The whole row with pauses: what is said or keyed in meanwhile is nowhere, and the rest is there.

One appliance serves all tests of this module.
"""

import asyncio
import contextlib
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from sip_gateway.audio.tones import ToneFinder
from sip_gateway.journal.reader import JournalReader
from tests.clips import clip
from tests.keyed import as_int16, tone
from tests.services.appliance import TestAppliance, eventually, trunkline
from tests.services.captions import Watcher, watching
from triton_models.events import RAW_TOPIC
from trunkline.audit.topics import on_postgres
from trunkline.bus.sealed import Seal, load_or_create_key

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

ASKED_MS = (31_900, 46_200)
"""The agent asks for the expiry date and the CVV, and says that it saves."""

WENT_ON_MS = (46_200, 57_100)
"""Silence, and that it went through."""

SPOKEN_IN_PAUSE = ("perfect", "moment", "saves")
"""Seven seconds after what is waited for: a busy machine takes some of them to ask for a pause."""

SPOKEN_LATER = "payment"
PAUSED_FOR = timedelta(milliseconds=ASKED_MS[1] - ASKED_MS[0] + 1000)
"""From the answer on: all that was asked was said, and some silence after it."""

KEYED = "4929147382650918"


def with_tones(pcm: NDArray[np.int16], keys: str) -> NDArray[np.int16]:
    """Each key for 80 ms with 70 ms behind it, from 1 s on: the customer is silent there."""
    out = pcm.copy()
    for n, key in enumerate(keys):
        at = 8000 + n * 1200
        sound = as_int16(tone(key, ms=80))
        out[at : at + len(sound)] = sound
    return out


async def post(line: TestAppliance, path: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        return await client.post(
            line.running.http_url + path, headers={"Authorization": f"Bearer {line.key}"}
        )


async def live_call(line: TestAppliance, watcher: Watcher, *, word: str) -> dict[str, Any]:
    """The newest call, once a final with this word of it is shown."""

    def calls() -> list[dict[str, Any]]:
        return [message for message in watcher.messages if message["type"] == "call"]

    async def shown() -> bool:
        last = calls()[-1:]
        return bool(last) and word in watcher.text(last[0]["call_id"], final=True).lower()

    await eventually(shown, seconds=60, what=f"{word} is shown")
    return calls()[-1]


async def until(call: dict[str, Any], length: timedelta) -> None:
    """Let the call go on until so long after its answer."""
    started_at = datetime.fromisoformat(call["started_at"])
    await asyncio.sleep(max(0.0, (started_at + length - datetime.now(UTC)).total_seconds()))


def journal(line: TestAppliance) -> JournalReader:
    key = load_or_create_key(line.state / "keys" / "journal.key")
    return JournalReader(line.state / "journal", key=key)


def raw_text(line: TestAppliance, call_id: str) -> str:
    """Every word of every revision on the raw topic."""
    seal = Seal(load_or_create_key(line.state / "keys" / "raw.key"))
    words: list[str] = []
    for record in on_postgres(line.running.postgres_dsn, RAW_TOPIC):
        opened = seal.open(record.value, topic=RAW_TOPIC, key=record.key)
        if record.key == call_id and opened:
            words += [word["text"] for word in json.loads(opened).get("words", ())]
    return " ".join(words).lower()


async def everything(line: TestAppliance) -> str:
    """All tables of the appliance as text, the bus among them."""
    tables = await line.rows(
        "select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables "
        "where schemaname not in ('pg_catalog', 'information_schema')"
    )
    texts = []
    for (table,) in tables:
        for (row,) in await line.rows(f"select t::text from {table} t"):
            texts.append(row)
            # bytea as hex
            for found in re.findall(r"\\\\?x([0-9a-f]{20,})", row):
                texts.append(bytes.fromhex(found[: len(found) // 2 * 2]).decode(errors="replace"))
    return "\n".join(texts).lower()


async def test_what_is_said_in_a_pause_is_nowhere_though_the_node_is_killed_and_the_rest_is_there(
    line: TestAppliance, tmp_path: Path
) -> None:
    async with watching(line) as watcher:
        calling = asyncio.create_task(line.call(*clip(tmp_path, ASKED_MS[0], WENT_ON_MS[1])))
        call = await live_call(line, watcher, word="through")
        call_id = str(call["call_id"])
        status, said = await trunkline("pause", call_id, state=line.state)
        assert status == 0, said
        again = await post(line, f"/v1/calls/{call_id}/pause")
        assert (again.status_code, again.json()) == (200, {"call_id": call_id, "paused": True})
        held = [m for m in watcher.messages if m["type"] == "leg" and m.get("held_why") == "api"]
        assert {m["leg_id"] for m in held} == {f"{call_id}-0", f"{call_id}-1"}
        old = line.kill("trunkline run listen")

        async def back() -> bool:
            new = set(line.pids("trunkline run listen")) - set(old)
            return bool(new) and await line.ready("listen")

        await eventually(back, seconds=40, what="listen is back")
        await until(call, PAUSED_FOR)
        ends = {leg.channel: leg.end_ms for leg in journal(line).legs(call_id)}
        assert (await post(line, f"/v1/calls/{call_id}/resume")).status_code == 200
        assert (await post(line, f"/v1/calls/{call_id}/resume")).status_code == 200
        assert await calling == call_id
        document = await line.transcript(call_id)
    gaps = [gap for gap in document["gaps"] if gap["why"] == "paused"]
    assert len(gaps) == 2 and all(gap["end_ms"] - gap["start_ms"] > 3000 for gap in gaps)
    for channel, end_ms in ends.items():
        (gap,) = [gap for gap in gaps if gap["leg_id"] == f"{call_id}-{channel}"]
        assert end_ms <= gap["start_ms"] + 1, "the journal ends where the pause was asked for"
    audit = await line.rows(
        "select distinct action, detail->>'why' from audit join api_keys on key_id = actor "
        "where subject = %s",
        call_id,
    )
    assert set(audit) == {("call.paused", "api"), ("call.resumed", "api")}
    text = text_of_document(document)
    assert "through" in text and SPOKEN_LATER in text
    shown = json.dumps(watcher.messages).lower()
    assert "paused" in {m["why"] for m in watcher.messages if m["type"] == "gap"}
    raw = raw_text(line, call_id)
    assert SPOKEN_LATER in raw
    stored = await everything(line)
    for word in SPOKEN_IN_PAUSE:
        for place in (text, shown, raw, stored):
            assert not re.search(rf"\b{word}\b", place), word
    assert (await post(line, f"/v1/calls/{call_id}/pause")).status_code == 409


async def test_keys_pressed_are_counted_and_no_digit_of_them_is_kept(
    line: TestAppliance, tmp_path: Path
) -> None:
    async with watching(line) as watcher:
        said = clip(tmp_path, *ASKED_MS)
        pcm, rate_hz = soundfile.read(said[1], dtype="int16")
        soundfile.write(said[1], with_tones(pcm, KEYED), rate_hz)
        calling = asyncio.create_task(line.call(*said))
        call_id = str((await live_call(line, watcher, word="through"))["call_id"])
        reader = journal(line)

        async def written() -> bool:
            return all(leg.end_ms > 7000 for leg in reader.legs(call_id))

        await eventually(written, seconds=20, what="the customer's answer is in the journal")
        heard = reader.read(call_id, 1, start_ms=0, end_ms=7000)
        finder = ToneFinder()
        assert finder.receive(heard, start=0) + finder.finish() == []
        assert np.abs(heard[5 * 8000 :]).max() > 500, "there is speech in it"
        metrics = await all_metrics(line)
        await calling
        document = await line.transcript(call_id)
    rows = await everything(line)
    assert rows.count("dtmfpressed") >= len(KEYED)
    files = "".join(text_of(path) for path in line.state.rglob("*") if path.is_file())
    for place in (rows, metrics, files, json.dumps(document), json.dumps(watcher.messages)):
        for n in range(len(KEYED) - 6):
            assert KEYED[n : n + 7] not in place
    text = text_of_document(document)
    assert sum(word in text for word in SPOKEN_IN_PAUSE) >= 2, "what a pause would have kept out"


def text_of_document(document: dict[str, Any]) -> str:
    return " ".join(segment["text"] for segment in document["segments"]).lower()


async def all_metrics(line: TestAppliance) -> str:
    async with httpx.AsyncClient(trust_env=False) as client:
        return "".join(
            [
                (await client.get(f"http://127.0.0.1:{port}/metrics")).text
                for port in line.running.health_ports.values()
            ]
        )


def text_of(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_bytes().decode("latin-1")
    return ""
