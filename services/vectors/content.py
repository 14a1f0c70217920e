"""Vectors of encrypted content: ``python -m services.vectors.content`` writes ``contracts/vectors/content.json``.

Secrets are derived from the vectors' names, so everything but the wrapped halves can be made again byte for byte.
HPKE is randomized: a wrapped half is recorded once and kept for as long as it opens to its half.
"""

import base64
import json
from collections.abc import Sequence
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import contracts
from contracts.content import binding, media_of
from services.vault.content import Halves, derive, pad, wrap_info
from services.vault.errors import ContentInconsistentError
from services.vault.hybrid import PrivateKey, wrap

PATH = Path(contracts.__file__).parent / "vectors" / "content.json"
ADDRESS = {"exchange": "e" * 64, "channel": "c" * 52, "source": "330702000000"}
TYPE = "duikou.lead.shared.v1"
READER, OTHER = ("330782000000", 2), ("330783000000", 1)
"""(holder, key number). Vectors are read by READER, who has no other key."""
PLAINTEXTS = {
    "short": '{"narrative":"张三将一个包裹带到义乌。"}'.encode(),
    "fills 1 KiB": b"a" * 1_020,
    "needs 2 KiB": b"a" * 1_021,
}


class Parts(NamedTuple):
    """What a content is made of; a refused vector replaces one part by a wrong one. ``named``: whom the wraps name."""

    name: str
    tied: bytes
    halves: Halves
    commitment: str
    nonce: bytes
    ciphertext: bytes
    named: tuple[str, int] = READER
    wrapped_for: tuple[str, int] = READER


def build() -> dict[str, Any]:
    """The document, with the wrapped halves of the committed one."""
    recorded = _recorded()
    return {
        "suite": "duikou.content.v1",
        "reader": {"holder": READER[0], "number": READER[1], **_key(READER)},
        "opened": [_opened(name, text, recorded) for name, text in PLAINTEXTS.items()],
        "refused": [{"reason": reason, **_vector(parts, recorded)} for reason, parts in _refused()],
    }


def _opened(name: str, plaintext: bytes, recorded: dict[str, str]) -> dict[str, Any]:
    parts = _parts(name, pad(plaintext))
    return {
        **_vector(parts, recorded),
        "ku": parts.halves.ku.hex(),
        "kk": parts.halves.kk.hex(),
        "key": derive(parts.halves, parts.tied)[0].hex(),
        "plaintext": _text(plaintext),
    }


def _refused() -> Sequence[tuple[str, Parts]]:
    text = PLAINTEXTS["needs 2 KiB"]
    good, padded = _parts("good", pad(text)), pad(text)
    other = derive(_halves("other"), good.tied)[1]
    moved = _tied("good", {**ADDRESS, "source": OTHER[0]})
    return (
        ("no_key", good._replace(name="wrapped for somebody else", named=OTHER, wrapped_for=OTHER)),
        ("wrap", good._replace(name="wrapped for another holder under our name", wrapped_for=OTHER)),
        ("wrap", good._replace(name="wrapped for another source", tied=moved)),
        ("commitment", good._replace(name="commitment of another key", commitment=other)),
        ("commitment", good._replace(name="another binding", commitment=derive(good.halves, moved)[1])),
        ("ciphertext", good._replace(name="truncated ciphertext", ciphertext=good.ciphertext[:-1])),
        ("ciphertext", good._replace(name="another nonce", nonce=good.nonce[::-1])),
        ("padding", _parts("padding is not zero", padded[:-1] + b"\1")),
        ("padding", _parts("length beyond the end", (2_045).to_bytes(4, "big") + padded[4:])),
        ("padding", _parts("larger than it must be", padded.ljust(4_096, b"\0"))),
    )


def _parts(name: str, padded: bytes) -> Parts:
    tied, halves, nonce = _tied(name, ADDRESS), _halves(name), _secret("nonce", name)[:12]
    key, commitment = derive(halves, tied)
    return Parts(name, tied, halves, commitment, nonce, AESGCM(key).encrypt(nonce, padded, tied))


def _tied(name: str, address: dict[str, str]) -> bytes:
    return binding(**address, content=_id(name), media=media_of(TYPE))


def _vector(parts: Parts, recorded: dict[str, str]) -> dict[str, Any]:
    """The binding of the vector's own address decides; ``tied`` is what its maker used."""
    content = parts.tied.split(b"\n")[3].decode()
    return {
        "name": parts.name,
        **ADDRESS,
        "content": {
            "id": content,
            "suite": "duikou.content.v1",
            "media": media_of(TYPE),
            "nonce": _text(parts.nonce),
            "commitment": parts.commitment,
            "ciphertext": _text(parts.ciphertext),
            "wraps": [_wrap(parts, half, recorded) for half in ("ku", "kk")],
        },
    }


def _wrap(parts: Parts, half: str, recorded: dict[str, str]) -> dict[str, Any]:
    holder, number = parts.named
    secret, key = getattr(parts.halves, half), _private(parts.wrapped_for)
    info = wrap_info(parts.tied, holder, number, parts.commitment)
    kept = recorded.get(f"{parts.name}/{half}", "")
    wrapped = kept if _opens(kept, key, info, secret) else _text(wrap(secret, key.public, info))
    return {"half": half, "holder": holder, "number": number, "wrapped": wrapped}


def _opens(wrapped: str, key: PrivateKey, info: bytes, secret: bytes) -> bool:
    try:
        return key.unwrap(base64.b64decode(wrapped), info) == secret
    except ContentInconsistentError:
        return False


def _recorded() -> dict[str, str]:
    if not PATH.exists():
        return {}
    vectors = json.loads(PATH.read_bytes())
    return {
        f"{vector['name']}/{wrap['half']}": wrap["wrapped"]
        for vector in (*vectors["opened"], *vectors["refused"])
        for wrap in vector["content"]["wraps"]
    }


def _halves(name: str) -> Halves:
    return Halves(_secret("ku", name), _secret("kk", name))


def _secret(what: str, name: str) -> bytes:
    return sha256(f"duikou vectors\n{what}\n{name}".encode()).digest()


def _id(name: str) -> str:
    return str(UUID(bytes=uuid5(NAMESPACE_URL, name).bytes, version=4))


def _private(holder: tuple[str, int]) -> PrivateKey:
    name = f"{holder[0]} {holder[1]}"
    return PrivateKey(sha512(f"duikou vectors\n{name}".encode()).digest() + _secret("x25519", name))


def _key(holder: tuple[str, int]) -> dict[str, str]:
    key = _private(holder)
    return {"private": _text(key.raw), "public": _text(key.public)}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def document() -> str:
    """The file's text."""
    return json.dumps(build(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(document(), encoding="utf-8")
