"""Ed25519, one library and one rule for everybody (WIRE 8, WIRE-CHOICES B29)."""

import base64
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from contracts.dsse import REMEMBERED, Dsse, pae

_P = 2**255 - 19
_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER = frozenset({0, _ORDER_8, _P - _ORDER_8})
"""y coordinates of points of small order; a trivial signature verifies under them (STACK trap 22).

The two others, 1 and -1, have x = 0, of which there is one and no square root to choose a sign of: refused as such.
"""


@lru_cache(maxsize=REMEMBERED)
def acceptable(public: bytes) -> bool:
    """Whether a raw public key may be enrolled: 32 bytes, canonical, not of small order, on the curve."""
    if len(public) != 32:
        return False
    y = int.from_bytes(public, "little") & (2**255 - 1)
    if y >= _P or y in _SMALL_ORDER:
        return False
    x_squared = (y * y - 1) * pow(_D * y * y + 1, -1, _P)
    return pow(x_squared, _P // 2, _P) == 1


_D = -121665 * pow(121666, -1, _P)


def verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """RFC 8032, cofactorless, S < L (the library's rule)."""
    try:
        _decoded(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=REMEMBERED)
def _decoded(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


def signed_by(dsse: Dsse, purpose: str, public: bytes) -> bool:
    """Whether the statement carries exactly one signature, and it is this key's."""
    if len(dsse.signatures) != 1:
        return False
    return verifies(public, pae(purpose, dsse.raw), dsse.signatures[0].raw)


def signers(dsse: Dsse, purpose: str, candidates: dict[str, bytes]) -> set[str]:
    """Names of the candidate keys that signed. Surplus and bad signatures count for nothing; key ids are not read."""
    message = pae(purpose, dsse.raw)
    return {
        name
        for name, public in candidates.items()
        if any(verifies(public, message, signature.raw) for signature in dsse.signatures)
    }


def raw(key: str) -> bytes:
    """The bytes of a base64 public key."""
    return base64.b64decode(key)
