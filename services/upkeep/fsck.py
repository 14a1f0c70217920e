"""A node's databases proven against themselves, offline: no log, no key file, no running node is asked (L1, L2, L11).

The pinned root and the settings' unit are all that comes from outside. What nobody signed and nothing else repeats
cannot be proven: why a topic was stopped, which server start was healed, by what contents are found, who was told.
"""

from collections.abc import Iterator
from typing import NamedTuple

from contracts.channels import DESK, Topic
from contracts.envelope import Record
from services.node.anchors import Reach, anchors, reach
from services.node.settings import Settings
from services.storage import dump, migrate, survey
from services.storage.records import read_record
from services.upkeep.findings import Finding
from services.upkeep.ledgers import Ledgers
from services.upkeep.replicas import Refold, Replicas
from services.verifier import inspect
from services.views import VIEWS, fingerprint, to_json

DESK_TOPIC = str(Topic(DESK, 1))


class Report(NamedTuple):
    """findings, in the order they were found; own events, records, and fingerprints of the views folded again."""

    findings: list[Finding]
    events: int
    records: int
    fingerprints: dict[str, str]

    @property
    def sound(self) -> bool:
        """Nothing contradicts itself."""
        return not any(finding.grave for finding in self.findings)


def fsck(settings: Settings) -> Report:
    """Both databases of a node, each in one snapshot; the node may run. Raises NotYet, StorageError.

    Takes as long as an audit of everything the node ever read: every signature is verified again.
    """
    with dump.snapshot(settings.database) as node, dump.snapshot(settings.desk) as desk:
        cuts = {row["topic"]: row["cut"] for row in survey.topics(node) if row.get("cut") is not None}
        replicas = Replicas(settings.source, settings.root, _refolds(node), cuts)
        findings = [*_migrations(node), *_pointers(node), *replicas.prove(node)]
        ledgers = _ledgers(replicas)
        findings += ledgers.prove(survey.ledger(node))
        findings += ledgers.prove_claims(survey.claims(node), replicas.effective)
        findings += [*_topics(node, desk, replicas), *_relays(node, ledgers.broken), *_views(node, replicas)]
        findings += [*_desk(desk, node, replicas), *_anchor(replicas)]
    versions = [history.channel.trust.rule_version for history in replicas.histories.values()]
    prints = {
        one.view.title: fingerprint(one.view, one.rows, one.cut, max(versions, default=1)) for one in replicas.refolds
    }
    read = sum(history.offset + 1 for history in replicas.histories.values())
    return Report(findings, len(ledgers.used), read, prints)


def _migrations(node: dump.Connection) -> Iterator[Finding]:
    for name in migrate.differing(node):
        yield Finding("migration", name, "not this software's: run duikou prepare with the right version")


def _refolds(node: dump.Connection) -> list[Refold]:
    """Of every live view that this software folds the same way."""
    found = []
    for row in survey.pointers(node):
        view = VIEWS.get(row["view"])
        if view is not None and view.version == row["version"]:
            cut = survey.positions(node, view.name, row["generation"])
            found.append(Refold(view, row["generation"], cut))
    return found


def _pointers(node: dump.Connection) -> Iterator[Finding]:
    for row in survey.pointers(node):
        view = VIEWS.get(row["view"])
        if view is None:
            yield Finding("view_pointer", row["view"], "no view of this software")
        elif view.version != row["version"]:
            yield Finding("view_pointer", row["view"], "of another version: the node folds it anew", grave=False)
        elif row["generation"] not in (known := survey.generations(node, view.name)) and known:
            yield Finding("view_pointer", row["view"], "to a generation that was never folded, and there is another")


def _ledgers(replicas: Replicas) -> Ledgers:
    public: dict[str, bytes] = {}
    bases: dict[tuple[str, int], str] = {}
    for history in replicas.histories.values():
        public |= {name: key.public for name, key in history.known(replicas.source).items()}
        own = history.ledger(replicas.source)
        bases[f"{history.topic.channel}/{replicas.source}", own.head.epoch] = own.base
    return Ledgers(public, bases)


def _topics(node: dump.Connection, desk: dump.Connection, replicas: Replicas) -> Iterator[Finding]:
    remembered = {row["topic"]: row["topic_id"] for row in survey.topics(node)}
    for name in replicas.histories:
        if not remembered.get(name):
            yield Finding("topic_state", name, "a topic that was read, and its id is not remembered")
    relayed = {row["topic"]: row["topic_id"] for row in survey.relays(node) if row["topic_id"]}
    for name, id in relayed.items():
        if remembered.get(name) not in (None, id):
            yield Finding("topic_state", name, "its id is not the one that was written to")
    state = survey.log_state(desk, DESK_TOPIC)
    if DESK_TOPIC in remembered and (state is None or remembered[DESK_TOPIC] != state[0]):
        yield Finding("log_topic", DESK_TOPIC, "its id is not the one that was read")


def _relays(node: dump.Connection, broken: set[str]) -> Iterator[Finding]:
    sealed = {(row["ledger"], row["epoch"], row["sequence"]): row["digest"] for row in survey.ledger(node)}
    for row in (row for row in survey.relays(node) if row["ledger"] not in broken):
        there = survey.digest_at(node, row["topic"], row["offset"])
        if sealed.get((row["ledger"], row["epoch"], row["sequence"])) != row["digest"]:
            yield Finding("relay_position", row["ledger"], "it names no event of ours")
        elif there not in (None, row["digest"]):
            yield Finding("relay_position", row["ledger"], "the record there is another")


def _views(node: dump.Connection, replicas: Replicas) -> Iterator[Finding]:
    lengths = {name: survey.length(node, name) for name in survey.read_topics(node)}
    ends = {name: min(length - 1, replicas.cuts.get(name, length)) for name, length in lengths.items()}
    for one in replicas.refolds:
        beyond = [name for name, offset in one.cut.items() if offset > ends.get(name, -1)]
        if beyond:
            yield Finding("view_position", f"{one.view.name} {beyond[0]}", "behind the end of what was read")
            continue
        yield from _rows(node, one)


def _rows(node: dump.Connection, one: Refold) -> Iterator[Finding]:
    live = dict(survey.view_rows(node, one.view.name, one.generation))
    again = {key: to_json(row) for key, row in one.rows.items()}
    for key in sorted(live.keys() | again.keys()):
        if live.get(key) != again.get(key):
            what = "lacks" if key not in live else "is folded of nothing" if key not in again else "differs"
            yield Finding("view_row", f"{one.view.name} {key}", f"rebuilt and live disagree: the row {what}")
            return


def _desk(desk: dump.Connection, node: dump.Connection, replicas: Replicas) -> Iterator[Finding]:
    """The desk's own log: dense, and what was read is what it still says; what is unread is signed by us."""
    read = (read_record(row) for row in survey.records(node, DESK_TOPIC))
    state = survey.log_state(desk, DESK_TOPIC)
    count = 0
    for count, record in enumerate(survey.log_records(desk, DESK_TOPIC), 1):
        fault = _desk_record(record, count - 1, next(read, None), replicas)
        if fault:
            yield Finding("log_record", f"{DESK_TOPIC}/{record.position.offset}", fault)
            return
    if next(read, None) is not None:
        yield Finding("log_record", f"{DESK_TOPIC}/{count}", "the node has read it, and the log lacks it")
    if state is not None and state[1] != count:
        yield Finding("log_topic", DESK_TOPIC, "its next offset is not the number of its records")


def _anchor(replicas: Replicas) -> Iterator[Finding]:
    """The desk as it was read reaches back to its head as it was read (L9)."""
    desk, histories = replicas.histories.get(DESK_TOPIC), replicas.histories
    for name, history in histories.items():
        goes_on = str(history.topic._replace(n=history.topic.n + 1)) in histories
        state = None if goes_on else anchors(history, replicas.source)
        last = state.anchor if state is not None else None
        found = reach(desk, last.head) if desk is not None and last is not None else Reach.WHOLE
        if found is not Reach.WHOLE:
            yield Finding("replica", DESK_TOPIC, f"{_UNLIKE[found]} ({name})")


_UNLIKE = {
    Reach.SHORTER: "it ends before the head that our superior was told",
    Reach.OTHER: "it is not what our superior was told at that head",
}


def _desk_record(record: Record, offset: int, read: Record | None, replicas: Replicas) -> str:
    if record.position.offset != offset:
        return "the record before it lacks"
    if read is not None:
        return "" if read == record else "not what the node has read"
    history = replicas.histories.get(DESK_TOPIC)
    known = {} if history is None else {replicas.source: history.known(replicas.source)}
    return "" if inspect(record, known).fits else "not read yet, and signed by no key of ours"
