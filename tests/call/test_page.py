"""The web page in a real browser, over a real Postgres: captions as a supervisor sees them."""

import asyncio
import json
from collections.abc import AsyncIterator

import msgspec
import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from analytics.store.postgres import PostgresStore
from tests.listening_node import Node
from tests.services.browser import new_page
from tests.serving import Serving, serving
from tests.told_call import CALL_ID, STARTED_AT, ToldCall

LATER_ID = CALL_ID[:-1] + "2"


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """An empty tab."""
    async with new_page() as tab:
        yield tab


@pytest.fixture
async def line(migrated_dsn: str) -> AsyncIterator[Serving]:
    """Database and bus; the tests start the roles."""
    async with serving(migrated_dsn) as started:
        yield started


async def log_in(page: Page, line: Serving) -> None:
    """As a supervisor does."""
    await page.goto(line.url)
    await page.get_by_label("API key").fill((await line.key()).secret)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.locator("#link")).to_have_text("Connected")


async def open_call(page: Page, name: str) -> None:
    """Pick a call in the list."""
    await page.get_by_role("navigation").get_by_role("button", name=name).click()


async def test_captions_appear_open_become_final_and_end_as_a_transcript(
    page: Page, line: Serving
) -> None:
    call = ToldCall()
    async with line.store(), line.serve():
        await log_in(page, line)
        await expect(page.get_by_text("No call in progress.")).to_be_visible()
        await line.tell(call.started(), call.joined(0, name="Alice"), call.joined(1))
        await expect(page.locator("#live-count")).to_have_text("1")
        await open_call(page, "Alice · Customer")
        await expect(page.get_by_text("Listening…")).to_be_visible()

        await line.tell(call.said(1, "my card is", start_ms=2900, final=False))
        said = page.locator(".line.said")
        await expect(said).to_have_count(1)
        await expect(said).to_have_class("line said open")
        await expect(said.locator(".text")).to_have_text("my card is")
        await expect(said.locator(".caret")).to_have_count(1)

        await line.tell(call.said(1, "my card is [card] thanks", start_ms=2900, revision=2))
        await expect(said).to_have_count(1)
        await expect(said).to_have_class("line said settled")
        await expect(said.locator(".text")).to_have_text("my card is [card] thanks")
        await expect(said.locator(".caret")).to_have_count(0)
        chip = said.locator(".chip")
        await expect(chip).to_have_attribute("data-kind", "card")
        await expect(chip).to_have_attribute("title", "card number, masked")
        await expect(page.locator("#spoken")).to_contain_text("Customer: my card is [card] thanks")

        await line.tell(call.said(0, "good morning", start_ms=500), call.gap(1, 7000, 7400))
        texts = page.locator(".line .text")
        await expect(texts).to_have_text(
            ["good morning", "my card is [card] thanks", "Customer: 0.4 s not heard, packets lost"]
        )
        await expect(said.first).to_have_attribute("data-side", "agent")

        await line.tell(call.left(0, at_ms=9000), call.ended(at_ms=9000))
        await line.tell(call.transcript_ended(at_ms=9000))
        await expect(page.locator("#call-state")).to_have_text("Ended")
        await expect(page.locator("#summary .chip")).to_have_text("card")
        await expect(page.get_by_role("link", name="VTT")).to_be_visible()
        await expect(page.locator("#live-count")).to_have_text("0")
        await expect(texts.nth(1)).to_have_text("my card is [card] thanks")


async def test_a_later_revision_masks_what_was_already_shown(page: Page, line: Serving) -> None:
    call = ToldCall()
    async with line.serve():
        await log_in(page, line)
        await line.tell(call.started(), call.joined(1))
        await open_call(page, "Customer")
        await line.tell(call.said(1, "it is sesame", start_ms=0, revision=2))
        text = page.locator(".line .text")
        await expect(text).to_have_text("it is sesame")
        await line.tell(call.said(1, "it is [password]", start_ms=0, revision=3))
        await expect(text).to_have_text("it is [password]")
        assert "sesame" not in await page.locator("#lines").inner_text()


async def test_a_stored_call_on_the_screen_is_masked_where_it_stands(
    page: Page, line: Serving
) -> None:
    call = ToldCall()
    store = await PostgresStore.connect(line.dsn)
    await store.apply([*call.lifecycle(), *call.speech()], now=STARTED_AT)
    await store.close()
    async with line.serve():
        await log_in(page, line)
        await page.evaluate(f"location.hash = '{CALL_ID}'")
        text = page.locator(".line.said .text").first
        await expect(text).to_have_text("good morning how can I help")
        masked = call.said(0, "good morning [name] help", start_ms=500, revision=1_500_000_001)
        await line.tell(msgspec.structs.replace(masked, retraction=True))
        await expect(text).to_have_text("good morning [name] help")
        await expect(page.locator("#live-count")).to_have_text("0")


async def test_the_page_comes_back_after_the_server_was_away(page: Page, line: Serving) -> None:
    call = ToldCall()
    async with line.store():
        async with line.serve():
            await log_in(page, line)
            await line.tell(call.started(), call.joined(0), call.said(0, "one", start_ms=0))
            await open_call(page, "Agent")
            await expect(page.locator(".line .text")).to_have_text(["one"])
        await expect(page.locator("#link")).to_have_text("Reconnecting…")
        await line.tell(call.said(0, "two", start_ms=1000))
        async with line.serve():
            await expect(page.locator(".line .text")).to_have_text(["one", "two"])
            await expect(page.locator("#link")).to_have_text("Connected")
            await line.tell(call.said(0, "three", start_ms=2000, final=False))
            await expect(page.locator(".line .text").last).to_have_text("three")


async def test_a_connection_that_breaks_resumes_without_a_hole_or_a_double(
    page: Page, line: Serving
) -> None:
    call = ToldCall()
    links: list[WebSocketRoute] = []
    kinds: list[str] = []

    def between(client: WebSocketRoute) -> None:
        links.append(client)
        number = len(links)
        server = client.connect_to_server()

        def pass_on(text: str | bytes) -> None:
            kinds.append(f"{number} {json.loads(text)['type']}")
            client.send(text)

        server.on_message(pass_on)

    await page.route_web_socket("**/v1/captions?call_id=*", between)
    async with line.serve():
        await log_in(page, line)
        await line.tell(call.started(), call.joined(0), call.said(0, "one", start_ms=0))
        await open_call(page, "Agent")
        await expect(page.locator(".line .text")).to_have_text(["one"])
        await links[0].close(code=1001)
        await line.tell(call.said(0, "two", start_ms=1000))
        await expect(page.locator(".line .text")).to_have_text(["one", "two"])
    assert "&epoch=" in links[1].url and "&after=" in links[1].url
    assert kinds[0] == "1 snapshot" and "2 snapshot" not in kinds


async def test_a_supervisor_pauses_a_call_sees_it_paused_and_resumes_it(
    page: Page, line: Serving
) -> None:
    call = ToldCall()
    node, stop = Node(line.bus, call), asyncio.Event()
    async with line.store(), line.serve(), asyncio.TaskGroup() as tasks:
        tasks.create_task(node.run(stop))
        await log_in(page, line)
        await line.tell(call.started(), call.joined(0), call.joined(1))
        await open_call(page, "Agent · Customer")
        state, button = page.locator("#call-state"), page.locator("#pause")
        await expect(state).to_have_text("Live")
        await expect(button).to_have_attribute("aria-pressed", "false")
        await button.click()
        await expect(state).to_have_text("Paused")
        await expect(button).to_have_text("Resume")
        await expect(page.locator("#live-calls .sub")).to_contain_text("paused")
        await page.reload()
        await expect(button).to_have_text("Resume")
        await button.click()
        await expect(state).to_have_text("Live")
        await expect(button).to_have_text("Pause")
        await line.tell(call.left(0, at_ms=9000), call.ended(at_ms=9000))
        await expect(state).to_have_text("Ended")
        await expect(button).to_be_hidden()
        stop.set()
    assert len(node.obeyed) == 2


async def test_a_finished_call_opens_from_the_list_by_keyboard(page: Page, line: Serving) -> None:
    async with line.store(), line.serve():
        for call in (ToldCall(), ToldCall(LATER_ID)):
            await line.tell(*call.lifecycle(), *call.speech())
        await log_in(page, line)
        picks = page.locator("#recent-calls .pick")
        await expect(picks).to_have_count(2)
        await picks.first.focus()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await expect(page.locator(".line .text")).to_have_count(4)
        await expect(page.locator("#summary .legend")).to_contain_text("Alice 24 %")
        assert page.url.endswith(f"#{CALL_ID}")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("heading", name="Pick a call")).to_be_visible()


async def test_a_wrong_key_is_refused_and_logging_out_shows_nothing_more(
    page: Page, line: Serving
) -> None:
    async with line.serve():
        await page.goto(line.url)
        await page.get_by_label("API key").fill("tk_" + "x" * 43)
        await page.get_by_role("button", name="Log in").click()
        await expect(page.get_by_role("alert")).to_contain_text("not an API key")
        await log_in(page, line)
        await line.tell(ToldCall().started(), ToldCall().joined(0))
        await open_call(page, "Agent")
        await page.get_by_role("button", name="Log out").click()
        await expect(page.get_by_label("API key")).to_be_visible()
        await page.reload()
        await expect(page.get_by_label("API key")).to_be_visible()
        await expect(page.locator("#desk")).to_be_hidden()
