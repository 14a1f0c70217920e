"""Who is asking: a bearer token of at most 8 h, and an officer who is enrolled here and serving now.

The token only opens the door. What an officer decides is signed by his own key or names him in an event that every
member of the channel checks (L5); a stolen token reads what views show, but signs nothing.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from contracts.dsse import Dsse
from contracts.refusals import Code, NotYet, Refused
from services import private_files
from services.domain.signatures import StandIn, delegation, deputy
from services.domain.trust import Officer, Trust
from services.node.settings import DEVELOPMENT, Settings, SettingsError
from services.signing import NO_KEY, create_key

ALGORITHM = "Ed25519"
"""The one algorithm there is, by its fully specified name (RFC 9864); never read from a token."""
LIFETIME_SECONDS = 8 * 3_600
"""A shift. A token that says more, or was issued later than now, is none."""
ISSUER_FILE = "issuer.pem"


class TokenError(Exception):
    """The caller's fault: no token, or none of ours. 401; the reason is not told, so that nothing can be probed."""


@dataclass(frozen=True)
class Caller:
    """The officer behind a request: his opaque number and his enrolment."""

    id: str
    enrolment: Officer


@dataclass(frozen=True)
class Tokens:
    """Verifies tokens of one issuer for one unit."""

    unit: str
    public: OKPKey

    def officer(self, token: str) -> str:
        """The officer's number in a good token. Raises TokenError."""
        try:
            claims = jwt.decode(token, self.public, algorithms=[ALGORITHM]).claims
            _registry(self.unit).validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise TokenError("no valid token") from error
        if claims["exp"] - claims["iat"] > LIFETIME_SECONDS:
            raise TokenError("no valid token")
        return str(claims["sub"])


@dataclass(frozen=True)
class Issuer:
    """Gives tokens to whoever may read its key file: for development, on loopback, never in production."""

    unit: str
    key: OKPKey

    @classmethod
    def open(cls, data: Path, unit: str) -> "Issuer":
        """From ``issuer.pem`` in the node's data folder, made at first use. Raises SettingsError."""
        path = data / ISSUER_FILE
        private_files.unless_there(path, lambda: create_key(path, None))
        return cls(unit, OKPKey.import_key(_private(path)))

    def issue(self, officer: str, seconds: int = LIFETIME_SECONDS) -> str:
        """A token for an officer of the unit, at most for 8 h."""
        now = int(time.time())
        times = {"iat": now, "exp": now + min(seconds, LIFETIME_SECONDS)}
        claims = {"iss": issuer_name(self.unit), "aud": self.unit, "sub": officer, **times}
        return jwt.encode({"alg": ALGORITHM}, claims, self.key, algorithms=[ALGORITHM])


def issuer_name(unit: str) -> str:
    """``iss`` of a unit's tokens."""
    return f"duikou:{unit}"


def open_tokens(settings: Settings) -> Tokens:
    """Development: the node's own issuer. Production: the public key (PEM) that ``issuer`` names.

    Raises SettingsError: there is none, or the other mode's.
    """
    if settings.mode == DEVELOPMENT and not settings.issuer:
        key = Issuer.open(settings.data, settings.source).key
        return Tokens(settings.source, OKPKey.import_key(_public_part(key)))
    if not settings.issuer:
        raise SettingsError("issuer: production needs the public key of the unit's identity provider")
    return Tokens(settings.source, OKPKey.import_key(_public(Path(settings.issuer))))


def development_issuer(settings: Settings) -> Issuer:
    """The issuer of a development node. Raises SettingsError anywhere else."""
    if settings.mode != DEVELOPMENT:
        raise SettingsError("mode: a production node issues no tokens; its identity provider does")
    return Issuer.open(settings.data, settings.source)


def serving(trust: Trust, unit: str, officer: str, now: int) -> Caller:
    """The officer, if he serves this unit at ``now`` (ms). Raises Refused(officers), NotYet (trust not read so far)."""
    if unit not in trust.units:
        raise NotYet("this unit's admission has not been read yet")
    found = trust.officers.get(officer)
    if found is None or found.unit != unit or not found.serves(now):
        raise Refused(Code.OFFICERS, "PROTOCOL 4")
    return Caller(officer, found)


def standing_in(trust: Trust, unit: str, officer: str, paper: Dsse, now: int) -> Caller:
    """Who stands in by a delegation of this unit's head at ``now`` (ms), with its role beside his own (PROTOCOL 7).

    Also an officer of the superior, whom nothing else lets in; what he is at home he is not here. Raises Refused:
    officers, signatures.
    """
    role = delegation(paper).role
    found = deputy(trust, StandIn(trust.exchange, unit, officer, role, now), paper, now)
    own = found.roles if found.unit == unit else frozenset()
    return Caller(officer, replace(found, roles=own | {role}))


def bearer(headers: Mapping[str, str]) -> str:
    """The token of an Authorization header. Raises TokenError."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenError("no token")
    return token


def _registry(unit: str) -> jwt.JWTClaimsRegistry:
    claims: dict[str, Any] = {
        "exp": {"essential": True},
        "iat": {"essential": True},
        "iss": {"essential": True, "value": issuer_name(unit)},
        "aud": {"essential": True, "value": unit},
        "sub": {"essential": True},
    }
    return jwt.JWTClaimsRegistry(**claims)


def _private(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(private_files.read(path), None)
    except (private_files.PrivateFileError, *NO_KEY) as error:
        raise SettingsError(f"{path}: no readable private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"{path}: the issuer's key must be Ed25519")
    return key


def _public(path: Path) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise SettingsError(f"issuer: {path} is no readable public key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise SettingsError(f"issuer: {path} must be Ed25519")
    return key


def _public_part(key: OKPKey) -> Ed25519PublicKey:
    public: Ed25519PublicKey = key.public_key  # type: ignore[assignment]
    return public
