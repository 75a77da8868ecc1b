"""What doctor says of codecs and media streams."""

from pathlib import Path

import msgspec
import pytest

from sip_gateway.audio import opus
from trunkline.finding import Finding, Verdict
from trunkline.settings import Settings
from trunkline.stream_diagnosis import stream_findings

KEY = "0123456789abcdef"


def found(tmp_path: Path, keys: str | None = None, **streams: object) -> list[Finding]:
    path = tmp_path / "streams.toml"
    if keys is not None:
        path.write_text(keys)
    gateway = {"streams": {"keys_file": str(path), "enabled": keys is not None, **streams}}
    return list(stream_findings(msgspec.convert({"sip_gateway": gateway}, Settings)))


@pytest.mark.parametrize(("there", "verdict"), [(True, Verdict.OK), (False, Verdict.WARN)])
def test_it_is_said_whether_opus_can_be_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool, verdict: Verdict
) -> None:
    monkeypatch.setattr(opus, "available", lambda: there)
    (finding,) = found(tmp_path)
    assert finding.verdict is verdict and "Opus" in finding.what


def test_the_dialects_that_are_on_are_named_and_no_key_is(tmp_path: Path) -> None:
    _, finding = found(tmp_path, f'[twilio]\na = "{KEY}"\n[stream]\nb = "{KEY}"\n')
    assert finding == Finding(Verdict.OK, "media streams are taken of stream, twilio")


def test_a_wrong_table_of_keys_is_a_failure(tmp_path: Path) -> None:
    _, finding = found(tmp_path, '[stream]\nb = "short"\n')
    assert finding.verdict is Verdict.FAIL and "shorter than 16" in finding.what


def test_audiosocket_open_to_all_is_a_warning(tmp_path: Path) -> None:
    keys = f'[audiosocket]\na = "{KEY}"\n'
    assert found(tmp_path, keys)[-1].verdict is Verdict.WARN
    closed = found(tmp_path, keys, audiosocket={"networks": ["10.0.0.0/8"]})
    assert [finding.verdict for finding in closed[1:]] == [Verdict.OK]
