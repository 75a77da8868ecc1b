"""What `trunkline doctor` looks at of codecs and media streams."""

from collections.abc import Iterator

from sip_gateway.audio import opus
from sip_gateway.streams import audiosocket
from trunkline.finding import Finding, Verdict
from trunkline.roles.streams import dialects
from trunkline.settings import Settings, SettingsError


def stream_findings(settings: Settings) -> Iterator[Finding]:
    """Which codecs and streams can be taken."""
    if opus.available():
        yield Finding(Verdict.OK, "Opus can be decoded")
    else:
        yield Finding(
            Verdict.WARN,
            "no libopus: calls that offer Opus alone get 488",
            "install libopus (Debian: libopus0) where a peer has no other codec",
        )
    if settings.sip_gateway.streams.enabled:
        yield from _dialects(settings)


def _dialects(settings: Settings) -> Iterator[Finding]:
    try:
        known = dialects(settings)
    except SettingsError as error:
        yield Finding(Verdict.FAIL, str(error), "see deploy/ingress/README.md")
        return
    names = ", ".join(sorted(dialect.name for dialect in known.values()))
    yield Finding(Verdict.OK, f"media streams are taken of {names}")
    streams = settings.sip_gateway.streams
    if f"/{audiosocket.NAME}" in known and not streams.audiosocket.networks:
        yield Finding(
            Verdict.WARN,
            "AudioSocket, which goes in clear, may come from any network",
            "set networks in [sip_gateway.streams.audiosocket] to those of your PBX",
        )
