"""The offline ceremony: what root holders, registrars and duty officers sign, far from servers (PROTOCOL 4, WIRE 24).

Pure: signers and bodies in, events out. An event made here has its whole force in its mandate; the registry only gives
it a place in ``duikou.trust``. Bodies are those of ``contracts.trust``; a body too large raises pydantic's ValueError.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self, TypeVar

from pydantic import BaseModel

from contracts import trust as said
from contracts.approval import Possession
from contracts.channel import LedgerReopened, ReopenedBody, StandsBy
from contracts.channels import KEEPER, REGISTRY, TRUST
from contracts.dsse import Dsse
from contracts.envelope import ZEROS, Draft
from contracts.trust import KeyEntry, Mandate, Mandated
from contracts.vocabulary import KeyKind, Role, Suspension
from services.domain.trust import ROOT, Trust
from services.signing import Signer, dsse, possession

M = TypeVar("M", bound=Mandated)
POLICY = "policy"


class Authority(NamedTuple):
    """Who decides: the role's signers, the role's next number, and until when the registry may publish it."""

    exchange: str
    role: str
    number: int
    expires: str
    signers: Sequence[Signer]


@dataclass
class Roster:
    """The last number of every role in ``duikou.trust``; of one exchange. Numbers leave no gap, so keep one roster."""

    exchange: str
    last: dict[str, int] = field(default_factory=lambda: {ROOT: 1})

    @classmethod
    def of(cls, trust: Trust) -> Self:
        """From the fold of ``duikou.trust``."""
        return cls(trust.exchange, dict(trust.numbers))

    def by(self, role: str, signers: Sequence[Signer], expires: str) -> Authority:
        """The role's next number, taken. What is then not published, or is void, gives it back: ``Roster.of``."""
        self.last[role] = self.last.get(role, 0) + 1
        return Authority(self.exchange, role, self.last[role], expires, signers)


def registrar(unit: str) -> str:
    """Role of the registrars of a unit's own province."""
    return f"registrar.{unit[:2]}"


def duty(unit: str) -> str:
    """Role of the duty officers of a unit's own province."""
    return f"duty.{unit[:2]}"


def worded(
    exchange: str,
    role: str,
    number: int,
    event: type[Mandated],
    subject: str,
    body: BaseModel | Mapping[str, Any],
    expires: str,
) -> Mandate:
    """What the signers of a mandate sign."""
    return Mandate(
        exchange=exchange,
        role=role,
        number=number,
        action=event.TYPE,
        subject=subject,
        body=body.model_dump(mode="json", exclude_none=True) if isinstance(body, BaseModel) else dict(body),
        expires=expires,
    )


def mandate(
    exchange: str,
    role: str,
    number: int,
    event: type[M],
    subject: str,
    body: BaseModel | Mapping[str, Any],
    expires: str,
    signers: Iterable[Signer],
) -> M:
    """The event whose mandate each of the signers has signed; nothing is judged, that is the verifier's."""
    said_by_all = worded(exchange, role, number, event, subject, body, expires).to_payload()
    signatures = ((signer.keyid, signer.sign(Mandate.PURPOSE, said_by_all)) for signer in signers)
    return event.under(Dsse.make(said_by_all, *signatures))


def addressed(event: M, *, exchange: str, id: str, time: str, channel: str = TRUST) -> Draft[M]:
    """The registry's draft of a mandated event: its subject is the mandate's. ``exchange``: zeros for the root."""
    return Draft(id, REGISTRY, Mandate.of(event.mandate).subject, time, exchange, channel, event)


def entries(exchange: str, role: str, signers: Sequence[Signer]) -> tuple[KeyEntry, ...]:
    """Mandate keys of a role; holders are ``root.1``, ``registrar.41.1``, ... in the order given."""
    return tuple(
        possession(signer, exchange, f"{role}.{place}", KeyKind.MANDATE) for place, signer in enumerate(signers, 1)
    )


def root(roots: Sequence[Signer], registry: Signer, expires: str) -> said.RootEstablished:
    """The first event of an exchange, signed by all three root holders; its envelope's sha-256 names the exchange."""
    body = root_body(ZEROS, 1, roots, registry)
    return mandate(ZEROS, ROOT, 1, said.RootEstablished, ROOT, body, expires, roots)


def root_body(exchange: str, version: int, roots: Sequence[Signer], registry: Signer) -> said.RootBody:
    """The body of root_established (``exchange`` zeros, version 1) and of root_rotated."""
    keys = entries(exchange, ROOT, roots)
    one = possession(registry, exchange, REGISTRY, KeyKind.REGISTRY)
    return said.RootBody(version=version, keys=keys, threshold=2, registry=one)


def rotated(by: Authority, version: int, roots: Sequence[Signer], registry: Signer) -> said.RootRotated:
    """New root keys or a new registry key, ``version`` + 1. ``by.signers``: two of the old and two of the new keys."""
    return _under(by, said.RootRotated, ROOT, root_body(by.exchange, version, roots, registry))


def province(
    by: Authority, code: str, registrars: Sequence[KeyEntry], duty_officers: Sequence[KeyEntry], threshold: int = 2
) -> said.ProvinceDelegated:
    """Registrars and duty officers of the province with that code (two digits), by the root."""
    body = said.ProvinceBody(
        province=code, registrars=tuple(registrars), duty=tuple(duty_officers), threshold=threshold
    )
    return _under(by, said.ProvinceDelegated, ROOT, body)


def policy(by: Authority, body: said.Policy) -> said.PolicyPublished:
    """Calendar, clocks, ceiling and rule version, by the root."""
    return _under(by, said.PolicyPublished, POLICY, body)


def admitted(by: Authority, unit: str, superior: str, jurisdiction: Iterable[str], key: KeyEntry) -> said.UnitAdmitted:
    """A unit, its superior (itself at the top), its divisions and its first key."""
    body = said.AdmittedBody(unit=unit, superior=superior, jurisdiction=tuple(sorted(set(jurisdiction))), key=key)
    return _under(by, said.UnitAdmitted, unit, body)


def officer(
    by: Authority, officer_id: str, unit: str, roles: Iterable[Role], since: str, until: str, key: KeyEntry
) -> said.OfficerEnrolled:
    """An officer for at most 366 days; the key's holder is ``officer_id``."""
    body = {"unit": unit, "roles": tuple(sorted(set(roles))), "from": since, "until": until, "key": key}
    return _under(by, said.OfficerEnrolled, officer_id, said.OfficerBody.model_validate(body))


def officer_ended(by: Authority, officer_id: str, unit: str) -> said.OfficerEnded:
    """The officer signs no more."""
    return _under(by, said.OfficerEnded, officer_id, said.OfficerEndedBody(unit=unit))


def profile(by: Authority, body: said.Profile) -> said.UnitProfilePublished:
    """The unit's page of the contact book."""
    return _under(by, said.UnitProfilePublished, body.unit, body)


def endorsement(old: Signer, new: KeyEntry) -> Dsse:
    """The old key's word for a new one: the new key's possession, signed again."""
    return dsse(old, Possession.PURPOSE, new.possession.raw)


def key_added(by: Authority, key: KeyEntry, endorsed: Dsse | None = None) -> said.KeyAdded:
    """A further key. Endorsed: one registrar is enough and it counts at once; else the threshold, after 72 h."""
    body = said.KeyAddedBody(key=key, endorsement=endorsed)
    return _under(by, said.KeyAdded, _key_subject(key.holder), body)


def key_closed(by: Authority, holder: str, keyid: str, *, emergency: bool = False) -> said.KeyClosed:
    """The end of a key. An emergency freezes the holder's ledgers until each is reopened (``reopened``)."""
    body = said.KeyClosedBody(holder=holder, key=keyid, emergency=emergency)
    return _under(by, said.KeyClosed, _key_subject(holder), body)


def suspended(by: Authority, unit: str, reason: Suspension) -> said.UnitSuspended:
    """By a duty officer for 72 h; the same by the registrars confirms it."""
    return _under(by, said.UnitSuspended, unit, said.SuspendedBody(unit=unit, reason=reason))


def reinstated(by: Authority, unit: str) -> said.UnitReinstated:
    """The suspension ends."""
    return _under(by, said.UnitReinstated, unit, said.Open(unit=unit))


def reopened(
    exchange: str, unit: str, channel: str, epoch: int, stands_by: StandsBy, expires: str, signers: Iterable[Signer]
) -> LedgerReopened:
    """A ledger goes on in ``epoch``, which is also the mandate's number: outside the role's numbering (WIRE 14)."""
    role = ROOT if unit in (REGISTRY, KEEPER) else registrar(unit)
    body = ReopenedBody(unit=unit, channel=channel, epoch=epoch, stands_by=stands_by)
    return mandate(exchange, role, epoch, LedgerReopened, channel, body, expires, signers)


def _under(by: Authority, event: type[M], subject: str, body: BaseModel) -> M:
    return mandate(by.exchange, by.role, by.number, event, subject, body, by.expires, by.signers)


def _key_subject(holder: str) -> str:
    """Key events of registry and keeper stand under ``root`` (WIRE-CHOICES B11)."""
    return ROOT if holder in (REGISTRY, KEEPER) else holder
