"""Audit and export: public keys and a pinned root, no token, no node."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import count, takewhile
from pathlib import Path
from typing import Annotated, Any

import typer

from contracts.attestations import AuditAttested, AuditAttestedSummary
from contracts.channels import OPEN_TOPICS, PAIRING, TRUST, Topic, topic
from services.auditor import (
    AuditorError,
    Copies,
    Export,
    Outcome,
    Report,
    Source,
    Topics,
    rendered,
    stated,
    summary_of,
)
from services.auditor import audit as judged
from services.auditor import export as written
from services.auditor.judge import Judge
from services.auditor.source import Claims
from services.cli.against import claims
from services.cli.errors import AUDIT_REFUSED
from services.cli.session import Json, document, failing, out, pairs, tell
from services.domain.channel import supervised
from services.node.node import accepted
from services.node.settings import SettingsError, load
from services.storage.replica import Replica
from services.transport import Credentials, Log, open_log, visible_end
from services.verifier import History

Root = Annotated[str, typer.Option("--root", help="Fingerprint of the root, 64 hex digits, from outside")]
LogUrl = Annotated[str, typer.Option("--log", help="The log: postgresql://... or kafka://host:port")]
TopicOption = Annotated[list[str], typer.Option("--topic", help="Topics to read; none: all open ones and channels")]
Ca = Annotated[Path | None, typer.Option("--ca", help="Authority of the brokers (PEM)")]
Cert = Annotated[Path | None, typer.Option("--cert", help="Our certificate (PEM)")]
Key = Annotated[Path | None, typer.Option("--tls-key", help="Its private key (PEM)")]


def audit(
    root: Root,
    export_file: Annotated[Path | None, typer.Option("--export", help="An export file")] = None,
    log: LogUrl = "",
    topics: TopicOption = [],  # noqa: B006 - typer reads it
    ca: Ca = None,
    cert: Cert = None,
    key: Key = None,
    against: Annotated[list[Path], typer.Option("--against", help="Settings of nodes here: compare their views")] = [],  # noqa: B006
    attested: Annotated[Path | None, typer.Option("--attested", help="An attested audit (JSON): compare it")] = None,
    as_json: Json = False,
) -> None:
    """Replay a history and say whether it holds. Exit code 5: it does not."""
    with failing(as_json):
        said = claims(against) if against else None
        before = stated(document(attested)) if attested is not None else None
        with _source(root, export_file, log, topics, _credentials(ca, cert, key), said) as source:
            report = _report(root, source, said, before)
    if as_json:
        out.print_json(data=report.to_json())
    else:
        out.print(rendered(report))
    if report.verdict is Outcome.REFUSED:
        raise typer.Exit(AUDIT_REFUSED)


def attest(
    root: Root,
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="What duikou audit --json printed")],
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="Of the unit and its superior, who attests")],
    to: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the document; never overwritten")],
    as_json: Json = False,
) -> None:
    """Make an auditor's report a document that the superior's office drafts and its head signs: codes and counts."""

    def act() -> dict[str, Any]:
        said = summary_of(document(report), root)
        summary = said.model_dump(mode="json")
        with to.open("x") as file:
            file.write(json.dumps({"channel": channel, "type": AuditAttested.TYPE, "summary": summary}))
        return {"document": str(to), "opinion": said.opinion, "fingerprint": said.fingerprint, "next": NEXT}

    tell(as_json, act, pairs)


NEXT = "duikou draft FILE, at the superior's node; signed by an author and the head"


def export(
    root: Root,
    to: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write; never overwritten")],
    log: LogUrl = "",
    copy_of: Annotated[Path | None, typer.Option("--copy-of", help="Settings of a node here: what it has read")] = None,
    topics: TopicOption = [],  # noqa: B006 - typer reads it
    ca: Ca = None,
    cert: Cert = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Write whole topics of a log, or of a node's copy of it, into a file that audits anywhere."""

    def act() -> dict[str, Any]:
        with _copies(copy_of, log) or _source(root, None, log, topics, _credentials(ca, cert, key)) as source:
            return {"file": str(to), "records": _write(to, written(root, source))}

    tell(as_json, act, pairs)


def _write(to: Path, lines: Iterator[bytes]) -> int:
    """How many records. What cannot be exported whole leaves no file behind."""
    with to.open("xb") as file:
        try:
            return sum(1 for line in lines if file.write(line)) - 1
        except AuditorError as error:
            to.unlink()
            raise ValueError(str(error)) from error
        except BaseException:
            to.unlink()
            raise


def _report(root: str, source: Source, expected: Claims | None, attested: AuditAttestedSummary | None = None) -> Report:
    try:
        return judged(root, source, expected, attested)
    except AuditorError as error:
        raise ValueError(str(error)) from error


def _copies(settings: Path | None, log: str) -> AbstractContextManager[Source] | None:
    """Raises ValueError: both are given, or the settings are wrong."""
    if settings is None:
        return None
    if log:
        raise ValueError("either --log or --copy-of")
    try:
        return _copy(Replica(load(settings).database))
    except SettingsError as error:
        raise ValueError(str(error)) from error


@contextmanager
def _copy(replica: Replica) -> Iterator[Source]:
    with closing(replica):
        yield Copies(replica)


@contextmanager
def _source(
    root: str,
    file: Path | None,
    url: str,
    topics: list[str],
    credentials: Credentials | None,
    expected: Claims | None = None,
) -> Iterator[Source]:
    """Raises ValueError: not exactly one of file and log. ``expected``: read up to its cut."""
    if (file is None) == (not url):
        raise ValueError("either --export or --log")
    if file is not None:
        yield Export.at(file)
        return
    cut = None if expected is None else {name: place.offset for name, place in expected.cut.items()}
    with closing(open_log(url, credentials)) as opened:
        yield Topics(opened, topics or _all(root, opened), cut)


def _all(root: str, log: Log) -> list[str]:
    """The open topics, the channels of pairings and of units with their superiors; a member's log may hide some."""
    judge = Judge(root, frozenset())
    judge.take(Topics(log, [*_existing(log, PAIRING), *_existing(log, TRUST)]).records)
    proposals, trust = _newest(judge, PAIRING), _newest(judge, TRUST)
    channels = [channel for channel, _ in accepted(root, proposals)] if proposals else []
    channels += [channel for channel, _ in supervised(root, trust.channel.trust)] if trust else []
    return [name for channel in (*OPEN_TOPICS, *channels) for name in _existing(log, channel)]


def _newest(judge: Judge, channel: str) -> History | None:
    """The history of the last topic of a channel that was read."""
    read = [topic(name) for name in judge.topics if topic(name).channel == channel]
    return judge.topics[str(max(read))].history if read else None


def _existing(log: Log, channel: str) -> Iterator[str]:
    """A channel's topics; the first is named also where it is hidden from us."""
    yield str(Topic(channel, 1))
    names = (str(Topic(channel, n)) for n in count(2))
    yield from takewhile(lambda name: visible_end(log, name) is not None, names)


def _credentials(ca: Path | None, cert: Path | None, key: Path | None) -> Credentials | None:
    return Credentials(ca, cert, key) if ca and cert and key else None
