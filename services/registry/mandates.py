"""Mandates that lead out of a stolen key: drafted from a node's copy, signed far from servers, handed in (PROTOCOL 4).

Whoever drafts decides nothing: what counts are the signatures of the role, which the registry cannot make.
"""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self
from uuid import uuid5

from pydantic import BaseModel, ValidationError

from contracts import profile
from contracts.channel import LedgerReopened, ReopenedBody, StandsBy
from contracts.channels import TRUST
from contracts.dsse import Dsse, Signature
from contracts.event import TYPES
from contracts.fields import Binary, Items, Wire
from contracts.trust import (
    KeyAdded,
    KeyAddedBody,
    KeyClosed,
    KeyClosedBody,
    Mandate,
    Mandated,
    Open,
    SuspendedBody,
    UnitReinstated,
    UnitSuspended,
)
from contracts.vocabulary import KeyKind, Suspension
from services.domain.clocks import DAY, format_time
from services.domain.trust import Trust
from services.node.commands import NAMESPACE, propose
from services.node.folds import now_ms
from services.node.node import Node
from services.node.settings import Settings
from services.registry import ceremony
from services.registry.errors import HandedOverError
from services.signing import Signer, create_key, open_signer, possession
from services.storage.ledger import Sealed
from services.verifier import Chained

VALID = 3 * DAY
"""ms until which a draft has to be signed and published; who is later drafts anew."""


class CannotMandateError(Exception):
    """There is nothing to decide there; the message says why. Nothing was written."""


class Paper(Wire):
    """A file on its way between the registry and those who sign: the mandate's exact bytes, and who has signed.

    Action and subject are the mandate's own: they stand in what is signed, and nowhere beside it.
    """

    payload: Annotated[str, Binary(2, profile.MAX_STATEMENT)]
    signatures: Annotated[tuple[Signature, ...], Items(0, 8)] = ()

    @classmethod
    def of(cls, said: Mandate) -> Self:
        """A draft that nobody has signed."""
        return cls(payload=base64.b64encode(said.to_payload()).decode())

    @classmethod
    def at(cls, path: Path) -> Self:
        """From a file. Raises HandedOverError: it is none; OSError."""
        data = path.read_bytes()
        try:
            found = cls.model_validate_json(data)
            found.mandate()
        except ValueError:
            raise HandedOverError(f"{path.name} is not a mandate") from None
        return found

    def keep(self, path: Path, *, new: bool = False) -> None:
        """As a file. Raises FileExistsError: ``new`` and there is one; OSError."""
        with path.open("x" if new else "w") as file:
            file.write(self.model_dump_json(exclude_none=True))

    def mandate(self) -> Mandate:
        """What is signed. Raises ValueError."""
        return Mandate.said(self.payload)

    def statement(self) -> Dsse:
        """As an event carries it. Raises CannotMandateError: nobody has signed."""
        if not self.signatures:
            raise CannotMandateError("nobody has signed it")
        return Dsse(payload=self.payload, signatures=self.signatures)

    def event(self) -> tuple[Mandated, str]:
        """The event that it makes, and the event's subject. Raises CannotMandateError: nobody has signed, no event."""
        said = self.mandate()
        model = TYPES.get(said.action)
        if model is None or not issubclass(model, Mandated):
            raise CannotMandateError("it is a mandate of no event")
        return model.under(self.statement()), said.subject

    def signed(self, signer: Signer) -> "Paper":
        """With one more signature. Raises CannotMandateError: that key has signed it."""
        if any(one.keyid == signer.keyid for one in self.signatures):
            raise CannotMandateError("this key has signed it already: another one of the role must")
        sig = base64.b64encode(signer.sign(Mandate.PURPOSE, base64.b64decode(self.payload))).decode()
        return self.model_copy(update={"signatures": (*self.signatures, Signature(keyid=signer.keyid, sig=sig))})


# -- drafts ------------------------------------------------------------------------------------------------------------


def suspension(node: Node, unit: str) -> Paper:
    """The unit's permissions rest for 72 h: its duty officer's to sign. Raises CannotMandateError, NotYet."""
    body = SuspendedBody(unit=unit, reason=Suspension.KEY_COMPROMISE)
    return _numbered(_trust(node, unit), ceremony.duty(unit), UnitSuspended, unit, body)


def reinstatement(node: Node, unit: str) -> Paper:
    """The suspension ends. Raises CannotMandateError, NotYet."""
    return _numbered(_trust(node, unit), ceremony.registrar(unit), UnitReinstated, unit, Open(unit=unit))


def addition(node: Node, entry: KeyAddedBody) -> Paper:
    """A further key that the unit made (``new_key``). Raises CannotMandateError: not a known unit's; NotYet."""
    unit = entry.key.holder
    return _numbered(_trust(node, unit), ceremony.registrar(unit), KeyAdded, unit, entry)


def closing(node: Node, unit: str, keyid: str) -> Paper:
    """The end of a stolen key; it freezes the unit's ledgers everywhere. Raises CannotMandateError, NotYet."""
    trust = _trust(node, unit)
    key = trust.keys_of(unit).get(keyid)
    if key is None or key.closed is not None:
        raise CannotMandateError(f"{unit} has no such key in force: duikou doctor on its node names its keys")
    if not [name for name, other in trust.keys_of(unit).items() if name != keyid and other.closed is None]:
        raise CannotMandateError(f"{unit} has no other key: add its new one first, while the old one can endorse it")
    body = KeyClosedBody(holder=unit, key=keyid, emergency=True)
    return _numbered(trust, ceremony.registrar(unit), KeyClosed, unit, body)


def reopening(node: Node, unit: str, channel: str, number: int) -> Paper:
    """The unit's ledger there goes on in its next epoch and stands by what it wrote up to ``number``; 0: by nothing.

    Raises CannotMandateError: it is not frozen, or has written no such number there in this epoch; NotYet.
    """
    _trust(node, unit)
    if channel not in node.writable():
        raise CannotMandateError("this node reads no such channel")
    history = node.folds.history(channel)
    own = history.ledger(unit)
    if not own.frozen:
        raise CannotMandateError(f"the ledger of {unit} is not frozen there: nothing to reopen, or not read yet")
    stands = Chained(unit, own.head.epoch, number)
    found = next((digest for digest, at in history.admitted.items() if at == stands), None) if number else own.base
    if found is None:
        raise CannotMandateError(f"{unit} has written no number {number} there in this epoch")
    epoch, by = own.head.epoch + 1, StandsBy(sequence=number, digest=found)
    body = ReopenedBody(unit=unit, channel=channel, epoch=epoch, stands_by=by)
    return _drafted(node.exchange, ceremony.registrar(unit), epoch, LedgerReopened, channel, body)


def _trust(node: Node, unit: str) -> Trust:
    """Of ``duikou.trust``, with what the registry has sealed there and not read back yet."""
    history, _ = node.folds.deciding(TRUST)
    if unit not in history.channel.trust.units:
        raise CannotMandateError(f"{unit} is no unit of this exchange")
    return history.channel.trust


def _numbered(trust: Trust, role: str, event: type[Mandated], subject: str, body: BaseModel) -> Paper:
    return _drafted(trust.exchange, role, trust.numbers.get(role, 0) + 1, event, subject, body)


def _drafted(exchange: str, role: str, number: int, event: type[Mandated], subject: str, body: BaseModel) -> Paper:
    said = ceremony.worded(exchange, role, number, event, subject, body, format_time(now_ms() + VALID))
    return Paper.of(said)


# -- a unit's new key --------------------------------------------------------------------------------------------------


def new_key(settings: Settings, path: Path) -> KeyAddedBody:
    """A key in a new file, endorsed by the one in use: what the registrar enrols. Raises SigningError."""
    old, new = open_signer(settings.signer), create_key(path, None)
    entry = possession(new, settings.root, settings.source, KeyKind.UNIT)
    return KeyAddedBody(key=entry, endorsement=ceremony.endorsement(old, entry))


def entry_at(path: Path) -> KeyAddedBody:
    """What ``new_key`` made, from a file. Raises HandedOverError, OSError."""
    try:
        return KeyAddedBody.model_validate_json(path.read_bytes())
    except ValidationError:
        raise HandedOverError(f"{path.name} is not a unit's new key") from None


# -- handed in ---------------------------------------------------------------------------------------------------------


def mandate_id(event: Mandated) -> str:
    """The event's id: handed in twice, by whomever, it is one event."""
    return str(uuid5(NAMESPACE, f"mandate\n{event.mandate.digest}"))


def hand_in(node: Node, event: Mandated, subject: str) -> Sealed:
    """By the registry, where it belongs: a reopening in its channel, the rest in trust. Raises Refused, NotYet."""
    channel = subject if isinstance(event, LedgerReopened) else TRUST
    return propose(node, channel, subject, event, id=mandate_id(event))


def submit(node: Node, paper: Paper) -> Sealed:
    """A signed paper. Raises CannotMandateError: nobody signed, or this is not the registry; Refused, NotYet."""
    if not node.settings.is_registry:
        raise CannotMandateError("only the registry publishes mandates")
    event, subject = paper.event()
    if isinstance(event, LedgerReopened) and subject not in node.writable():
        raise CannotMandateError("the registry knows no such channel")
    return hand_in(node, event, subject)


def words(said: Mandate) -> Mapping[str, Any]:
    """What a signer reads before he signs."""
    shown = ("role", "number", "action", "subject", "expires", "exchange")
    return {**{name: getattr(said, name) for name in shown}, **{f"body.{k}": v for k, v in said.body.items()}}
