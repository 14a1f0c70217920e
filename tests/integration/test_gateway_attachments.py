"""Attachments: up, named by a document, and fetched like their content (FIELDS 6.5)."""

import base64
import os
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from services.blobs import FolderBlobs, MissingBlobError
from services.cli.client import Officer
from services.demo.cast import XINCAI, YIWU
from services.domain.clocks import DAY
from services.gateway import attachments as door
from services.node import attachments
from services.node.folds import now_ms
from services.upkeep.blobs import Why, useless
from services.vault import MAX_FILE
from tests.support.files import TURNED, exif, jpeg, pdf, segment
from tests.support.offices import HOW, MARK, raw, refused_with, stands
from tests.support.region import CONTENT, SUMMARY, Region

SHARED = "duikou.lead.shared.v1"
PICTURE = jpeg(exif(6))


def attach(officer: Officer, channel: str, file: bytes, content_id: str = "") -> tuple[Any, Any, str]:
    """A lead with that file uploaded: summary, content, and the content id."""
    begun = content_id or str(uuid4())
    made = officer.upload(channel, SHARED, begun, file)
    clear = {"kind": "photo", "digest": made.digest, "size": made.size, "media": made.media}
    told = {"digest": made.digest, "title": "示例照片", "pages": 1, "plain_digest": made.plain_digest}
    return {**SUMMARY, "attachments": [clear]}, {**CONTENT, "attachments": [told]}, begun


def test_an_attachment_is_fetched_like_its_content(paired: Region) -> None:
    """FIELDS 6.5: read by whoever signs it; by the recipient after his record (L7); gone with its lead (L8)."""
    channel, author, approver = paired.channel, paired.at(XINCAI, "author"), paired.at(XINCAI, "approver")
    summary, content, begun = attach(author, channel, PICTURE)
    digest = summary["attachments"][0]["digest"]
    assert attach(author, channel, PICTURE, begun)[:2] == (summary, content), "the same again for the same file"
    paper = author.draft(channel, SHARED, summary, content, content_id=begun, key="attach-once-0001")
    assert author.draft(channel, SHARED, summary, content, content_id=begun, key="attach-once-0001") == paper
    assert author.paper(paper).content == begun
    assert approver.attachment("desk", begun, digest) == jpeg(TURNED)
    assert refused_with(paired.at(XINCAI, "intake").attachment, "desk", begun, digest).law == "L7"
    again = refused_with(author.revise, paper, summary, content, content_id=begun)
    assert again.code == "content_used", "a revision is a new content"
    old, begun = begun, str(uuid4())
    one = {**summary["attachments"][0], "plain_digest": content["attachments"][0]["plain_digest"]}
    carried = author.carry(channel, SHARED, begun, old, {name: one[name] for name in one if name != "kind"})
    assert (carried.size, carried.plain_digest) == (one["size"], one["plain_digest"])
    digest = summary["attachments"][0]["digest"] = content["attachments"][0]["digest"] = carried.digest
    author.revise(paper, {**summary, "urgency": "routine"}, content, content_id=begun)
    author.submit(paper)
    approver.approve(paper)
    subject = author.sent(paper).subject
    intake, handler = paired.at(YIWU, "intake"), paired.at(YIWU, "author")
    paired.until("delivered", lambda: stands(intake, channel, subject, "delivered"))
    assert refused_with(handler.attachment, channel, begun, digest).code == "unknown_matter", "no record"
    assert refused_with(handler.access_statement, channel, begun, HOW[0]).law == "S3", "not signed for"
    intake.receive(channel, subject)
    record = handler.record_access(channel, begun, handler.access_statement(channel, begun, *HOW)).event_id
    path = f"/v1/channels/{channel}/contents/{begun}/attachments/{digest}"
    answer = raw(handler, "GET", path, params={"record": record})
    assert answer.content == jpeg(TURNED)
    named = {name: answer.headers[name] for name in ("content-type", "cache-control", "content-disposition")}
    assert named == {
        "content-type": "image/jpeg",
        "cache-control": "no-store",
        "content-disposition": f'attachment; filename="{digest[:12]}.jpg"',
    }
    assert refused_with(handler.attachment, channel, begun, "0" * 64, record).code == "unknown_matter"
    assert refused_with(intake.attachment, channel, begun, digest, record).code == "officers", "another's record"
    assert refused_with(attach, author, channel, PICTURE, begun).code == "content_used"
    paired.at(XINCAI, "author").withdraw(channel, subject, "error")
    paired.until("removed", lambda: not stands(handler, channel, subject, "received"))
    assert refused_with(handler.attachment, channel, begun, digest, record).problem.status == 410


def test_a_document_names_only_files_that_are_there(paired: Region) -> None:
    """What nobody uploaded, under no content, under another, or described otherwise, is not drafted."""
    channel, author = paired.channel, paired.at(XINCAI, "author")
    summary, content, begun = attach(author, channel, PICTURE)
    (clear,), (told,) = summary["attachments"], content["attachments"]
    missing = {"digest": "0" * 64}
    wrong: dict[str, tuple[Any, Any, str | None, str]] = {
        "no content id": (clear, told, None, "content_id"),
        "nothing uploaded": ({**clear, **missing}, {**told, **missing}, begun, "content.attachments.0"),
        "another size": ({**clear, "size": clear["size"] + 1}, told, begun, "content.attachments.0"),
        "another form": ({**clear, "media": "png"}, told, begun, "content.attachments.0"),
        "another plain digest": (clear, {**told, "plain_digest": "0" * 64}, begun, "content.attachments.0"),
        "a kind that nobody has": ({**clear, "kind": "archive"}, told, begun, "attachments.0.kind"),
    }
    for name, (said, titled, under, path) in wrong.items():
        parts = ({**summary, "attachments": [said]}, {**content, "attachments": [titled]})
        error = refused_with(author.draft, channel, SHARED, *parts, content_id=under)
        assert (error.code, error.problem.errors[0]["path"]) == ("invalid", path), name
    elsewhere = refused_with(author.draft, channel, SHARED, summary, content, content_id=str(uuid4()))
    assert elsewhere.code == "unknown_matter"
    _, _, other = attach(author, channel, pdf())
    error = refused_with(author.draft, channel, SHARED, summary, content, content_id=other)
    assert [field["path"] for field in error.problem.errors] == ["content.attachments.0"]
    eleven = ({**summary, "attachments": [clear] * 11}, {**content, "attachments": [told] * 11})
    assert refused_with(author.draft, channel, SHARED, *eleven, content_id=begun).code == "invalid"


NO_ATTACHMENT = {
    "an archive": ("author", SHARED, b"PK\x03\x04" + MARK.encode(), 422, "shape"),
    "a document that acts": ("author", SHARED, pdf(b"<< /S /JavaScript /JS (" + MARK.encode() + b") >>"), 422, "shape"),
    "nothing": ("author", SHARED, b"", 422, "shape"),
    "a byte too many": ("author", SHARED, b"%PDF-1." + bytes(MAX_FILE - 6), 413, "request"),
    "of an event without attachments": ("author", "duikou.lead.received.v1", PICTURE, 422, "invalid"),
    "of an event that nobody knows": ("author", "duikou.lead.nothing.v1", PICTURE, 422, "invalid"),
    "by an officer who drafts nothing": ("intake", SHARED, PICTURE, 403, "officers"),
}


@pytest.mark.parametrize("name", NO_ATTACHMENT)
def test_what_is_no_attachment_is_refused(paired: Region, name: str) -> None:
    post, type_, file, status, code = NO_ATTACHMENT[name]
    path = f"/v1/channels/{paired.channel}/contents/{uuid4()}/attachments"
    answer = raw(paired.at(XINCAI, post), "POST", path, content=file, params={"type": type_})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert MARK not in answer.text


def test_an_upload_lies_in_no_temporary_file(paired: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    """PROTOCOL 10: what is larger than a parser's buffer is not put on a disk by it."""
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    large = jpeg(segment(0xFE, bytes(65_000)) * 40)
    assert attach(paired.at(XINCAI, "author"), paired.channel, large)[0]["attachments"][0]["media"] == "jpg"


def test_what_was_begun_is_wrapped_and_waits_for_30_days(paired: Region) -> None:
    """Halves ahead of their content lie in the node's folder, for the unit's own key alone."""
    channel, author, node = paired.channel, paired.at(XINCAI, "author"), paired.node(XINCAI)
    summary, content, begun = attach(author, channel, PICTURE)
    path = node.settings.begun / f"{begun}.json"
    halves = attachments.secret(node, channel, SHARED, begun).halves
    assert path.stat().st_mode & 0o777 == 0o600
    assert [half for half in halves if base64.b64encode(half)[:40] in path.read_bytes()] == []
    month_ago = time.time() - 30 * 86_400
    os.utime(path, (month_ago + 60, month_ago + 60))
    attach(author, channel, PICTURE)
    assert path.exists()
    os.utime(path, (month_ago - 60, month_ago - 60))
    attach(author, channel, PICTURE)
    assert not path.exists()
    gone = refused_with(author.draft, channel, SHARED, summary, content, content_id=begun)
    assert (gone.code, gone.law) == ("unknown_matter", "FIELDS 6.5")


def test_files_that_neither_unit_opens_any_more_are_named_and_removed(paired: Region) -> None:
    """Decision 14: of a document that was thrown away, of a lead at its end; never what waits, or is still read."""
    channel, author, node = paired.channel, paired.at(XINCAI, "author"), paired.node(XINCAI)
    kept, waits, thrown, sent = [_drafted(author, channel) for _ in range(4)]
    author.discard(waits.paper)
    author.discard(thrown.paper)
    (node.settings.begun / f"{thrown.content}.json").unlink()
    author.submit(sent.paper)
    paired.at(XINCAI, "approver").approve(sent.paper)
    subject = author.sent(sent.paper).subject
    paired.until("delivered", lambda: stands(author, channel, subject, "delivered"))
    late = now_ms() + 5 * 365 * DAY

    def named(*, remove: bool = False) -> dict[str, Why]:
        files = {one.digest for one in (kept, waits, thrown, sent)}
        found = useless(node.settings, at=late, remove=remove)
        return {one.digest: one.why for one in found if one.digest in files}

    assert named() == {thrown.digest: Why.NEVER_SENT}, "the others may be drafted, and nobody has removed the lead"
    author.withdraw(channel, subject, "error")
    paired.until("removed", lambda: stands(author, channel, subject, "removed"))
    assert named(remove=True) == {thrown.digest: Why.NEVER_SENT, sent.digest: Why.REMOVED}
    assert named() == {}, "they are not there any more"
    with pytest.raises(MissingBlobError):
        node.blobs.get(sent.digest, 1)
    assert all(node.blobs.get(one.digest, 1) for one in (kept, waits))


class Draft(NamedTuple):
    """A document with one file."""

    paper: str
    content: str
    digest: str


def _drafted(author: Officer, channel: str) -> Draft:
    summary, content, begun = attach(author, channel, PICTURE)
    paper = author.draft(channel, SHARED, summary, content, content_id=begun)
    return Draft(paper, begun, summary["attachments"][0]["digest"])


def test_only_a_few_files_are_in_memory_at_once(paired: Region) -> None:
    """Beyond them a request is asked to come again, once it is known who asks."""
    path = f"/v1/channels/{paired.channel}/contents/{uuid4()}/attachments"
    places = [door.few.acquire(blocking=False) for _ in range(door.AT_ONCE)]
    try:
        answer = raw(paired.at(XINCAI, "author"), "POST", path, content=PICTURE, params={"type": SHARED})
        assert (all(places), answer.status_code, answer.json()["code"]) == (True, 503, "not_yet")
    finally:
        for _ in places:
            door.few.release()
    answer = raw(paired.at(XINCAI, "author"), "POST", path, content=PICTURE, params={"type": SHARED})
    assert answer.status_code == 200


def test_a_store_that_cannot_be_used_is_the_operators(
    paired: Region, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """503, and nothing of its address."""
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(paired.node(XINCAI), "blobs", FolderBlobs(tmp_path / "file"))
    path = f"/v1/channels/{paired.channel}/contents/{uuid4()}/attachments"
    answer = raw(paired.at(XINCAI, "author"), "POST", path, content=PICTURE, params={"type": SHARED})
    assert (answer.status_code, answer.json()["code"], str(tmp_path) in answer.text) == (503, "not_yet", False)


def test_a_file_is_for_a_channel_of_ours(paired: Region) -> None:
    author = paired.at(XINCAI, "author")
    assert refused_with(author.upload, "a" * 52, SHARED, str(uuid4()), PICTURE).code == "unknown_matter"
