"""A node that judges and seals nothing: the channels of a world, behind everything that asks a node."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, NoReturn

from contracts.channels import DESK, TRUST, Topic
from contracts.refusals import NotYet
from services.node.folds import now_ms
from services.node.settings import Settings
from services.vectors.seeds import XINCAI
from services.verifier import History
from tests.support.world import World

FOREVER = 10**15
"""ms at which no officer and no pairing of a served world has ended yet."""


def _later(*_: Any, **__: Any) -> NoReturn:
    raise NotYet("this node seals nothing")


@dataclass
class Silent:
    """Storage that holds nothing."""

    def find(self, _: str) -> None:
        """No such command."""

    outcome = stopped = find

    def is_healed(self) -> bool:
        """Nothing to heal."""
        return True

    def stream_version(self, _: str) -> int:
        """No stream yet."""
        return 0

    def last_number(self, *_: Any) -> int:
        """No number yet."""
        return 0

    def token(self, *_: str) -> bytes:
        """For every value the same."""
        return bytes(32)

    def write(self, *_: Any) -> None:
        """Kept by nobody."""

    def found(self, *_: Any) -> list[Any]:
        """Nothing."""
        return []

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        return _later


@dataclass
class Served:
    """What routes and commands ask of a node; its channels are a world's, its officers serve for ever."""

    settings: Settings
    story: World
    beat: int = 0

    def __post_init__(self) -> None:
        """The parts of a node."""
        self.index = self.index_key = self.ledger = self.replica = self.rows = self.log = self.keys = Silent()
        self.figures = self.log
        self.folds, self.source, self.exchange = self, self.settings.source, self.settings.root
        self.signer = self.story.keys[XINCAI]
        self.news = SimpleNamespace(tell=lambda: None, silence=dict)

    def history(self, channel: str) -> History:
        """As the story left it, except that no officer and no pairing has run out since."""
        if channel == DESK:
            return History.desk(self.exchange, XINCAI, self.history(TRUST).channel.trust)
        history = self.story.histories.get(channel, History(self.exchange, Topic(channel, 1))).overlay()
        trust = history.channel.trust
        serving = {number: replace(officer, until=FOREVER) for number, officer in trust.officers.items()}
        history.channel = replace(history.channel, trust=replace(trust, officers=serving))
        running = history.state("pairing", history.channel.pairing)
        if running.valid_until:
            history.streams["pairing", history.channel.pairing] = replace(running, valid_until=FOREVER)
        return history

    def round(self, _: object) -> AbstractContextManager[None]:
        """What the story holds does not move."""
        return nullcontext()

    def deciding(self, channel: str) -> tuple[History, Any]:
        """With no tail of our own."""
        history = self.history(channel)
        return history, history.ledger(self.source).head

    def must_run(self, _: str) -> None:
        """Nothing is stopped."""

    def heartbeat(self) -> int:
        """``beat`` ms ago."""
        return now_ms() - self.beat

    def channels(self) -> list[str]:
        """The one of the story."""
        return [self.story.channel]

    def pairings(self) -> list[Any]:
        """None of them."""
        return []

    def supervised(self) -> list[Any]:
        """No unit of the story has a channel with its superior."""
        return []

    def history_of_trust(self) -> Any:
        """Trust as the story left it."""
        return self.history(TRUST).channel.trust

    def present(self, _: str) -> bool:
        """All of them."""
        return True

    running = present
    followed, watched = channels, pairings

    def stopped(self) -> dict[str, Any]:
        """None."""
        return {}

    def topic(self, channel: str) -> str:
        """None goes on in another."""
        return str(Topic(channel, 1))
