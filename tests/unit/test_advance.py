"""What is asked of an event of any context before its own rules are (WIRE 19, WIRE-CHOICES B11)."""

from typing import Any

import pytest

from contracts.envelope import Draft
from contracts.refusals import Code, Refused
from services.domain import CONTEXTS, advance
from tests.support.states import CHANNEL, EXCHANGE, NOW, OWNER, FakeStates

IDS = ("access", "enquiry", "lead", "liaison", "operation", "outflow", "oversight", "pairing")
NO_IDS = {
    "a word": "abc",
    "nothing": "",
    "capitals": "9B2F5D2E-8A53-4A3C-9D8A-3C4A0F6F7D21",
    "another version": "9b2f5d2e-8a53-1a3c-9d8a-3c4a0f6f7d21",
}


def about(context: str, subject: str) -> Draft[Any]:
    """Some event of a context; of its data nothing is read before its subject is."""
    event = next(iter(CONTEXTS[context].RULES))
    return Draft("", OWNER, subject, "2021-05-06T02:00:00.000Z", EXCHANGE, CHANNEL, event.model_construct())


@pytest.mark.parametrize("subject", NO_IDS.values(), ids=NO_IDS)
@pytest.mark.parametrize("context", IDS)
def test_a_matter_has_an_id(context: str, subject: str) -> None:
    with pytest.raises(Refused) as refused:
        advance(CONTEXTS[context].INITIAL, about(context, subject), NOW, FakeStates())
    assert (refused.value.code, refused.value.law) == (Code.SHAPE, "WIRE 19")


def test_every_context_but_channels_and_desks_is_about_an_id() -> None:
    assert set(IDS) == set(CONTEXTS) - {"channel", "desk"}
    assert all(getattr(module, "__name__", "") == f"services.domain.{name}" for name, module in CONTEXTS.items())
