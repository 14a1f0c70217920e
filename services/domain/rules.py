"""The vocabulary of the machines' tables: one row says which event, from where, by whom, to where (MECHANISM 1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NamedTuple, Protocol

from contracts.channels import Place
from contracts.envelope import Draft
from contracts.event import Event
from contracts.vocabulary import Role


class Side(Enum):
    """Who may say it: the unit that opened the stream, the other one, either, or whoever opens it."""

    OPENER = auto()
    OWNER = auto()
    OTHER = auto()
    EITHER = auto()


class Sign(Enum):
    """How many officers sign (MECHANISM 2)."""

    NODE = auto()  # nobody: the node by itself
    ONE = auto()  # `officer` in the summary
    TWO = auto()  # author and approver
    HEAD = auto()  # author and head
    BY_DATA = auto()  # the context's `needs` says which of these


class Allowed(Enum):
    """In which standing of the pairing an event may be said (MECHANISM 1.1, second table)."""

    NEW = auto()  # in force
    GOING_ON = auto()  # in force or closing
    ALWAYS = auto()


SECOND, THIRD = 2, 3
"""Rule versions: the course of a lead between two units; superiors, reports and forwarding (decision 10)."""

HANDLER = (Role.AUTHOR,)
INTAKE_OR_DUTY = (Role.INTAKE, Role.DUTY)
ANY_HANDLER = (Role.AUTHOR, Role.INTAKE, Role.DUTY)
HEAD = (Role.HEAD,)
APPROVERS = (Role.APPROVER, Role.HEAD)
"""Who signs second; in whose place somebody may stand (PROTOCOL 7)."""


class Rule(NamedTuple):
    """One row. ``then`` None: the status stays. ``roles``: for Sign.ONE."""

    row: str
    by: Side
    when: frozenset[Any]
    then: Any
    sign: Sign
    allowed: Allowed
    roles: tuple[Role, ...] = ()

    @property
    def opens(self) -> bool:
        """Whether the event begins its stream."""
        return self.by is Side.OPENER


class State(Protocol):
    """What every context's state has."""

    @property
    def status(self) -> Any:
        """Where the stream stands."""

    @property
    def owner(self) -> str:
        """The unit that opened it; empty before."""


class States(Protocol):
    """What a rule may look at besides its own stream: the same channel at the same place, and nothing else."""

    @property
    def place(self) -> Place:
        """Which sort of channel this is."""

    @property
    def channel(self) -> Any:
        """services.domain.channel.Channel: members, keys, officers, policy, pairing terms."""

    def state(self, context: str, subject: str) -> Any:
        """That stream's state, else the context's INITIAL (WIRE 20)."""

    def open(self) -> Iterable[tuple[str, str, Any]]:
        """(context, subject, state) of the streams that are not at an end."""

    def used(self, what: str) -> "Use | None":
        """Who used a content id (``content/<id>``) or number (``number/...``), if anybody."""


class Use(NamedTuple):
    """Where a content id or number stands."""

    source: str
    context: str
    subject: str


class Context(Protocol):
    """A context is a module with these names; CONTEXTS is its whole registration."""

    @property
    def INITIAL(self) -> Any: ...  # noqa: D102, N802
    @property
    def RULES(self) -> Mapping[type[Event], Rule]: ...  # noqa: D102, N802
    @property
    def ENDED(self) -> frozenset[Any]: ...  # noqa: D102, N802

    def permit(self, state: Any, e: Draft[Any], at: int, states: States, /) -> None:
        """What the row cannot say. Raises Refused. Of facts, only those of channel and oversight are asked about."""

    def evolve(self, state: Any, e: Draft[Any], at: int, /) -> Any:
        """The next state. Never refuses: no rule runs on replay."""

    def needs(self, e: Draft[Any], /) -> Sign:
        """How many must sign this one: as its row says, and where that is Sign.BY_DATA, by what it says."""


@dataclass(frozen=True)
class Outcome:
    """Effective: the new state, and whether a fact came when its row no longer allowed it."""

    state: Any
    late: bool = False
