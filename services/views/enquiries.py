"""Enquiries, one row each (MECHANISM 1.3)."""

from dataclasses import dataclass

from services.domain import enquiry
from services.verifier import Verdict
from services.views.timeline import Matter, begun, between
from services.views.view import View


@dataclass(frozen=True)
class Asked(Matter, enquiry.Enquiry):
    """An enquiry as both units see it: codes and counts, no item's text."""


def new(me: str, verdict: Verdict) -> Asked:
    """Before ``asked``."""
    return Asked(**begun(me, verdict))


ENQUIRIES = View("enquiries", 2, frozenset({"enquiry"}), Asked, new, between)
