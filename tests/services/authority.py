"""A certificate authority for tests: certificates made at once, thrown away with the test."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Certified(NamedTuple):
    """PEM files."""

    certificate: str
    private_key: str


class Authority:
    """Signs for names and addresses; `ca` is its own certificate."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder = folder
        self._name = _name(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.BasicConstraints(ca=True, path_length=0)
        builder = _builder(self._name, self._name).public_key(self._key.public_key())
        signed = builder.add_extension(usage, critical=True).sign(self._key, hashes.SHA256())
        self.ca = str(folder / f"{name}.pem")
        Path(self.ca).write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    def sign(self, *names: str, file: str = "") -> Certified:
        """A certificate that holds these names; the first names the files too."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = x509.SubjectAlternativeName([_alternative(name) for name in names])
        builder = _builder(_name(names[0]), self._name).public_key(key.public_key())
        signed = builder.add_extension(alternatives, critical=False).sign(
            self._key, hashes.SHA256()
        )
        stem = self._folder / (file or names[0])
        made = Certified(f"{stem}.crt", f"{stem}.key")
        Path(made.certificate).write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        Path(made.private_key).write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return made


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.UniformResourceIdentifier(name) if ":" in name else x509.DNSName(name)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(subject: x509.Name, issuer: x509.Name) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )
