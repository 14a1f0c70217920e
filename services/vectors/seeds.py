"""What the region of the vectors is made of: keys from seeds, ids from names, offices, posts, a policy.

Every name is invented; the division codes are real, the units and officers behind them are not.
"""

import base64
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.trust import ClockProfile, Policy, YearDays
from contracts.vocabulary import Role
from services.domain.clocks import parse_time
from services.signing import FileSigner

START_AT = parse_time("2021-04-01T01:00:00.000Z")
"""The plan's concentrated action begins, 09:00 at +08:00."""
EXPIRES = "2021-12-31T00:00:00.000Z"
XINCAI, ZHUMADIAN, YIWU, JINHUA = "411729000000", "411700000000", "330782000000", "330700000000"
OFFICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    ZHUMADIAN: ("410000000000", ("411700",)),
    XINCAI: (ZHUMADIAN, ("411729",)),
    JINHUA: ("330000000000", ("330700",)),
    YIWU: (JINHUA, ("330782",)),
}
"""Unit -> its superior, its divisions; superiors first."""
TANGHE, NANYANG = "411328000000", "411300000000"
PLACES: Mapping[str, tuple[str, tuple[str, ...]]] = {**OFFICES, TANGHE: (NANYANG, ("411328",))}
"""OFFICES, and a third county for what goes on from one unit to another; only who needs it admits it."""
POSTS: Mapping[str, tuple[Role, ...]] = {
    "author": (Role.AUTHOR,),
    "approver": (Role.APPROVER,),
    "head": (Role.HEAD,),
    "intake": (Role.INTAKE,),
    "duty": (Role.DUTY,),
}


def seeded(name: str) -> FileSigner:
    """The signing key of that name: its seed is sha-256 of ``duikou vectors`` and the name. Never use one elsewhere."""
    return FileSigner.of(Ed25519PrivateKey.from_private_bytes(seed(name)))


def identifier(name: str) -> str:
    """A UUIDv4 that depends on the name alone."""
    return str(UUID(bytes=uuid5(NAMESPACE_URL, f"duikou vectors {name}").bytes, version=4))


def filler(name: str, size: int) -> str:
    """Base64 of ``size`` bytes that look random; nothing ever decrypts them."""
    blocks = (sha256(seed(name) + bytes([i % 256, i // 256])).digest() for i in range(size // 32 + 1))
    return base64.b64encode(b"".join(blocks)[:size]).decode()


def seed(name: str) -> bytes:
    """32 bytes of that name."""
    return sha256(f"duikou vectors\n{name}".encode()).digest()


UNKNOWN_RULES = 9_999
"""A rule version that no software has."""


def policy(rule_version: int = 1, **changes: Any) -> Policy:
    """The policy of the region, with the holidays of one week of 2021."""
    year = YearDays(
        year=2021,
        holidays=("2021-05-01", "2021-05-02", "2021-05-03", "2021-05-04", "2021-05-05"),
        workdays=("2021-04-25", "2021-05-08"),
    )
    usual = {"calendar": (year,), "clocks": ClockProfile(), "classification_ceiling": "work_secret"}
    return Policy(rule_version=rule_version, **{**usual, **changes})
