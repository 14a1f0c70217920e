"""How far a unit's own ledgers and the log agree: what a unit names when it stands by a number (PROTOCOL 4)."""

from typing import NamedTuple

from services.node.folds import ledger_name
from services.node.settings import Settings
from services.upkeep.patient import Patient
from services.verifier import History


class Standing(NamedTuple):
    """One ledger in its epoch: last numbers in this database and in the log, the last that is the same in both."""

    channel: str
    epoch: int
    here: int
    log: int
    agreed: int
    frozen: bool


def ledgers(settings: Settings) -> list[Standing]:
    """Of every channel in which the node has written; looks and changes nothing. Raises NotYet, AccessDeniedError."""
    patient = Patient(settings)
    try:
        written = (channel for channel, writes in patient.channels().items() if writes)
        return [_standing(patient, channel) for channel in written]
    finally:
        patient.close()


def _standing(patient: Patient, channel: str) -> Standing:
    history, source = patient.history_at_end(channel), patient.settings.source
    own, name = history.ledger(source), ledger_name(channel, source)
    here = patient.figures.last(name, own.head.epoch)
    theirs = _digests(history, source, own.head.epoch)
    both = range(min(here, own.head.sequence), 0, -1)
    agreed = next((n for n in both if patient.figures.digest(name, own.head.epoch, n) == theirs[n]), 0)
    return Standing(channel, own.head.epoch, here, own.head.sequence, agreed, own.frozen)


def _digests(history: History, source: str, epoch: int) -> dict[int, str]:
    """Number -> digest of what the log admitted of a writer in an epoch."""
    return {at.number: digest for digest, at in history.admitted.items() if (at.source, at.epoch) == (source, epoch)}
