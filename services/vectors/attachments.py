"""Vectors of attachments, ``contracts/vectors/attachments.json``: from halves and a file to a ciphertext's digest.

A ciphertext has 64 KiB at least, so it stands here by size and sha-256: whoever derives the same makes the same. A
refused vector is one that is accepted, with one thing changed.
"""

import base64
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts.content import binding, media_of
from services.vault import Flaw, Secret, encrypt_file
from services.vault.attachment import UNIT, derive_for, framed
from services.vault.content import Halves

ADDRESS = {"exchange": "e" * 64, "channel": "c" * 52, "source": "330702000000"}
TYPE = "duikou.enquiry.asked.v1"
FILES = {
    "empty": b"",
    "short": b"%PDF-1.7 invented",
    "fills 64 KiB": bytes(UNIT - 20),
    "needs 128 KiB": bytes(UNIT - 19),
}


def build() -> dict[str, Any]:
    """The document."""
    return {
        "domain": "duikou.attachment.v1",
        "encrypted": [_encrypted(name, file) for name, file in FILES.items()],
        "refused": list(_refused()),
    }


def secret(name: str) -> Secret:
    """Of a vector's content; its halves follow from the name."""
    content = str(UUID(bytes=uuid5(NAMESPACE_URL, f"attachment {name}").bytes, version=4))
    ku, kk = (sha256(f"duikou vectors\n{half}\nattachment {name}".encode()).digest() for half in ("ku", "kk"))
    return Secret(content, binding(**ADDRESS, content=content, media=media_of(TYPE)), Halves(ku, kk))


def _encrypted(name: str, file: bytes) -> dict[str, Any]:
    of = secret(name)
    plain, ciphertext = encrypt_file(file, of)
    key, nonce, _ = derive_for(of, plain)
    return {
        "name": name,
        **ADDRESS,
        "content": of.content,
        "media": media_of(TYPE),
        "ku": of.halves.ku.hex(),
        "kk": of.halves.kk.hex(),
        "file": base64.b64encode(file.rstrip(b"\0")).decode(),
        "zeros": len(file) - len(file.rstrip(b"\0")),
        "plain_digest": plain,
        "key": key.hex(),
        "nonce": nonce.hex(),
        "size": len(ciphertext),
        "digest": sha256(ciphertext).hexdigest(),
    }


def _refused() -> Iterator[dict[str, Any]]:
    """``of``: which ciphertext; ``claimed``: what is said of it instead.

    Where its writer made another ciphertext: ``last``, the byte that ends its frame instead of 0; ``under``, the plain
    digest from which it derived the key.
    """
    other = sha256(b"other").hexdigest()
    yield {"name": "another size", "of": "short", "reason": Flaw.SIZE, "claimed": {"size": UNIT + 1}}
    yield {"name": "changed in the store", "of": "short", "reason": Flaw.DIGEST, "claimed": {"digest": other}}
    for member, value in (("plain_digest", other), ("channel", "d" * 52), ("content", secret("empty").content)):
        yield {"name": f"another {member}", "of": "short", "reason": Flaw.CIPHERTEXT, "claimed": {member: value}}
    frame, plain = framed(FILES["short"]), sha256(FILES["short"]).hexdigest()
    hidden = {"digest": _digest(plain, frame[:-1] + b"\1")}
    yield {"name": "bytes behind the file", "of": "short", "reason": Flaw.PADDING, "claimed": hidden, "last": "01"}
    lied = {"digest": _digest(other, frame), "plain_digest": other}
    yield {"name": "another file", "of": "short", "reason": Flaw.PLAIN_DIGEST, "claimed": lied, "under": other}


def _digest(plain: str, frame: bytes) -> str:
    key, nonce, info = derive_for(secret("short"), plain)
    return sha256(AESGCM(key).encrypt(nonce, frame, info)).hexdigest()
