"""The contact book, from ``duikou.trust`` (MECHANISM 4): units, how to reach them, their keys by id."""

from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from contracts import trust as said
from contracts.fields import Unit as UnitCode
from contracts.fields import matches
from contracts.profile import compact
from services.domain import trust as trusts
from services.domain.trust import DELAY
from services.verifier import Verdict
from services.views.view import View, draft_of


@dataclass(frozen=True)
class UnitKey:
    """A signing key by its id; counts from ``since`` (ms) until it is closed. emergency: closed as not trusted."""

    id: str
    since: int
    closed: int | None = None
    emergency: bool = False


@dataclass(frozen=True)
class Contact(trusts.Unit):
    """An admitted unit. ``profile`` None: it published none that this software can read. Times in effective ms."""

    superior: str = ""
    jurisdiction: tuple[str, ...] = ()
    profile: said.Profile | None = None
    keys: tuple[UnitKey, ...] = ()
    admitted_at: int = 0


def key(verdict: Verdict) -> str | None:
    """Trust events whose subject is a unit."""
    draft = draft_of(verdict)
    return draft.stream if matches(UnitCode, draft.subject) else None


def new(me: str, verdict: Verdict) -> Contact:
    """Before ``unit_admitted``."""
    return Contact()


def step(row: Contact, verdict: Verdict) -> Contact:
    """The mandate was verified before the event was effective; here it is only read."""
    draft = draft_of(verdict)
    if not isinstance(draft.data, said.Mandated):
        return row
    mandate, body = trusts.read(draft)
    match draft.data:
        case said.UnitAdmitted():
            first = UnitKey(said.key_name(body.key), verdict.at)
            unit = {"superior": body.superior, "jurisdiction": body.jurisdiction}
            return replace(row, **unit, keys=(first,), admitted_at=verdict.at)
        case said.UnitProfilePublished():
            return replace(row, profile=_profile(mandate.body))
        case said.UnitSuspended():
            return replace(row, suspended_until=_until(row, mandate.role, verdict.at))
        case said.UnitReinstated():
            return replace(row, suspended_until=0)
        case _:
            return replace(row, keys=_keys(row.keys, body, verdict.at))


def _profile(body: dict[str, Any]) -> said.Profile | None:
    try:
        return said.Profile.model_validate_json(compact(body))
    except ValidationError:
        return None


def _until(row: Contact, role: str, at: int) -> int | None:
    """72 h by a duty officer; None: until reinstated, once a registrar confirmed it."""
    return None if role.startswith("registrar") or row.suspended_until is None else at + DELAY


def _keys(known: tuple[UnitKey, ...], body: Any, at: int) -> tuple[UnitKey, ...]:
    """One more key (from now, or after 72 h if no old key signed for it), or the end of one."""
    if isinstance(body, said.KeyAddedBody):
        return (*known, UnitKey(said.key_name(body.key), at if body.endorsement is not None else at + DELAY))
    if isinstance(body, said.KeyClosedBody):
        ended = (replace(one, closed=at, emergency=body.emergency) if one.id == body.key else one for one in known)
        return tuple(ended)
    return known


UNITS = View("units", 1, frozenset({"trust"}), Contact, new, step, key)
