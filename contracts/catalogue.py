"""All events of the exchange: importing this module registers every type (``contracts.event.TYPES``)."""

from contracts import (  # noqa: F401 - registers every event type
    access,
    attestations,
    channel,
    desk,
    enquiry,
    enquiry_course,
    lead,
    lead_consents,
    lead_course,
    lead_forwarding,
    lead_phone,
    liaison,
    operation,
    outflow,
    oversight,
    pairing,
    pairing_course,
    report,
    trust,
)
from contracts.event import TYPES, Event


def events() -> dict[str, type[Event]]:
    """Every event class by its type string, in order of the type."""
    return dict(sorted(TYPES.items()))
