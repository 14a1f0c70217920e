"""The command line without a node: exit codes, what is signed, what is shown, what is said when it fails."""

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from contracts.approval import AccessStatement, Approval, Delegation, Submission
from contracts.dsse import Dsse, keyid
from contracts.vocabulary import AccessKind, AccessReason, AttachmentKind, Role
from services.cli import client, files, session, statements
from services.cli.client import Node, Officer
from services.cli.commands import COMMANDS, app
from services.cli.errors import InvalidError, NotYetError, RefusedError, SigningRefusedError, VoidError
from services.cli.replies import ToSign
from services.domain import keys
from services.signing import FileSigner, create_key, open_signer
from tests.support.story import told

PAPER = "7b8f4a53-2c1d-4e0a-9b6f-0d9c2f4e1a77"
OFFICER = "9d1e2f3a-4b5c-4d6e-8f70-112233445566"
DIGEST, OTHER = "a" * 64, "b" * 64
PASSPHRASE = "示例口令 eight words long for a test"
RECORDED = {
    "event_id": PAPER,
    "channel": "desk",
    "subject": PAPER,
    "type": "duikou.desk.submitted.v1",
    "ledger": "desk/411729000001",
    "epoch": 1,
    "sequence": 2,
    "status": "recorded",
    "after": "duikou.desk.1@1",
}
NODE = ["--url", "http://node.test", "--token", "t"]
Answers = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, FileSigner]:
    path = tmp_path_factory.mktemp("officers") / f"{OFFICER}.pem"
    made = create_key(path, PASSPHRASE)
    assert isinstance(made, FileSigner)
    return path, made


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner(env={"COLUMNS": "200"})


def statement(role: Role = Role.AUTHOR, **changes: Any) -> Submission:
    about = {
        "exchange": DIGEST,
        "channel": "pairing",
        "type": "duikou.pairing.declined.v1",
        "subject": PAPER,
        "unit": "411729000001",
        "officer": OFFICER,
        "role": role,
        "summary": DIGEST,
        "decided_at": "2026-11-24T00:00:00.000Z",
        "valid_until": "2026-11-27T00:00:00.000Z",
    }
    model = Submission if role is Role.AUTHOR else partial(Approval, submission=DIGEST)
    return model(**{**about, **changes})


def to_sign(said: Any, signer: FileSigner, **changes: str) -> ToSign:
    payload = base64.b64encode(said.to_payload()).decode()
    return ToSign(**{"payload_type": said.PURPOSE, "payload": payload, "keyid": signer.keyid, **changes})


def test_several_are_one_call_and_the_worst_result_is_the_exit_code(
    runner: CliRunner, answering: Callable[[Answers], None]
) -> None:
    """Partial success is said item by item."""
    sent: list[Any] = []

    def answers(request: httpx.Request) -> httpx.Response:
        sent.append((request.url.path, json.loads(request.content)["matters"]))
        results = [{"subject": PAPER, "status": "recorded"}, {"subject": OFFICER, "status": said, "code": "state"}]
        return httpx.Response(200, json=results)

    answering(answers)
    for context, words in (("lead", ["receive"]), ("enquiry", ["enquiry", "receive"])):
        for said, code in {"recorded": 0, "pending": 0, "refused": 1, "not_yet": 3, "void": 4}.items():
            done = runner.invoke(app, [*words, "channel", PAPER, OFFICER, *NODE])
            assert (done.exit_code, said in done.stdout) == (code, True), done.output
            named = [{"channel": "channel", "context": context, "subject": one} for one in (PAPER, OFFICER)]
            assert sent.pop() == ("/v1/inbox/received", named)


@pytest.mark.parametrize(("statuses", "code"), [(("void", "refused"), 1), (("not_yet", "void"), 4)])
def test_of_several_results_the_worst_one_counts(
    runner: CliRunner, answering: Callable[[Answers], None], statuses: tuple[str, str], code: int
) -> None:
    results = [{"subject": one, "status": said} for one, said in zip((PAPER, OFFICER), statuses, strict=True)]
    answering(lambda _: httpx.Response(200, json=results))
    assert runner.invoke(app, ["receive", "channel", PAPER, OFFICER, *NODE]).exit_code == code


def test_several_papers_are_shown_and_signed_under_one_passphrase(
    runner: CliRunner, answering: Callable[[Answers], None], signer: tuple[Path, FileSigner]
) -> None:
    """Each statement is signed for itself; one that is about another paper is not, and then none is handed in."""
    path, key = signer
    handed: list[Any] = []

    def answers(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            handed.append(json.loads(request.content))
            return httpx.Response(200, json=[{"subject": PAPER, "status": "recorded"}] * 2)
        if request.url.path == "/v1/papers/statements":
            given = [{"paper": one, **to_sign(statement(summary=digest), key).model_dump()} for one in (PAPER, OFFICER)]
            return httpx.Response(200, json=given)
        return httpx.Response(200, json=paper())

    answering(answers)
    command = ["sign", PAPER, OFFICER, "--key", str(path), *NODE]
    digest = DIGEST
    done = runner.invoke(app, command, input=f"{PASSPHRASE}\n")
    assert done.exit_code == 0, done.output
    assert done.stdout.count("summary (sha-256)") == 2
    assert handed[0]["role"] == "author"
    for one in handed[0]["papers"]:
        sig = {"keyid": one["signed"]["keyid"], "sig": one["signed"]["sig"]}
        dsse = Dsse.model_validate({"payload": one["signed"]["payload"], "signatures": [sig]}, strict=False)
        assert keys.signed_by(dsse, Submission.PURPOSE, key.public)
    digest = OTHER
    assert runner.invoke(app, command, input=f"{PASSPHRASE}\n").exit_code == 1
    assert len(handed) == 1


def paper(**changes: Any) -> dict[str, Any]:
    usual = {
        "id": PAPER,
        "status": "draft",
        "channel": "pairing",
        "type": "duikou.pairing.declined.v1",
        "subject": PAPER,
        "author": OFFICER,
        "approved_by": "",
        "reason": "",
        "summary": {"offer": DIGEST},
        "summary_digest": DIGEST,
        "outgoing": {"event_id": PAPER, "status": "none"},
    }
    return {**usual, **changes}


def node(answers: Answers) -> Node:
    """A node's HTTP that answers from a function: what comes over the wire, and nothing of a node."""
    return Node("http://node.test", "t", httpx.Client(transport=httpx.MockTransport(answers)))


def officer(answers: Answers, signer: FileSigner | None = None) -> Officer:
    made = Officer("http://node.test", "t", signer)
    made.node = node(answers)
    return made


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answers], None]:
    """What the commands' node answers."""

    def use(answers: Answers) -> None:
        # where it is looked up at every call: a command is imported when it is typed, and keeps what it finds then
        monkeypatch.setattr(session, "Officer", lambda url, token, signer=None, **_: officer(answers, signer))

    monkeypatch.setattr(client, "PAUSE_SECONDS", 0.0)
    return use


# -- exit codes --------------------------------------------------------------------------------------------------------


def problem(status: int, code: str, law: str = "") -> httpx.Response:
    body = {"status": status, "code": code, "law": law, "title": "What to do.", "errors": []}
    return httpx.Response(status, json=body)


def broken(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nobody there")


EXITS: dict[str, tuple[Answers, int]] = {
    "done": (lambda _: httpx.Response(202, json=RECORDED), 0),
    "refused by a rule": (lambda _: problem(409, "pairing_state", "L6"), 1),
    "refused to this officer": (lambda _: problem(403, "officers", "L5"), 1),
    "no token": (lambda _: problem(401, "token"), 1),
    "not well formed": (lambda _: problem(422, "invalid"), 2),
    "not yet": (lambda _: problem(503, "not_yet"), 3),
    "before its record": (lambda _: problem(425, "not_yet", "L7"), 3),
    "nobody answers": (broken, 3),
    "void in the log": (lambda _: httpx.Response(202, json={**RECORDED, "status": "void", "code": "state"}), 4),
    "a page of a proxy": (lambda _: httpx.Response(502, text="<html>"), 1),
}


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("name", EXITS)
def test_exit_codes_are_a_contract(
    runner: CliRunner, answering: Callable[[Answers], None], name: str, *, as_json: bool
) -> None:
    answers, code = EXITS[name]
    answering(answers)
    result = runner.invoke(app, ["receive", "c", "s", *NODE, *(["--json"] if as_json else [])])
    assert result.exit_code == code, result.output
    if as_json:
        said = json.loads(result.stdout if code == 0 else result.stderr)
        assert said["status"] == "recorded" if code == 0 else said["code"]


@pytest.mark.parametrize(
    "arguments",
    [["nothing"], ["receive"], ["withdraw", "c", "s", *NODE, "--ground", "mood"], ["draft", "missing.json", *NODE]],
)
def test_wrong_usage_is_two(runner: CliRunner, arguments: list[str]) -> None:
    assert runner.invoke(app, arguments).exit_code == 2


def test_an_error_says_code_law_what_to_do_and_which_field(
    runner: CliRunner, answering: Callable[[Answers], None]
) -> None:
    errors = [{"path": "summary.[urgency]", "rule": "one of three"}]
    body = {"status": 422, "code": "invalid", "law": "FIELDS", "title": "Correct the fields.", "errors": errors}
    answering(lambda _: httpx.Response(422, json=body))
    said = runner.invoke(app, ["receive", "c", "s", *NODE]).stderr
    for part in ("invalid", "(FIELDS)", "Correct the fields.", "summary.[urgency]: one of three"):
        assert part in said


def test_every_command_speaks_json(runner: CliRunner) -> None:
    groups = {"paper": 7, "case": 6, "enquiry": 7, "pairing": 3, "outflow": 2}
    given: Any = get_command(app)
    names: list[list[str]] = []
    for name in COMMANDS:
        of_group = getattr(given.get_command(None, name), "commands", {})
        assert len(of_group) >= groups.get(name, 0)
        names += [[name, one] for one in of_group] or [[name]]
    for words in names:
        assert "--json" in runner.invoke(app, [*words, "--help"], env={"TERM": "dumb"}).output, words


def test_what_is_not_there_is_an_empty_cell(capsys: pytest.CaptureFixture[str]) -> None:
    session.table("unit", "lost")([{"unit": "411729000001", "lost": None}])
    shown = capsys.readouterr().out
    assert ("411729000001" in shown, "null" in shown) == (True, False)


def test_a_command_that_is_nearly_right_is_suggested(runner: CliRunner) -> None:
    found = runner.invoke(app, ["recieve"], env={"TERM": "dumb"})
    assert (found.exit_code, "'receive'" in found.stderr) == (2, True)


@pytest.mark.parametrize(
    ("command", "needless"), [("receive", "services.domain"), ("sign", "services.domain"), ("draft", "services.domain")]
)
def test_a_command_imports_what_it_needs_alone(command: str, needless: str) -> None:
    """An officer's needs no database; and who waits for one command does not wait for the imports of all."""
    asked = f"import sys; sys.argv = ['duikou', {command!r}, '--help']; from services.cli import main\n"
    said = f"try: main()\nexcept SystemExit: print({needless!r} in sys.modules)"
    found = subprocess.run([sys.executable, "-c", asked + said], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "False"


# -- the client --------------------------------------------------------------------------------------------------------


def test_a_broken_connection_repeats_the_same_act(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same key each time, so it happens once."""
    monkeypatch.setattr(client, "PAUSE_SECONDS", 0.0)
    keys_seen = []

    def answers(request: httpx.Request) -> httpx.Response:
        keys_seen.append(request.headers["Idempotency-Key"])
        if len(keys_seen) < 3:
            raise httpx.ReadError("cut")
        return httpx.Response(202, json=RECORDED)

    officer(answers).receive("c", "s")
    officer(answers).receive("c", "s")
    assert keys_seen[0] == keys_seen[1] == keys_seen[2] != keys_seen[3]


def test_what_an_officer_meets_has_a_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAUSE_SECONDS", 0.0)
    for name, error in (
        ("refused by a rule", RefusedError),
        ("not well formed", InvalidError),
        ("nobody answers", NotYetError),
        ("void in the log", VoidError),
    ):
        with pytest.raises(error):
            officer(EXITS[name][0]).receive("c", "s")


def test_an_address_that_is_none_is_no_outage() -> None:
    with pytest.raises(ValueError, match="address"):
        Officer("gopher://node.test", "t").about()


def test_all_pages_are_read() -> None:
    def answers(request: httpx.Request) -> httpx.Response:
        start = request.url.params.get("from", "")
        row = {"channel": "c", "subject": start or "0", "state": {"status": "sent"}}
        return httpx.Response(200, json={"items": [row], "next": "1" if not start else ""})

    assert [one.subject for one in officer(answers).matters("leads")] == ["0", "1"]


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("case list", "/v1/cases"),
        ("case show c s", "/v1/channels/c/leads/s"),
        ("enquiry list", "/v1/enquiries"),
        ("enquiry show c s", "/v1/channels/c/enquiries/s"),
        ("operation list", "/v1/operations"),
        ("operation show c s", "/v1/channels/c/operations/s"),
        ("posting list", "/v1/postings"),
        ("posting show c s", "/v1/channels/c/postings/s"),
        ("oversight list", "/v1/oversight"),
        ("oversight show c s", "/v1/channels/c/oversight/s"),
        ("pairing list", "/v1/pairings"),
        ("outflow list", "/v1/outflow"),
    ],
)
def test_each_kind_is_asked_for_by_its_name(
    runner: CliRunner, answering: Callable[[Answers], None], words: str, path: str
) -> None:
    asked: list[str] = []

    def answers(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={"items": [], "next": "", "channel": "c", "subject": "s", "state": {}})

    answering(answers)
    result = runner.invoke(app, [*words.split(), *NODE])
    assert (result.exit_code, asked) == (0, [path]), result.output


def test_a_report_is_shown_with_its_roles_and_its_files_are_written_once(
    runner: CliRunner, answering: Callable[[Answers], None], tmp_path: Path
) -> None:
    """A file that is there already is found before anything is asked."""
    figure = {"indicator": "gangs", "zh": "团伙", "value": "2", "roles": {"led": "1"}, "by": {}, "events": [{}]}
    found = {"unit": "4", "level": "county", "period": "2021-03", "closed": True, "figures": [figure]}
    asked: list[str] = []

    def answers(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path.decode())
        if request.url.path.endswith("paper"):
            return httpx.Response(200, content=b"paper")
        return httpx.Response(200, json={**found, "missing": ["5"], "sealed": []})

    answering(answers)
    path = tmp_path / "report.xlsx"
    result = runner.invoke(app, ["report", "2021-03", *NODE, "--xlsx", str(path), "--unit", "5", "--version", "1"])
    assert result.exit_code == 0, result.output
    assert asked == ["/v1/reports/2021-03/figures", "/v1/reports/2021-03/paper?form=xlsx&unit=5&version=1"]
    assert path.read_bytes() == b"paper"
    assert {"团伙", "missing: 5"} <= {part for line in result.stdout.splitlines() for part in (line, *line.split())}
    assert runner.invoke(app, ["report", "2021-03", *NODE, "--xlsx", str(path)]).exit_code == 2
    assert len(asked) == 2


def test_a_document_that_was_thrown_away_is_not_waited_for_for_ever() -> None:
    with pytest.raises(NotYetError):
        officer(lambda _: httpx.Response(200, json=paper(status="discarded"))).sent(PAPER, seconds=0)


def test_a_document_that_a_rule_forbids_to_send_is_not_waited_for() -> None:
    way = {"event_id": PAPER, "status": "refused", "code": "purpose", "law": "L6"}
    with pytest.raises(RefusedError) as refused:
        officer(lambda _: httpx.Response(200, json=paper(status="approved", outgoing=way))).sent(PAPER, seconds=0)
    assert (refused.value.code, refused.value.law) == ("purpose", "L6")


def test_a_document_has_at_most_ten_attachments() -> None:
    """Said before anything is sent: no node answers here."""
    ten: dict[str, Any] = {"attachments": [{}] * 10}
    full = {"summary": dict(ten), "content": dict(ten)}
    with pytest.raises(ValueError, match="at most 10"):
        files._attached(officer(broken), full, b"", AttachmentKind.PHOTO, {})


@pytest.mark.parametrize("text", ['{"summary": {}}', '{"summary": {}, "content_id": "old"}'])
def test_a_document_without_attachments_is_revised_as_it_is(text: str, tmp_path: Path) -> None:
    """Its file is not touched, no node is asked, and what its files were under is not named."""
    path = tmp_path / "document.json"
    path.write_text(text)
    assert files.carried(officer(broken), path, "a" * 52, "duikou.lead.shared.v1") == {"summary": {}}
    assert path.read_text() == text


@pytest.mark.parametrize("part", [[1], "text", {"attachments": {}}, {"attachments": [1]}])
def test_a_part_that_has_no_place_for_files_is_said_to_be_wrong(part: Any, tmp_path: Path) -> None:
    """To be revised or to get one; nothing is sent, and the file stays."""
    path = tmp_path / "document.json"
    text = json.dumps({"summary": part, "content": None})
    path.write_text(text)
    with pytest.raises(ValueError, match="the summary of the document"):
        files.carried(officer(broken), path, "a" * 52, "duikou.lead.shared.v1")
    with pytest.raises(ValueError, match="the summary of the document"):
        files._attached(officer(broken), json.loads(text), b"", AttachmentKind.PHOTO, {})
    assert path.read_text() == text


@pytest.mark.parametrize("text", [b"", b"\xff", b"{", b"[" * 100_000, b"[]", b"1"])
def test_a_file_that_is_no_document_is_wrong_usage(runner: CliRunner, text: bytes, tmp_path: Path) -> None:
    """Named by its path; nobody is asked."""
    path = tmp_path / "document.json"
    path.write_bytes(text)
    said = runner.invoke(app, ["draft", str(path), *NODE])
    assert (said.exit_code, "no JSON" in said.output) == (2, True)


@pytest.mark.parametrize("told", [[], [{}]])
def test_attachments_that_were_written_by_hand_are_said_to_be_wrong(told: list[Any], tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    clear = [{"digest": DIGEST, "size": 1, "media": "pdf"}]
    path.write_text(json.dumps({"summary": {"attachments": clear}, "content": {"attachments": told}}))
    with pytest.raises(ValueError, match=r"shorter|plain_digest"):
        files.carried(officer(broken), path, "a" * 52, "duikou.lead.shared.v1")


# -- signing -----------------------------------------------------------------------------------------------------------


def handed_in(signer: FileSigner, said: Any, **changes: str) -> tuple[Answers, list[dict[str, Any]]]:
    """A node that shows ``said`` to be signed, and what it was then given."""
    given: list[dict[str, Any]] = []

    def answers(request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and "access-statement" not in request.url.path:
            given.append(json.loads(request.content))
            return httpx.Response(202, json=RECORDED)
        if "statement" in request.url.path:
            return httpx.Response(200, json=to_sign(said, signer, **changes).model_dump())
        return httpx.Response(200, json=paper())

    return answers, given


def test_a_document_is_shown_then_signed(
    runner: CliRunner, answering: Callable[[Answers], None], signer: tuple[Path, FileSigner]
) -> None:
    """In words, before the passphrase; the key, the bytes and the purpose are ours, and the passphrase goes nowhere."""
    path, key = signer
    said = statement()
    answers, given = handed_in(key, said)
    answering(answers)
    result = runner.invoke(app, ["sign", PAPER, *NODE, "--key", str(path)], input=f"{PASSPHRASE}\n")
    assert result.exit_code == 0, result.output
    for part in ("duikou.pairing.declined.v1", DIGEST, "承办 (author)", PAPER):
        assert part in result.stdout
    (body,) = given
    signed = Dsse.make(
        base64.b64decode(body["signed"]["payload"]), (key.keyid, base64.b64decode(body["signed"]["sig"]))
    )
    assert signed.raw == said.to_payload()
    assert keys.signed_by(signed, Submission.PURPOSE, key.public)
    assert PASSPHRASE not in json.dumps(given) + result.output


def test_who_forgot_his_role_is_told_before_the_passphrase(
    runner: CliRunner, answering: Callable[[Answers], None], signer: tuple[Path, FileSigner]
) -> None:
    """An approver's usual slip: author is what --role says unless told."""
    answering(lambda _: httpx.Response(200, json=paper(status="submitted")))
    result = runner.invoke(app, ["sign", PAPER, *NODE, "--key", str(signer[0])])
    assert result.exit_code == 2
    assert "it is submitted" in result.stderr
    assert "--role approver" in " ".join(result.stderr.split())
    assert "passphrase" not in result.output


def test_the_list_of_documents_says_in_words_what_has_not_arrived(
    runner: CliRunner, answering: Callable[[Answers], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Story 4: sealed, not delivered, and when the other unit was last heard of."""
    monkeypatch.setattr(session.out, "width", 200)  # of a terminal; nothing is folded
    way = {
        "event_id": PAPER,
        "status": "pending",
        "zh": "已签发，未送达",
        "counterpart_seen": "2026-11-24T00:00:00.000Z",
    }
    answering(lambda _: httpx.Response(200, json=[paper(status="approved", outgoing=way)]))
    shown = runner.invoke(app, ["paper", "list", *NODE]).stdout
    assert all(part in shown for part in (PAPER, "approved", "已签发，未送达", "2026-11-24T00:00:00.000Z"))
    assert "event_id" not in shown


def test_a_token_is_for_a_number(runner: CliRunner, tmp_path: Path) -> None:
    """A post's name gave a token with which nobody is let in."""
    result = runner.invoke(app, ["token", str(tmp_path / "node.toml"), "author"])
    assert result.exit_code == 2
    assert "/v1/units/own/officers" in result.stderr


def test_a_wrong_passphrase_signs_nothing(
    runner: CliRunner, answering: Callable[[Answers], None], signer: tuple[Path, FileSigner]
) -> None:
    path, key = signer
    answers, given = handed_in(key, statement())
    answering(answers)
    result = runner.invoke(app, ["sign", PAPER, *NODE, "--key", str(path)], input="wrong\n")
    assert (result.exit_code, given) == (2, [])


LIES: dict[str, Callable[[FileSigner], tuple[Any, dict[str, str]]]] = {
    "another document": lambda _: (statement(summary=OTHER), {}),
    "another matter": lambda _: (statement(subject="x"), {}),
    "another role": lambda _: (statement(role=Role.HEAD), {}),
    "another purpose under our role": lambda _: (statement(), {"payload_type": Approval.PURPOSE}),
    "bytes of another purpose": lambda _: (access(), {"payload_type": Submission.PURPOSE}),
    "another officer's key": lambda _: (statement(), {"keyid": OTHER}),
    "no statement": lambda _: (statement(), {"payload": "e30="}),
    "no base64": lambda _: (statement(), {"payload": "%"}),
    "base64 with something between": lambda key: (statement(), {"payload": "\n" + to_sign(statement(), key).payload}),
}


def access() -> AccessStatement:
    return AccessStatement(
        exchange=DIGEST,
        channel="pairing",
        officer=OFFICER,
        content=PAPER,
        kind=AccessKind.READ,
        reason=AccessReason.HANDLING,
        key=base64.b64encode(bytes(1_216)).decode(),
        at="2026-11-24T00:00:00.000Z",
    )


@pytest.mark.parametrize("name", LIES)
def test_a_node_that_lies_gets_no_signature(signer: tuple[Path, FileSigner], name: str) -> None:
    """The officer's machine signs what it was asked for and what it can read, under the purpose it knows (WIRE 6)."""
    _, key = signer
    said, changes = LIES[name](key)
    answers, given = handed_in(key, said, **changes)
    with pytest.raises(SigningRefusedError):
        officer(answers, key).submit(PAPER)
    assert given == []


def test_a_reader_signs_for_the_content_he_asked_for(signer: tuple[Path, FileSigner]) -> None:
    _, key = signer
    answers, given = handed_in(key, access())
    officer(answers, key).record_access("pairing", PAPER, to_sign(access(), key))
    assert len(given) == 1
    with pytest.raises(SigningRefusedError):
        officer(answers, key).record_access("pairing", OFFICER, to_sign(access(), key))


def test_without_a_key_nothing_is_signed(signer: tuple[Path, FileSigner]) -> None:
    answers, given = handed_in(signer[1], statement())
    with pytest.raises(SigningRefusedError):
        officer(answers).submit(PAPER)
    assert given == []


def leave(**changes: Any) -> Delegation:
    said = {"exchange": DIGEST, "unit": "411729000001", "head": OFFICER, "officer": PAPER, "role": Role.APPROVER}
    return Delegation(**{**said, "from": "2026-12-01T00:00:00.000Z", "until": "2026-12-08T00:00:00.000Z", **changes})


def test_a_delegation_is_signed_once_and_travels_with_every_request(
    runner: CliRunner, answering: Callable[[Answers], None], signer: tuple[Path, FileSigner], tmp_path: Path
) -> None:
    """代签: a head writes a file; who stands in is let in by it, and hands it in with his signature."""
    path, key = signer
    asked: list[httpx.Request] = []

    def answers(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=to_sign(leave(), key).model_dump())

    answering(answers)
    file, span = tmp_path / "leave.json", ("--from", leave().since, "--until", leave().until)
    words = ["delegate", PAPER, str(file), *span, *NODE, "--key", str(path)]
    done = runner.invoke(app, words, input=f"{PASSPHRASE}\n")
    assert done.exit_code == 0, done.output
    assert all(part in done.stdout for part in (PAPER, "2026-12-08T00:00:00.000Z", "approver"))
    assert runner.invoke(app, words, input=f"{PASSPHRASE}\n").exit_code == 2, "never overwritten"
    assert dict(asked[0].url.params) == {"officer": PAPER, "role": "approver", "from": span[1], "until": span[3]}
    made = json.loads(file.read_text())
    dsse = Dsse.make(base64.b64decode(made["payload"]), (made["keyid"], base64.b64decode(made["sig"])))
    assert keys.signed_by(dsse, Delegation.PURPOSE, key.public)
    deputy = Officer("http://node.test", "t", key, delegation=made)
    deputy.node.http = httpx.Client(transport=httpx.MockTransport(answers))
    with pytest.raises(SigningRefusedError):
        deputy.delegation_statement(PAPER, Role.HEAD, span[1], span[3])  # and hears of an approver
    assert json.loads(base64.b64decode(asked[-1].headers["Duikou-Delegation"])) == made


def test_words_name_what_a_signature_covers() -> None:
    shown = dict(statements.words(statement(Role.HEAD, ciphertext=OTHER, commitment=OTHER, content=PAPER)))
    assert shown["summary (sha-256)"] == DIGEST
    assert shown["ciphertext (sha-256)"] == OTHER
    assert shown["as"] == "局领导 (head)"
    assert set(dict(statements.words(access()))) == {"channel", "content", "kind", "reason", "at"}


def test_the_key_file_of_an_officer_opens_only_with_his_passphrase(signer: tuple[Path, FileSigner]) -> None:
    path, key = signer
    assert open_signer(f"file+passphrase:{path}", PASSPHRASE).keyid == key.keyid == keyid(key.public)


# -- audit -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def export_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "story.jsonl"
    path.write_bytes(told().exported())
    return path


def test_an_export_that_holds_ends_with_zero(runner: CliRunner, export_file: Path) -> None:
    result = runner.invoke(app, ["audit", "--root", told().exchange, "--export", str(export_file), "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["verdict"] == "self-consistent"


def test_a_flipped_byte_ends_with_five(runner: CliRunner, export_file: Path, tmp_path: Path) -> None:
    """PROTOCOL 11: the audit refuses and names where."""
    lines = export_file.read_bytes().splitlines(keepends=True)
    line = json.loads(lines[5])
    value = bytearray(base64.b64decode(line["value"]))
    value[len(value) // 2] ^= 1
    lines[5] = json.dumps({**line, "value": base64.b64encode(value).decode()}, separators=(",", ":")).encode() + b"\n"
    flipped = tmp_path / "flipped.jsonl"
    flipped.write_bytes(b"".join(lines))
    result = runner.invoke(app, ["audit", "--root", told().exchange, "--export", str(flipped)])
    assert result.exit_code == 5, result.output
    assert "divergence" in result.stdout


def test_another_root_ends_with_five_and_no_root_with_two(runner: CliRunner, export_file: Path) -> None:
    """The root comes from outside and is not optional."""
    audit = ["audit", "--export", str(export_file)]
    assert runner.invoke(app, [*audit, "--root", OTHER]).exit_code == 5
    assert runner.invoke(app, audit).exit_code == 2
    assert runner.invoke(app, [*audit, "--root", "short"]).exit_code == 2
    assert runner.invoke(app, ["audit", "--root", OTHER]).exit_code == 2


LAW_COUNTS: dict[str, tuple[list[str], str]] = {
    "routine, over the holiday of October (MECHANISM 4)": (
        ["2021-09-28T01:00:00.000Z", "--days", "7"],
        "2021-10-08T16:00:00.000Z",
    ),
    "urgent: 8 hours run by night": (["2021-09-28T15:20:00.000Z", "--hours", "8"], "2021-09-29T00:00:00.000Z"),
    "the 3rd working day after April 2021 (MECHANISM 4)": (
        ["2021-04-30T01:00:00.000Z", "--working-days", "3"],
        "2021-05-08T16:00:00.000Z",
    ),
}


@pytest.mark.parametrize(("arguments", "until"), LAW_COUNTS.values(), ids=LAW_COUNTS)
def test_the_calendar_counts_as_the_law_does(runner: CliRunner, arguments: list[str], until: str) -> None:
    result = runner.invoke(app, ["calendar", *arguments, "--json"])
    assert json.loads(result.stdout) == {"late_from": until}


@pytest.mark.parametrize("wrong", [[], ["--days", "1", "--hours", "1"]])
def test_the_calendar_counts_one_span(runner: CliRunner, wrong: list[str]) -> None:
    assert runner.invoke(app, ["calendar", "2021-09-28T01:00:00.000Z", *wrong]).exit_code == 2
    assert runner.invoke(app, ["calendar", "2031-09-28T01:00:00.000Z", "--days", "1"]).exit_code == 2
