"""Tokens: one algorithm, one issuer, one unit, eight hours; and the officer must serve now."""

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey, RSAKey

from contracts.refusals import NotYet, Refused
from contracts.vocabulary import Role
from services.domain.trust import Officer, Trust, Unit
from services.gateway.auth import (
    ALGORITHM,
    ISSUER_FILE,
    LIFETIME_SECONDS,
    Issuer,
    TokenError,
    bearer,
    development_issuer,
    issuer_name,
    open_tokens,
    serving,
)
from services.node.settings import DEVELOPMENT, PRODUCTION, Settings, SettingsError
from services.signing import create_key

UNIT, OTHER, OFFICER = "411729000001", "330782000001", "9d1e2f3a-4b5c-4d6e-8f70-112233445566"


def settings(data: Path, **more: Any) -> Settings:
    named = {"source": UNIT, "root": "0" * 64, "database": "", "log": "", "desk": "", "signer": ""}
    return Settings(**{**named, "data": data, "mode": DEVELOPMENT, **more})


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return development_issuer(settings(tmp_path))


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    usual = {"iss": issuer_name(UNIT), "aud": UNIT, "sub": OFFICER, "iat": now, "exp": now + 600}
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def signed(key: Any, said: dict[str, Any], algorithm: str = ALGORITHM) -> str:
    return jwt.encode({"alg": algorithm}, said, key, algorithms=[algorithm])


def test_a_token_names_its_officer(tmp_path: Path, issuer: Issuer) -> None:
    assert open_tokens(settings(tmp_path)).officer(issuer.issue(OFFICER)) == OFFICER


def test_gateways_that_start_at_once_have_one_issuer(tmp_path: Path) -> None:
    """Whoever is slower takes the key that the first has made."""
    start = Barrier(8)

    def opened() -> Any:
        start.wait()
        return development_issuer(settings(tmp_path)).key.as_dict(private=True)

    with ThreadPoolExecutor(8) as pool:
        keys = [one.result() for one in [pool.submit(opened) for _ in range(8)]]
    assert all(key == keys[0] for key in keys)


def test_the_same_issuer_after_a_restart(tmp_path: Path, issuer: Issuer) -> None:
    """Its key lies in the node's data folder, readable by nobody else."""
    assert (tmp_path / ISSUER_FILE).stat().st_mode & 0o077 == 0
    token = development_issuer(settings(tmp_path)).issue(OFFICER)
    assert open_tokens(settings(tmp_path)).officer(token) == OFFICER


NOW = int(time.time())
BAD_CLAIMS: dict[str, dict[str, Any]] = {
    "another unit": {"aud": OTHER},
    "no unit at all": {"aud": []},
    "no audience": {"aud": None},
    "another issuer": {"iss": issuer_name(OTHER)},
    "no issuer": {"iss": None},
    "no officer": {"sub": None},
    "an officer that is no text": {"sub": 7},
    "an empty officer": {"sub": ""},
    "no end": {"exp": None},
    "no begin": {"iat": None},
    "over": {"iat": NOW - 600, "exp": NOW - 1},
    "begins later": {"iat": NOW + 3_600, "exp": NOW + 7_200},
    "longer than a shift": {"iat": NOW, "exp": NOW + LIFETIME_SECONDS + 60},
    "an end that is text": {"exp": str(NOW + 600)},
    "an end that is no number": {"exp": float("nan")},
    "not valid before later": {"nbf": NOW + 3_600},
}


@pytest.mark.parametrize("name", BAD_CLAIMS)
def test_what_is_no_token_of_this_unit(tmp_path: Path, issuer: Issuer, name: str) -> None:
    token = signed(issuer.key, claims(**BAD_CLAIMS[name]))
    with pytest.raises(TokenError):
        open_tokens(settings(tmp_path)).officer(token)


def test_no_other_key_and_no_other_algorithm(tmp_path: Path, issuer: Issuer) -> None:
    """The header chooses nothing: none, HMAC with our public key, RSA and a strange Ed25519 key are all refused."""
    tokens = open_tokens(settings(tmp_path))
    public = base64.urlsafe_b64decode(issuer.key.as_dict(private=False)["x"] + "=")  # type: ignore[operator]
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims())]
    unsigned = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
    rsa = RSAKey.import_key(generate_private_key(65_537, 2_048))
    forged = (
        unsigned,
        signed(OctKey.import_key(public), claims(), "HS256"),
        signed(rsa, claims(), "RS256"),
        signed(OKPKey.generate_key("Ed25519"), claims()),
        issuer.issue(OFFICER)[:-4] + "AAAA",
        "",
        "a.b",
        "\u7532.\u4e59.\u4e19",
    )
    for token in forged:
        with pytest.raises(TokenError):
            tokens.officer(token)


def test_a_token_is_never_longer_than_a_shift(issuer: Issuer) -> None:
    body = issuer.issue(OFFICER, 7 * 86_400).split(".")[1]
    said = json.loads(base64.urlsafe_b64decode(body + "=="))
    assert said["exp"] - said["iat"] == LIFETIME_SECONDS


def test_production_issues_nothing_and_needs_a_public_key(tmp_path: Path) -> None:
    """The development issuer does not start there, not even with its key file at hand."""
    Issuer.open(tmp_path, UNIT)
    production = settings(tmp_path, mode=PRODUCTION)
    with pytest.raises(SettingsError, match="mode"):
        development_issuer(production)
    with pytest.raises(SettingsError, match="issuer"):
        open_tokens(production)
    with pytest.raises(SettingsError, match="issuer"):
        open_tokens(replace(production, issuer=str(tmp_path / ISSUER_FILE)))


def test_production_trusts_the_key_it_is_given(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    path = tmp_path / "provider.pem"
    path.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    tokens = open_tokens(settings(tmp_path, mode=PRODUCTION, issuer=str(path)))
    assert tokens.officer(signed(OKPKey.import_key(key), claims())) == OFFICER


def test_an_issuer_that_others_can_read_is_none(tmp_path: Path) -> None:
    create_key(tmp_path / ISSUER_FILE, None)
    (tmp_path / ISSUER_FILE).chmod(0o644)
    with pytest.raises(SettingsError):
        development_issuer(settings(tmp_path))


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic eDp5", "bearer"])
def test_no_bearer_no_token(header: str) -> None:
    with pytest.raises(TokenError):
        bearer({"authorization": header} if header else {})


def test_an_officer_of_this_unit_who_serves_now() -> None:
    """Enrolled to us, and not over, not ended, not later (PROTOCOL 4)."""
    enrolled = Officer(UNIT, frozenset({Role.AUTHOR}), 100, 200, "k", b"")
    known = {OFFICER: enrolled, "theirs": replace(enrolled, unit=OTHER), "gone": replace(enrolled, ended=120)}
    trust = Trust(officers=known, units={UNIT: Unit(UNIT, ("411729",))})
    assert serving(trust, UNIT, OFFICER, 150).enrolment == enrolled
    for officer, now in ((OFFICER, 99), (OFFICER, 200), ("theirs", 150), ("gone", 150), ("nobody", 150)):
        with pytest.raises(Refused):
            serving(trust, UNIT, officer, now)


def test_before_trust_is_read_nobody_is_refused_for_good() -> None:
    with pytest.raises(NotYet):
        serving(Trust(), UNIT, OFFICER, 150)
