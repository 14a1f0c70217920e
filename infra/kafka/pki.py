"""A certificate authority for one broker and its clients: mutual TLS with EC P-256 and PEM files.

For the demo and the tests. In an installation the certificates of units come from the registry's own authority.
"""

import os
import re
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from infra.processes import exclusive

VALIDITY = timedelta(days=3650)
CLOCK_SKEW = timedelta(minutes=5)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")  # at most 64 bytes (RFC 5280 ub-common-name), nothing to escape


@dataclass(frozen=True)
class Credentials:
    """What a client needs to connect: the authority's certificate, its own certificate and private key (PEM files)."""

    ca: Path
    cert: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """A client's TLS context: the server's name is checked, this certificate is shown. OSError: files missing."""
        context = ssl.create_default_context(cafile=self.ca)
        context.load_cert_chain(self.cert, self.key)
        return context


class Authority:
    """Issues certificates from a key kept in `folder`; made at the first use, found again afterwards."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def issue(self, name: str) -> Credentials:
        """The certificate with the common name `name`, valid for 127.0.0.1 and localhost; the same one every time.

        ValueError for a name outside `NAME`.
        """
        if not NAME.fullmatch(name):
            raise ValueError(f"not a name for a certificate: {name!r}")
        found = Credentials(self._folder / "ca.pem", self._folder / f"{name}.pem", self._folder / f"{name}.key")
        with exclusive(self._folder / ".lock"):
            if not found.ca.exists():
                _write(found.ca, self._folder / "ca.key", _authority())
            if not found.cert.exists():
                _write(found.cert, found.key, _leaf(name, *_read(found.ca, self._folder / "ca.key")))
        return found


Pair = tuple[x509.Certificate, EllipticCurvePrivateKey]


def _authority() -> Pair:
    key, name = generate_private_key(SECP256R1()), _name("duikou broker authority")
    builder = (
        _builder(name, name, key, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
    )
    return builder.sign(key, SHA256()), key


def _leaf(name: str, authority: x509.Certificate, signer: EllipticCurvePrivateKey) -> Pair:
    key = generate_private_key(SECP256R1())
    hosts = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1")), x509.DNSName("localhost")])
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH])
    builder = (
        _builder(_name(name), authority.subject, key, signer)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(hosts, critical=False)
        .add_extension(purposes, critical=False)
    )
    return builder.sign(signer, SHA256()), key


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, signer: EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + VALIDITY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _read(certificate: Path, key: Path) -> Pair:
    private = load_pem_private_key(key.read_bytes(), password=None)
    if not isinstance(private, EllipticCurvePrivateKey):
        raise TypeError(f"{key.name} is not an elliptic curve key")
    return x509.load_pem_x509_certificate(certificate.read_bytes()), private


def _write(certificate: Path, key: Path, pair: Pair) -> None:
    """The key first: a certificate on disk says that its key is there."""
    _put(key, pair[1].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    _put(certificate, pair[0].public_bytes(Encoding.PEM))


def _put(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = path.with_suffix(path.suffix + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    draft.rename(path)
