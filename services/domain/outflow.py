"""Outflow counts of a county (DOMAIN scope 1). Numbers only; a report is replaced whole, by its county."""

from dataclasses import dataclass, replace
from typing import Any

from contracts.envelope import Draft
from contracts.event import Event
from contracts.outflow import Cell, Corrected, Reported
from contracts.refusals import Code, Refused
from contracts.vocabulary import Role, Term
from services.domain.rules import Allowed, Rule, Side, Sign, States


class Status(Term):
    """Whether a report stands."""

    ABSENT = "absent", "无", "absent"
    REPORTED = "reported", "已报", "reported"


@dataclass(frozen=True)
class Report:
    """Counts of one origin and half-year; ``digest`` names the envelope that stands."""

    status: Status = Status.ABSENT
    owner: str = ""
    origin: str = ""
    period: str = ""
    cells: tuple[Cell, ...] = ()
    digest: str = ""


INITIAL = Report()
ENDED: frozenset[Status] = frozenset()
_REPORTERS = (Role.AUTHOR, Role.INTAKE)
RULES: dict[type[Event], Rule] = {
    Reported: Rule(
        "U1", Side.OPENER, frozenset({Status.ABSENT}), Status.REPORTED, Sign.ONE, Allowed.ALWAYS, _REPORTERS
    ),
    Corrected: Rule("U2", Side.OWNER, frozenset({Status.REPORTED}), None, Sign.ONE, Allowed.ALWAYS, _REPORTERS),
}


def permit(state: Report, e: Draft[Any], at: int, states: States) -> None:
    """A county reports its own divisions; a correction names what it replaces."""
    unit = states.channel.trust.units.get(e.source)
    if unit is None or e.data.summary.origin not in unit.jurisdiction:
        raise Refused(Code.WRONG_SIDE, "FIELDS 6.10")
    if isinstance(e.data, Corrected) and e.data.summary.replaces != state.digest:
        raise Refused(Code.STATE, "FIELDS 6.10")


def evolve(state: Any, e: Draft[Any], at: int) -> Any:
    """The newest counts stand."""
    summary = e.data.summary
    counts = {"origin": summary.origin, "period": summary.period, "cells": summary.cells, "digest": e.digest}
    return replace(state, status=Status.REPORTED, owner=e.source, **counts)


def needs(e: Draft[Any]) -> Sign:
    """As the row says."""
    return RULES[type(e.data)].sign
