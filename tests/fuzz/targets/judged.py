"""What a verdict, a view and an audit make of records: whatever a member, the registry or a forger wrote and signed."""

import base64
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from contracts.approval import AccessStatement, Approval, Delegation, Possession, Session, Submission
from contracts.calendar import CalendarMissingError
from contracts.catalogue import events
from contracts.channels import DESK, OUTFLOW, PAIRING, REGISTRY, TRUST, Topic
from contracts.envelope import GENESIS_SEEN, Envelope, Message, Position, Record
from contracts.profile import MAX_STATEMENT, compact
from contracts.refusals import Code
from contracts.trust import Mandate
from services.auditor import AuditorError, audit
from services.auditor.lines import Header, Line, decode
from services.domain.clocks import DAY, Clock
from services.domain.counting import calendar_of
from services.domain.obligations import owed
from services.domain.trust import ROOT
from services.registry import ceremony
from services.signing import Signer
from services.vectors.seeds import seeded
from services.verifier import History, Result, Stopped, Verdict, inspect
from services.views import VIEWS, fingerprint, fold
from tests.fuzz.engine import Broken, Target, Unfit
from tests.fuzz.samples import samples
from tests.support import forgery
from tests.support.decisions import R1, R2, add_key, delegate, enrol, registrars, rotate, suspend
from tests.support.ledgers import fork, reopen
from tests.support.mandates import HENAN
from tests.support.officers import declined
from tests.support.story import Story, begin, read_only, told
from tests.support.world import XINCAI, YIWU, agreed

PURPOSES = {
    "submission": Submission.PURPOSE,
    "approval": Approval.PURPOSE,
    "delegation": Delegation.PURPOSE,
    "statement": AccessStatement.PURPOSE,
    "session": Session.PURPOSE,
    "mandate": Mandate.PURPOSE,
    "possession": Possession.PURPOSE,
    "endorsement": Possession.PURPOSE,
}
"""Member -> payload type of what stands there."""


Rows = dict[tuple[str, str], dict[str, Any]]


CENTURY = 36_525 * DAY
"""ms that a log's clock may be wrong here."""


class Moment(NamedTuple):
    """A log up to some place, with what it meant there, and the rows of every view for each of both units."""

    channel: str
    history: History
    rows: Rows


@cache
def story() -> Story:
    """Told to its end, and then what only happens on bad days."""
    made = told()
    declined(made, {})
    made.suspend_pairing(YIWU)
    made.resume_pairing(YIWU)
    add_key(made, signers=1, by=XINCAI)
    enrol(made)
    suspend(made)
    made.trust(ceremony.reinstated(made.by(HENAN), XINCAI))
    made.trust(ceremony.officer_ended(made.by(HENAN), made.officer(XINCAI, "duty"), XINCAI))
    delegate(made, registrars(made, R1, R2))
    made.roster.last[ROOT] += 1
    rotate(made)
    fork(made)
    reopen(made)
    made.copy_trust(made.channel)
    return made


@cache
def moments() -> list[Moment]:
    """Every channel of the story before each of its records; an unopened channel; a desk."""
    found = [Moment(agreed().channel, History.of(story().exchange, str(Topic(agreed().channel, 1))), {})]
    for channel in (story().channel, PAIRING, OUTFLOW, TRUST):
        history, rows = History.of(story().exchange, str(Topic(channel, 1))), Rows()
        for record in story().logs[channel]:
            rows = viewed(history.admit(record, inspect(record, {})), rows)
            found.append(Moment(channel, _still(history), rows))
    trust = story().history(TRUST).channel.trust
    return [*found, Moment(DESK, History.desk(story().exchange, XINCAI, trust), {})]


def viewed(verdict: Verdict, rows: Rows) -> Rows:
    """The rows after one more verdict; those given stay as they are."""
    after = {(name, unit): dict(rows.get((name, unit), {})) for name in VIEWS for unit in (XINCAI, YIWU)}
    for (name, unit), held in after.items():
        fold(VIEWS[name], unit, [verdict], held)
    return after


def _still(history: History) -> History:
    return replace(
        history,
        ledgers=dict(history.ledgers),
        admitted=dict(history.admitted),
        prefixes=dict(history.prefixes),
        streams=dict(history.streams),
        claims=dict(history.claims),
        live=dict(history.live),
    )


@cache
def signers() -> dict[str, Signer]:
    """Officers by number, all roles of mandates by name."""
    officers = {officer.id: officer.signer for officer in story().officers.values()}
    roles = [(ROOT, 3), ("registrar.41", 2), ("registrar.33", 2), ("duty.41", 1), ("duty.33", 1)]
    return officers | {f"{role}.{n}": seeded(f"{role}.{n}") for role, count in roles for n in range(1, count + 1)}


def signed_again(node: Any, name: str = "") -> Any:
    """Every statement inside, signed by whoever its payload names: a mutation that its author meant."""
    match node:
        case {"payload": str(text), **others} if name in PURPOSES:
            return {**others, "payload": text, "signatures": _signatures(name, text) or others.get("signatures", [])}
        case dict():
            return {member: signed_again(value, member) for member, value in node.items()}
        case list():
            return [signed_again(value, name) for value in node]
        case _:
            return node


def _signatures(name: str, text: str) -> list[dict[str, str]]:
    try:
        payload = base64.b64decode(text)
        said = json.loads(payload)
        wanted = {str(said.get(member)) for member in ("officer", "head", "role", "holder")}
    except (ValueError, RecursionError, AttributeError):
        return []
    able = [s for who, s in signers().items() if who in wanted or who.rpartition(".")[0] in wanted]
    return [
        {"keyid": s.keyid, "sig": base64.b64encode(s.sign(PURPOSES[name], payload)).decode()}
        for s in able
        if len(payload) <= MAX_STATEMENT
    ]


def _record(moment: Moment, said: Any) -> Record:
    """What was said as the next envelope of its writer, with whatever else was given in place of the right members."""
    history, source = moment.history, str(said.get("source"))
    head = history.ledger(source).head
    value = compact(
        {
            "specversion": "1.0",
            "id": said.get("id", "11110000-0000-4000-8000-000000000001"),
            "source": said.get("source"),
            "type": said.get("type"),
            "subject": said.get("subject"),
            "time": "2021-04-01T01:00:00.000Z",
            "exchange": story().exchange,
            "channel": moment.channel,
            "epoch": head.epoch,
            "sequence": f"{head.sequence + 1:012}",
            "previous": head.digest,
            **({} if moment.channel == DESK else {"seen": said.get("seen", GENESIS_SEEN)}),
            "data": signed_again(said.get("data")),
        }
    )
    signer = story().keys.get(source, story().keys[XINCAI])
    signature = signer.sign("application/cloudevents+json", value)
    at = said.get("at", 0)
    ahead = at if isinstance(at, int) and abs(at) <= CENTURY else 0
    position = Position(str(Topic(moment.channel, 1)), history.offset + 1, (history.at or story().now) + ahead)
    return Record(position, Message(None, value, (("signature", signature),)))


def _prepared(data: bytes) -> tuple[Moment, Record]:
    """Raises Unfit: no writer could have sealed that."""
    try:
        given = json.loads(data)
        index = given.get("before", 0)
        moment = moments()[index % len(moments()) if isinstance(index, int) else 0]
        return moment, _record(moment, given)
    except (ValueError, AttributeError, RecursionError) as error:
        raise Unfit from error


def _judge(data: bytes) -> Any:
    moment, record = _prepared(data)
    history = moment.history.overlay()
    before = dict(history.streams)
    verdict = history.admit(record, inspect(record, {}))
    if verdict.result is Result.VOID and verdict.code not in set(Code):
        raise Broken("void without a code")
    if verdict.result is not Result.EFFECTIVE and dict(history.streams) != before:
        raise Broken("the state moved")
    said = verdict.result, verdict.code, verdict.late, verdict.disputed
    return *said, _stated(viewed(verdict, moment.rows)), _due(history)


def _due(history: History) -> list[Any]:
    """What is owed can be asked in every matter, or the calendar lacks a year."""
    calendar, found = calendar_of(history.channel.trust), list[Any]()
    for context, _, state in history.open():
        if context in ("lead", "enquiry"):
            with suppress(CalendarMissingError):
                found.append(owed(state, calendar, Clock()))
    return found


def _stated(rows: Rows) -> list[str]:
    """Every view took the verdict; its fingerprint can be stated."""
    return [fingerprint(VIEWS[name], held, {}, 1) for (name, _), held in sorted(rows.items()) if held]


@cache
def _told() -> list[bytes]:
    """Each record of the story as it was said, before the one that said it; and what no story tells."""
    found = []
    index = dict.fromkeys(story().logs, -1)
    for place, moment in enumerate(moments()):
        log = story().logs.get(moment.channel, [])
        index[moment.channel] = moment.history.offset + 1
        if 0 < index[moment.channel] < len(log):
            found.append(_said(place, log[index[moment.channel]]))
    found.append(_said(0, story().logs[story().channel][0]))
    kept = [one for one in found if one]
    return [*kept, *_sampled()]


def _said(place: int, record: Record) -> bytes:
    try:
        envelope = Envelope.parse(record.message.value or b"")
    except ValueError:
        return b""
    seen = {} if envelope.seen is None else {"seen": envelope.seen}
    about = {"source": envelope.source, "type": envelope.type, "subject": envelope.subject, "data": envelope.data}
    return compact({"before": place, "at": 1_000, **about, **seen})


def _sampled() -> Iterator[bytes]:
    """Types that no log of the story holds, said at some moment by one of both units, about what is there."""
    moment = moments()[-2 - len(story().logs[TRUST]) - len(story().logs[OUTFLOW]) - len(story().logs[PAIRING])]
    subjects = [subject for _, subject in moment.history.streams]
    for number, (name, data) in enumerate(samples(".json")):
        if name not in events():
            continue
        context = name.split(".")[1]
        place = {"desk": -1, "trust": -2}.get(context, moments().index(moment))
        source = {"trust": REGISTRY, "channel": REGISTRY, "desk": XINCAI}.get(context, (XINCAI, YIWU)[number % 2])
        subject = subjects[number % len(subjects)]
        yield compact({"before": place, "source": source, "type": name, "subject": subject, "data": data})


# -- raw records and exports -------------------------------------------------------------------------------------------


@cache
def _small() -> tuple[str, tuple[Record, ...]]:
    made = begin()
    made.sent()
    return made.exchange, tuple(made.logs[made.channel][:4] + made.logs[made.channel][-2:])


def _export_seeds() -> list[bytes]:
    exchange, log = _small()
    short = [record._replace(position=record.position._replace(offset=n)) for n, record in enumerate(log)]
    return [
        forgery.computed_anew(exchange, short),
        forgery.computed_anew(exchange, short[:2]),
        forgery.kept(b"", short),
    ]


def _audited(data: bytes) -> Any:
    report = audit(_small()[0], read_only(data))
    return report.verdict, report.divergences, report.exit_code


def _line(data: bytes) -> Any:
    found = decode(Line, data, 1)
    record = found.record()
    if Line.of(record) != found:
        raise Broken("written and read again, it is another")
    return record


def _lines() -> list[bytes]:
    return [line for export in _export_seeds() for line in export.splitlines(keepends=True)][:12]


TARGETS = (
    Target(
        "judge",
        "any event, signed by its writer and its officers, at any moment of a story; every view of its verdict",
        _told,
        _judge,
        (Stopped,),
        100,
    ),
    Target("export-line", "a line of an export", _lines, _line, (AuditorError,)),
    Target(
        "export-header", "the first line of an export", _lines, lambda data: decode(Header, data, 1), (AuditorError,)
    ),
    Target("audit", "a whole export, audited", _export_seeds, _audited, (), 60),
)
