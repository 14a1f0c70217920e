"""Queries that all matters between two units have alike: a page of rows, and one row with who read it."""

from typing import Any

from fastapi import APIRouter

from services.gateway.deps import ChannelId, SubjectId
from services.gateway.rows import From, MatterNow, OneChannel, Page, Viewing, matter, reads, ticks
from services.views.view import View


def queries_of(plural: str, path: str, view: View[Any], summary: str, words: str) -> APIRouter:
    """``GET /v1/<path>``: clear parts only, with what is due."""
    router = APIRouter(tags=[plural])

    def listed(views: Viewing, start: From = "", channel: OneChannel = "") -> Page:
        rows, more = views.page(view, start, f"{channel}/" if channel else "")
        return Page(items=[matter(views.node, key, row) for key, row in rows], next=more)

    listed.__name__ = path
    router.add_api_route(f"/v1/{path}", listed, methods=["GET"], summary=summary, description=words)
    return router


def show(router: APIRouter, view: View[Any], context: str, law: str, summary: str) -> None:
    """``GET .../{subject}`` beside the acts: ``state.timeline`` says who did what where, ``reads`` who opened what."""

    def shown(channel: ChannelId, subject: SubjectId, views: Viewing) -> MatterNow:
        key = f"{channel}/{context}/{subject}"
        row = views.must(view, key, law)
        read = reads(views, channel, row)
        far = {"reads": read, "ticks": ticks(views.node.source, row, read)}
        return matter(views.node, key, row).model_copy(update=far)

    shown.__name__ = f"one_{context}"
    words = "``state.timeline`` says who did what at which place of the log; ``reads`` who opened its contents."
    words += " ``ticks`` says how far our own documents have come."
    router.add_api_route("/{subject}", shown, methods=["GET"], summary=summary, description=words)
