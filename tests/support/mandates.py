"""Mandates of the test ceremony: what registrars would do right, one thing replaced at a time."""

from collections.abc import Callable
from typing import Any

from contracts.trust import KeyEntry, UnitAdmitted
from contracts.vocabulary import KeyKind
from services.registry import ceremony
from services.signing import possession
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
