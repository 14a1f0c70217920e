"""What an operator decides about a channel that stands still, once he has looked (PROTOCOL 4, 6)."""

from contracts.channels import topic
from services.node.settings import Settings
from services.upkeep.errors import UpkeepError
from services.upkeep.patient import Patient


def resume(settings: Settings, name: str) -> dict[str, str]:
    """Lets the node go on with a topic that is again what was read. May run beside the node.

    Raises UpkeepError: it is not, or it does not stand still; NotYet, AccessDeniedError, ValueError: no topic's name.
    """
    patient = Patient(settings)
    try:
        fault = patient.fault(topic(name).channel)
        stopped = patient.replica.stopped(name)
        if stopped is None or patient.topic(topic(name).channel) != name:
            raise UpkeepError(f"{name} does not stand still")
        if fault is not None:
            raise UpkeepError(f"{name} is still not what was read: {fault[0]}, {fault[1]}")
        patient.replica.resume(name)
        return {"topic": name, "was": stopped}
    finally:
        patient.close()


def adopt(settings: Settings, name: str) -> dict[str, str]:
    """Takes into our ledger what the log has under our name and we lack: an operator knows that it is ours.

    Also in a topic that is continued by the next, which was filled after this node's database was put back.
    Raises UpkeepError: some of it clashes with what we sealed, so the registry has to reopen the ledger; NotYet.
    """
    patient = Patient(settings)
    try:
        behind = patient.topic(topic(name).channel) != name
        clashes = patient.replica.adopt(name, settings.source)
    finally:
        patient.close()
    if clashes:
        raise UpkeepError(f"{len(clashes)} events clash with what this node sealed: the ledger has to be reopened")
    return {"topic": name, "was": "continued by the next"} if behind else resume(settings, name)
