"""The two-monthly report (MECHANISM 1.6 R1-R5): a county reports to its prefecture, a prefecture to its province.

What a receiving node cannot see it cannot compute again: here form, period, version, policy and difference are judged.
Whoever has the topics computes the figures again (``services.auditor``).
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from contracts.annex import CATEGORIES, entries
from contracts.envelope import Draft
from contracts.event import Event
from contracts.profile import compact
from contracts.refusals import Code, Refused
from contracts.report import (
    ContributionReturned,
    ContributionSealed,
    ReportAccepted,
    ReportRestated,
    ReportReturned,
    ReportSubmitted,
    subject_of,
)
from contracts.report_figures import difference
from contracts.vocabulary import CountyCategory
from services.domain import periods, results
from services.domain.clocks import in_time
from services.domain.oversight_state import Oversight, Status
from services.domain.rules import HANDLER, Allowed, Rule, Side, Sign, States
from services.domain.trust import Unit


def _row(row: str, by: Side, when: set[Status], then: Status, sign: Sign) -> Rule:
    return Rule(row, by, frozenset(when), then, sign, Allowed.ALWAYS, HANDLER if sign is Sign.ONE else ())


RULES: dict[type[Event], Rule] = {
    ContributionSealed: _row("R1", Side.OPENER, {Status.ABSENT, Status.TO_CORRECT}, Status.CONTRIBUTED, Sign.HEAD),
    ContributionReturned: _row("R2", Side.OTHER, {Status.CONTRIBUTED}, Status.TO_CORRECT, Sign.ONE),
    ReportSubmitted: _row("R3", Side.OPENER, {Status.ABSENT, Status.RETURNED}, Status.SUBMITTED, Sign.HEAD),
    ReportAccepted: _row("R4", Side.OTHER, {Status.SUBMITTED}, Status.ACCEPTED, Sign.ONE),
    ReportReturned: _row("R4a", Side.OTHER, {Status.SUBMITTED}, Status.RETURNED, Sign.ONE),
    ReportRestated: _row("R5", Side.OWNER, {Status.ACCEPTED, Status.RESTATED}, Status.RESTATED, Sign.HEAD),
}


def permit(state: Oversight, e: Draft[Any], at: int, states: States) -> None:
    """What the rows cannot say. Raises Refused."""
    row, summary = RULES[type(e.data)].row, e.data.summary
    match e.data:
        case ContributionReturned() | ReportAccepted() | ReportReturned():
            if summary.version != state.version:
                raise Refused(Code.STATE, row)
        case ContributionSealed(table=table):
            _reported(state, e, at, states, row)
            unit = states.channel.trust.units.get(e.source)
            if table.categories != graded(unit.jurisdiction if unit is not None else ()):
                raise Refused(Code.SHAPE, row)
        case ReportSubmitted(table=table) | ReportRestated(table=table):
            _reported(state, e, at, states, row)
            named = {*table.missing, *(one.unit for one in table.contributions)}
            if named & set(states.channel.members) or not results.contained(table.outcomes, table.figures):
                raise Refused(Code.SHAPE, row)
            if isinstance(e.data, ReportRestated) and table.difference != difference(state.figures, table.figures):
                raise Refused(Code.SHAPE, row)
        case _:
            pass


def _reported(state: Oversight, e: Draft[Any], at: int, states: States, row: str) -> None:
    """By the right level, about itself and a period that is over, as the next version, under the policy in force."""
    summary, trust = e.data.summary, states.channel.trust
    unit, superior = trust.units.get(e.source), trust.units.get(states.channel.counterpart(e.source))
    if sums_up(unit, superior) == isinstance(e.data, ContributionSealed):
        raise Refused(Code.WRONG_SIDE, row)
    if summary.unit != e.source or e.subject != subject_of(summary.unit, summary.period):
        raise Refused(Code.SHAPE, row)
    if in_time(at, periods.end(summary.period)) or summary.version != state.version + 1:
        raise Refused(Code.STATE, row)
    if summary.policy != policy_digest(trust.policy):
        raise Refused(Code.STATE, row)


def changed(e: Draft[Any]) -> dict[str, Any]:
    """What a report leaves in the state."""
    match e.data:
        case ContributionSealed(summary=summary):
            return {"period": summary.period, "version": summary.version}
        case ReportSubmitted(summary=summary, table=table) | ReportRestated(summary=summary, table=table):
            return {"period": summary.period, "version": summary.version, "figures": table.figures}
        case _:
            return {}


def is_province(unit: Unit | None) -> bool:
    """Whether a unit answers for a whole province."""
    return unit is not None and any(code.endswith("0000") for code in unit.jurisdiction)


def sums_up(unit: Unit | None, superior: Unit | None) -> bool:
    """Whether a unit reports sums (R3): under a province, and no county itself; a county counts, also under one."""
    return is_province(superior) and (unit is None or not unit.is_county)


def policy_digest(policy: Mapping[str, Any]) -> str:
    """sha-256 hex of a policy as published."""
    return sha256(compact(dict(policy))).hexdigest()


def graded(jurisdiction: tuple[str, ...]) -> tuple[CountyCategory, ...]:
    """Categories of the annex in which a division of that jurisdiction stands, as a set of the wire."""
    return tuple(sorted(one for one in CATEGORIES if any(entry.code in jurisdiction for entry in entries(one))))
