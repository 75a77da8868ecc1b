"""What doctor says of the SIP line: openness, certificate, users."""

import os
from pathlib import Path

import msgspec
import pytest

from tests.services.authority import Authority
from trunkline.finding import Finding, Verdict
from trunkline.line_diagnosis import line_findings
from trunkline.settings import Settings, SettingsError, load, write
from trunkline.sip_users import UsersFile, read_users


def found(tmp_path: Path, **gateway: object) -> list[Finding]:
    raw = {"appliance": {"state_dir": str(tmp_path)}, "sip_gateway": gateway}
    return list(line_findings(msgspec.convert(raw, Settings)))


def users(tmp_path: Path, text: str, mode: int = 0o600) -> Path:
    (tmp_path / "keys").mkdir(exist_ok=True)
    file = tmp_path / "keys" / "sip_users.toml"
    file.write_text(text)
    file.chmod(mode)
    return file


def test_an_open_line_is_a_warning(tmp_path: Path) -> None:
    (finding,) = found(tmp_path)
    assert finding.verdict is Verdict.WARN
    (finding,) = found(tmp_path, peers={"networks": ["10.0.0.0/8"]})
    assert finding.verdict is Verdict.OK


def test_a_certificate_that_ends_soon_is_a_warning_and_a_wrong_key_a_failure(
    tmp_path: Path,
) -> None:
    authority = Authority(tmp_path)
    ours, other = authority.sign("a.example.com"), authority.sign("b.example.com")
    peers = {"networks": ["10.0.0.0/8"]}
    for key, verdict in ((ours.private_key, Verdict.WARN), (other.private_key, Verdict.FAIL)):
        tls = {"certificate": ours.certificate, "private_key": key}
        assert [f.verdict for f in found(tmp_path, peers=peers, tls=tls)] == [Verdict.OK, verdict]


def test_users_are_read_and_no_secret_is_told(tmp_path: Path) -> None:
    users(
        tmp_path,
        '[sbc1]\npassword = "a-long-password"\n[old]\npassword = "b-long-password"\nmd5 = true\n',
    )
    peers = {"digest": True, "networks": ["10.0.0.0/8"]}
    *_, finding = found(tmp_path, peers=peers)
    assert (finding.verdict, finding.what) == (Verdict.OK, "2 SIP users, 1 of them with MD5")


@pytest.mark.parametrize(
    ("text", "mode", "why"),
    [
        ('[sbc1]\npassword = "short-one"\n', 0o600, "less than 12"),
        ('[sbc1]\npassword = "a-long-password"\n', 0o644, "chmod 600"),
        ('[sbc1]\npasswort = "a-long-password"\n', 0o600, "for each user"),
        ('[sbc1]\npassword = "a-long-password\n', 0o600, "not valid TOML"),
        ("", 0o600, "no user"),
    ],
)
def test_a_file_of_users_that_would_not_protect_stops_the_start(
    tmp_path: Path, text: str, mode: int, why: str
) -> None:
    with pytest.raises(SettingsError, match=why) as caught:
        read_users(users(tmp_path, text, mode))
    assert "a-long-password" not in str(caught.value)


def test_users_change_with_their_file_and_a_wrong_one_changes_nothing(tmp_path: Path) -> None:
    taken: list[list[str]] = []
    file = users(tmp_path, '[sbc1]\npassword = "a-long-password"\n')
    watched = UsersFile(file, lambda found: taken.append(list(found)))
    watched.look()
    for text in (
        '[sbc2]\npassword = "a-long-password"\n',
        "[sbc",
        '[c]\npassword = "a-long-password"\n',
    ):
        users(tmp_path, text)
        os.utime(file, ns=(0, len(text)))
        watched.look()
    assert taken == [["sbc1"], ["sbc2"], ["c"]]


def test_settings_of_peers_survive_being_handed_to_a_worker(tmp_path: Path) -> None:
    raw = {"peers": {"networks": ["10.0.0.0/8"], "refuse": "403"}, "tls": {"port": 5071}}
    settings = msgspec.convert({"sip_gateway": raw}, Settings)
    write(settings, tmp_path / "media.toml")
    assert load(tmp_path / "media.toml").sip_gateway == settings.sip_gateway


def test_a_carriers_password_is_looked_for_and_not_told(tmp_path: Path) -> None:
    carrier = {"name": "carrier", "registrar": "sip:carrier.example", "user": "4930"}
    line = {"peers": {"networks": ["10.0.0.0/8"]}, "inline": {"registrations": [carrier]}}
    *_, finding = found(tmp_path, **line)
    assert (finding.verdict, "carrier.password" in finding.what) == (Verdict.FAIL, True)
    (tmp_path / "keys").mkdir()
    file = tmp_path / "keys" / "carrier.password"
    for text, mode, verdict in (("", 0o600, Verdict.FAIL), ("secret-word", 0o644, Verdict.FAIL)):
        file.write_text(text)
        file.chmod(mode)
        *_, finding = found(tmp_path, **line)
        assert finding.verdict is verdict
        assert "secret-word" not in str(finding)
    file.chmod(0o600)
    *_, finding = found(tmp_path, **line)
    assert (finding.verdict, finding.what) == (
        Verdict.OK,
        "passwords of 1 carriers where we register",
    )


def test_a_target_over_tls_that_need_not_prove_its_name_is_a_warning(tmp_path: Path) -> None:
    ours = Authority(tmp_path).sign("a.example.com")
    files = {"certificate": ours.certificate, "private_key": ours.private_key}
    for check, verdicts in (("name", []), ("nothing", [Verdict.WARN])):
        inline = {"routes": [{"targets": ["sips:pbx.example"]}], "tls": {"check": check}}
        _, _, *more = found(tmp_path, peers={"networks": ["10.0.0.0/8"]}, tls=files, inline=inline)
        assert [finding.verdict for finding in more] == verdicts
