"""What `trunkline doctor` looks at of the SIP line: who may call, certificate, users, carriers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from sip_gateway.drivers import tls
from trunkline.finding import Finding, Verdict
from trunkline.settings import Settings, SettingsError
from trunkline.sip_users import carrier_logins, read_users, users_file

SOON = timedelta(days=14)


def line_findings(settings: Settings) -> Iterator[Finding]:
    """Who may talk SIP to us, and over what."""
    yield from _peers(settings)
    if settings.sip_gateway.tls.certificate:
        yield _certificate(settings)
    if settings.sip_gateway.peers.digest:
        yield _users(settings)
    yield from _inline(settings)


def _peers(settings: Settings) -> Iterator[Finding]:
    peers = settings.sip_gateway.peers
    if peers.open_to_all:
        yield Finding(
            Verdict.WARN,
            "whoever reaches the SIP port may place calls",
            "set networks in [sip_gateway.peers] to those of your SBCs (deploy/ingress/peers.md)",
        )
        return
    yield Finding(Verdict.OK, "calls are taken of the peers in [sip_gateway.peers] only")
    if peers.digest and not peers.networks and peers.transports != ("tls",):
        yield Finding(
            Verdict.WARN,
            "users log in from any network, also without TLS",
            "who listens on the way can guess at their passwords at leisure: name networks, "
            'or set transports = ["tls"]',
        )


def _certificate(settings: Settings) -> Finding:
    files = settings.sip_gateway.tls
    try:
        tls.contexts(files, settings.sip_gateway.inline.tls)
        read = x509.load_pem_x509_certificate(Path(files.certificate).read_bytes())
    except (OSError, ValueError) as error:
        why = type(error).__name__
        return Finding(Verdict.FAIL, f"TLS certificate {files.certificate}: {why}", _FILES)
    until = read.not_valid_after_utc
    told = f"TLS certificate {files.certificate} until {until:%Y-%m-%d}"
    left = until - datetime.now(UTC)
    if left <= timedelta(0):
        return Finding(Verdict.FAIL, told, "renew it: peers refuse it")
    return Finding(Verdict.WARN if left < SOON else Verdict.OK, told, "renew it" * (left < SOON))


_FILES = "[sip_gateway.tls] needs PEM files of a certificate with its chain, and of its key"


def _inline(settings: Settings) -> Iterator[Finding]:
    inline = settings.sip_gateway.inline
    over_tls = any(target.transport == "tls" for target in inline.targets)
    if over_tls and inline.tls.check != "name":
        yield Finding(
            Verdict.WARN,
            "targets of calls in line need not prove their name",
            'set check = "name" in [sip_gateway.inline.tls] (deploy/ingress/inline.md)',
        )
    if not inline.registrations:
        return
    try:
        logins = carrier_logins(settings)
    except SettingsError as error:
        yield Finding(Verdict.FAIL, str(error), "the password alone, mode 600")
    else:
        yield Finding(Verdict.OK, f"passwords of {len(logins)} carriers where we register")


def _users(settings: Settings) -> Finding:
    try:
        users = read_users(users_file(settings))
    except SettingsError as error:
        return Finding(Verdict.FAIL, str(error), "see deploy/ingress/peers.md")
    weak = sum(user.md5 for user in users.values())
    return Finding(Verdict.OK, f"{len(users)} SIP users, {weak} of them with MD5")
