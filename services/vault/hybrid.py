"""Encryption keys and wrapped halves: HPKE base mode, MLKEM768_X25519, HKDF_SHA256, AES_256_GCM (RFC 9180, WIRE 25).

The library's hybrid classes have no bytes form, so ours is: public 1,184 (ML-KEM) ‖ 32 (X25519) bytes, which is wire;
private 64 (ML-KEM seed, FIPS 203) ‖ 32 (X25519) bytes, which stays in the key file.
"""

from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from services.vault.errors import ContentInconsistentError, Inconsistency

SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
PRIVATE = 96
"""Bytes of a private key."""
_SEED, _ENCAPSULATION_KEY = 64, 1_184


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """The private part of an encryption key, 96 bytes; never shown."""

    raw: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> Self:
        """A fresh one from the system's randomness."""
        return cls(MLKEM768PrivateKey.generate().private_bytes_raw() + X25519PrivateKey.generate().private_bytes_raw())

    @property
    def public(self) -> bytes:
        """The public part, 1,216 bytes."""
        mlkem, x25519 = self._parts
        return mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()

    @property
    def _parts(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        seed, scalar = self.raw[:_SEED], self.raw[_SEED:]
        return MLKEM768PrivateKey.from_seed_bytes(seed), X25519PrivateKey.from_private_bytes(scalar)

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """The half, 32 bytes. Raises ContentInconsistentError: made for another key, or under another ``info``."""
        try:
            return SUITE.decrypt(wrapped, MLKEM768X25519PrivateKey(*self._parts), info)
        except (InvalidTag, ValueError) as error:
            raise ContentInconsistentError(Inconsistency.WRAP) from error


def wrap(half: bytes, public: bytes, info: bytes) -> bytes:
    """The half for the holder of ``public``: enc ‖ ct, 1,168 bytes; no two alike.

    Raises ValueError: not 1,216 bytes, coefficients not reduced (FIPS 203, 7.2), or a point of small order.
    """
    mlkem = MLKEM768PublicKey.from_public_bytes(public[:_ENCAPSULATION_KEY])
    x25519 = X25519PublicKey.from_public_bytes(public[_ENCAPSULATION_KEY:])
    return SUITE.encrypt(half, MLKEM768X25519PublicKey(mlkem, x25519), info)
