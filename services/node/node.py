"""What the parts of a node share: settings, storage, logs, keys, and which channels there are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from contracts.channels import DESK, OPEN_TOPICS, OUTFLOW, PAIRING, TRUST, Kind, Topic, channel_id, topic
from contracts.refusals import NotYet
from services import journal, private_files
from services.blobs import Blobs, BlobsError, open_blobs
from services.domain.channel import supervised
from services.domain.pairing import Pairing
from services.node.folds import Folds, ledger_name
from services.node.news import News
from services.node.settings import Settings, SettingsError
from services.node.watching import Shared
from services.signing import Signer, open_signer
from services.storage.figures import Figures, Pulse, Sent
from services.storage.index import Index
from services.storage.ledger import Ledger
from services.storage.notifications import Notifications
from services.storage.replica import Replica
from services.storage.rows import Rows
from services.storage.stops import Why, kept, why
from services.transport import Log, open_log, visible_end
from services.transport.contract import REPLICATED, SINGLE
from services.transport.embedded import EmbeddedLog
from services.transport.errors import LogShrankError, TopicMissingError, TopicSettingsError
from services.vault import IndexKey, KeyFile
from services.verifier import History

MATTERS = ("enquiry", "lead", "liaison", "operation")
"""Contexts of what two units work on; whose events are of substance when it is asked whether a pairing sleeps."""


@dataclass
class Node:
    """One unit's storage and connections. Parts know only this and meet only in PostgreSQL and in the log."""

    settings: Settings
    ledger: Ledger
    replica: Replica
    rows: Rows
    log: Log
    desk: Log
    signer: Signer
    keys: KeyFile
    blobs: Blobs
    folds: Folds
    figures: Figures
    index: Index
    index_key: IndexKey
    notifications: Notifications
    news: News = field(default_factory=News)
    pulse: Shared[Pulse] = field(init=False)
    _present: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.pulse = Shared(self.figures.pulse, lambda: (self.news.count, self.replica.moves))

    @property
    def source(self) -> str:
        """Our unit code, or ``registry``."""
        return self.settings.source

    @property
    def exchange(self) -> str:
        """The pinned root's fingerprint."""
        return self.settings.root

    def log_of(self, channel: str) -> Log:
        """The desk is our own; everything else is the exchange's."""
        return self.desk if channel == DESK else self.log

    def topic(self, channel: str) -> str:
        """Name of the topic in which the channel goes on now."""
        return str(self.folds.topic(channel))

    def pairings(self) -> Iterator[tuple[str, Pairing]]:
        """(channel id, pairing) of every accepted pairing that we write, read, or open."""
        return accepted(self.exchange, self.folds.history(PAIRING))

    def supervised(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """(channel id, (unit, superior)) of every admitted unit with an admitted superior."""
        return supervised(self.exchange, self.folds.history_of_trust())

    def channels(self) -> list[str]:
        """Bilateral channels that are ours; of the registry, all."""
        return [name for name in self._ours() if self.present(name)]

    def _ours(self) -> list[str]:
        """Also those whose topic is not there yet."""
        pairings = ((name, state.members) for name, state in self.pairings())
        both = chain(pairings, self.supervised())
        return [name for name, members in both if self.settings.is_registry or self.source in members]

    def watched(self) -> list[str]:
        """Channels of others' pairings that name us as oversight: read, never written."""
        return [name for name in self._others() if self.present(name)]

    def _others(self) -> list[str]:
        ours = self.source
        return [name for name, state in self.pairings() if ours in state.oversight and ours not in state.members]

    def followed(self) -> list[str]:
        """Every bilateral channel that we read."""
        return [*self.channels(), *self.watched()]

    def unsettled(self) -> bool:
        """Whether a channel that we read is stopped or not there yet: what ends that, nobody tells this node."""
        awaited = chain(OPEN_TOPICS, self._ours(), self._others())
        return any(map(self._stands_still, self.pulse().stopped)) or not all(self.present(name) for name in awaited)

    def _stands_still(self, name: str) -> bool:
        """Whether a stopped topic is its channel's last; else the next goes on, and it is nobody's concern any more."""
        return name == self.topic(topic(name).channel)

    def spoke(self, channel: str) -> int:
        """When (the log's ms) a matter of the channel moved last; 0 before the first."""
        last = self.folds.topic(channel).n
        found = (self.replica.spoke(str(Topic(channel, n)), MATTERS) for n in range(last, 0, -1))
        return next((at for at in found if at is not None), 0)

    def writable(self) -> list[str]:
        """Channels in which we may have a ledger."""
        if self.settings.is_registry:
            return [*OPEN_TOPICS, *self.channels()]
        return [PAIRING, OUTFLOW, DESK, *self.channels()]

    def readable(self) -> list[tuple[Log, list[str]]]:
        """Logs and the topics to read there; trust first, for the desk is judged by it."""
        still = self.pulse().stopped
        present = [self.topic(name) for name in (*OPEN_TOPICS, *self.followed()) if self.present(name)]
        shared = [name for name in present if name not in still]
        desk = [] if self.settings.is_registry or self.topic(DESK) in still else [self.topic(DESK)]
        return [(log, names) for log, names in ((self.log, shared), (self.desk, desk)) if names]

    def present(self, channel: str) -> bool:
        """Whether the topic exists and we may read it; once seen it is expected for ever."""
        name = self.topic(channel)
        if name not in self._present and self.end(channel, name) is not None:
            self._present.add(name)
        return name in self._present

    def end(self, channel: str, name: str) -> int | None:
        """The last offset of a topic; None where it does not exist, or our rights there are not granted yet."""
        return visible_end(self.log_of(channel), name)

    def running(self, channel: str) -> bool:
        """Whether nobody stopped the channel."""
        return self.replica.stopped(self.topic(channel)) is None

    def stop_topic(self, name: str, why: Why, detail: str) -> None:
        """Alarm: its channel is not read, written or decided on until an operator has looked (PROTOCOL 6)."""
        journal.error(journal.Said.CHANNEL_STOPPED, topic=name, code=why)
        self.replica.stop(name, kept(why, detail))

    def stopped(self) -> dict[str, Why]:
        """Channels that stand still."""
        found = self.figures.stopped()
        return {topic(name).channel: why(text) for name, text in found.items() if self._stands_still(name)}

    def must_run(self, channel: str) -> None:
        """Raises NotYet where the channel is stopped."""
        reason = self.replica.stopped(self.topic(channel))
        if reason is not None:
            raise NotYet(f"the channel is stopped: {reason}")

    def verify_topic(self, name: str) -> bool:
        """Compares the topic with what we remember: its id, its settings, its end, its last record (PROTOCOL 6).

        Kafka loses silently when a topic is made anew or a broker restored; a difference stops the channel.
        """
        log = self.log_of(topic(name).channel)
        sent = self.figures.sent(ledger_name(topic(name).channel, self.source))
        fault = topic_fault(log, self.replica, name, sent)
        if fault is not None:
            self.stop_topic(name, *fault)
            return False
        current = log.topic_id(name)
        if current is not None:
            self.replica.remember_topic_id(name, current)
        return True

    def heartbeat(self) -> int:
        """Effective time (ms) of the newest trust heartbeat; 0 before the first."""
        return self.folds.history(TRUST).channel.trust.heartbeat

    def close(self) -> None:
        """Let go of connections."""
        storage = (self.ledger, self.replica, self.rows, self.figures, self.index, self.notifications)
        for part in (self.log, self.desk, *storage):
            part.close()


def accepted(exchange: str, proposals: History) -> Iterator[tuple[str, Pairing]]:
    """(channel id, pairing) of every answered proposal."""
    for (context, _), state in list(proposals.streams.items()):
        if context == "pairing" and state.answer:
            yield channel_id(exchange, Kind.PAIRING, state.answer), state


def topic_fault(log: Log, replica: Replica, name: str, sent: Sent | None) -> tuple[Why, str] | None:
    """How a topic is not the one that was read, if so; looks and changes nothing. Raises NotYet, AccessDeniedError.

    Args:
        sent: what the log acknowledged to us last, in this topic or in one before it.
    """
    try:
        log.check(name)
        known, current, last = replica.topic_id(name), log.topic_id(name), replica.last(name)
        if current is None:
            return Why.GONE, "the topic is gone"
        if known not in (None, current):
            return Why.MADE_ANEW, "the topic was made anew"
        if last is not None and log.read({name: last.position.offset - 1}, 1, 0.0) != [last]:
            return Why.CHANGED, "the log no longer says what it said"
        if sent is not None and sent.topic == name and not _holds(log, sent):
            return Why.CHANGED, "the log no longer holds what it acknowledged to us"
    except (LogShrankError, TopicMissingError, TopicSettingsError) as error:
        return why_of(error), str(error)
    return None


def why_of(error: LogShrankError | TopicMissingError | TopicSettingsError) -> Why:
    """The code of what a log said."""
    return {LogShrankError: Why.SHRANK, TopicMissingError: Why.GONE}.get(type(error), Why.SETTINGS)


def _holds(log: Log, sent: Sent) -> bool:
    """Raises LogShrankError."""
    found = log.read({sent.topic: sent.offset - 1}, 1, 0.0)
    return [record.message.signed.digest for record in found] == [sent.digest]


def open_node(settings: Settings) -> Node:
    """Connects what the settings name. Raises NotYet (an outage), SettingsError, SigningError."""
    signer = open_signer(settings.signer)
    keys, index_key, blobs = key_file(settings), index_key_file(settings), blobs_of(settings)
    desk = EmbeddedLog(settings.desk)
    try:
        log = open_log(settings.log, settings.credentials, SINGLE if settings.single_broker else REPLICATED)
    except BaseException:
        desk.close()
        raise
    ledger = Ledger(settings.database, signer)
    replica = Replica(settings.database)
    return Node(
        settings=settings,
        ledger=ledger,
        replica=replica,
        rows=Rows(settings.database),
        log=log,
        desk=desk,
        signer=signer,
        keys=keys,
        blobs=blobs,
        folds=Folds(settings.source, settings.root, replica, ledger),
        figures=Figures(settings.database),
        index=Index(settings.database),
        index_key=index_key,
        notifications=Notifications(settings.database),
    )


def blobs_of(settings: Settings) -> Blobs:
    """The store of attachments that the settings name. Raises SettingsError."""
    how = {name: getattr(settings, f"attachments_{name}") for name in ("endpoint", "region", "key")}
    try:
        return open_blobs(settings.store, **how)
    except BlobsError as error:
        raise SettingsError(f"attachments: {error}") from error


def key_file(settings: Settings) -> KeyFile:
    """The node's encryption keys; of parts that start at once for the first time, one makes it. Raises VaultError."""
    path = settings.content_keys
    private_files.unless_there(path, lambda: KeyFile.create(path))
    return KeyFile(path)


def index_key_file(settings: Settings) -> IndexKey:
    """The key of the node's index, made as ``key_file`` makes the other. Raises VaultError."""
    path = settings.index_key
    private_files.unless_there(path, lambda: IndexKey.create(path))
    return IndexKey(path)
