"""The compliance page in a real browser, over a real Postgres: an officer counts and reviews."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from playwright.async_api import Page, expect

from analytics.compliance.draws import Draws, Wanted
from analytics.compliance.history import PolicyHistory
from analytics.store.postgres import PostgresStore
from redaction.events import PolicyInForce
from tests.contract.test_recordings_api import recorded
from tests.services.browser import new_page
from tests.serving import Serving, serving
from tests.told_call import CALL_ID, STARTED_AT, ToldCall
from trunkline.tenant_keys import TenantKeys

DAY = STARTED_AT.date()


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """An empty tab."""
    async with new_page() as tab:
        yield tab


@pytest.fixture
async def line(migrated_dsn: str, tmp_path: Path) -> AsyncIterator[Serving]:
    """Database and bus; the tests start the roles."""
    async with serving(migrated_dsn) as started:
        started.state_dir = str(tmp_path)
        yield started


async def finish(line: Serving, call: ToldCall, *texts: str) -> None:
    """Store a call in which the customer says these, and draw all of it for review."""
    said = [call.said(1, text, start_ms=4000 * n) for n, text in enumerate(texts)]
    store = await PostgresStore.connect(line.dsn)
    ends = [call.transcript_ended(at_ms=9000)]
    await store.apply([*call.lifecycle(), *said, *ends], now=STARTED_AT)
    await store.close()
    draws = await Draws.connect(line.dsn)
    wanted = Wanted("default", DAY, 100)
    await draws.draw(wanted, now=datetime.now(UTC), actor="operator")
    await draws.close()


async def log_in(page: Page, line: Serving, *, role: str = "compliance") -> None:
    """As an officer does."""
    await page.goto(f"{line.url}/compliance")
    await page.get_by_label("API key").fill((await line.key(role)).secret)
    await page.get_by_role("button", name="Log in").click()


async def show_the_day(page: Page) -> None:
    """Of the test's calls."""
    await page.get_by_label("From").fill(DAY.isoformat())
    await page.get_by_label("to", exact=True).fill(DAY.isoformat())
    await page.get_by_role("button", name="Show").click()


async def texts_of(line: Serving) -> list[str]:
    """What is stored of the call, in order."""
    store = await PostgresStore.connect(line.dsn)
    finals = await store.finals("default", CALL_ID)
    await store.close()
    return [" ".join(word.text for word in final.words) for final in finals]


async def in_force(line: Serving, version: str) -> None:
    """As the store writes what redaction told."""
    history = await PolicyHistory.connect(line.dsn)
    event = PolicyInForce(
        tenant_id="default",
        policy_version=version,
        in_force_at=STARTED_AT,
        seen_at=STARTED_AT,
        source="own",
        file_sha256="ab" * 32,
        masked={"mask": ("card",), "token": ("name",)},
    )
    await history.apply(event)
    await history.close()


async def test_counts_are_shown_by_kind_day_and_policy(page: Page, line: Serving) -> None:
    await finish(line, ToldCall(), "my card is [card]", "it is [name] or [card]", "[unavailable]")
    await in_force(line, "p1")
    async with line.serve():
        await log_in(page, line)
        await show_the_day(page)
        tiles = page.locator("#figures .tile")
        await expect(tiles.nth(0)).to_have_text("1calls")
        await expect(tiles.nth(1)).to_contain_text("100 %")
        await expect(tiles.nth(2)).to_have_text("3masked spans")
        await expect(tiles.nth(3)).to_contain_text("1segments withheld")
        kinds = page.locator("#kinds tbody tr")
        await expect(kinds).to_have_text(["card number22", "name11", "text withheld11"])
        await expect(page.locator("#kinds thead")).to_contain_text(DAY.isoformat())
        await expect(page.locator("#policy option")).to_have_text(["all", "p1"])
        await expect(page.locator("#policies tbody tr")).to_contain_text(["current"])
        span = page.locator("#history tbody tr")
        await expect(span).to_contain_text("own abababababab")
        await expect(span).to_contain_text("mask: card; token: name")
        await expect(page.locator("#estimates tbody tr").first).to_contain_text("not known")
        await expect(page.locator("#open-reviews")).to_have_text("2")


async def test_a_reviewer_marks_a_miss_and_a_false_alarm_with_the_mouse(
    page: Page, line: Serving
) -> None:
    await finish(line, ToldCall(), "my word is open sesame and [name] thanks")
    async with line.serve():
        await log_in(page, line)
        await page.get_by_role("link", name="Review").click()
        words = page.locator(".judged .word")
        await expect(words).to_have_count(8)
        await expect(page.get_by_role("button", name="Mark the picked words")).to_be_disabled()
        await words.nth(3).click()
        await words.nth(4).click(modifiers=["Shift"])
        await page.get_by_label("Missed:").select_option("password")
        await page.get_by_role("button", name="Mark the picked words").click()
        await words.nth(6).click()
        await expect(page.locator("#marks .mark")).to_have_count(2)
        await expect(page.locator("#marks .mark").first).to_contain_text(
            "Missed password: open sesame"
        )
        await page.get_by_label("What was said, if you can tell").fill("many")
        await page.get_by_role("button", name="Save marks, next").click()
        await expect(page.locator("#nothing")).to_be_visible()
        assert await texts_of(line) == ["my word is [password] and [name] thanks"]
        await page.get_by_role("link", name="Counts").click()
        await show_the_day(page)
        rows = page.locator("#estimates tbody tr")
        await expect(rows.nth(0)).to_contain_text("100 %")
        await expect(page.locator("#coverage")).to_contain_text("missed password: 1")
    assert TenantKeys(Path(line.state_dir, "keys", "tenants")).path_of("default").exists()


async def test_the_queue_can_be_worked_by_keyboard_alone(page: Page, line: Serving) -> None:
    await finish(line, ToldCall(), "well pin is four two yes", "good bye")
    async with line.serve():
        await log_in(page, line)
        await page.goto(f"{line.url}/compliance#review")
        for left in (2, 1):
            await expect(page.locator("#queue")).to_have_text(f"{left} to review")
            judged = page.locator(".judged .word")
            await expect(judged.first).to_be_focused()
            if await judged.count() == 6:
                for _ in range(3):
                    await page.keyboard.press("ArrowRight")
                await page.keyboard.press("Space")
                await page.keyboard.press("Shift+ArrowRight")
                await page.keyboard.press("m")
                await page.keyboard.type("PIN")
                await page.keyboard.press("Tab")
                await page.keyboard.press("Enter")
                await expect(page.locator("#marks .mark")).to_contain_text("PIN: four two")
            await page.keyboard.press("Control+Enter")
        await expect(page.locator("#nothing")).to_be_visible()
    assert await texts_of(line) == ["well pin is [pin] yes", "good bye"]


async def test_the_redacted_recording_is_there_to_be_heard_from_just_before_the_segment(
    page: Page, line: Serving
) -> None:
    await finish(line, ToldCall(), "good morning", "my card is [card]")
    made = await recorded(Path(line.state_dir))
    async with await psycopg.AsyncConnection.connect(line.dsn) as connection:
        await connection.execute(
            "insert into recordings (tenant_id, call_id, revision, state, duration_ms)"
            " values ('default', %s, %s, 'ready', %s)",
            (CALL_ID, made.revision, made.duration_ms),
        )
    async with line.serve():
        await log_in(page, line)
        await page.get_by_role("link", name="Review").click()
        audio = page.locator("#audio")
        await expect(audio).to_be_visible()
        starts = {"good": "0", "my": "2"}
        word = await page.locator(".judged .word").first.inner_text()
        await expect(audio).to_have_attribute(
            "src", re.compile(rf"/v1/calls/{CALL_ID}/audio[^#]*#t={starts[word]},")
        )
        duration_s = await audio.evaluate(
            """(audio) => new Promise((done, failed) => {
                 audio.addEventListener("loadedmetadata", () => done(audio.duration));
                 audio.addEventListener("error", () => failed(audio.error));
                 audio.load();
               })"""
        )
        assert duration_s == pytest.approx(made.duration_ms / 1000, abs=0.1)


async def test_what_was_masked_meanwhile_is_shown_anew_and_not_judged(
    page: Page, line: Serving
) -> None:
    call = ToldCall()
    await finish(line, call, "my word is sesame")
    async with line.serve():
        await log_in(page, line)
        await page.get_by_role("link", name="Review").click()
        await expect(page.locator(".judged .word")).to_have_count(4)
        store = await PostgresStore.connect(line.dsn)
        again = call.said(1, "my word is [password]", start_ms=0, revision=7)
        await store.apply([again], now=STARTED_AT)
        await store.close()
        await page.get_by_role("button", name="All right, next").click()
        await expect(page.locator(".judged .word").last).to_have_text("[password]")
        await expect(page.get_by_role("alert").first).to_be_attached()
        await page.get_by_role("button", name="Cannot tell").click()
        await expect(page.locator("#nothing")).to_be_visible()


async def test_a_supervisor_is_not_let_in_and_sees_no_link(page: Page, line: Serving) -> None:
    async with line.serve():
        await log_in(page, line, role="supervisor")
        await expect(page.locator("#login-error")).to_have_text("This key is not for compliance.")
        await expect(page.locator("#desk")).to_be_hidden()
        await page.goto(line.url)
        await expect(page.locator("#link")).to_have_text("Connected")
        await expect(page.get_by_role("link", name="Compliance")).to_be_hidden()


async def test_every_control_has_a_name_and_every_table_its_headings(
    page: Page, line: Serving
) -> None:
    await finish(line, ToldCall(), "my card is [card]")
    async with line.serve():
        await log_in(page, line)
        await show_the_day(page)
        await expect(page.locator("#days tbody tr")).to_have_count(1)
        unnamed = await page.evaluate(
            """() => [...document.querySelectorAll("button, select, input")]
                 .filter((one) => one.checkVisibility())
                 .filter((one) => !(one.textContent.trim() || one.labels?.length
                                    || one.getAttribute("aria-label")))
                 .map((one) => one.outerHTML)"""
        )
        assert unnamed == []
        loose = await page.evaluate(
            """() => [...document.querySelectorAll("table tbody tr")]
                 .filter((row) => !row.querySelector("th[scope=row]")).length"""
        )
        assert loose == 0
