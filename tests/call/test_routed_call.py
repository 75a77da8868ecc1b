"""Calls that say their queue and ask for options: who recognises them, and what is stored of it."""

import asyncio
import os
from pathlib import Path

import httpx
import pytest

from deploy.webhook_receiver import Receiver
from tests.clips import clip
from tests.services.appliance import TestAppliance, appliance, eventually, trunkline
from trunkline.settings import Settings

pytestmark = pytest.mark.timeout(300)

SERVED = {"served": [{"name": "asr_b", "settings": {"max_segment_ms": 6000}}]}


async def administer(line: TestAppliance, *words: str) -> str:
    """A command against the running appliance; what it printed."""
    os.environ["TRUNKLINE_STATE"] = str(line.state)
    try:
        status, said = await trunkline(*words)
    finally:
        del os.environ["TRUNKLINE_STATE"]
    assert status == 0, said
    return said


async def metric(line: TestAppliance, role: str, name: str) -> float:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"http://127.0.0.1:{line.running.health_ports[role]}/metrics")
    found = [x for x in answer.text.splitlines() if x.startswith(f"{name} ")]
    return float(found[0].split()[1]) if found else -1.0


async def test_calls_get_what_their_queue_and_their_headers_ask_for(tmp_path: Path) -> None:
    files = clip(tmp_path, 0, 7_000)  # the first words
    with Receiver() as receiver:
        async with appliance(tmp_path, receiver, triton_models=SERVED) as line:
            options = '{"phrases": [{"text": "Harbor Bank", "weight": 3}]}'
            route = ("--model", "asr_b", "--language", "en-GB", "--options", options)
            await administer(line, "routes", "add", "--queue", "sales", *route)

            async def known() -> bool:
                return await metric(line, "media-0", "trunkline_speech_routes_rules") == 1

            await eventually(known, seconds=20, what="the media worker knows the route")
            asked = ("--profile", "low_latency", "--phrase", "Ada Lovelace")
            routed, plain, odd = await asyncio.gather(
                line.call(*files, "--queue", "sales", *asked),
                line.call(*files),
                line.call(*files, "--profile", "no such thing!"),
            )
            for call_id in (routed, plain, odd):
                document = await line.transcript(call_id)
                text = " ".join(s["text"] for s in document["segments"]).lower()
                assert "thank you for calling" in text and not document["gaps"]
            await _check_stored(line, routed, plain, odd)


async def _check_stored(line: TestAppliance, routed: str, plain: str, odd: str) -> None:
    by_queue = (await line.get("/v1/calls?queue=sales")).json()["calls"]
    assert [(call["call_id"], call["queue"]) for call in by_queue] == [(routed, "sales")]
    rows = await line.rows(
        "select s.call_id, m.served_as, s.language, s.decoder from segments s join models m"
        " on (m.name, m.version, m.sha256) ="
        " (s.model, split_part(s.decoder, '+', 1), s.model_sha256)"
    )
    found = {call_id: (name, language) for call_id, name, language, _ in rows}
    assert found == {routed: ("asr_b", "en-GB"), plain: ("asr", "en"), odd: ("asr", "en")}
    marked = {call_id: "+" in decoder for call_id, *_, decoder in rows}
    assert marked == {routed: True, plain: False, odd: False}
    assert await metric(line, "listen", 'trunkline_sip_gateway_hints_total{kind="ignored"}') == 1
    log = (line.state / "logs" / "listen.log").read_text()
    assert "header ignored" in log and "no such thing" not in log and "Lovelace" not in log
    assert "Lovelace" not in str(await line.rows("select * from calls"))
    shown = await administer(line, "routes", "test", "--queue", "sales", "--call-id", routed)
    assert "Harbor Bank" in shown and '"model": "asr_b"' in shown
    listed = await administer(line, "models", "list")
    assert listed.count("in use") == len(Settings().triton_models.model_names) + 1
