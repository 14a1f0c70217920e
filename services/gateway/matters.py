"""Queries that all matters between two units have alike: a page of rows, and one row with who read it."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter

from services.gateway.deps import ChannelId, SubjectId
from services.gateway.rows import From, MatterNow, OneChannel, Page, Viewing, Views, matter, reads, ticks
from services.views.view import View

Also = Callable[[Views, str, Any], dict[str, Any]]
"""(views, key, row) -> members of ``state`` that are computed when asked."""


def _nothing(_: Views, __: str, ___: Any) -> dict[str, Any]:
    return {}


def queries_of(plural: str, path: str, view: View[Any], summary: str, words: str, also: Also = _nothing) -> APIRouter:
    """``GET /v1/<path>``: clear parts only, with what is due."""
    router = APIRouter(tags=[plural])

    def listed(views: Viewing, start: From = "", channel: OneChannel = "") -> Page:
        rows, more = views.page(view, start, f"{channel}/" if channel else "")
        return Page(items=[_now(views, key, row, also) for key, row in rows], next=more)

    listed.__name__ = path
    router.add_api_route(f"/v1/{path}", listed, methods=["GET"], summary=summary, description=words)
    return router


def show(router: APIRouter, view: View[Any], context: str, law: str, summary: str, also: Also = _nothing) -> None:
    """``GET .../{subject}`` beside the acts: ``state.timeline`` says who did what where, ``reads`` who opened what."""

    def shown(channel: ChannelId, subject: SubjectId, views: Viewing) -> MatterNow:
        key = f"{channel}/{context}/{subject}"
        row = views.must(view, key, law)
        read = reads(views, channel, row)
        far = {"reads": read, "ticks": ticks(views.node.source, row, read)}
        return _now(views, key, row, also).model_copy(update=far)

    shown.__name__ = f"one_{context}"
    words = "``state.timeline`` says who did what at which place of the log; ``reads`` who opened its contents."
    words += " ``ticks`` says how far our own documents have come."
    router.add_api_route("/{subject}", shown, methods=["GET"], summary=summary, description=words)


def _now(views: Views, key: str, row: Any, also: Also) -> MatterNow:
    found = matter(views.node, key, row)
    return found.model_copy(update={"state": {**found.state, **also(views, key, row)}})
