"""Officers as enrolled, from ``duikou.trust``: a number, a unit, roles and a term. Never a name."""

from dataclasses import dataclass, replace

from contracts import trust as said
from contracts.dsse import keyid
from contracts.fields import Uuid, matches
from contracts.vocabulary import Role
from services.domain import keys
from services.domain import trust as trusts
from services.domain.clocks import parse_time
from services.verifier import Verdict
from services.views.view import View, draft_of


@dataclass(frozen=True)
class Enrolled:
    """As the domain's Officer, without the key's bytes and with its roles in order. Times in ms."""

    unit: str = ""
    roles: tuple[Role, ...] = ()
    since: int = 0
    until: int = 0
    key: str = ""
    ended: int | None = None

    def serves(self, at: int) -> bool:
        """Whether the enrolment is in force at that time."""
        return self.since <= at < self.until and (self.ended is None or at < self.ended)


def key(verdict: Verdict) -> str | None:
    """Trust events whose subject is an officer."""
    draft = draft_of(verdict)
    return draft.stream if matches(Uuid, draft.subject) else None


def new(me: str, verdict: Verdict) -> Enrolled:
    """Before ``officer_enrolled``."""
    return Enrolled()


def step(row: Enrolled, verdict: Verdict) -> Enrolled:
    """Enrolled once, ended once."""
    draft = draft_of(verdict)
    if isinstance(draft.data, said.OfficerEnded):
        return replace(row, ended=verdict.at)
    if not isinstance(draft.data, said.OfficerEnrolled):
        return row
    _, body = trusts.read(draft)
    term = (parse_time(body.since), parse_time(body.until))
    return Enrolled(body.unit, body.roles, *term, keyid(keys.raw(body.key.key)))


OFFICERS = View("officers", 1, frozenset({"trust"}), Enrolled, new, step, key)
