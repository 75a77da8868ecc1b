from pathlib import Path

import pytest

from crm_connectors.connector import Rejected, Unavailable
from crm_connectors.settings import Settings
from crm_connectors.webhook import checked_url, connect_webhook, judge, retry_after_s

NOW = 1767225600.0  # Thu, 01 Jan 2026 00:00:00 GMT


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_done(status: int) -> None:
    judge(status, {}, now=NOW)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_a_receiver_in_trouble_is_tried_again(status: int) -> None:
    with pytest.raises(Unavailable, match=str(status)) as caught:
        judge(status, {"retry-after": "7"}, now=NOW)
    assert caught.value.retry_after_s == 7.0


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 410, 413, 422])
def test_a_refusal_is_not_tried_again(status: int) -> None:
    with pytest.raises(Rejected, match=str(status)):
        judge(status, {"retry-after": "7"}, now=NOW)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        (" 5 ", 5.0),
        ("Thu, 01 Jan 2026 00:01:30 GMT", 90.0),
        ("Thu, 01 Jan 2026 00:01:30 -0000", 90.0),
        ("Wed, 31 Dec 2025 23:59:00 GMT", 0.0),
        ("", 0.0),
        ("soon", 0.0),
        ("-5", 0.0),
        ("Thu, 99 Jan 2026 00:01:30 GMT", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float) -> None:
    assert retry_after_s(value, now=NOW) == seconds


@pytest.mark.parametrize(
    "url",
    [
        "https://crm.example/hook?x=1",
        "http://127.0.0.1:9000/",
        "http://127.9.9.9/",
        "http://[::1]:9000/",
        "http://localhost/hook",
    ],
)
def test_https_anywhere_and_http_on_this_machine_are_allowed(url: str) -> None:
    assert checked_url(url, allow_http=False) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example/",
        "http://10.0.0.1/",
        "http://localhost.example/",
        "http://127.0.0.1.example/",
        "ftp://crm.example/",
        "crm.example/hook",
        "https:///hook",
        "https://user:password@crm.example/",
        "http://127.0.0.1@crm.example/",
    ],
)
def test_a_url_that_would_show_transcripts_to_others_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="webhook_url"):
        checked_url(url, allow_http=False)


def test_plain_http_elsewhere_needs_the_setting() -> None:
    assert checked_url("http://10.0.0.1/", allow_http=True) == "http://10.0.0.1/"


def test_a_missing_or_short_secret_is_refused_with_the_keys_name(tmp_path: Path) -> None:
    short = tmp_path / "short"
    short.write_text("secret\n")
    for named in ("", str(tmp_path / "absent"), str(short)):
        settings = Settings(webhook_url="https://crm.example/", webhook_secret_file=named)
        with pytest.raises(ValueError, match="webhook_secret_file"):
            connect_webhook(settings)
