"""The committed vectors against other code: HKDF on hmac, HPKE by hand (RFC 9180), and the vault itself.

Nothing here imports the vault's arithmetic; only the last tests ask the vault.
"""

import base64
import hmac
import json
from hashlib import sha3_256, sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.content import Content
from services.vault import ContentInconsistentError, NoKeyError, PrivateKey, decrypt
from services.vectors import content as writer

VECTORS: dict[str, Any] = json.loads(writer.PATH.read_bytes())
READER = VECTORS["reader"]
OPENED = {vector["name"]: vector for vector in VECTORS["opened"]}
REFUSED = {vector["name"]: vector for vector in VECTORS["refused"]}
SUITE_ID = b"HPKE" + bytes.fromhex("647a 0001 0002")
"""MLKEM768-X25519 (draft-connolly-cfrg-xwing-kem), HKDF-SHA256, AES-256-GCM."""


def raw(text: str) -> bytes:
    return base64.b64decode(text)


def extract(salt: bytes, secret: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), secret, "sha256")


def expand(key: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869, 2.3."""
    done = block = b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.digest(key, block + info + bytes([counter]), "sha256")
        done += block
    return done[:length]


def binding(vector: dict[str, Any]) -> bytes:
    content = vector["content"]
    parts = (vector["exchange"], vector["channel"], vector["source"], content["id"], content["media"])
    return "\n".join(parts).encode()


def shared_secret(enc: bytes, private: bytes) -> bytes:
    """X-Wing's combiner over both shared secrets."""
    x25519 = X25519PrivateKey.from_private_bytes(private[64:])
    ours = x25519.public_key().public_bytes_raw()
    first = MLKEM768PrivateKey.from_seed_bytes(private[:64]).decapsulate(enc[:1_088])
    second = x25519.exchange(X25519PublicKey.from_public_bytes(enc[1_088:]))
    return sha3_256(first + second + enc[1_088:] + ours + b"\\.//^\\").digest()


def open_base(wrapped: bytes, private: bytes, info: bytes) -> bytes:
    """HPKE, base mode, one message (RFC 9180, 5.1)."""
    enc, ciphertext = wrapped[:1_120], wrapped[1_120:]

    def labeled(salt: bytes, label: bytes, secret: bytes) -> bytes:
        return extract(salt, b"HPKE-v1" + SUITE_ID + label + secret)

    context = b"\0" + labeled(b"", b"psk_id_hash", b"") + labeled(b"", b"info_hash", info)
    secret = labeled(shared_secret(enc, private), b"secret", b"")
    key, nonce = (
        expand(secret, length.to_bytes(2, "big") + b"HPKE-v1" + SUITE_ID + label + context, length)
        for label, length in ((b"key", 32), (b"base_nonce", 12))
    )
    return AESGCM(key).decrypt(nonce, ciphertext, b"")


def vault(vector: dict[str, Any]) -> bytes:
    place = {name: vector[name] for name in ("exchange", "channel", "source")}
    keys = {(READER["holder"], READER["number"]): PrivateKey(raw(READER["private"]))}
    return decrypt(Content.model_validate_json(json.dumps(vector["content"])), **place, keys=keys)


def test_the_committed_file_is_what_its_writer_writes() -> None:
    assert writer.PATH.read_text(encoding="utf-8") == writer.document()


def test_a_public_key_is_mlkem_then_x25519() -> None:
    private = raw(READER["private"])
    mlkem, x25519 = MLKEM768PrivateKey.from_seed_bytes(private[:64]), X25519PrivateKey.from_private_bytes(private[64:])
    public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
    assert len(public) == 1_216
    assert raw(READER["public"]) == public


@pytest.mark.parametrize("name", OPENED)
def test_halves_give_key_and_commitment(name: str) -> None:
    vector = OPENED[name]
    secret = bytes.fromhex(vector["ku"] + vector["kk"])
    made = expand(extract(b"", secret), b"duikou.content.v1\n" + binding(vector), 64)
    assert made[:32].hex() == vector["key"]
    assert made[32:].hex() == vector["content"]["commitment"]


@pytest.mark.parametrize("name", OPENED)
def test_key_gives_the_ciphertext(name: str) -> None:
    vector = OPENED[name]
    plaintext, content = raw(vector["plaintext"]), vector["content"]
    framed = len(plaintext).to_bytes(4, "big") + plaintext
    padded = framed + bytes((1_024 if len(framed) <= 1_024 else 2_048) - len(framed))
    sealed = AESGCM(bytes.fromhex(vector["key"])).encrypt(raw(content["nonce"]), padded, binding(vector))
    assert base64.b64encode(sealed).decode() == content["ciphertext"]


@pytest.mark.parametrize("half", [0, 1], ids=["ku", "kk"])
@pytest.mark.parametrize("name", OPENED)
def test_wraps_open_by_hand(name: str, half: int) -> None:
    vector = OPENED[name]
    wrap = vector["content"]["wraps"][half]
    named = f"\n{wrap['holder']}\n{wrap['number']}\n{vector['content']['commitment']}".encode()
    opened = open_base(raw(wrap["wrapped"]), raw(READER["private"]), b"duikou.key.v1\n" + binding(vector) + named)
    assert opened.hex() == vector[wrap["half"]]


@pytest.mark.parametrize("name", OPENED)
def test_the_vault_opens(name: str) -> None:
    assert vault(OPENED[name]) == raw(OPENED[name]["plaintext"])


@pytest.mark.parametrize("name", REFUSED)
def test_the_vault_refuses(name: str) -> None:
    vector = REFUSED[name]
    with pytest.raises((NoKeyError, ContentInconsistentError)) as refused:
        vault(vector)
    error = refused.value
    assert (error.check if isinstance(error, ContentInconsistentError) else "no_key") == vector["reason"]


def test_every_reason_has_a_vector() -> None:
    assert {vector["reason"] for vector in VECTORS["refused"]} == {
        "no_key",
        "wrap",
        "commitment",
        "ciphertext",
        "padding",
    }


def test_the_digest_that_officers_sign_is_of_the_ciphertext() -> None:
    content = OPENED["short"]["content"]
    digest = sha256(raw(content["ciphertext"])).hexdigest()
    assert Content.model_validate_json(json.dumps(content)).ciphertext_digest == digest
