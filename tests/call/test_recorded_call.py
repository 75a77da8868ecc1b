"""A SIPREC call, its redacted recording, and the proof: heard again, nothing personal is left."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import pytest_asyncio
import soundfile
from playwright.async_api import expect

from redaction.recording.cover import frames_of, tone
from redaction.recording.folder import Recordings
from redaction.recording.intervals import Interval, covers
from redaction.recording.mutes import Mutes
from redaction.recording.sound import write
from tests.clips import clip as cut
from tests.services.appliance import CALLS, TestAppliance, eventually, trunkline
from tests.services.browser import new_page
from trunkline.recordings import recordings_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

CLIP_MS = (24_000, 46_500)
"""The card number, its read-back, expiry and CVV."""


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, str]:
    """A part of the call, and the truth of that part beside it."""
    folder = tmp_path_factory.mktemp("clip")
    (folder / "truth.json").write_text(json.dumps(truth_of_clip()))
    return cut(folder, *CLIP_MS)


def truth_of_clip() -> dict[str, Any]:
    truth: dict[str, Any] = json.loads((CALLS / "d01_bank_card.json").read_text())
    begin, end = CLIP_MS
    turns = [turn for turn in truth["turns"] if begin <= turn["start_ms"] and turn["end_ms"] <= end]
    numbers = {truth["turns"].index(turn): at for at, turn in enumerate(turns)}
    pii = [
        span | {"turn": numbers[span["turn"]]} for span in truth["pii"] if span["turn"] in numbers
    ]
    for one in (*turns, *pii):
        one["start_ms"] -= begin
        one["end_ms"] -= begin
    return truth | {"turns": turns, "pii": pii, "duration_ms": end - begin}


@pytest.fixture(scope="module")
def sections() -> Mapping[str, Mapping[str, object]]:
    return {"recording": {"cover": "beep"}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def recorded(line: TestAppliance, clip: tuple[str, ...]) -> str:
    """The id of a call whose recording is made."""
    call_id = await line.call(*clip)
    await line.transcript(call_id)

    async def is_ready() -> bool:
        answer = await line.get(f"/v1/calls/{call_id}/recording")
        return answer.status_code == 200 and answer.json()["state"] == "ready"

    await eventually(is_ready, seconds=60, what="the recording is made")
    return call_id


def recordings(line: TestAppliance) -> Recordings:
    return recordings_of(line.running.settings())


async def heard(line: TestAppliance, call_id: str, channel: str) -> np.ndarray[Any, Any]:
    answer = await line.get(f"/v1/calls/{call_id}/audio?channel={channel}")
    assert answer.status_code == 200
    samples, rate_hz = soundfile.read(io.BytesIO(answer.content), dtype="int16")
    assert rate_hz == 8000
    return np.asarray(samples)


async def test_the_journal_is_gone_and_the_recording_is_sealed(
    line: TestAppliance, recorded: str
) -> None:
    assert not list((line.state / "journal").iterdir())
    (path,) = (line.state / "recordings").glob(f"*/*/{recorded}.*")
    assert path.suffix == ".redacted" and b"fLaC" not in path.read_bytes()


async def test_what_was_masked_is_covered_on_every_leg_and_in_the_mix(
    line: TestAppliance, recorded: str
) -> None:
    with recordings(line).open("default", recorded) as recording:
        mutes = recording.manifest.mutes
    document = await line.transcript(recorded)
    tokens = [w for s in document["segments"] for w in s["words"] if w["kind"]]
    assert {token["kind"] for token in tokens} >= {"card", "cvv", "expiry"}
    for channel in ("0", "1", "mix"):
        samples = await heard(line, recorded, channel)
        for token in tokens:
            spoken = Interval(token["start_ms"], token["end_ms"])
            assert covers(mutes.mix, (spoken,))
        for stretch in mutes.mix:
            first, end = frames_of(stretch, 8000)
            beep = tone(stretch, rate_hz=8000, first=first, end=min(end, len(samples)))
            assert np.array_equal(samples[first:end], beep), (channel, stretch)
        assert np.abs(samples).max() > 3000  # the rest is there


async def test_hearing_it_again_finds_nothing_personal(
    line: TestAppliance, recorded: str, clip: tuple[str, ...]
) -> None:
    truth = str(Path(clip[0]).with_name("truth.json"))
    status, said = await trunkline(
        "recording", "prove", recorded, "--truth", truth, state=line.state
    )
    assert status == 0, said
    assert "nothing personal" in said
    (whole,) = (row.split() for row in said.splitlines() if row.startswith("all "))
    assert int(whole[1]) == 4 and int(whole[3]) == 0, said


async def test_the_proof_fails_on_sound_that_was_not_muted(
    line: TestAppliance, recorded: str, clip: tuple[str, ...], tmp_path: Path
) -> None:
    """The same call sealed as it was spoken, in a folder of its own."""
    legs = [soundfile.read(path, dtype="int16")[0] for path in clip[:2]]
    bare = Recordings(tmp_path, recordings(line).keys)
    with recordings(line).open("default", recorded) as recording:
        told = recording.manifest
    nothing = Mutes(masked=((), ()), unheard=((), ()), mix=())
    told = msgspec.structs.replace(told, mutes=nothing, frames=len(legs[0]))
    path = bare.path("default", recorded, "redacted")
    path.parent.mkdir(parents=True)
    write(path, bare.keys.redacted, manifest=told, blocks=iter([np.stack(legs, axis=1)]))
    status, said = await trunkline(
        "recording", "prove", "--all-of", str(tmp_path), state=line.state
    )
    assert status == 1, said
    assert f"{recorded}: card on channel 1 at" in said and f"{recorded}: cvv on channel" in said
    assert "4242" not in said and "four" not in said


async def test_the_command_writes_it_to_a_file(
    line: TestAppliance, recorded: str, tmp_path: Path
) -> None:
    out = tmp_path / "call.flac"
    status, said = await trunkline(
        "recording", "get", recorded, "--channel", "all", "-o", str(out), state=line.state
    )
    assert status == 0, said
    samples, _ = soundfile.read(out, dtype="int16", always_2d=True)
    assert samples.shape[1] == 2
    status, said = await trunkline(
        "recording", "get", recorded, "--original", "--why", "test", "-o", str(tmp_path / "o.wav"),
        state=line.state,
    )  # fmt: skip
    assert status == 1 and "no such recording" in said


async def test_the_page_plays_it_from_the_word_that_is_picked(
    line: TestAppliance, recorded: str
) -> None:
    async with new_page() as page:
        await page.goto(f"{line.running.http_url}/#{recorded}")
        await page.get_by_label("API key").fill(line.key)
        await page.get_by_role("button", name="Log in").click()
        audio = page.locator("#player audio")
        await expect(audio).to_be_visible()
        await expect(page.locator("#player .note")).to_contain_text("muted")
        word = page.locator(".line [data-at]").last
        at_s = int(await word.get_attribute("data-at") or 0) / 1000
        await word.click()
        await page.wait_for_function(
            "at => Math.abs(document.querySelector('#player audio').currentTime - at) < 2", arg=at_s
        )
        assert await audio.evaluate("a => a.error") is None


async def test_it_can_be_muted_further_and_erased(line: TestAppliance, recorded: str) -> None:
    status, said = await trunkline(
        "recording", "mute", recorded, "--from", "0", "--to", "900", "--why", "test",
        state=line.state,
    )  # fmt: skip
    assert (status, said) == (0, "muted\n")
    assert np.abs((await heard(line, recorded, "mix"))[: 900 * 8]).max() <= 1700
    status, said = await trunkline(
        "recording", "erase", recorded, "--why", "test", state=line.state
    )
    assert (status, said) == (0, "erased\n")
    assert (await line.get(f"/v1/calls/{recorded}/audio")).status_code == 404

    async def is_told() -> bool:
        answer = await line.get(f"/v1/calls/{recorded}/recording")
        return bool(answer.json().get("state") == "erased")

    await eventually(is_told, seconds=20, what="the table says that it is erased")
    rows = await line.rows("select action from audit where subject = %s order by id", recorded)
    assert rows == [("recording.muted",), ("recording.erased",)]
