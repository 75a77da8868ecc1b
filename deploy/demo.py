"""`make demo`: the whole appliance on this machine, one real SIPREC call, everything shown.

Starts `trunkline up` with a state directory of its own, follows the live captions over the
websocket while `trunkline call` plays two recorded legs, then prints the stored transcript, the
summary, the delays and what the webhook received, and hears the redacted recording again. Exit
code 0 only if all of it worked and no process is left.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import httpx
import msgspec
import websockets

from deploy.webhook_receiver import Receiver
from trunkline.ports import free_port
from trunkline.running import RunningAppliance, appliance_file
from trunkline.settings import Settings, write

ROOT = Path(__file__).parents[1]
LEGS = ROOT / "tests" / "data" / "calls" / "dev" / "d01_bank_card"
TRUNKLINE = (sys.executable, "-m", "trunkline")
DIM, BOLD, CHIP, PLAIN = (
    ("\x1b[2m", "\x1b[1m", "\x1b[7m", "\x1b[0m") if sys.stdout.isatty() else ("", "", "", "")
)
PARTIAL_EVERY_S = 1.5
"""How often the open text of a leg is printed; the web page shows every change."""


class Captions:
    """Prints what the websocket says, and keeps what the summary at the end needs."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self.call_id = ""
        self.final_delays_ms: list[float] = []
        self.end_delays_ms: list[float] = []
        """Of finals that came again: with an end that had waited for what follows it."""
        self.partial_delays_ms: list[float] = []
        self._clock_started_at: datetime | None = None
        self._shown_at: dict[str, float] = {}
        self._roles: dict[str, str] = {}
        self._finals: set[str] = set()

    async def follow(self, appliance: RunningAppliance) -> None:
        """Read the captions of every call until the call is over."""
        key = Path(appliance.api_key_file).read_text().strip()
        url = appliance.http_url.replace("http", "ws", 1) + "/v1/captions"
        async with websockets.connect(
            url, additional_headers={"Authorization": f"Bearer {key}"}, max_size=None
        ) as socket:
            async for message in socket:
                self._show(json.loads(message))
                if self.ended.is_set():
                    return

    def _show(self, message: dict[str, object]) -> None:
        match message.get("type"):
            case "segment":
                self._segment(message)
            case "gap":
                print(f"{DIM}         (not heard: {message['why']}){PLAIN}", flush=True)
            case "call_ended":
                self.ended.set()

    def _segment(self, segment: dict[str, object]) -> None:
        leg, speaker = str(segment["leg_id"]), str(segment["speaker"])
        self.call_id = str(segment["call_id"])
        words = segment["words"]
        assert isinstance(words, list)
        text = " ".join(f"{CHIP}{w['text']}{PLAIN}" if w.get("kind") else w["text"] for w in words)
        heard_at = datetime.fromisoformat(str(segment["audio_end_at"]))
        delay_ms = (datetime.now(heard_at.tzinfo) - heard_at).total_seconds() * 1000
        if segment["is_final"]:
            again = str(segment["segment_id"]) in self._finals
            self._finals.add(str(segment["segment_id"]))
            (self.end_delays_ms if again else self.final_delays_ms).append(delay_ms)
            print(f"{BOLD}{speaker:>8}{PLAIN}  {text}", flush=True)
            return
        self.partial_delays_ms.append(delay_ms)
        now = time.monotonic()
        if text and now - self._shown_at.get(leg, 0.0) > PARTIAL_EVERY_S:
            self._shown_at[leg] = now
            print(f"{DIM}{speaker:>8}  {text} ...{PLAIN}", flush=True)


async def main() -> int:
    """Play the demo in a temporary state directory."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="trunkline-demo-") as folder, Receiver() as receiver:
        settings = demo_settings(Path(folder), receiver)
        settings_file = Path(folder) / "settings.toml"
        write(settings, settings_file)
        up = await asyncio.create_subprocess_exec(
            *TRUNKLINE, "up", "--settings", str(settings_file), cwd=ROOT
        )
        try:
            appliance = await running(settings, up)
            print(
                f"\nready after {time.monotonic() - started:.0f} s; placing the call\n", flush=True
            )
            ok = await play(appliance, receiver)
        finally:
            if up.returncode is None:
                up.terminate()
            status = await up.wait()
        left = still_running(folder)
    print(f"\nstopped with exit code {status}; processes left: {len(left)}")
    print(f"the whole demo took {time.monotonic() - started:.0f} s")
    return 0 if ok and status == 0 and not left else 1


def demo_settings(state: Path, receiver: Receiver) -> Settings:
    """Free ports, models cached in the checkout, the webhook pointed at our own receiver."""
    secret = state / "webhook.secret"
    secret.write_text(receiver.secret.decode())
    secret.chmod(0o600)
    return msgspec.convert(
        {
            "appliance": {"state_dir": str(state)},
            "sip_gateway": {"listen_host": "127.0.0.1", "sip_port": 0},
            "triton_models": {"models_dir": str(ROOT / ".cache" / "models")},
            "analytics": {"http_port": free_port("127.0.0.1")},
            "crm_connectors": {
                "webhook_url": receiver.url,
                "webhook_secret_file": str(secret),
            },
        },
        Settings,
    )


async def running(settings: Settings, up: asyncio.subprocess.Process) -> RunningAppliance:
    """Wait until `up` says where everything is."""
    path = appliance_file(settings)
    while not path.exists() or not path.read_bytes():
        if up.returncode is not None:
            raise SystemExit(f"trunkline up ended with exit code {up.returncode}")
        await asyncio.sleep(0.2)
    return msgspec.json.decode(path.read_bytes(), type=RunningAppliance)


async def play(appliance: RunningAppliance, receiver: Receiver) -> bool:
    """Place the call, show it live, then show what is left of it."""
    captions = Captions()
    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(captions.follow(appliance))
        call = await asyncio.create_subprocess_exec(
            *TRUNKLINE, "call", str(LEGS / "agent.wav"), str(LEGS / "customer.wav"),
            "--to", f"sip:127.0.0.1:{appliance.sip_port}", "--siprec",
            cwd=ROOT, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        await call.communicate()
        try:
            async with asyncio.timeout(20):
                await captions.ended.wait()
        except TimeoutError:
            print("the call's end never came", file=sys.stderr)
        following.cancel()
    document = await finished(appliance, captions.call_id)
    print(f"\n{BOLD}stored transcript{PLAIN}")
    await api(appliance, f"/v1/calls/{captions.call_id}/transcript?format=text", show=True)
    print(f"{BOLD}summary{PLAIN}")
    print(json.dumps(document["summary"], indent=2))
    print(f"{BOLD}recording, heard again{PLAIN}")
    proven = await prove(appliance, captions.call_id)
    print(f"{BOLD}delay from the last audio of a caption to this screen{PLAIN}")
    for name, delays in (
        ("finals", captions.final_delays_ms),
        ("their held ends", captions.end_delays_ms),
        ("partials", captions.partial_delays_ms),
    ):
        if len(delays) > 1:
            p50, p95 = statistics.median(delays), statistics.quantiles(delays, n=20)[-1]
            print(f"  {name:<15} {len(delays):>4}   p50 {p50:5.0f} ms   p95 {p95:5.0f} ms")
    print(f"{BOLD}webhook{PLAIN}")
    receipt = await asyncio.to_thread(receiver.wait, 15.0)
    print(f"  {receipt or 'nothing came'}")
    return call.returncode == 0 and bool(document["segments"]) and bool(receipt) and proven


async def finished(appliance: RunningAppliance, call_id: str) -> dict[str, object]:
    """The stored transcript, once its summary is there."""
    async with asyncio.timeout(20):
        while True:
            answer = await api(appliance, f"/v1/calls/{call_id}/transcript?format=json")
            document = answer.json() if answer.status_code == httpx.codes.OK else {}
            if document.get("summary"):
                assert isinstance(document, dict)
                return document
            await asyncio.sleep(0.2)


async def prove(appliance: RunningAppliance, call_id: str) -> bool:
    """Whether the recording was made, and nothing personal is heard in it."""
    async with asyncio.timeout(30):
        while True:
            answer = await api(appliance, f"/v1/calls/{call_id}/recording")
            if answer.status_code == httpx.codes.OK:
                break
            await asyncio.sleep(0.2)
    made = answer.json()
    print(f"  {made['duration_ms']} ms on {made['legs']} legs, {made['muted_ms']} ms of them muted")
    proving = await asyncio.create_subprocess_exec(
        *TRUNKLINE, "recording", "prove", call_id, "--settings", appliance.settings_file, cwd=ROOT
    )
    return await proving.wait() == 0


async def api(appliance: RunningAppliance, path: str, *, show: bool = False) -> httpx.Response:
    """Ask the HTTP API, with the key that `up` made."""
    key = Path(appliance.api_key_file).read_text().strip()
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(
            appliance.http_url + path, headers={"Authorization": f"Bearer {key}"}
        )
    if show:
        print(answer.text)
    return answer


def still_running(folder: str) -> list[str]:
    """Command lines of processes that name the demo's directory."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if folder in line:
            found.append(line)
    return found


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
