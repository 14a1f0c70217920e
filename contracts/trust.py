"""Trust events: who may sign what. Their force is a mandate signed offline (PROTOCOL 4, WIRE 24, WIRE-CHOICES A8).

``data`` of a mandated event is the mandate alone; the fields stand in the mandate's ``body``, whose model is BODY.
"""

import base64
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from contracts.dsse import Dsse, Statement, keyid, statement_type
from contracts.event import Event
from contracts.fields import (
    Count,
    Day,
    Digest,
    Division,
    EventType,
    Items,
    PublicKey,
    Source,
    Subject,
    Timestamp,
    Unit,
    Wire,
    a_set,
    pattern,
    text,
)
from contracts.vocabulary import KeyKind, Role, Suspension, UnitKind

MandateRole = Annotated[str, pattern(r"root|registrar\.[0-9]{2}|duty\.[0-9]{2}")]
Holder = Annotated[
    str, pattern(r"[0-9]{12}|registry|keeper|root\.[1-9]|(?:registrar|duty)\.[0-9]{2}\.[0-9]{1,2}|[0-9a-f-]{36}")
]
ROOT_KEYS, ROOT_THRESHOLD = 3, 2


class KeyEntry(Wire):
    """A public key with its one holder, its one kind, and its proof of possession (none for encryption keys)."""

    holder: Holder
    kind: KeyKind
    key: PublicKey
    possession: Dsse


class Body(Wire):
    """Fields of a mandated event."""


class Open(BaseModel):
    """Fields of which only ``unit`` is judged; what else stands there is for views and people."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)

    unit: Unit


class RootBody(Body):
    """The three root keys, two of which decide, and the one registry key."""

    version: Annotated[int, Field(ge=1, le=9_999)]
    keys: Annotated[tuple[KeyEntry, ...], Items(ROOT_KEYS, ROOT_KEYS)]
    threshold: Literal[2]
    registry: KeyEntry


class ProvinceBody(Body):
    """Registrars (``threshold`` of them decide) and duty officers (one decides) of a province."""

    province: Annotated[str, pattern("[0-9]{2}")]
    registrars: Annotated[tuple[KeyEntry, ...], Items(2, 8)]
    duty: Annotated[tuple[KeyEntry, ...], Items(0, 8)]
    threshold: Annotated[int, Field(ge=2, le=8)]


class AdmittedBody(Body):
    """A unit of 12 digits, its superior, the divisions it answers for, its first key."""

    unit: Unit
    superior: Unit
    jurisdiction: Annotated[tuple[Division, ...], a_set(32, 1)]
    key: KeyEntry


class KeyAddedBody(Body):
    """A further key; ``endorsement`` is the holder's old key signing the same possession."""

    key: KeyEntry
    endorsement: Dsse | None = None


class KeyClosedBody(Body):
    """The end of a key; an emergency also freezes its holder's ledgers."""

    holder: Source
    key: Digest
    emergency: bool


class OfficerBody(Body):
    """An officer under an opaque number, with roles for at most 12 months; the key's holder is that number."""

    unit: Unit
    roles: Annotated[tuple[Role, ...], a_set(8, 1)]
    since: Timestamp = Field(alias="from")
    until: Timestamp
    key: KeyEntry


class OfficerEndedBody(Body):
    """The officer leaves that unit."""

    unit: Unit


class SuspendedBody(Body):
    """Lapses after 72 h unless a registrar confirms it with the same event."""

    unit: Unit
    reason: Suspension


class PolicyBody(BaseModel):
    """Of the policy only the rule version decides verdicts; the rest is for clocks and people."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)

    rule_version: Annotated[int, Field(ge=1, le=9_999)]


class YearDays(Wire):
    """The statutory holidays of a year and the weekend days that are worked instead (+08:00)."""

    year: Annotated[int, Field(ge=2021, le=2999)]
    holidays: Annotated[tuple[Day, ...], a_set(64)]
    workdays: Annotated[tuple[Day, ...], a_set(64)]


class ClockProfile(Wire):
    """Hours for urgent, days for the rest (MECHANISM 1.0)."""

    urgent_hours: Annotated[int, Field(ge=1, le=72)] = 8
    priority_days: Annotated[int, Field(ge=1, le=30)] = 3
    routine_days: Annotated[int, Field(ge=1, le=60)] = 7


class Policy(Wire):
    """What this software writes into ``policy_published``."""

    rule_version: Annotated[int, Field(ge=1, le=9_999)]
    calendar: Annotated[tuple[YearDays, ...], Items(1, 12)]
    clocks: ClockProfile
    classification_ceiling: Literal["public", "work_secret"]


Phone = Annotated[str, pattern(r"\+?[0-9-]{3,20}")]
"""Of a desk, never of a person."""


class Profile(Wire):
    """What this software writes into ``unit_profile_published``: the contact book. No personal names."""

    unit: Unit
    name: Annotated[str, text(60)]
    word: Annotated[str, text(12)]
    unit_kind: UnitKind
    duty_phone: Phone
    intake_desk: Annotated[str, text(60)]
    address: Annotated[str, text(120)]
    seal_name: Annotated[str, text(60)]


class Mandate(Statement):
    """Signed offline by the threshold of ``role``; ``number`` grows by one per role."""

    PURPOSE: ClassVar[str] = statement_type("mandate")

    exchange: Digest
    role: MandateRole
    number: Annotated[int, Field(ge=1, le=2**31 - 1)]
    action: EventType
    subject: Subject
    body: dict[str, Any]
    expires: Timestamp


class Mandated(Event):
    """An event whose whole data is a mandate. BODY is the model of the mandate's body."""

    BODY: ClassVar[type[BaseModel]]

    mandate: Dsse

    @classmethod
    def under(cls, mandate: Dsse) -> Self:
        """The event of a signed mandate."""
        return cls(mandate=mandate)


class RootEstablished(Mandated):
    """The root itself; its digest is the name of the exchange."""

    TYPE = "duikou.trust.root_established.v1"
    BODY = RootBody


class RootRotated(Mandated):
    """New root keys, by the old threshold and the new one; version + 1."""

    TYPE = "duikou.trust.root_rotated.v1"
    BODY = RootBody


class ProvinceDelegated(Mandated):
    """Registrars and duty officers of one province, by the root."""

    TYPE = "duikou.trust.province_delegated.v1"
    BODY = ProvinceBody


class UnitAdmitted(Mandated):
    """A unit joins, by the registrars of its own province."""

    TYPE = "duikou.trust.unit_admitted.v1"
    BODY = AdmittedBody


class UnitProfilePublished(Mandated):
    """How to reach a unit."""

    TYPE = "duikou.trust.unit_profile_published.v1"
    BODY = Open


class KeyAdded(Mandated):
    """A further key of a unit (registrars) or of registry and keeper (root)."""

    TYPE = "duikou.trust.key_added.v1"
    BODY = KeyAddedBody


class KeyClosed(Mandated):
    """The end of a key."""

    TYPE = "duikou.trust.key_closed.v1"
    BODY = KeyClosedBody


class OfficerEnrolled(Mandated):
    """An officer's key and roles."""

    TYPE = "duikou.trust.officer_enrolled.v1"
    BODY = OfficerBody


class OfficerEnded(Mandated):
    """The officer signs no more."""

    TYPE = "duikou.trust.officer_ended.v1"
    BODY = OfficerEndedBody


class UnitSuspended(Mandated):
    """By one duty officer for 72 h, or confirmed by the registrars."""

    TYPE = "duikou.trust.unit_suspended.v1"
    BODY = SuspendedBody


class UnitReinstated(Mandated):
    """The suspension ends."""

    TYPE = "duikou.trust.unit_reinstated.v1"
    BODY = Open


class PolicyPublished(Mandated):
    """Calendar, clocks, ceilings and the rule version."""

    TYPE = "duikou.trust.policy_published.v1"
    BODY = PolicyBody


class HeartbeatSummary(Wire):
    """How often the registry beats, in seconds."""

    every: Count


class Heartbeat(Event):
    """The registry is alive and withholds nothing up to here."""

    TYPE = "duikou.trust.heartbeat.v1"
    summary: HeartbeatSummary


def key_name(entry: KeyEntry) -> str:
    """Key id of an entry's key."""
    return keyid(base64.b64decode(entry.key))
