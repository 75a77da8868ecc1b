"""What a role sees of masked words, at each way out."""

import json
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from analytics.access.memory import MemoryAccess
from analytics.api import create_app
from analytics.captions import ALL, CaptionHub, View
from analytics.feed import CaptionFeed
from analytics.seen_by import segment_for
from analytics.settings import Settings
from analytics.store.memory import MemoryStore
from crm_connectors.finalised import finalised
from redaction.events import RedactedWord, Transcript
from tests.told_call import CALL_ID, STARTED_AT, ToldCall
from trunkline.bus.memory import MemoryBus

FORMS = {"supervisor": "[card:4242]", "crm": "[card:kbpmfaodlcej]", "webhook": "[card:hook]"}


def said() -> Transcript:
    """A final whose card each role sees in its own way."""
    final = ToldCall().said(1, "it is **** and **** thanks", start_ms=2900, revision=9)
    words = [
        msgspec.structs.replace(word, kind="card", confidence=0.0) if word.text == "****" else word
        for word in final.words
    ]
    words[2] = msgspec.structs.replace(words[2], shown=FORMS)
    return msgspec.structs.replace(final, words=tuple(words), written="It's **** and **** thanks")


@pytest.fixture
async def store() -> MemoryStore:
    """A finished call with that final."""
    store, call = MemoryStore(), ToldCall()
    await store.apply([*call.lifecycle(), *call.speech(), said()], now=STARTED_AT)
    return store


def test_the_first_role_that_is_named_decides_and_the_others_see_the_strictest_form() -> None:
    assert segment_for(said(), ("webhook", "crm")).words[2].text == "[card:hook]"
    assert segment_for(said(), ("salesforce", "crm")).words[2].text == "[card:kbpmfaodlcej]"
    assert segment_for(said(), ("analyst",)).words[2].text == "****"
    assert segment_for(said(), ()).words[2].text == "****"


def test_the_written_form_shows_the_same_token_as_the_words() -> None:
    seen = segment_for(said(), ("supervisor",))
    assert seen.written == "It's [card:4242] and **** thanks"


def test_a_written_form_that_lacks_a_token_stays_as_strict_as_it_was() -> None:
    odd = msgspec.structs.replace(said(), written="it is")
    assert segment_for(odd, ("supervisor",)).written == "it is"


def test_nobody_is_told_the_forms_of_other_roles() -> None:
    for role in ("supervisor", "analyst", "crm", ""):
        seen = msgspec.json.encode(segment_for(said(), (role,))).decode()
        assert "shown" not in seen
        others = [form for other, form in FORMS.items() if other != role]
        assert not [form for form in others if form in seen]


def test_a_word_that_is_none_of_ours_is_left_alone() -> None:
    word = RedactedWord(text="hi", start_ms=0, end_ms=9, confidence=1.0)
    final = msgspec.structs.replace(said(), words=(word,), written="Hi")
    assert segment_for(final, ("supervisor",)) is final


@pytest.mark.parametrize("form", ["json", "text", "vtt", "srt"])
@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("supervisor", "it is [card:4242] and **** thanks"),
        ("analyst", "it is **** and **** thanks"),
        ("admin", "it is **** and **** thanks"),
        ("service", "it is **** and **** thanks"),
    ],
)
async def test_the_api_shows_each_role_its_own_in_every_format(
    store: MemoryStore, role: str, sees: str, form: str
) -> None:
    access = MemoryAccess()
    feed = CaptionFeed(store, MemoryBus(), settings=Settings(), registry=CollectorRegistry())
    app: FastAPI = create_app(store, access, feed=feed)
    key = await access.create_key("default", "test", role=role, scopes=(), now=STARTED_AT)
    headers = {"Authorization": f"Bearer {key.secret}"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://t", headers=headers) as web:
        answer = await web.get(f"/v1/calls/{CALL_ID}/transcript", params={"format": form})
    assert answer.status_code == 200
    assert sees in answer.text
    hidden = [shown for who, shown in FORMS.items() if who != role]
    assert not [one for one in hidden if one in answer.text]
    assert "shown" not in answer.text


@pytest.mark.parametrize(
    ("role", "sees"), [("supervisor", "[card:4242]"), ("admin", "****"), ("", "****")]
)
@pytest.mark.parametrize("when", ["live", "in the snapshot"])
def test_captions_show_each_role_its_own(role: str, sees: str, when: str) -> None:
    hub, call = CaptionHub("e", keep=10), ToldCall()
    hub.receive(call.started(), now=0.0)
    cursor = hub.join(View("default", ALL, role))
    other = hub.join(View("default", ALL, "analyst"))
    if when == "live":
        hub.to_send(cursor)
        hub.to_send(other)
    hub.receive(said(), now=0.0)
    (line,), (others,) = hub.to_send(cursor), hub.to_send(other)
    assert _segment(line.text)["words"][2]["text"] == sees
    assert _segment(line.text)["text"] == f"it is {sees} and **** thanks"
    assert _segment(others.text)["words"][2]["text"] == "****"
    assert "shown" not in line.text + others.text


def _segment(text: str) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(text)
    if message["type"] == "snapshot":
        message = message["calls"][0]["segments"][0]
    return message


@pytest.mark.parametrize(
    ("connector", "sees"), [("webhook", "[card:hook]"), ("salesforce", "[card:kbpmfaodlcej]")]
)
async def test_a_connector_pushes_what_the_policy_lets_it_have(
    store: MemoryStore, connector: str, sees: str
) -> None:
    document = await store.transcript("default", CALL_ID, roles=(connector, "crm"))
    assert document is not None and document.summary is not None
    body = finalised(document, document.summary, revision=1).decode()
    assert f"it is {sees} and **** thanks" in body
    assert "shown" not in body and "[card:4242]" not in body
