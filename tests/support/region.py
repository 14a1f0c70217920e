"""A region that runs: real servers, the demo's ceremony and settings, nodes as threads or as processes of their own.

A test holds, releases, kills and restores parts and servers, and acts for the officers with their own keys. Whatever it
waits for is a condition with a deadline.
"""

import gc
import json
import subprocess
import threading
import time
import tomllib
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import psycopg

import contracts.catalogue  # noqa: F401 - registers every event type
from contracts import desk, lead, pairing
from contracts.approval import AccessStatement, Approval, Submission
from contracts.channels import DESK, OUTFLOW, PAIRING, REGISTRY, Topic
from contracts.event import Event
from contracts.refusals import NotYet
from contracts.vocabulary import AccessKind, AccessReason, Role, Suspension, Withdrawal
from infra.kafka.find import own_broker
from infra.kafka.port import Controllable
from infra.postgres.server import EmbeddedPostgres
from infra.processes import Unavailable, kill_and_outwait
from services.cli.client import Officer as CliOfficer
from services.demo.cast import NODES, OFFICES, POSTS, XINCAI, YIWU, Office
from services.demo.ceremony import RULES, Ceremony
from services.demo.cluster import Cluster
from services.domain.clocks import DAY, format_time
from services.gateway.auth import development_issuer
from services.gateway.examples import LEAD
from services.node import papers, reading
from services.node.bootstrap import run
from services.node.commands import Standing, duty_id, propose, standing
from services.node.folds import now_ms
from services.node.node import Node, open_node
from services.node.settings import Settings, load
from services.node.watching import Step
from services.registry.opening import Registry
from services.signing import Signer, dsse
from services.storage.ledger import Sealed
from services.storage.migrate import let_use, prepare
from services.transport import Topics, open_topics
from services.transport.contract import SINGLE
from services.transport.embedded import MEMBER
from services.verifier import Verdict
from tests.support.disk import LITTLE, Disk
from tests.support.proxy import Proxy
from tests.support.servers import HASTY, server_folder, skip_or_fail

T = TypeVar("T")
PARTS = ("relay", "intake", "projector", "duties")
SECONDS = 120.0
POLL_SECONDS = 0.02
IDLE_SECONDS = 0.2
"""After which a part looks again that nobody in this process told anything: several nodes share its machine's cores."""

NARRATIVE = "示例：绰号某某以寄递方式贩卖，包裹藏于茶叶罐内。"
SECRETS = ("示例承办", "0371-55512345", NARRATIVE, "张某某甲", "13912345678", "供述称绰号某某以寄递方式发货")
"""Parts of ``CONTENT`` that may stand nowhere in clear."""
_LEAD = LEAD["content"]
CONTENT: dict[str, Any] = {
    **_LEAD,
    "contact": {"name": SECRETS[0], "phone": SECRETS[1]},
    "narrative": NARRATIVE,
    "facts": [{**_LEAD["facts"][0], "text": SECRETS[5]}],
    "persons": [{**_LEAD["persons"][0], "identification": "unverified", "name": SECRETS[3], "aliases": ["某某"]}],
    "identifiers": [{**_LEAD["identifiers"][0], "value": SECRETS[4]}],
}
SUMMARY: dict[str, Any] = LEAD["summary"]


def until(what: str, condition: Callable[[], T], seconds: float = SECONDS) -> T:
    """The condition's first true value; an outage is not yet one. Fails with ``what`` at the deadline."""
    deadline = time.monotonic() + seconds
    waits = ""
    while time.monotonic() < deadline:
        try:
            found = condition()
        except NotYet as later:
            waits = f" ({later})"
        else:
            if found:
                return found
        time.sleep(POLL_SECONDS)
    raise AssertionError(f"{what}: not within {seconds:.0f} s{waits}")


@dataclass
class Part:
    """Threads of a node that are stopped together."""

    node: Node
    stop: threading.Event
    threads: list[threading.Thread]

    def end(self) -> None:
        """Ends them in order."""
        self.stop.set()
        self.node.news.tell()
        for thread in self.threads:
            thread.join()


@dataclass
class Region:
    """Eight units, three nodes, a registry, if nothing else is said. ``apart``: whose database is on its own server."""

    state: Path
    databases: EmbeddedPostgres
    broker: Controllable | None = None
    apart: Mapping[str, EmbeddedPostgres] = field(default_factory=dict)
    parts: dict[tuple[str, str], Part] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    signers: dict[str, Signer] = field(default_factory=dict)
    topics: list[Topics] = field(default_factory=list)
    line: Proxy | None = None
    """To the log, of the node that ``lead_through`` named."""
    channel: str = ""
    """Of the pairing that ``pair`` made last."""
    pairing: str = ""
    rules: int = RULES
    offices: tuple[Office, ...] = NODES
    """Units that run a node."""
    cast: tuple[Office, ...] = OFFICES
    """All units."""

    def __post_init__(self) -> None:
        """The ceremony, databases, settings; nothing of ours runs."""
        self.ceremony = Ceremony(self.state, self.rules, self.cast)
        self.root = self.ceremony.run()
        self.cluster = Cluster(self.state, self.root, self.databases, self.broker, offices=self.offices)
        self.cluster.prepare()
        for source, server in self.apart.items():
            self._move(source, server)

    def _move(self, source: str, server: EmbeddedPostgres) -> None:
        """Puts a node's database and desk on a server of its own; the exchange's log stays where it is."""
        kept = tomllib.loads(self.cluster.settings(source).read_text())
        own = Cluster(self.state, self.root, server, self.broker)
        runtime = prepare(server.url(), f"node_{source}")
        own._desk(source)
        let_use(server.url(), MEMBER)
        self._set(source, {**tomllib.loads(own._toml(source, runtime, kept["port"])), "log": kept["log"]})

    def lead_through(self, source: str, line: Proxy) -> None:
        """A node reaches the exchange's embedded log through this line alone; said before it starts."""
        told = tomllib.loads(self.cluster.settings(source).read_text())
        log = psycopg.conninfo.conninfo_to_dict(told["log"])
        place = f"{log['user']}@127.0.0.1:{line.port}/{log['dbname']}"
        self._set(source, {**told, "log": f"postgresql://{place}?sslmode=disable&gssencmode=disable"})
        self.line = line

    def _set(self, source: str, values: Mapping[str, object]) -> None:
        lines = (f"{name} = {json.dumps(value)}\n" for name, value in values.items())
        self.cluster.settings(source).write_text("".join(lines))

    # -- nodes and parts -----------------------------------------------------------------------------------------------

    def node(self, source: str) -> Node:
        """A unit's node in this process; it answers commands whether its parts run here, elsewhere or not at all."""
        if source not in self.nodes:
            settings = replace(load(self.cluster.settings(source)), idle_seconds=IDLE_SECONDS)
            opened = until(f"{source} opens", lambda: open_node(settings))
            if self.nodes.setdefault(source, opened) is not opened:  # two threads asked at once
                opened.close()
        return self.nodes[source]

    def start(self, source: str, *parts: str) -> None:
        """Parts (all, if none is named) as threads, each to be held by itself."""
        groups = [PARTS] if source == REGISTRY else [(part,) for part in parts or PARTS]
        for group in groups:
            stop = threading.Event()
            duty = self._registry if source == REGISTRY else None
            threads = run(self.node(source), stop, group, duty)
            self.parts[source, group[0] if len(group) == 1 else "all"] = Part(self.node(source), stop, threads)

    def _registry(self, node: Node) -> Step:
        settings = node.settings
        self.topics.append(open_topics(settings.admin, settings.admin_credentials, SINGLE))
        return Registry(node, self.topics[-1], settings.data).step

    def hold(self, source: str, *parts: str) -> None:
        """Ends parts (all, if none is named); the node still answers."""
        for key in [key for key in self.parts if key[0] == source and (not parts or key[1] in parts)]:
            self.parts.pop(key).end()

    def stop(self, source: str) -> None:
        """Ends a node: parts and connections."""
        self.hold(source)
        node = self.nodes.pop(source, None)
        if node is not None:
            node.close()

    def start_all(self) -> None:
        """Registry and nodes, in threads, and all trust read."""
        for source in (REGISTRY, *(office.code for office in self.offices)):
            self.start(source)
        self.await_trust()

    def await_trust(self) -> None:
        """Every node has seen every officer in the channel of proposals."""
        for office in self.offices:
            self.until(f"trust reaches {office.name}", partial(self._trusts, office.code))

    def _trusts(self, source: str) -> bool:
        return len(self.node(source).folds.history(PAIRING).channel.trust.officers) == len(self.cast) * len(POSTS)

    def spawn(self, source: str, *parts: str) -> None:
        """Parts as a process of their own."""
        self.cluster.start(source, parts)

    def kill(self, source: str, *parts: str) -> None:
        """SIGKILL to such a process."""
        process = self.cluster.processes.pop("/".join([source, *parts]))
        with suppress(ProcessLookupError):
            kill_and_outwait(process, 10)

    def close(self) -> None:
        """Ends everything of ours, not the servers."""
        for part in self.parts.values():
            part.stop.set()
        for source in {*self.nodes, *(source for source, _ in self.parts)}:
            self.stop(source)
        for topics in self.topics:
            topics.close()
        self.cluster.stop_all()

    def ended(self) -> list[str]:
        """Threads and processes that ended without being asked: a bug."""
        return [*(f"{s}/{p}" for (s, p), part in self.parts.items() if part.stop.is_set()), *self.cluster.dead()]

    def until(self, what: str, condition: Callable[[], T], seconds: float = SECONDS) -> T:
        """As ``until``; a part that ends by a bug fails it at once."""

        def checked() -> T:
            ended = self.ended()
            assert not ended, f"{what}: ended by a bug: {ended}"
            return condition()

        return until(what, checked, seconds)

    # -- commands ------------------------------------------------------------------------------------------------------

    def propose(self, source: str, channel: str, subject: str, event: Event, name: str = "") -> Sealed:
        """Sealed, however often it must be asked again."""
        given = name or str(uuid4())
        return self.until(event.TYPE, lambda: propose(self.node(source), channel, subject, event, id=given))

    def settled(self, source: str, name: str, seconds: float = SECONDS) -> Standing:
        """How a command ended, on its writer's node."""

        def read_back() -> Standing | None:
            found = standing(self.node(source), name)
            return found if found is not None and found.status != "pending" else None

        found = self.until(f"{name} is read back", read_back, seconds)
        assert found is not None
        return found

    def command(self, source: str, channel: str, subject: str, event: Event, name: str = "") -> Standing:
        """Sealed, relayed, read back."""
        return self.settled(source, self.propose(source, channel, subject, event, name).id)

    def officer(self, source: str, post: str) -> str:
        """The number of a unit's officer in that post."""
        return self.ceremony.officers()[source][post]

    def signer(self, officer: str) -> Signer:
        """An officer's own key."""
        if officer not in self.signers:
            self.signers[officer] = self.ceremony.keys.get(f"officers/{officer}")
        return self.signers[officer]

    # -- documents -----------------------------------------------------------------------------------------------------

    def draft(self, source: str, channel: str, event_type: str, summary: Any, **more: Any) -> tuple[str, str]:
        """(document, subject) on the desk. ``more``: content, subject, grant, secret."""
        document, author, node = str(uuid4()), self.officer(source, "author"), self.node(source)
        subject = papers.subject_of(node, event_type, document, more.get("subject"), summary)
        named: dict[str, Any] = {"channel": channel, "event_type": event_type, "subject": subject}

        def drafted() -> Event:
            given: Any = {name: more.get(name) for name in ("content", "grant", "secret")}
            return papers.draft(node, author, **named, summary=summary, **given)

        self.command(source, DESK, document, self.until("the draft is made", drafted))
        return document, subject

    def sign(self, source: str, document: str, post: str) -> None:
        """An officer reads and signs: ``author`` submits, ``approver`` and ``head`` approve."""
        role = {"author": Role.AUTHOR, "approver": Role.APPROVER, "head": Role.HEAD}[post]
        event, purpose = (
            (desk.Submitted, Submission.PURPOSE) if role is Role.AUTHOR else (desk.Approved, Approval.PURPOSE)
        )
        officer = self.officer(source, post)
        statement = papers.statement(self.node(source), document, officer, role)
        signed = papers.signed(event, officer, dsse(self.signer(officer), purpose, statement.to_payload()))
        self.command(source, DESK, document, signed)

    def sealed(self, source: str, document: str) -> Standing:
        """How a twice signed document ended in its channel."""
        return self.settled(source, duty_id(source, document, papers.SEAL))

    def send(
        self, source: str, channel: str, event_type: str, summary: Any, *, by: str = "approver", **more: Any
    ) -> str:
        """Drafted, signed twice, sealed by the node, recorded; its subject."""
        document, subject = self.draft(source, channel, event_type, summary, **more)
        self.sign(source, document, "author")
        self.sign(source, document, by)
        found = self.sealed(source, document)
        assert found.status == "recorded", found
        return subject

    # -- what units do -------------------------------------------------------------------------------------------------

    def _paired(self, unit: str, before: frozenset[str]) -> str:
        """The channel of a pairing of the unit that was not there before; empty while it cannot be read."""
        node = self.node(unit)
        return next((name for name in self._pairings(unit) - before if node.present(name)), "")

    def _pairings(self, unit: str) -> frozenset[str]:
        pairings = self.node(unit).pairings()
        return frozenset(name for name, state in pairings if unit in (state.owner, state.counterpart))

    def at(self, unit: str, post: str, *, of: str = "", delegation: Mapping[str, str] | None = None) -> CliOfficer:
        """An officer at his node, over HTTP; ``of``: he is another unit's; ``delegation``: what he stands in by."""
        number, settings = self.officer(of or unit, post), self.node(unit).settings
        token = development_issuer(settings).issue(number)
        address = f"http://127.0.0.1:{settings.port}"
        return CliOfficer(address, token, self.signer(number), delegation=delegation)

    def pair(self, a: str = XINCAI, b: str = YIWU) -> str:
        """The channel of an agreement between two units, open and with both encryption keys."""
        superior = {office.code: office.superior for office in self.cast}
        offer, before = _offer(b, superior[a], superior[b]), self._pairings(a)
        self.pairing = self.send(a, PAIRING, pairing.Proposed.TYPE, offer, by="head")
        digest = self.until("the offer arrives", lambda: self.stream(b, PAIRING, "pairing", self.pairing).offer)
        self.send(b, PAIRING, pairing.Accepted.TYPE, {"offer": digest}, by="head", subject=self.pairing)
        self.channel = self.until("the channel is there", lambda: self._paired(a, before))
        for unit in (a, b):
            self.until("the channel is usable", partial(self._usable, unit, self.channel))
        return self.channel

    def pair_anew(self, *, compare_seconds: float = Settings.compare_seconds) -> None:
        """A further channel of 新蔡 and 义乌; all their parts run again, whatever an earlier test did to them."""
        for unit in (XINCAI, YIWU):
            self.hold(unit)
            self.start(unit)
        self.pair()
        for unit in (XINCAI, YIWU, REGISTRY):
            node = self.node(unit)
            node.settings = replace(node.settings, compare_seconds=compare_seconds)

    def _usable(self, source: str, channel: str) -> bool:
        if channel not in self.node(source).channels():
            return False
        state = self.node(source).folds.history(channel).channel
        return len(state.encryption) == 2 and len(state.trust.officers) >= 16

    def stream(self, source: str, channel: str, context: str, subject: str) -> Any:
        """A stream as that unit's replica has it."""
        return self.node(source).folds.history(channel).state(context, subject)

    def share(self, source: str = XINCAI, content: Any = None) -> str:
        """A lead, recorded."""
        return self.send(source, self.channel, lead.Shared.TYPE, SUMMARY, content=content or CONTENT)

    def approved(self, source: str = XINCAI) -> tuple[str, str]:
        """(document, subject) of a lead that is signed twice; hold ``duties`` or it is sealed."""
        document, subject = self.draft(source, self.channel, lead.Shared.TYPE, SUMMARY, content=CONTENT)
        self.sign(source, document, "author")
        self.sign(source, document, "approver")
        return document, subject

    def receive(self, source: str, subject: str) -> Standing:
        """签收."""
        event = lead.Received(summary=lead.ReceivedSummary(officer=self.officer(source, "intake")))
        return self.command(source, self.channel, subject, event)

    def content_of(self, source: str, subject: str) -> str:
        """The content id of a lead."""
        claims = self.node(source).folds.history(self.channel).claims.items()
        found = [what for what, use in claims if what.startswith("content/") and use.subject == subject]
        return found[0].removeprefix("content/")

    def access(self, source: str, content: str) -> Event:
        """An access record signed by the author of that unit."""
        officer = self.officer(source, "author")
        node = self.node(source)
        said = reading.statement(node, officer, self.channel, content, AccessKind.READ, AccessReason.HANDLING)
        return reading.record(officer, dsse(self.signer(officer), AccessStatement.PURPOSE, said.to_payload()))

    def read(self, source: str, subject: str) -> bytes:
        """The plaintext of a lead: access record first, in the log, then the content (L7)."""
        content = self.content_of(source, subject)
        record = self.command(source, self.channel, content, self.access(source, content))
        return reading.open_content(self.node(source), self.channel, content, record.id)

    def withdraw(self, source: str, subject: str) -> Standing:
        """撤回."""
        said = lead.WithdrawnSummary(officer=self.officer(source, "author"), ground=Withdrawal.ERROR)
        return self.command(source, self.channel, subject, lead.Withdrawn(summary=said))

    def suspend(self, source: str) -> Standing:
        """暂停 of the pairing by that side's head."""
        said = pairing.SuspendedSummary(officer=self.officer(source, "head"), ground=Suspension.DISPUTE)
        return self.command(source, self.channel, self.pairing, pairing.Suspended(summary=said))

    def resume(self, source: str) -> None:
        """恢复."""
        self.send(
            source,
            self.channel,
            pairing.Resumed.TYPE,
            {"ground": Suspension.DISPUTE.value},
            by="head",
            subject=self.pairing,
        )

    # -- looking -------------------------------------------------------------------------------------------------------

    @property
    def topic(self) -> str:
        """Of the pairing's channel."""
        return str(Topic(self.channel, 1))

    def verdicts(self, source: str, channel: str = "") -> list[Verdict]:
        """What a unit's node has made of a channel."""
        return list(self.node(source).replica.verdicts(str(Topic(channel or self.channel, 1))))

    def even(self, *sources: str, channel: str = "") -> None:
        """Waits until these nodes have read the channel to the end of the log."""
        name = str(Topic(channel or self.channel, 1))
        for source in sources:
            self.until(f"{source} reads {name}", partial(self._even, source, name))

    def _even(self, source: str, name: str) -> bool:
        node = self.node(source)
        return node.replica.position(name) == node.log.end(name)

    def rows(self, source: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """A query on a node's database, as an administrator."""
        server = self.apart.get(source, self.databases)
        with psycopg.connect(server.url(f"node_{source}")) as connection:
            return connection.execute(query.encode(), values or None).fetchall()

    def alter(self, source: str, query: str, *values: Any) -> None:
        """A change of a node's database, as an administrator."""
        server = self.apart.get(source, self.databases)
        with psycopg.connect(server.url(f"node_{source}")) as connection:
            connection.execute(query.encode(), values or None)

    def replica(self, source: str, channels: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """The stored log of shared channels, byte for byte."""
        names = [str(Topic(channel, 1)) for channel in channels or (PAIRING, OUTFLOW, self.channel)]
        query = 'SELECT topic, "offset", at, key, value, headers FROM replica WHERE topic = ANY(%s) ORDER BY 1, 2'
        return self.rows(source, query, names)


def _offer(counterpart: str, oversight_a: str, oversight_b: str) -> dict[str, Any]:
    return {
        "kind": "agreement",
        "classification": "work_secret",
        "urgency": "routine",
        "counterpart": counterpart,
        "purposes": ["outflow_trafficking", "parcel"],
        "ceiling": ["conditions", "evidence_consent", "forward_consent"],
        "oversight_a": oversight_a,
        "oversight_b": oversight_b,
        "term_days": 365,
        "clocks": {"urgent_hours": 8, "priority_days": 3, "routine_days": 7},
        "agreement": "a" * 64,
        "impact_assessment": "b" * 64,
        "answer_by": format_time(now_ms() + 30 * DAY),
    }


@contextmanager
def region(
    *, kafka: bool = False, apart: Sequence[str] = (), disk: Disk | None = None, line: str = "", **more: Any
) -> Iterator[Region]:
    """Servers up, nothing of ours running; everything ends with the context. Skips where no broker can be had.

    ``disk``: where the servers of ``apart`` keep their data, if not beside the others. ``line``: unit whose way to the
    embedded log can be cut. ``more``: rules, offices, cast.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(server_folder("region"))
        databases = stack.enter_context(EmbeddedPostgres(folder / "pg", HASTY))
        place, how = (folder, HASTY) if disk is None else (disk.folder, LITTLE)
        servers = {source: stack.enter_context(EmbeddedPostgres(place / f"pg-{source}", how)) for source in apart}
        broker = stack.enter_context(_broker(folder / "kafka")) if kafka else None
        state = folder / "state"
        state.mkdir()
        made = Region(state, databases, broker, servers, **more)
        if line:
            made.lead_through(line, stack.enter_context(Proxy(databases._sockets / ".s.PGSQL.5432")))
        stack.callback(made.close)
        yield made


@contextmanager
def both_answering(**more: Any) -> Iterator[Region]:
    """新蔡 and 义乌 paired under rule version 2, both answering HTTP. ``more``: as of ``region``."""
    with region(**more) as made:
        made.start_all()
        made.pair()
        for unit in (XINCAI, YIWU):
            made.start(unit, "gateway")
        yield made


@contextmanager
def _broker(folder: Path) -> Iterator[Controllable]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # of asking for a container engine in vain
        broker = own_broker(folder)
        gc.collect()
    try:
        broker.start()
    except Unavailable as reason:
        skip_or_fail(str(reason))
    try:
        yield broker
    finally:
        broker.stop()


def copy_folder(source: Path, target: Path) -> None:
    """A backup as an operator takes it of a stopped server: owners and permissions too."""
    subprocess.run(["/bin/cp", "-a", str(source), str(target)], check=True)
