"""Who may sign: a history of mandates under a root pinned from outside (PROTOCOL 4, WIRE 21, 24, WIRE-CHOICES A, B).

The same rules judge the originals in ``duikou.trust`` and their copies in every other channel; a copy differs in how
its number is checked, in not reading ``expires``, and in that all that is wrong inside it is ``mandate``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from contracts import trust as said
from contracts.approval import Possession
from contracts.channel import LedgerReopened
from contracts.channels import KEEPER, REGISTRY
from contracts.dsse import Dsse, keyid
from contracts.envelope import ZEROS, Draft, Envelope
from contracts.event import Event
from contracts.fields import Uuid, matches
from contracts.profile import compact
from contracts.refusals import Code, Refused
from contracts.trust import KeyEntry, Mandate, Mandated
from contracts.vocabulary import KeyKind, Role
from services.domain import keys
from services.domain.clocks import DAY, HOUR, parse_time

ROOT = "root"
DELAY = 72 * HOUR
"""ms until a key that the unit's own key did not sign counts; also how long an unconfirmed suspension lasts."""

MONTHS_12 = 366 * DAY
"""ms of an enrolment at most."""

MAX_ROTATION = 4_096
"""Bytes of a rotation's mandate: every later genesis embeds it (WIRE 4, WIRE-CHOICES A7)."""


@dataclass(frozen=True)
class Key:
    """A public key in this channel: counts in records with ``since`` <= effective time, until it is closed (ms)."""

    public: bytes
    holder: str
    kind: KeyKind
    since: int = 0
    closed: int | None = None

    def counts(self, at: int) -> bool:
        """At that effective time; effective time never runs backwards, so a closing holds for every later record."""
        return self.since <= at and (self.closed is None or at < self.closed)


@dataclass(frozen=True)
class Province:
    """Key ids of registrars and duty officers."""

    registrars: frozenset[str]
    duty: frozenset[str]
    threshold: int


@dataclass(frozen=True)
class Unit:
    """An admitted unit. ``suspended_until``: ms; 0 not suspended; None until reinstated.

    admission: digest of its ``unit_admitted`` in ``duikou.trust``; empty where only a copy is known.
    """

    superior: str
    jurisdiction: tuple[str, ...]
    suspended_until: int | None = 0
    admission: str = ""

    def suspended(self, at: int) -> bool:
        """Whether permissions by or towards it are void at that time."""
        return self.suspended_until is None or at < self.suspended_until

    @property
    def is_county(self) -> bool:
        """Whether it answers for a county-level division (WIRE-CHOICES B17)."""
        return any(not code.endswith("00") for code in self.jurisdiction)


@dataclass(frozen=True)
class Officer:
    """An officer under an opaque number; from and until in ms."""

    unit: str
    roles: frozenset[Role]
    since: int
    until: int
    key: str
    public: bytes
    ended: int | None = None

    def serves(self, at: int) -> bool:
        """Whether the enrolment is in force at that time."""
        return self.since <= at < self.until and (self.ended is None or at < self.ended)


@dataclass(frozen=True)
class Trust:
    """What a channel knows of keys, units and officers at one place of its log.

    ahead: registry keys that the genesis named before the events which made them were copied (WIRE-CHOICES A1).
    """

    exchange: str = ""
    version: int = 0
    root: frozenset[str] = frozenset()
    keys: Mapping[str, Key] = field(default_factory=dict)
    provinces: Mapping[str, Province] = field(default_factory=dict)
    units: Mapping[str, Unit] = field(default_factory=dict)
    officers: Mapping[str, Officer] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)
    rule_version: int = 1
    copied: frozenset[str] = frozenset()
    ahead: frozenset[str] = frozenset()
    heartbeat: int = 0

    def serves(self, officer: str, unit: str, at: int) -> bool:
        """Whether that officer is the unit's and in force at ``at`` (ms)."""
        found = self.officers.get(officer)
        return found is not None and found.unit == unit and found.serves(at)

    def keys_of(self, source: str) -> dict[str, Key]:
        """Signing keys ever known for a writer, by key id."""
        kinds = {REGISTRY: KeyKind.REGISTRY, KEEPER: KeyKind.KEEPER}
        kind = kinds.get(source, KeyKind.UNIT)
        return {name: key for name, key in self.keys.items() if key.holder == source and key.kind is kind}

    def suspended(self, unit: str, at: int) -> bool:
        """Whether a unit is suspended; registry and keeper never are."""
        found = self.units.get(unit)
        return found is not None and found.suspended(at)

    def chain(self, unit: str) -> list[str]:
        """Its superiors, nearest first, as far as admitted."""
        found: list[str] = []
        while (known := self.units.get(unit)) is not None and known.superior not in (unit, *found):
            unit = known.superior
            found.append(unit)
        return found


def role_of(action: str, body: Any) -> str:
    """The one role whose threshold gives an action its force (WIRE-CHOICES B33)."""
    name = action.split(".")[2]
    if name in {"root_established", "root_rotated", "province_delegated", "policy_published"}:
        return ROOT
    holder = body.key.holder if isinstance(body, said.KeyAddedBody) else getattr(body, "holder", None)
    unit = str(holder if holder is not None else body.unit)
    if unit in (REGISTRY, KEEPER):
        return ROOT
    return f"registrar.{unit[:2]}"


def read(e: Draft[Any]) -> tuple[Mandate, Any]:
    """The mandate of an event and its body. Raises Refused(shape): not exactly one well-formed statement."""
    try:
        mandate = Mandate.of(e.data.mandate)
        return mandate, body_of(type(e.data), mandate)
    except ValueError as error:
        raise Refused(Code.SHAPE, "WIRE 24") from error


def body_of(event: type[Mandated], mandate: Mandate) -> Any:
    """The mandate's body by the event's model. Raises ValueError."""
    return event.BODY.model_validate_json(compact(mandate.body))


def apply(trust: Trust, e: Draft[Any], at: int, *, copy: bool) -> Trust:
    """The state after an effective trust event. Raises Refused: shape, mandate, state."""
    mandate, body = read(e)
    _names_the_event(trust, e, mandate)
    role = _judged_role(trust, e, body, mandate)
    slot = role if role == ROOT or not copy else f"{role}/{e.subject}"
    _number(trust, mandate, slot, at, copy=copy)
    if not _enough(trust, role, body, e.data.mandate):
        raise Refused(Code.MANDATE, "PROTOCOL 4")
    changed = _CHANGES[type(e.data)](trust, e, body, at, role)
    return replace(changed, numbers={**changed.numbers, slot: mandate.number})


def _names_the_event(trust: Trust, e: Draft[Any], mandate: Mandate) -> None:
    if (mandate.exchange, mandate.action, mandate.subject) != (trust.exchange, e.type, e.subject):
        raise Refused(Code.MANDATE, "WIRE 24")


def _judged_role(trust: Trust, e: Draft[Any], body: Any, mandate: Mandate) -> str:
    """A suspension is the duty officer's, or its confirmation the registrars'; everything else has one role."""
    role = role_of(e.type, body)
    if isinstance(e.data, said.UnitSuspended) and mandate.role == role.replace("registrar", "duty"):
        return mandate.role
    if mandate.role != role:
        raise Refused(Code.MANDATE, "WIRE 24")
    return role


def _number(trust: Trust, mandate: Mandate, slot: str, at: int, *, copy: bool) -> None:
    last = trust.numbers.get(slot, 0)
    right = mandate.number > last if copy else mandate.number == last + 1 and at < parse_time(mandate.expires)
    if not right:
        raise Refused(Code.MANDATE, "PROTOCOL 4")


def _enough(trust: Trust, role: str, body: Any, dsse: Dsse) -> bool:
    """Whether the threshold of the role signed, counting distinct keys."""
    needed, names = quorum(trust, role, body)
    candidates = {name: trust.keys[name].public for name in names if trust.keys[name].closed is None}
    return needed > 0 and len(keys.signers(dsse, Mandate.PURPOSE, candidates)) >= needed


def quorum(trust: Trust, role: str, body: Any) -> tuple[int, frozenset[str]]:
    """How many of which keys must sign; 0 where nobody can."""
    if role == ROOT:
        return said.ROOT_THRESHOLD, trust.root
    sort, _, code = role.partition(".")
    province = trust.provinces.get(code)
    if province is None:
        return 0, frozenset()
    if sort == "duty":
        return 1, province.duty
    endorsed = isinstance(body, said.KeyAddedBody) and body.endorsement is not None
    return (1 if endorsed else province.threshold), province.registrars


def _enrol(trust: Trust, entry: KeyEntry, kind: KeyKind, holder: str, since: int) -> Trust:
    """A key enters: right kind and holder, never seen before, not of small order, possession proved."""
    public = keys.raw(entry.key)
    name = keyid(public)
    wrong = (entry.kind, entry.holder) != (kind, holder) or name in trust.keys or not keys.acceptable(public)
    if wrong or not _possesses(entry, trust.exchange, public):
        raise Refused(Code.MANDATE, "WIRE 8")
    return replace(trust, keys={**trust.keys, name: Key(public, holder, kind, since)})


def _possesses(entry: KeyEntry, exchange: str, public: bytes) -> bool:
    try:
        said_by_it = Possession.of(entry.possession)
    except ValueError:
        return False
    named = (said_by_it.exchange, said_by_it.holder, said_by_it.kind, said_by_it.key)
    wanted = (exchange, entry.holder, entry.kind, entry.key)
    return named == wanted and keys.signed_by(entry.possession, Possession.PURPOSE, public)


def _mandate_keys(trust: Trust, entries: Iterable[KeyEntry], prefix: str, at: int) -> tuple[Trust, frozenset[str]]:
    """Mandate keys of a role; one that stays is listed again with the same holder and proof (WIRE-CHOICES B26)."""
    names = []
    for entry in entries:
        public = keys.raw(entry.key)
        name = keyid(public)
        known = trust.keys.get(name)
        if not entry.holder.startswith(f"{prefix}.") or name in names:
            raise Refused(Code.MANDATE, "WIRE 24")
        if known is None:
            trust = _enrol(trust, entry, KeyKind.MANDATE, entry.holder, at)
        elif (known.holder, known.kind, known.closed) != (entry.holder, KeyKind.MANDATE, None) or not _possesses(
            entry, trust.exchange, public
        ):
            raise Refused(Code.MANDATE, "WIRE 8")
        names.append(name)
    return trust, frozenset(names)


def establish(e: Draft[Any], digest: str) -> Trust:
    """Trust as the root establishes it; ``digest`` becomes the exchange. Raises Refused(mandate or shape).

    Mandate and possessions carry zeros for the exchange, which does not exist before them (WIRE 9).
    """
    mandate, body = read(e)
    named = (mandate.exchange, mandate.action, mandate.subject, mandate.role, mandate.number)
    if named != (ZEROS, e.type, ROOT, ROOT, 1) or e.subject != ROOT or body.version != 1:
        raise Refused(Code.MANDATE, "WIRE 9")
    trust = _rooted(Trust(exchange=ZEROS), body, 0)
    if not _enough(trust, ROOT, body, e.data.mandate):
        raise Refused(Code.MANDATE, "PROTOCOL 4")
    return replace(trust, exchange=digest, numbers={ROOT: 1})


def _rooted(trust: Trust, body: said.RootBody, at: int) -> Trust:
    trust, names = _mandate_keys(trust, body.keys, ROOT, at)
    trust = registry_key(trust, body.registry, at)
    return replace(trust, root=names, version=body.version)


def registry_key(trust: Trust, entry: KeyEntry, at: int) -> Trust:
    """The registry's one key: another closes the one before; the same one stays (WIRE-CHOICES A6, B26).

    What the genesis named ahead of its copies stays as the genesis left it (A1).
    """
    public = keys.raw(entry.key)
    name = keyid(public)
    current = {n for n, key in trust.keys_of(REGISTRY).items() if key.closed is None}
    if name in current | trust.ahead:
        if (entry.kind, entry.holder) != (KeyKind.REGISTRY, REGISTRY) or not _possesses(entry, trust.exchange, public):
            raise Refused(Code.MANDATE, "WIRE 8")
        return trust
    trust = _enrol(trust, entry, KeyKind.REGISTRY, REGISTRY, at)
    return _closed(trust, current, at)


def _closed(trust: Trust, names: Iterable[str], at: int) -> Trust:
    return replace(trust, keys={**trust.keys, **{name: replace(trust.keys[name], closed=at) for name in names}})


Change = Callable[[Trust, Draft[Any], Any, int, str], Trust]


def _rotate(trust: Trust, e: Draft[Any], body: said.RootBody, at: int, _: str) -> Trust:
    """Old threshold (already counted) and new threshold; no version skipped; keys that leave are closed."""
    _subject(e, ROOT)
    if len(e.data.mandate.raw) > MAX_ROTATION:
        raise Refused(Code.SHAPE, "WIRE 4")
    if body.version != trust.version + 1:
        raise Refused(Code.MANDATE, "PROTOCOL 4")
    rotated = _rooted(trust, body, at)
    if not _enough(rotated, ROOT, body, e.data.mandate):
        raise Refused(Code.MANDATE, "PROTOCOL 4")
    return _closed(rotated, trust.root - rotated.root, at)


def _delegate(trust: Trust, e: Draft[Any], body: said.ProvinceBody, at: int, _: str) -> Trust:
    _subject(e, ROOT)
    if body.threshold > len(body.registrars):
        raise Refused(Code.MANDATE, "PROTOCOL 4")
    trust, registrars = _mandate_keys(trust, body.registrars, f"registrar.{body.province}", at)
    trust, duty = _mandate_keys(trust, body.duty, f"duty.{body.province}", at)
    old = trust.provinces.get(body.province)
    gone = (old.registrars | old.duty) - registrars - duty if old else frozenset()
    province = Province(registrars, duty, body.threshold)
    return replace(_closed(trust, gone, at), provinces={**trust.provinces, body.province: province})


def _admit(trust: Trust, e: Draft[Any], body: said.AdmittedBody, at: int, _: str) -> Trust:
    if body.unit in trust.units:
        raise Refused(Code.STATE, "PROTOCOL 4")
    _subject(e, body.unit)
    trust = _enrol(trust, body.key, KeyKind.UNIT, body.unit, at)
    return replace(trust, units={**trust.units, body.unit: Unit(body.superior, body.jurisdiction, admission=e.digest)})


def _subject(e: Draft[Any], wanted: str) -> None:
    if e.subject != wanted:
        raise Refused(Code.SHAPE, "WIRE 19")


def _known(trust: Trust, unit: str) -> Unit:
    found = trust.units.get(unit)
    if found is None:
        raise Refused(Code.STATE, "PROTOCOL 4")
    return found


def _profile(trust: Trust, e: Draft[Any], body: said.Open, at: int, _: str) -> Trust:
    _known(trust, body.unit)
    _subject(e, body.unit)
    return trust


def _add_key(trust: Trust, e: Draft[Any], body: said.KeyAddedBody, at: int, role: str) -> Trust:
    holder = body.key.holder
    _subject(e, ROOT if role == ROOT else holder)
    if holder == REGISTRY:
        return registry_key(trust, body.key, at)
    if holder == KEEPER:
        return _enrol(trust, body.key, KeyKind.KEEPER, KEEPER, at)
    _known(trust, holder)
    if body.endorsement is None:
        return _enrol(trust, body.key, KeyKind.UNIT, holder, at + DELAY)
    if not _endorsed(trust, body.key, body.endorsement, at):
        raise Refused(Code.MANDATE, "PROTOCOL 4")
    return _enrol(trust, body.key, KeyKind.UNIT, holder, at)


def _endorsed(trust: Trust, entry: KeyEntry, paper: Dsse, at: int) -> bool:
    """An old key of the unit that counts here signed the same possession (WIRE-CHOICES B25)."""
    if paper.payload != entry.possession.payload:
        return False
    old = [key.public for key in trust.keys_of(entry.holder).values() if key.counts(at)]
    return any(keys.signed_by(paper, Possession.PURPOSE, public) for public in old)


def _close_key(trust: Trust, e: Draft[Any], body: said.KeyClosedBody, at: int, role: str) -> Trust:
    _subject(e, ROOT if role == ROOT else body.holder)
    known = trust.keys_of(body.holder).get(body.key)
    if known is not None and known.closed is not None and body.key in trust.ahead:
        return trust
    if known is None or known.closed is not None:
        raise Refused(Code.STATE, "PROTOCOL 4")
    return _closed(trust, [body.key], at)


def _enrol_officer(trust: Trust, e: Draft[Any], body: said.OfficerBody, at: int, _: str) -> Trust:
    """One enrolment per number; ended officers do not come back under it."""
    _known(trust, body.unit)
    if not matches(Uuid, e.subject):
        raise Refused(Code.SHAPE, "WIRE 19")
    since, until = parse_time(body.since), parse_time(body.until)
    if e.subject in trust.officers:
        raise Refused(Code.STATE, "PROTOCOL 4")
    if not since < until <= since + MONTHS_12:
        raise Refused(Code.MANDATE, "FIELDS 6.2")
    trust = _enrol(trust, body.key, KeyKind.OFFICER, e.subject, at)
    public = keys.raw(body.key.key)
    officer = Officer(body.unit, frozenset(body.roles), since, until, keyid(public), public)
    return replace(trust, officers={**trust.officers, e.subject: officer})


def _end_officer(trust: Trust, e: Draft[Any], body: said.OfficerEndedBody, at: int, _: str) -> Trust:
    found = trust.officers.get(e.subject)
    if found is None or found.unit != body.unit or found.ended is not None:
        raise Refused(Code.STATE, "PROTOCOL 4")
    ended = replace(found, ended=at)
    return replace(_closed(trust, [found.key], at), officers={**trust.officers, e.subject: ended})


def _suspend(trust: Trust, e: Draft[Any], body: said.SuspendedBody, at: int, role: str) -> Trust:
    """72 h by a duty officer; until reinstated by the registrars, whose word also confirms (WIRE-CHOICES B36)."""
    unit = _known(trust, body.unit)
    _subject(e, body.unit)
    confirmed = role.startswith("registrar") or unit.suspended_until is None
    until = None if confirmed else at + DELAY
    return replace(trust, units={**trust.units, body.unit: replace(unit, suspended_until=until)})


def _reinstate(trust: Trust, e: Draft[Any], body: said.Open, at: int, _: str) -> Trust:
    unit = _known(trust, body.unit)
    _subject(e, body.unit)
    return replace(trust, units={**trust.units, body.unit: replace(unit, suspended_until=0)})


def _publish_policy(trust: Trust, e: Draft[Any], body: said.PolicyBody, at: int, _: str) -> Trust:
    if e.subject != "policy":
        raise Refused(Code.SHAPE, "WIRE 19")
    version = max(trust.rule_version, body.rule_version)
    return replace(trust, policy=body.model_dump(mode="json"), rule_version=version)


def _establish_again(trust: Trust, e: Draft[Any], body: said.RootBody, at: int, _: str) -> Trust:
    """There is one root, even if its own holders sign another (WIRE-CHOICES B14)."""
    raise Refused(Code.STATE, "PROTOCOL 4")


_CHANGES: dict[type[Event], Change] = {
    said.RootEstablished: _establish_again,
    said.RootRotated: _rotate,
    said.ProvinceDelegated: _delegate,
    said.UnitAdmitted: _admit,
    said.UnitProfilePublished: _profile,
    said.KeyAdded: _add_key,
    said.KeyClosed: _close_key,
    said.OfficerEnrolled: _enrol_officer,
    said.OfficerEnded: _end_officer,
    said.UnitSuspended: _suspend,
    said.UnitReinstated: _reinstate,
    said.PolicyPublished: _publish_policy,
}
COPIED = frozenset(_CHANGES) - {said.RootEstablished, said.UnitProfilePublished}
"""What is copied into channels: all trust events but heartbeat, profile and the root itself (WIRE 21)."""


def copy(trust: Trust, original: Envelope, digest: str, at: int) -> Trust:
    """A trust event takes effect here. Raises Refused: already_copied, mandate (WIRE-CHOICES B32, B35)."""
    if digest in trust.copied or digest == trust.exchange:
        raise Refused(Code.ALREADY_COPIED, "WIRE 21")
    try:
        e = original.draft(digest)
        if type(e.data) not in COPIED or (original.exchange, original.channel) != (trust.exchange, "trust"):
            raise Refused(Code.MANDATE, "WIRE 21")
        after = apply(trust, e, at, copy=True)
    except Refused as refused:
        raise Refused(Code.MANDATE, refused.law) from refused
    return replace(after, copied=after.copied | {digest})


def rotation(trust: Trust, dsse: Dsse) -> Trust:
    """Follows a root event that a genesis embeds, to find the registry's key (WIRE-CHOICES A6). Raises Refused."""
    try:
        mandate = Mandate.of(dsse)
        event = _ROTATIONS.get(mandate.action)
        if event is None:
            raise Refused(Code.MANDATE, "WIRE 13")
        e = Draft("", REGISTRY, mandate.subject, "", trust.exchange, "trust", event.under(dsse))
        reached = apply(trust, e, 0, copy=True)
    except ValueError as error:
        raise Refused(Code.MANDATE, "WIRE 13") from error
    if reached.keys_of(KEEPER):
        raise Refused(Code.MANDATE, "WIRE 13")
    return reached


_ROTATIONS: dict[str, type[Mandated]] = {
    event.TYPE: event for event in (said.RootRotated, said.KeyAdded, said.KeyClosed)
}


def reopening(trust: Trust, e: Draft[LedgerReopened]) -> Any:
    """The body of a ledger_reopened whose mandate stands (WIRE 14, WIRE-CHOICES A3). Raises Refused: shape, mandate.

    Its number is the new epoch, outside the role's numbering.
    """
    mandate, body = read(e)
    _names_the_event(trust, e, mandate)
    role = ROOT if body.unit in (REGISTRY, KEEPER) else f"registrar.{body.unit[:2]}"
    if mandate.role != role or mandate.number != body.epoch or body.channel != e.channel:
        raise Refused(Code.MANDATE, "WIRE 14")
    if not _enough(trust, role, body, e.data.mandate):
        raise Refused(Code.MANDATE, "WIRE 14")
    return body
