"""The committed vectors of attachments against HKDF on hmac and a frame by hand; only the last tests ask the vault."""

import base64
import hmac
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import contracts
from services.vault import AttachmentAlteredError, Flaw, Secret, decrypt_file
from services.vault.content import Halves

VECTORS: dict[str, Any] = json.loads((Path(contracts.__file__).parent / "vectors" / "attachments.json").read_bytes())
ENCRYPTED = {vector["name"]: vector for vector in VECTORS["encrypted"]}
REFUSED = {vector["name"]: vector for vector in VECTORS["refused"]}


def file(vector: dict[str, Any]) -> bytes:
    return base64.b64decode(vector["file"]) + bytes(int(vector["zeros"]))


def tied(vector: dict[str, Any]) -> bytes:
    return "\n".join(vector[name] for name in ("exchange", "channel", "source", "content", "media")).encode()


def info(vector: dict[str, Any]) -> bytes:
    return b"duikou.attachment.v1\n" + tied(vector) + b"\n" + str(vector["plain_digest"]).encode()


def derived(vector: dict[str, Any]) -> tuple[bytes, bytes]:
    """RFC 5869 with an empty salt: 44 bytes in two blocks."""
    key = hmac.digest(bytes(32), bytes.fromhex(vector["ku"] + vector["kk"]), "sha256")
    first = hmac.digest(key, info(vector) + b"\1", "sha256")
    second = hmac.digest(key, first + info(vector) + b"\2", "sha256")
    return first, second[:12]


def ciphertext(vector: dict[str, Any], last: str = "00") -> bytes:
    """The frame fills all but 16 bytes of a multiple of 64 KiB."""
    told = len(file(vector)).to_bytes(4, "big") + file(vector)
    size = 65_520
    while size < len(told):
        size += 65_536
    frame = bytearray(told.ljust(size, b"\0"))
    if last != "00":
        frame[-1] = int(last, 16)
    key, nonce = derived(vector)
    return AESGCM(key).encrypt(nonce, bytes(frame), info(vector))


@pytest.mark.parametrize("name", ENCRYPTED)
def test_halves_and_file_give_the_ciphertext(name: str) -> None:
    vector = ENCRYPTED[name]
    assert sha256(file(vector)).hexdigest() == vector["plain_digest"]
    assert tuple(part.hex() for part in derived(vector)) == (vector["key"], vector["nonce"])
    made = ciphertext(vector)
    assert (len(made), sha256(made).hexdigest()) == (vector["size"], vector["digest"])


def opened(vector: dict[str, Any], blob: bytes) -> bytes:
    secret = Secret(vector["content"], tied(vector), Halves(bytes.fromhex(vector["ku"]), bytes.fromhex(vector["kk"])))
    said = {name: vector[name] for name in ("size", "digest", "plain_digest")}
    return decrypt_file(blob, secret, **said)


@pytest.mark.parametrize("name", ENCRYPTED)
def test_the_vault_opens(name: str) -> None:
    vector = ENCRYPTED[name]
    assert opened(vector, ciphertext(vector)) == file(vector)


@pytest.mark.parametrize("name", REFUSED)
def test_the_vault_refuses(name: str) -> None:
    vector = REFUSED[name]
    of = ENCRYPTED[vector["of"]]
    writer = {**of, "plain_digest": vector.get("under", of["plain_digest"])}
    blob = ciphertext(writer, vector.get("last", "00"))
    with pytest.raises(AttachmentAlteredError) as refused:
        opened({**of, **vector["claimed"]}, blob)
    assert refused.value.check == vector["reason"]


def test_every_check_has_a_vector() -> None:
    """The form of the file is told by its own bytes (tests/unit/test_attachments.py)."""
    assert {vector["reason"] for vector in REFUSED.values()} == set(Flaw) - {Flaw.MEDIA}
