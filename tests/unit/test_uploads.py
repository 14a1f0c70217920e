"""A file on its way in holds one of few places: not for ever, and not beyond its size."""

import asyncio
from typing import Any

import pytest
from starlette.requests import Request

from contracts.refusals import NotYet
from services.gateway import attachments as door
from services.vault import MAX_FILE, AttachmentTooLargeError


def came(*parts: bytes, ends: bool) -> bytes:
    """What is taken of a body in these parts; ``ends``: or the sender stops there and keeps the connection."""
    waiting = list(parts)

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting) or not ends}

    return asyncio.run(door.sent(Request({"type": "http"}, receive), None))


def test_a_sender_who_stops_gives_his_place_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four of them would else keep everybody from sending and fetching files."""
    monkeypatch.setattr(door, "SENT_WITHIN", 0.05)
    assert came(b"one", b"two", ends=True) == b"onetwo"
    with pytest.raises(NotYet, match="too slowly"):
        came(b"one", ends=False)


def test_a_file_is_cut_at_the_first_byte_too_many() -> None:
    """Before its end has come: this sender never ends."""
    assert len(came(bytes(MAX_FILE), ends=True)) == MAX_FILE
    with pytest.raises(AttachmentTooLargeError):
        came(bytes(MAX_FILE), b"1", ends=False)
