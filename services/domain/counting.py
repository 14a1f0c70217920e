"""By which calendar and clock a channel counts: both stand in its own log, so all count alike (MECHANISM 1.0)."""

from pydantic import TypeAdapter, ValidationError

from contracts.calendar import Calendar
from contracts.profile import compact
from contracts.trust import ClockProfile, YearDays
from services.domain.channel import Terms
from services.domain.clocks import Clock
from services.domain.trust import Trust

SLEEP, MAX_SLEEP = 60, 731
_YEARS = TypeAdapter(tuple[YearDays, ...])


def calendar_of(trust: Trust) -> Calendar:
    """Working days as the policy in force publishes them; a calendar that is none has no years (WIRE-CHOICES A8)."""
    try:
        return Calendar(_YEARS.validate_json(compact(trust.policy.get("calendar", ()))))
    except ValidationError:
        return Calendar(())


def sleeping_days(trust: Trust) -> int:
    """Days without a word after which a pairing in force counts as sleeping: the policy's, else 60."""
    given = trust.policy.get("sleeping_days")
    return given if type(given) is int and 0 < given <= MAX_SLEEP else SLEEP


def clock_of(terms: Terms | None) -> Clock:
    """The pairing's clock profile; the usual one where there is no pairing."""
    return Clock() if terms is None else clock(terms.offer.clocks)


def clock(profile: ClockProfile) -> Clock:
    """As the two units signed it."""
    return Clock(profile.urgent_hours, profile.priority_days, profile.routine_days)
