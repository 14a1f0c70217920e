"""Signatures verify elsewhere too, and a key file that is not in order is nobody's key."""

import base64
import logging
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as TheirEnvelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer._key import SSlibKey

from contracts.approval import Possession, Submission
from contracts.dsse import EVENT, Dsse, pae
from contracts.envelope import ZEROS, Envelope
from contracts.vocabulary import KeyKind
from services.domain import keys
from services.signing import (
    KeyFileError,
    Signer,
    WrongPassphraseError,
    create_key,
    dsse,
    open_signer,
    possession,
    sealed,
)

UNIT = "330702000000"
OFFICER = "6f1de7a2-4c2c-4b0e-8f52-0a4f3f6f8d11"


@pytest.fixture(name="signer", scope="module")
def _signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return create_key(tmp_path_factory.mktemp("keys") / "unit.pem", None)


def envelope() -> Envelope:
    return Envelope(
        id=OFFICER,
        source=UNIT,
        type="duikou.desk.discarded.v1",
        subject=OFFICER,
        time="2021-03-01T08:00:00.000Z",
        exchange="e" * 64,
        channel="desk",
        epoch=1,
        sequence="000000000001",
        previous=ZEROS,
        data={"summary": {"officer": OFFICER}},
    )


def test_a_created_key_is_private_and_opens_again(tmp_path: Path) -> None:
    path = tmp_path / "unit.pem"
    made = create_key(path, None)
    assert path.stat().st_mode & 0o777 == 0o600
    opened = open_signer(f"file:{path}")
    assert (opened.public, opened.keyid) == (made.public, made.keyid)
    assert list(tmp_path.iterdir()) == [path]


def test_an_officers_key_opens_with_its_passphrase_only(tmp_path: Path) -> None:
    path = tmp_path / f"{OFFICER}.pem"
    made = create_key(path, "十二个很长的字")
    assert open_signer(f"file+passphrase:{path}", "十二个很长的字").keyid == made.keyid
    for wrong in ("十二个很长的", "", None):
        with pytest.raises(WrongPassphraseError):
            open_signer(f"file+passphrase:{path}", wrong)


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "unit.pem"
    made = create_key(path, None)
    with pytest.raises(KeyFileError):
        create_key(path, None)
    assert open_signer(f"file:{path}").keyid == made.keyid


def test_an_empty_passphrase_creates_no_file(tmp_path: Path) -> None:
    with pytest.raises(WrongPassphraseError):
        create_key(tmp_path / "officer.pem", "")
    assert not list(tmp_path.iterdir())


def test_a_key_may_be_reached_through_a_link_as_secret_mounts_do(tmp_path: Path) -> None:
    made = create_key(tmp_path / "data.pem", None)
    (tmp_path / "unit.pem").symlink_to(tmp_path / "data.pem")
    assert open_signer(f"file:{tmp_path / 'unit.pem'}").keyid == made.keyid


def test_a_key_that_openssl_put_under_scrypt_opens(tmp_path: Path) -> None:
    """The library writes PBKDF2 of 2,048 rounds only; who wants more makes it himself."""
    made = create_key(tmp_path / "plain.pem", None)
    path = tmp_path / "officer.pem"
    openssl("pkcs8", "-topk8", "-scrypt", "-passout", "pass:long", "-in", tmp_path / "plain.pem", "-out", path)
    path.chmod(0o600)
    assert open_signer(f"file+passphrase:{path}", "long").keyid == made.keyid


def _exposed(path: Path, mode: int) -> None:
    create_key(path, None)
    path.chmod(mode)


def _encrypted(path: Path) -> None:
    create_key(path, "secret")


def _of_another_kind(path: Path) -> None:
    key = generate_private_key(SECP256R1())
    write(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _encrypted_in_the_old_form(path: Path) -> None:
    key = generate_private_key(SECP256R1())
    write(path, key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(b"secret")))


def _public(path: Path) -> None:
    key = Ed25519PublicKey.from_public_bytes(create_key(path.with_name("other.pem"), None).public)
    write(path, key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    path.chmod(0o600)


UNKNOWN_KIND = b"""-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDKgNwBCIEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
-----END PRIVATE KEY-----
"""
"""As an Ed25519 key, but for one digit of its algorithm's number."""
OF_THE_OTHER_CURVE = UNKNOWN_KIND.replace(b"KgNwBC", b"K2VvBC")
"""It says X448, and has 32 bytes of 56."""

BROKEN: dict[str, Callable[[Path], object]] = {
    "it is missing": lambda path: None,
    "its group may read it": lambda path: _exposed(path, 0o640),
    "the world may read it": lambda path: _exposed(path, 0o604),
    "others may write it": lambda path: _exposed(path, 0o602),
    "it is a folder": lambda path: path.mkdir(mode=0o700),
    "it is a pipe": lambda path: os.mkfifo(path, 0o600),
    "it is empty": lambda path: write(path, b""),
    "it is text": lambda path: write(path, b"not a key"),
    "it holds a public key": _public,
    "it holds a key of another kind": _of_another_kind,
    "it holds a key of no kind that the library knows": lambda path: write(path, UNKNOWN_KIND),
    "it holds a key of a length that its kind has not": lambda path: write(path, OF_THE_OTHER_CURVE),
    "it is encrypted in the form before PKCS#8": _encrypted_in_the_old_form,
    "it is encrypted": _encrypted,
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_key_file_is_refused_when(what: str, tmp_path: Path) -> None:
    path = tmp_path / "unit.pem"
    BROKEN[what](path)
    with pytest.raises(KeyFileError) as refused:
        open_signer(f"file:{path}")
    assert str(path) in str(refused.value)


@pytest.mark.parametrize("what", [what for what in BROKEN if what != "it is encrypted"])
def test_under_the_other_scheme_too_when(what: str, tmp_path: Path) -> None:
    path = tmp_path / "officer.pem"
    BROKEN[what](path)
    with pytest.raises(KeyFileError):
        open_signer(f"file+passphrase:{path}", "secret")


def test_an_unencrypted_key_does_not_pass_for_an_encrypted_one(tmp_path: Path) -> None:
    create_key(tmp_path / "officer.pem", None)
    with pytest.raises(KeyFileError):
        open_signer(f"file+passphrase:{tmp_path / 'officer.pem'}", "secret")


def test_who_opens_an_encrypted_key_as_a_plain_one_is_told_the_scheme(tmp_path: Path) -> None:
    create_key(tmp_path / "officer.pem", "secret")
    with pytest.raises(KeyFileError, match=r"file\+passphrase:"):
        open_signer(f"file:{tmp_path / 'officer.pem'}")


def test_an_encrypted_key_of_no_kind_that_the_library_knows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "officer.pem"
    kind = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2")
    assert openssl("genpkey", *kind, "-aes-256-cbc", "-pass", "pass:secret", "-out", path) == 0
    path.chmod(0o600)
    with pytest.raises(KeyFileError):
        open_signer(f"file+passphrase:{path}", "secret")


def test_a_passphrase_for_a_key_without_one_is_a_wrong_setting(tmp_path: Path) -> None:
    create_key(tmp_path / "unit.pem", None)
    with pytest.raises(KeyFileError):
        open_signer(f"file:{tmp_path / 'unit.pem'}", "secret")


@pytest.mark.parametrize("uri", ["", "unit.pem", "pkcs11:token=x", "FILE:unit.pem"])
def test_an_unknown_scheme_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="no signer for scheme"):
        open_signer(uri)


def test_neither_key_nor_passphrase_shows(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "officer.pem"
    signer = create_key(path, "open sesame")
    with pytest.raises(WrongPassphraseError) as refused:
        open_signer(f"file+passphrase:{path}", "open barley")
    assert not caplog.records
    assert "barley" not in str(refused.value)
    assert "_key" not in repr(signer)


def test_sealed_keeps_the_bytes_it_signed(signer: Signer) -> None:
    signed = sealed(signer, envelope())
    assert signed.value == envelope().to_value()
    assert signed.keyid == signer.keyid
    assert keys.verifies(signer.public, pae(EVENT, signed.value), signed.signature)
    assert not keys.verifies(signer.public, pae(EVENT, signed.value + b" "), signed.signature)


def test_a_signature_counts_for_one_payload_type(signer: Signer) -> None:
    statement = dsse(signer, Submission.PURPOSE, b"{}")
    assert keys.signed_by(statement, Submission.PURPOSE, signer.public)
    assert not keys.signed_by(statement, Possession.PURPOSE, signer.public)


@pytest.mark.parametrize(
    ("kind", "holder"),
    [
        (KeyKind.UNIT, UNIT),
        (KeyKind.REGISTRY, "registry"),
        (KeyKind.OFFICER, OFFICER),
        (KeyKind.MANDATE, "registrar.33.1"),
    ],
)
def test_a_key_says_itself_whose_it_is(signer: Signer, kind: KeyKind, holder: str) -> None:
    entry = possession(signer, "e" * 64, holder, kind)
    said = Possession.of(entry.possession)
    assert (said.exchange, said.holder, said.kind, said.key) == ("e" * 64, holder, kind, entry.key)
    assert base64.b64decode(entry.key) == signer.public
    assert keys.signed_by(entry.possession, Possession.PURPOSE, signer.public)


def test_possession_for_an_impossible_holder_is_refused(signer: Signer) -> None:
    with pytest.raises(ValueError, match="holder"):
        possession(signer, "e" * 64, "somebody", KeyKind.UNIT)


def openssl(*arguments: str | Path) -> int:
    return subprocess.run(["openssl", *arguments], capture_output=True, check=False).returncode  # noqa: S607 - its place varies


@pytest.mark.parametrize(("altered", "code"), [(b"", 0), (b" ", 1)])
def test_openssl_verifies_what_we_sign(signer: Signer, tmp_path: Path, altered: bytes, code: int) -> None:
    signed = sealed(signer, envelope())
    public = Ed25519PublicKey.from_public_bytes(signer.public)
    (tmp_path / "key").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (tmp_path / "message").write_bytes(b"DSSEv1 28 application/cloudevents+json %d " % len(signed.value) + signed.value)
    with (tmp_path / "message").open("ab") as message:
        message.write(altered)
    (tmp_path / "signature").write_bytes(signed.signature)
    files = ("-inkey", tmp_path / "key", "-in", tmp_path / "message", "-sigfile", tmp_path / "signature")
    assert openssl("pkeyutl", "-verify", "-pubin", "-rawin", *files) == code


def theirs(statement: Dsse, purpose: str) -> TheirEnvelope:
    signatures = [{"keyid": one.keyid, "sig": one.sig} for one in statement.signatures]
    return TheirEnvelope.from_dict({"payload": statement.payload, "payloadType": purpose, "signatures": signatures})


def their_key(signer: Signer) -> SSlibKey:
    return SSlibKey(signer.keyid, "ed25519", "ed25519", {"public": signer.public.hex()})


@given(payload=st.binary(min_size=2, max_size=2_000))
def test_securesystemslib_verifies_what_we_sign(signer: Signer, payload: bytes) -> None:
    statement = dsse(signer, Submission.PURPOSE, payload)
    assert theirs(statement, Submission.PURPOSE).pae() == pae(Submission.PURPOSE, payload)
    assert set(theirs(statement, Submission.PURPOSE).verify([their_key(signer)], 1)) == {signer.keyid}
    with pytest.raises(VerificationError):
        theirs(statement, Possession.PURPOSE).verify([their_key(signer)], 1)
