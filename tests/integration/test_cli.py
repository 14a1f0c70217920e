"""The command line against real nodes: an officer's day, typed (ARCHITECTURE: demo and people use one client)."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from services.cli.commands import app
from services.demo.cast import PASSPHRASE, XINCAI, YIWU
from services.domain.clocks import day
from services.node.folds import now_ms
from tests.support.files import TURNED, exif, jpeg
from tests.support.region import CONTENT, SUMMARY, Region


class Desk:
    """A terminal of one officer."""

    def __init__(self, made: Region, unit: str, post: str) -> None:
        """With a token as ``duikou token`` gives it."""
        number, settings = made.officer(unit, post), made.cluster.settings(unit)
        self.runner = CliRunner(env={"COLUMNS": "200"})
        token = self.runner.invoke(app, ["token", str(settings), number]).stdout.strip()
        self.runner.env = {
            "COLUMNS": "200",
            "DUIKOU_URL": f"http://127.0.0.1:{made.node(unit).settings.port}",
            "DUIKOU_TOKEN": token,
            "DUIKOU_KEY": str(made.ceremony.keys.folder / "officers" / f"{number}.pem"),
        }

    def type(self, *words: str, code: int = 0, passphrase: bool = False) -> Result:
        """A command line and its exit code."""
        result = self.runner.invoke(app, list(words), input=f"{PASSPHRASE}\n" if passphrase else None)
        assert result.exit_code == code, result.output
        return result

    def ask(self, *words: str, passphrase: bool = False) -> Any:
        """The JSON of a command line."""
        return json.loads(self.type(*words, "--json", passphrase=passphrase).stdout)


def test_a_lead_under_a_grant_that_nobody_gave_is_not_drafted(paired: Region, tmp_path: Path) -> None:
    """S10: exit code 1 and the rule."""
    document = tmp_path / "lead.json"
    draft = {"channel": paired.channel, "type": "duikou.lead.shared.v1", "summary": SUMMARY, "content": CONTENT}
    document.write_text(json.dumps({**draft, "grant": "a" * 64}, ensure_ascii=False))
    assert "S10" in Desk(paired, XINCAI, "author").type("draft", str(document), code=1).stderr


def test_a_lead_is_typed_from_draft_to_withdrawal(paired: Region, tmp_path: Path) -> None:
    """draft, sign, sign, sent; receive, open, accept; withdraw, and it opens no more (exit code 1)."""
    author, approver = Desk(paired, XINCAI, "author"), Desk(paired, XINCAI, "approver")
    intake, handler = Desk(paired, YIWU, "intake"), Desk(paired, YIWU, "author")
    document = tmp_path / "lead.json"
    draft = {"channel": paired.channel, "type": "duikou.lead.shared.v1", "summary": SUMMARY, "content": CONTENT}
    document.write_text(json.dumps(draft, ensure_ascii=False))
    _attach(author, document, tmp_path / "photo.jpg")
    paper = author.ask("draft", str(document))["paper"]
    before = json.loads(document.read_text())["content_id"]
    author.type("paper", "revise", paper, str(document))
    assert json.loads(document.read_text())["content_id"] == author.ask("paper", "show", paper)["content"] != before
    author.type("sign", paper, passphrase=True)
    assert "officers" in author.type("sign", paper, "--role", "approver", code=1, passphrase=True).stderr
    shown = approver.type("sign", paper, "--role", "approver", passphrase=True).stdout
    assert "document number" in shown
    subject = author.ask("paper", "sent", paper)["subject"]
    place = (paired.channel, subject)
    paired.until("delivered", lambda: any(one["subject"] == subject for one in intake.ask("inbox")))
    intake.type("receive", *place)
    content = handler.ask("case", "show", *place)["state"]["contents"][0]["id"]
    opened = handler.type("open", paired.channel, content, passphrase=True).stdout
    assert CONTENT["title"] in opened
    (named,) = json.loads(document.read_text())["content"]["attachments"]
    _fetch(handler, approver, paired.channel, content, named["digest"], tmp_path)
    printed, receipt, source = (tmp_path / name for name in ("lead.pdf", "receipt.pdf", "source.pdf"))
    handler.type("print", paired.channel, content, "--out", str(printed), passphrase=True)
    handler.type("print", paired.channel, content, "--out", str(printed), code=2)
    handler.type("receipt", *place, "--out", str(receipt))
    handler.type("source", *place, "--out", str(source))
    for file in (printed, receipt, source):
        assert file.read_bytes().startswith(b"%PDF-")
        assert file.stat().st_mode & 0o777 == 0o600
    (listed,) = [
        one for one in handler.ask("search", "--kind", "leads", "--state", "received") if one["subject"] == subject
    ]
    assert listed["numbers"].startswith(f"lead_notice/{day(now_ms()).year}/")
    _find(handler, paired.channel, content, subject)
    next_day = (day(now_ms()) + timedelta(days=10)).isoformat()
    handler.type("accept", *place, "--next", next_day, "--handler", "示例甲", "--phone", "0579-5551234")
    handler.type("accept", *place, "--next", next_day, "--handler", "示例甲", "--phone", "0579-5551234", code=1)
    assert subject in author.type("case", "list").stdout
    author.type("withdraw", *place, "--ground", "error")
    gone = paired.until("it is gone", lambda: _gone(handler, paired.channel, content))
    assert "L8" in gone


def _fetch(handler: Desk, approver: Desk, channel: str, content: str, digest: str, folder: Path) -> None:
    """By the handler of the lead under a record, by the approver from the desk; no file is written over."""
    fetched, signed = folder / "fetched.jpg", folder / "signed.jpg"
    handler.type("fetch", channel, content, digest, "--out", str(fetched), passphrase=True)
    handler.type("fetch", channel, content, digest, "--out", str(fetched), code=2)
    approver.type("fetch", "desk", content, digest, "--out", str(signed))
    assert fetched.read_bytes() == signed.read_bytes() == jpeg(TURNED)
    assert fetched.stat().st_mode & 0o777 == 0o600


def _find(desk: Desk, channel: str, content: str, subject: str) -> None:
    """By one exact number, which is typed and not shown; nothing by a part of one."""
    find = ("find", channel, content, "--kind", "mobile")
    hits = desk.runner.invoke(app, [*find, "--json"], input=f"139 1234 5678\n{PASSPHRASE}\n")
    found = json.loads(hits.stdout[hits.stdout.index("[") :])  # behind what was typed
    assert [one["subject"] for one in found] == [subject]
    asked = desk.runner.invoke(app, list(find), input="139*\n")
    assert (asked.exit_code, "one exact value" in asked.stderr) == (2, True)
    assert subject in asked.stdout  # what is signed names the matter


def _attach(desk: Desk, document: Path, file: Path) -> None:
    """A photograph goes up and is named in the document; what is none is not taken, and the document stays."""
    words = ("attach", str(document), str(file), "--kind", "photo", "--title", "示例照片")
    file.write_bytes(b"PK")
    before = document.read_bytes()
    assert "FIELDS 6.5" in desk.type(*words, code=2).stderr
    assert document.read_bytes() == before
    file.write_bytes(jpeg(exif(6)))
    assert desk.ask(*words)["media"] == "jpg"


def _gone(desk: Desk, channel: str, content: str) -> str:
    result = desk.runner.invoke(app, ["open", channel, content], input=f"{PASSPHRASE}\n")
    return result.stderr if result.exit_code == 1 else ""


@pytest.mark.parametrize(
    "words",
    [
        ("case", "list"),
        ("enquiry", "list"),
        ("operation", "list"),
        ("posting", "list"),
        ("oversight", "list"),
        ("pairing", "list"),
        ("outflow", "list"),
        ("paper", "list"),
        ("search", "--unit", YIWU),
        ("inbox", "--whose", "all"),
        ("refused", "--all"),
        ("node",),
        ("units",),
    ],
)
def test_every_list_is_shown_to_people_and_to_programs(paired: Region, words: tuple[str, ...]) -> None:
    """A table, and the same as JSON."""
    desk = Desk(paired, XINCAI, "author")
    desk.type(*words)
    assert desk.ask(*words) is not None


@pytest.mark.parametrize("kind", ["case", "enquiry", "operation", "posting", "oversight"])
def test_what_is_not_there_is_no_such_matter(paired: Region, kind: str) -> None:
    """Of every kind, by the node's own word."""
    shown = Desk(paired, XINCAI, "author").type(kind, "show", paired.channel, str(uuid4()), "--json", code=1)
    assert json.loads(shown.stderr)["code"] == "unknown_matter"


def test_no_such_act_says_where_acts_are_listed(paired: Region) -> None:
    """And repeats nothing of what was typed."""
    said = Desk(paired, YIWU, "intake").type("say", "leads", "nonsense", paired.channel, code=1)
    assert "no such route or act" in said.stderr
    assert "nonsense" not in said.stderr


def test_an_export_of_the_log_audits_anywhere(paired: Region, tmp_path: Path) -> None:
    """Topics are found from the proposals; the file audits with the root alone (PROTOCOL 11)."""
    runner, log = CliRunner(), paired.node(XINCAI).settings.log
    file = tmp_path / "export.jsonl"
    made = runner.invoke(app, ["export", "--root", paired.root, "--log", log, str(file), "--json"])
    assert made.exit_code == 0, made.output
    assert paired.topic.encode() in file.read_bytes().splitlines()[0]
    for source in (["--export", str(file)], ["--log", log]):
        audited = runner.invoke(app, ["audit", "--root", paired.root, *source, "--json"])
        assert audited.exit_code == 0, audited.output
        assert json.loads(audited.stdout)["verdict"] == "self-consistent"
