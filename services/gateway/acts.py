"""Routes of what one officer says: the body is the event's summary without its officer, and its content if any.

One line of a table per event; models, rules and errors are the contract's, so nothing is said twice here.
"""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter
from pydantic import WrapValidator, create_model

from contracts.contents import MODELS
from contracts.event import Event
from services.gateway.deps import Answer, Body, ChannelId, Issue, SubjectId
from services.gateway.examples import example
from services.node.commands import minted
from services.node.node import Node


class Act(NamedTuple):
    """One command.

    path: its last part, the event's name where it is not given. opens: it begins a matter, whose id is made here.
    given: members of the summary that are not the caller's to say; a function says it of node, channel and subject,
    None where there is nothing to say.
    """

    event: type[Event]
    summary: str
    example: Mapping[str, Any]
    opens: bool = False
    path: str = ""
    given: Mapping[str, Any] = {}

    @property
    def name(self) -> str:
        """``duikou.lead.misdirected.v1`` -> ``misdirected``."""
        return self.path or self.event.TYPE.split(".")[2]


def router_of(plural: str, *acts: Act) -> APIRouter:
    """``/v1/channels/{channel}/<plural>/{subject}/<name>``, and ``/<plural>`` for what opens a matter."""
    router = APIRouter(prefix=f"/v1/channels/{{channel}}/{plural}", tags=[plural])
    for act in acts:
        _add(router, act)
    return router


def _add(router: APIRouter, act: Act) -> None:
    body_model = _body(act)

    def opens(channel: ChannelId, body: Body, issue: Issue) -> Answer:
        subject = minted(issue.id(channel, act.event))
        return issue.tell(channel, subject, act.event, {**_said(body), **_given(act, issue.node, channel, subject)})

    def tells(channel: ChannelId, subject: SubjectId, body: Body, issue: Issue) -> Answer:
        return issue.tell(channel, subject, act.event, {**_said(body), **_given(act, issue.node, channel, subject)})

    route = opens if act.opens else tells
    route.__annotations__["body"] = body_model
    route.__name__ = act.event.TYPE.replace(".", "_")
    path = f"/{act.name}" if act.opens else f"/{{subject}}/{act.name}"
    words = " ".join((act.event.__doc__ or "").split())
    router.add_api_route(path, route, methods=["POST"], status_code=202, summary=act.summary, description=words)


def _given(act: Act, node: Node, channel: str, subject: str) -> dict[str, Any]:
    found = {name: one(node, channel, subject) if callable(one) else one for name, one in act.given.items()}
    return {name: value for name, value in found.items() if value is not None}


def _said(body: Body) -> dict[str, Any]:
    """What was sent; null is left out."""
    return {name: value for name in body.model_fields_set if (value := getattr(body, name)) is not None}


_AS_SENT = WrapValidator(lambda value, _: value)
"""Described as the wire model describes it, judged by the wire model as a whole and as JSON."""


def _body(act: Act) -> type[Body]:
    summary: Any = act.event.model_fields["summary"].annotation
    members: dict[str, Any] = {
        name: (Annotated[member.annotation, *member.metadata, _AS_SENT], ... if member.is_required() else None)
        for name, member in summary.model_fields.items()
        if name != "officer" and name not in act.given
    }
    if act.event.TYPE in MODELS:
        members["content"] = (
            (dict[str, Any], ...) if act.event.model_fields["content"].is_required() else (dict[str, Any] | None, None)
        )
    name = f"{act.event.TYPE.split('.')[1].title()}{act.event.__name__}Body"
    shown = example(dict(act.example))
    base = type(name, (Body,), {"model_config": shown, "__doc__": act.summary, "__module__": __name__})
    made: type[Body] = create_model(name, __base__=base, **members)
    return made
