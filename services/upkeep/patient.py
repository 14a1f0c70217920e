"""A node as ``duikou doctor`` finds it: whatever is asked for is opened then, looked at, never changed."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import chain, count

from contracts.channels import DESK, OPEN_TOPICS, PAIRING, TRUST, Topic
from services.blobs import Blobs
from services.domain.channel import supervised
from services.domain.trust import Trust
from services.node.folds import ledger_name
from services.node.node import accepted, blobs_of, topic_fault
from services.node.settings import Settings
from services.storage.figures import Figures
from services.storage.replica import Replica
from services.storage.stops import Why
from services.transport import Log, open_log, visible_end
from services.transport.contract import REPLICATED, SINGLE
from services.transport.embedded import EmbeddedLog
from services.verifier import History, inspect

BATCH = 500
"""Records read at once beyond what the node has read."""


class Patient:
    """One node's databases, logs and histories. Everything may raise NotYet and what logs and storage raise."""

    def __init__(self, settings: Settings) -> None:
        """Connects to nothing."""
        self.settings = settings
        self._histories: dict[str, History] = {}

    @cached_property
    def figures(self) -> Figures:
        """Of the node's database."""
        return Figures(self.settings.database)

    @cached_property
    def replica(self) -> Replica:
        """As the node has read it."""
        return Replica(self.settings.database)

    @cached_property
    def log(self) -> Log:
        """The exchange's."""
        own = self.settings
        return open_log(own.log, own.credentials, SINGLE if own.single_broker else REPLICATED)

    @cached_property
    def desk(self) -> Log:
        """The unit's own."""
        return EmbeddedLog(self.settings.desk)

    @cached_property
    def blobs(self) -> Blobs:
        """The store of attachments."""
        return blobs_of(self.settings)

    def log_of(self, channel: str) -> Log:
        """Where a channel's topic is."""
        return self.desk if channel == DESK else self.log

    def topic(self, channel: str) -> str:
        """Name of the topic in which the channel goes on, as far as the node knows."""
        return str(next(one for n in count(1) if str(one := Topic(channel, n)) not in self._cuts))

    @cached_property
    def _cuts(self) -> Mapping[str, int]:
        return self.replica.cuts()

    def history(self, channel: str) -> History:
        """As far as the node has read. Raises VerdictChangedError: fsck says where."""
        if channel not in self._histories:
            name, own = self.topic(channel), self.settings
            if channel == DESK:
                found = self.replica.rebuild(History.desk(own.root, own.source, self.trust), name)
            else:
                found = self.replica.history(own.root, name)
            self._histories[channel] = found
        return self._histories[channel]

    def fault(self, channel: str) -> tuple[Why, str] | None:
        """How its topic is not the one that was read, if so."""
        sent = self.figures.sent(ledger_name(channel, self.settings.source))
        return topic_fault(self.log_of(channel), self.replica, self.topic(channel), sent)

    def history_at_end(self, channel: str) -> History:
        """As far as the log goes now."""
        history, name = self.history(channel).overlay(), self.topic(channel)
        end = self.log_of(channel).end(name)
        while end is not None and history.offset < end:
            for record in self.log_of(channel).read({name: history.offset}, BATCH, 0.0):
                known = {source: history.known(source) for source in history.ledgers}
                history.admit(record, inspect(record, known))
        return history

    @property
    def trust(self) -> Trust:
        """Of ``duikou.trust``."""
        return self.history(TRUST).channel.trust

    def bilateral(self) -> Iterator[str]:
        """Channels that we read, as a member or as oversight; of the registry, all."""
        own = self.settings
        pairings = ((name, (*one.members, *one.oversight)) for name, one in accepted(own.root, self.history(PAIRING)))
        for channel, readers in chain(pairings, supervised(own.root, self.trust)):
            if own.is_registry or own.source in readers:
                yield channel

    def above(self) -> str | None:
        """The channel with our own superior; None: it is not there, or rules before version 3 are in force."""
        mine = (name for name, (unit, _) in supervised(self.settings.root, self.trust) if unit == self.settings.source)
        return next((name for name in mine if visible_end(self.log, self.topic(name)) is not None), None)

    def channels(self) -> dict[str, bool]:
        """Channel -> whether we write there (WIRE 12), of all that this node reads."""
        desk = [] if self.settings.is_registry else [DESK]
        names = (*OPEN_TOPICS, *desk, *self.bilateral())
        return {name: self.history(name).channel.may_write(self.settings.source) for name in names}

    def close(self) -> None:
        """Let go of connections."""
        for name in ("figures", "replica", "log", "desk"):
            if name in self.__dict__:
                getattr(self, name).close()
