"""A row of the attack table: who does what against which sentence of the law, and what becomes of it."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from contracts.refusals import NotYet, Refused
from services.auditor import Divergence, Report
from services.vault import NoKeyError, UnusableKeyError, VaultError
from services.verifier import Result, Stopped, Verdict
from tests.support.world import World

_LAW = re.compile(r"P([1-9]|1[0-3])|W([1-9]|[12][0-9]|3[0-5])|A([1-9]|1[0-4])|B([1-9]|[1-3][0-9]|4[0-5])|C[1-6]")


class Outcome(NamedTuple):
    """What becomes of it, and the code or rule it is named by; ``code`` is empty where there is none."""

    result: str
    code: str = ""


EFFECTIVE, FORK, DUPLICATE = Outcome("effective"), Outcome("fork"), Outcome("duplicate")
LATE, DISPUTED = Outcome("effective, late"), Outcome("effective, disputed")
WAITS, HOLDS = Outcome("not yet"), Outcome("holds")


def noise(code: str) -> Outcome:
    """Nothing moves."""
    return Outcome("noise", code)


def void(code: str) -> Outcome:
    """The chain advances, the state does not."""
    return Outcome("void", code)


def stops(code: str) -> Outcome:
    """The channel cannot be judged further."""
    return Outcome("stops", code)


def door(code: str) -> Outcome:
    """The gateway refuses before anything is sealed."""
    return Outcome("refused at the door", code)


def closed(code: str) -> Outcome:
    """A content does not open; the code is the check it failed."""
    return Outcome("does not open", code)


def caught(rule: str) -> Outcome:
    """The auditor refuses, and names the first divergence so."""
    return Outcome("audit refused", rule)


def found(rule: str) -> Outcome:
    """The auditor lists a finding under that rule."""
    return Outcome("audit finding", rule)


class Row(NamedTuple):
    """One attack. ``laws``: the sections it is made against, the first leading: P, W, A, B, C and a number."""

    sentence: str
    laws: str
    attack: Callable[[World], Any]
    outcome: Outcome

    @property
    def sections(self) -> list[str]:
        """The sections by themselves. Raises ValueError: one that is none."""
        named = self.laws.split()
        wrong = [law for law in named if _LAW.fullmatch(law) is None]
        if wrong:
            raise ValueError(f"{self.sentence}: no such section {wrong}")
        return named


def outcome(row: Row, w: World) -> Outcome:
    """What becomes of the attack in this world."""
    try:
        return read(row.attack(w))
    except Stopped as stopped:
        return stops(stopped.stop)
    except Refused as refused:
        return door(refused.code)
    except NotYet:
        return WAITS
    except VaultError as error:
        return closed(_CHECKS.get(type(error)) or str(getattr(error, "check", "")))


_CHECKS: Mapping[type[VaultError], str] = MappingProxyType({NoKeyError: "no_key", UnusableKeyError: "unusable_key"})


def read(what: Any) -> Outcome:
    """An attack's answer as an outcome."""
    match what:
        case Verdict():
            return _of(what)
        case Report(divergence=None):
            return found(what.findings[0].rule) if what.findings else HOLDS
        case Report(divergence=Divergence() as first):
            return caught(str(first.rule))
        case Outcome():
            return what
        case _:
            raise TypeError(f"no outcome: {what!r}")


def _of(verdict: Verdict) -> Outcome:
    if verdict.result is Result.EFFECTIVE and (verdict.late or verdict.disputed):
        return DISPUTED if verdict.disputed else LATE
    return Outcome(str(verdict.result), verdict.code or "")
