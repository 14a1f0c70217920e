"""Firm offers (L12): one binds its maker until its deadline, so an answer in time can never race a revocation."""

from contracts.refusals import Code, Refused
from services.domain.clocks import in_time, parse_time


def made(answer_by: str, at: int, most: int, least: int = 1) -> None:
    """An offer of ``least`` to ``most`` ms from ``at`` on. Raises Refused(offer_lapsed)."""
    if not least <= parse_time(answer_by) - at <= most:
        raise Refused(Code.OFFER_LAPSED, "L12")


def answered(named: str, offer: str, answer_by: int, at: int) -> None:
    """The offer that stands (its digest), in time. Raises Refused: unknown_matter, offer_lapsed."""
    if named != offer:
        raise Refused(Code.UNKNOWN_MATTER, "WIRE 31")
    if not in_time(at, answer_by):
        raise Refused(Code.OFFER_LAPSED, "L12")
