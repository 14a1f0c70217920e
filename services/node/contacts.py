"""The contact book as ``duikou.trust`` has it (FIELDS 6.2)."""

from typing import Any

from contracts.channels import TRUST
from contracts.envelope import Envelope
from contracts.profile import compact
from contracts.trust import Mandate, Profile, UnitProfilePublished
from services.storage.replica import Replica


def profile(replica: Replica, code: str) -> Profile | None:
    """A unit's newest one; another software's with other fields counts as none."""
    for value in reversed(replica.values(f"{TRUST}/{TRUST}/{code}")):
        event = Envelope.parse(value).draft().data
        if isinstance(event, UnitProfilePublished):
            return _profile(Mandate.of(event.mandate).body)
    return None


def _profile(body: dict[str, Any]) -> Profile | None:
    try:
        return Profile.model_validate_json(compact(body))
    except ValueError:
        return None
