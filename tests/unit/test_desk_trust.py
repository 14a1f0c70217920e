"""A desk is judged by the trust of today: what was written before must be judged as it was (WIRE-CHOICES A12)."""

from collections.abc import Callable

import pytest

from contracts import desk
from contracts.channels import DESK, TRUST
from services.registry import ceremony
from services.verifier import History, inspect
from tests.support.decisions import suspend
from tests.support.ledgers import close_key, new_key
from tests.support.story import Story, begin
from tests.support.world import XINCAI, plain


def closed(made: Story) -> None:
    """A new key, and the old one is closed as stolen."""
    new_key(made)
    close_key(made, emergency=True)


def ended(made: Story) -> None:
    """The officer who wrote serves no more."""
    number = made.officer(XINCAI, "author")
    made.trust(ceremony.officer_ended(made.by(ceremony.registrar(XINCAI)), number, XINCAI))


@pytest.mark.parametrize("change", [suspend, closed, ended])
def test_what_stands_on_a_desk_counts_whatever_trust_says_since(change: Callable[[Story], object]) -> None:
    """Else a node whose unit was suspended could neither be looked at nor started again (PROTOCOL 4)."""
    made = begin()
    made.open_desk(XINCAI)
    record = made.share().record
    seen = desk.AcknowledgedSummary(
        officer=made.officer(XINCAI, "author"),
        topic=record.position.topic,
        place=str(record.position.offset),
        digest=record.message.signed.digest,
    )
    made.on_desk(XINCAI, made.fresh(), desk.Acknowledged(summary=seen))
    change(made)
    again = History.desk(made.exchange, XINCAI, made.history(TRUST).channel.trust)
    verdicts = [again.admit(record, inspect(record, {XINCAI: again.known(XINCAI)})) for record in made.logs[DESK]]
    assert [plain(verdict) for verdict in verdicts] == [("effective", "")]
