"""The offline ceremony of the demo: keys, the sealed root, signed mandates in the registry's folder."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from contracts.calendar import CALENDARS
from contracts.channels import REGISTRY, TRUST
from contracts.envelope import GENESIS_SEEN, START, ZEROS, Draft, Envelope
from contracts.trust import ClockProfile, Mandated, Policy, Profile, YearDays
from contracts.vocabulary import KeyKind
from services.demo.cast import OFFICES, PASSPHRASE, POSTS, Office
from services.domain.clocks import DAY, format_time
from services.domain.trust import ROOT
from services.node.settings import DEVELOPMENT, create_folder
from services.registry import ceremony
from services.registry.opening import keep_mandate, keep_root
from services.signing import Signer, create_key, open_signer, possession, sealed

RULES = 2
"""Rule version of the containers, and where no other is asked for: what two paired units say."""

STORY_RULES = 3
"""Of the story: what units and their superiors say, too (docs/decisions/0010)."""

YEARS = (2021, 2026)
"""The plan's calendar and today's."""


class OtherCastError(Exception):
    """The ceremony in this folder was held for other units: another state folder is needed, or this one anew."""


@dataclass
class Keys:
    """Signing keys of the demo, in files; the same ones when it starts again."""

    folder: Path

    def get(self, name: str, passphrase: str | None = PASSPHRASE) -> Signer:
        """The key of that name, made at first use."""
        path = self.folder / f"{name}.pem"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            return create_key(path, passphrase)
        return open_signer(f"{'file' if passphrase is None else 'file+passphrase'}:{path}", passphrase)

    def some(self, role: str, count: int) -> list[Signer]:
        """The holders of a role."""
        return [self.get(f"{role}.{place}") for place in range(1, count + 1)]


@dataclass
class Ceremony:
    """Root, provinces, units, officers, policy: signed offline, handed to the registry as files."""

    state: Path
    rules: int = RULES
    offices: tuple[Office, ...] = OFFICES

    @property
    def registry(self) -> Path:
        """The registry's data folder."""
        return self.state / "registry"

    @property
    def keys(self) -> Keys:
        """Mandate and officer keys."""
        return Keys(self.state / "keys")

    def unit_key(self, source: str) -> Path:
        """The unencrypted key file of a node."""
        return self.state / source / "unit.pem"

    def run(self) -> str:
        """Holds the ceremony unless it was held; the root fingerprint. Raises OtherCastError."""
        kept = self.state / "ceremony.json"
        if not kept.exists():
            kept.write_text(json.dumps(self._hold()))
        held = json.loads(kept.read_text())
        if held["officers"].keys() != {office.code for office in self.offices}:
            raise OtherCastError(f"{kept} is of other units")
        return str(held["root"])

    def officers(self) -> dict[str, dict[str, str]]:
        """Unit -> post -> officer's number."""
        officers: dict[str, dict[str, str]] = json.loads((self.state / "ceremony.json").read_text())["officers"]
        return officers

    def _hold(self) -> dict[str, object]:
        create_folder(self.registry, DEVELOPMENT)
        now = int(time.time() * 1_000)
        expires = format_time(now + 30 * DAY)
        root = self._root(now, expires)
        officers = {office.code: {post: str(uuid4()) for post in POSTS} for office in self.offices}
        for number, event in enumerate(self._mandates(root, now, expires, officers), 1):
            keep_mandate(self.registry, number, event)
        return {"root": root, "officers": officers}

    def _node_key(self, source: str) -> Signer:
        path = self.unit_key(source)
        create_folder(path.parent, DEVELOPMENT)
        return open_signer(f"file:{path}") if path.exists() else create_key(path, None)

    def _root(self, now: int, expires: str) -> str:
        """Sealed here, for its digest is the name of the exchange and so of everything after it."""
        registry = self._node_key(REGISTRY)
        event = ceremony.root(self.keys.some(ROOT, 3), registry, expires)
        draft = Draft(str(uuid4()), REGISTRY, ROOT, format_time(now), ZEROS, TRUST, event)
        signed = sealed(registry, Envelope.after(START, draft, GENESIS_SEEN))
        keep_root(self.registry, signed)
        return sha256(signed.value).hexdigest()

    def _mandates(self, root: str, now: int, expires: str, officers: dict[str, dict[str, str]]) -> Iterable[Mandated]:
        roster = ceremony.Roster(root)
        two = self.keys.some(ROOT, 2)
        for code in sorted({office.province for office in self.offices}):
            roles = (f"registrar.{code}", f"duty.{code}")
            registrars, duty = (
                ceremony.entries(root, role, self.keys.some(role, n)) for role, n in zip(roles, (3, 1), strict=True)
            )
            yield ceremony.province(roster.by(ROOT, two, expires), code, registrars, duty)
        yield ceremony.policy(roster.by(ROOT, two, expires), _policy(self.rules))
        for office in self.offices:
            yield from self._office(root, office, roster, now, expires, officers[office.code])

    def _office(
        self, root: str, office: Office, roster: ceremony.Roster, now: int, expires: str, officers: dict[str, str]
    ) -> Iterable[Mandated]:
        role = ceremony.registrar(office.code)
        signers = self.keys.some(role, 2)
        key = possession(self._node_key(office.code), root, office.code, KeyKind.UNIT)
        by = roster.by(role, signers, expires)
        yield ceremony.admitted(by, office.code, office.superior, office.jurisdiction, key)
        yield ceremony.profile(roster.by(role, signers, expires), _profile(office))
        since, until = format_time(now), format_time(now + 365 * DAY)
        for post, number in officers.items():
            own = possession(self.keys.get(f"officers/{number}"), root, number, KeyKind.OFFICER)
            by = roster.by(role, signers, expires)
            yield ceremony.officer(by, number, office.code, POSTS[post], since, until, own)


def _policy(rules: int) -> Policy:
    years = tuple(
        YearDays(year=year, holidays=CALENDARS[year].holidays, workdays=CALENDARS[year].workdays) for year in YEARS
    )
    return Policy(rule_version=rules, calendar=years, clocks=ClockProfile(), classification_ceiling="work_secret")


def _profile(office: Office) -> Profile:
    return Profile(
        unit=office.code,
        name=office.name,
        word=office.word,
        unit_kind=office.kind,
        duty_phone="0000-0000000",
        intake_desk="值班台（示例）",
        address="示例路1号",
        seal_name=office.name,
    )
