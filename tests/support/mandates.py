"""Mandates of the test ceremony: what registrars would do right, one thing replaced at a time."""

import base64
from collections.abc import Callable
from typing import Any

from contracts.approval import Possession
from contracts.channels import REGISTRY, TRUST
from contracts.dsse import Dsse
from contracts.profile import compact
from contracts.trust import KeyEntry, Mandate, UnitAdmitted
from contracts.vocabulary import KeyKind
from services.domain import keys
from services.registry import ceremony
from services.signing import dsse, possession
from services.vectors.seeds import EXPIRES
from services.verifier import Verdict
from tests.support.world import ZHUMADIAN, Result, World, seeded

Said = tuple[Result, str]
EFFECTIVE, MANDATE = (Result.EFFECTIVE, ""), (Result.VOID, "mandate")
SHAPE, STATE = (Result.VOID, "shape"), (Result.VOID, "state")
Attack = Callable[[World], Verdict]
SUIPING, HENAN = "411728000000", "registrar.41"


def entry(w: World, holder: str = SUIPING, name: str = "new", kind: KeyKind = KeyKind.UNIT) -> KeyEntry:
    return possession(seeded(name), w.exchange, holder, kind)


def admission(w: World, key: KeyEntry | None = None, unit: str = SUIPING) -> dict[str, Any]:
    key = key or entry(w)
    return {"unit": unit, "superior": ZHUMADIAN, "jurisdiction": [unit[:6]], "key": fields(key)}


def fields(model: Any) -> Any:
    return model.model_dump(mode="json", exclude_none=True)


def admit(w: World, body: dict[str, Any] | None = None, **wrong: Any) -> Verdict:
    """遂平 is admitted; each word replaces one thing that the ceremony would do right."""
    tamper = wrong.pop("tamper", {})
    role = wrong.get("role", HENAN)
    event = ceremony.mandate(
        wrong.get("exchange", w.exchange),
        role,
        wrong.get("number", w.roster.last[HENAN] + 1),
        UnitAdmitted,
        wrong.get("subject", SUIPING),
        body or admission(w),
        wrong.get("expires", EXPIRES),
        wrong.get("signers", w.signers(HENAN, 2)),
    )
    return w.trust(event, **tamper)


def signed_as(w: World, purpose: str) -> Verdict:
    """The registrars signed these bytes, but as something else."""
    payload = mandate_payload(w)
    papers = Dsse.make(payload, *((s.keyid, s.sign(purpose, payload)) for s in w.signers(HENAN, 2)))
    return w.trust(UnitAdmitted.under(papers))


def mandate_payload(w: World, **changes: Any) -> bytes:
    """What registrars would sign to admit 遂平; ``changes`` replace members."""
    usual = {"exchange": w.exchange, "role": HENAN, "number": w.roster.last[HENAN] + 1, "action": UnitAdmitted.TYPE}
    return compact({**usual, "subject": SUIPING, "body": admission(w), "expires": EXPIRES, **changes})


def bare(w: World, payload: bytes) -> Verdict:
    """Any payload under the registrars' signatures, as data of a unit_admitted."""
    signers = w.signers(HENAN, 2)
    signatures = [
        {"keyid": s.keyid, "sig": base64.b64encode(s.sign(Mandate.PURPOSE, payload)).decode()} for s in signers
    ]
    data = {"mandate": {"payload": base64.b64encode(payload).decode(), "signatures": signatures}}
    event = UnitAdmitted.under(Dsse.make(mandate_payload(w), (signers[0].keyid, bytes(64))))
    return w.write(REGISTRY, TRUST, SUIPING, event, data=data)


def possessed(w: World, by: str = "new", key: str = "new", **changes: Any) -> dict[str, Any]:
    """A key entry whose possession was signed by ``by`` and says what ``changes`` say."""
    public = base64.b64encode(seeded(key).public).decode()
    told = {"exchange": w.exchange, "holder": SUIPING, "kind": "unit", "key": public, **changes}
    papers = dsse(seeded(by), Possession.PURPOSE, compact(told))
    return admission(w, KeyEntry(holder=SUIPING, kind=KeyKind.UNIT, key=public, possession=papers))


def weak(w: World, public: bytes) -> dict[str, Any]:
    """A key of small order "proves" its possession with a signature that is good for every message."""
    key = base64.b64encode(public).decode()
    told = Possession(exchange=w.exchange, holder=SUIPING, kind="unit", key=key).to_payload()
    papers = Dsse.make(told, ("0" * 64, IDENTITY + bytes(32)))
    return admission(w, KeyEntry(holder=SUIPING, kind=KeyKind.UNIT, key=key, possession=papers))


IDENTITY = (1).to_bytes(32, "little")


_P, _Y = 2**255 - 19, keys._ORDER_8


SMALL = [0, 1, _P - 1, _Y, _P - _Y, _P, _P + 1]
"""y of the points of small order, two of them not reduced; each with both signs: the 14 encodings of WIRE 8."""


WEAK = [(y | sign << 255).to_bytes(32, "little") for y in SMALL for sign in (0, 1)]


def other_key(w: World) -> dict[str, Any]:
    """The right entry with another key's possession."""
    good, other = entry(w), possessed(w, key="y", by="y")["key"]["possession"]
    return {"key": fields(good) | {"possession": other}}
