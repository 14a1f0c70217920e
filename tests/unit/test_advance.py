"""What is asked of an event of any context beside its own rules (PROTOCOL 1, WIRE 18, 19, 25, WIRE-CHOICES B11)."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.envelope import Draft
from contracts.refusals import Code, Refused
from services.domain import CONTEXTS, advance, opened
from tests.support.forwarding import must, three
from tests.support.leads import accept, delivered, outcome, received, share
from tests.support.states import CHANNEL, EXCHANGE, NOW, OWNER, FakeStates
from tests.support.world import YIWU, plain, world

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


Steps = tuple[Callable[[], Draft[Any]], ...]
MEDIA: dict[str, tuple[Steps, Callable[[], Draft[Any]]]] = {
    "a permission": ((), share),
    "a fact": ((share, delivered, received, accept), outcome),
}


@pytest.mark.usefixtures("unsigned")
@pytest.mark.parametrize(("before", "event"), MEDIA.values(), ids=MEDIA)
def test_a_content_is_of_its_own_event(before: Steps, event: Callable[[], Draft[Any]]) -> None:
    """WIRE 25: what is called otherwise is another event's."""
    states, right = FakeStates(), event()
    for step in before:
        states.then(step(), NOW)
    content = right.data.content.model_copy(update={"media": "application/vnd.duikou.lead.declined.v1+json"})
    with pytest.raises(Refused) as refused:
        states.then(replace(right, data=right.data.model_copy(update={"content": content})), NOW)
    assert (refused.value.code, refused.value.law) == (Code.SHAPE, "WIRE 25")
    states.then(right, NOW)


@pytest.mark.parametrize(
    ("version", "said", "surplus"), [(1, None, False), (1, "more", True), (2, None, False), (2, "more", False)]
)
def test_a_member_that_a_later_rule_version_brought_is_surplus_before(
    version: int, said: str | None, surplus: bool
) -> None:
    states = FakeStates()
    states.channel = replace(states.channel, trust=replace(states.channel.trust, rule_version=version))
    data: Any = SimpleNamespace(SINCE={"later": 2}, summary=SimpleNamespace(later=said))
    event = replace(about("lead", "abc"), data=data)
    if surplus:
        with pytest.raises(Refused, match="shape"):
            opened(event, states)
    else:
        opened(event, states)


def test_what_nobody_shared_is_not_opened() -> None:
    w = world()
    nowhere = w.fresh()
    assert plain(w.write(YIWU, w.channel, nowhere, w.access(YIWU, nowhere))) == ("void", "unknown_matter")


def test_two_grants_let_two_leads_go_on() -> None:
    """WIRE 18: it is one grant that is used up, not forwarding."""
    t = three()
    must(t.forward(t.granted()))
    must(t.forward(t.granted()))
