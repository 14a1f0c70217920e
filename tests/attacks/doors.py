"""What a node refuses before it seals anything, and what it waits for (PROTOCOL 1, 3, 6; topics as they must be)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from contracts import lead
from contracts.envelope import Message
from contracts.vocabulary import Purpose, Suspension
from services.domain.clocks import DAY, HOUR, day
from services.domain.trust import ROOT
from services.node.commands import rehearse
from services.node.folds import now_ms
from services.node.settings import DEVELOPMENT, Settings, SettingsError, check
from services.registry import ceremony, genesis
from services.transport.contract import check_message
from services.transport.errors import MessageTooLargeError
from services.vectors.seeds import UNKNOWN_RULES, policy
from tests.attacks.row import WAITS, Outcome, Row, door
from tests.support.acts import subject_of
from tests.support.ledgers import close_key, fork
from tests.support.served import Served
from tests.support.world import XINCAI, YIWU, World

SEALED, REFUSES = Outcome("sealed"), Outcome("refuses to run")
LATER = "5f7c0e57-2f0d-4b2e-9d43-0d3f3c1c5a11"


def node(w: World, **more: Any) -> Any:
    """A node of 新蔡 in this world, at the present time."""
    named: dict[str, Any] = {"source": XINCAI, "root": w.exchange, "database": "", "log": "", "desk": "", "signer": ""}
    return Served(Settings(**named, data=Path(), mode=DEVELOPMENT), w, **more)


def at_the_door(
    event: Callable[[World], tuple[str, Any]], before: Callable[[World], Any] | None = None, **more: Any
) -> Callable[[World], Outcome]:
    """An officer of 新蔡 asks its node for an event; ``before``: what the channel holds already."""

    def attack(w: World) -> Outcome:
        if before is not None:
            before(w)
        subject, said = event(w)
        rehearse(node(w, **more), w.channel, subject, said, id=LATER)
        return SEALED

    return attack


def share(**papers: Any) -> Callable[[World], tuple[str, Any]]:
    """A lead of 新蔡, decided now."""

    def event(w: World) -> tuple[str, Any]:
        w.now = now_ms()
        review = str(day(w.now + 90 * DAY))
        return w.shared(XINCAI, **papers, summary=w.summary(review_date=review, **summary))

    summary = papers.pop("summary", {})
    return event


def elsewhere(w: World) -> tuple[str, Any]:
    """A lead for a channel that is not open."""
    made = share()(w)
    w.channel = "a" * 52
    return made


def delivered(subject: Callable[[World], str]) -> Callable[[World], tuple[str, Any]]:
    """A receipt."""
    return lambda w: (subject(w), lead.Delivered(summary=lead.DeliveredSummary()))


def suspended_in_trust(w: World) -> None:
    """义乌 is suspended in trust; the copy has not come."""
    w.trust(ceremony.suspended(w.by(ceremony.registrar(YIWU)), YIWU, Suspension.BREACH))


def key_closed_in_trust(w: World) -> None:
    """义乌's key is closed in trust; the copy has not come."""
    w.trust(ceremony.key_closed(w.by(ceremony.registrar(YIWU)), YIWU, w.keys[YIWU].keyid))


def newer_rules(w: World) -> None:
    """Rules that this software does not know are copied."""
    w.trust(ceremony.policy(w.by(ROOT), policy(rule_version=UNKNOWN_RULES)))
    w.write("registry", w.channel, w.channel, genesis.copied(w.signed(w.last("trust"))))


def settings(**wrong: Any) -> Callable[[World], Outcome]:
    """A node is started with these settings."""

    def attack(w: World) -> Outcome:
        named: dict[str, Any] = {
            "source": XINCAI,
            "root": w.exchange,
            "database": "",
            "log": "",
            "desk": "",
            "signer": "",
        }
        try:
            check(Settings(**{**named, "data": Path("no such folder"), **wrong}))
        except SettingsError:
            return REFUSES
        return Outcome("runs")

    return attack


def message(**wrong: Any) -> Callable[[World], Outcome]:
    """A message is handed to the log."""

    def attack(_: World) -> Outcome:
        try:
            check_message(Message(**{"key": b"k", "value": b"{}", **wrong}))
        except MessageTooLargeError:
            return Outcome("refused at the door", "too large")
        return SEALED

    return attack


def first_of_fold(w: World) -> Outcome:
    """Whatever a counterpart wrote into the log before, the door and the log say the same of the next word."""
    for value in (b"\xff", b"{}", b"[" * 900):
        w.raw(value)
    w.share(source=YIWU, epoch=7)
    return at_the_door(share())(w)


ROWS = [
    Row("An officer shares through the door", "P1", at_the_door(share()), SEALED),
    Row(
        "An officer shares for another purpose, at the door as in the log",
        "P1",
        at_the_door(share(summary={"category": Purpose.TRANSIT})),
        door("purpose"),
    ),
    Row(
        "An author approves, at the door as in the log",
        "P1",
        at_the_door(share(approver=f"{XINCAI}/author")),
        door("officers"),
    ),
    Row(
        "A unit shares in a pause, at the door as in the log",
        "P1",
        at_the_door(share(), lambda w: w.suspend_pairing(YIWU)),
        door("pairing_state"),
    ),
    Row(
        "A unit receives nothing, at the door as in the log",
        "P1",
        at_the_door(delivered(lambda w: w.fresh())),
        door("unknown_matter"),
    ),
    Row(
        "An owner receives its own lead, at the door as in the log",
        "P1",
        at_the_door(delivered(lambda w: subject_of(w.share()))),
        door("wrong_side"),
    ),
    Row("A counterpart fills the log with garbage before", "P1", first_of_fold, SEALED),
    Row("A unit shares before the channel is open", "P3", at_the_door(elsewhere), WAITS),
    Row("A registry withholds trust for more than a day", "P3", at_the_door(share(), beat=DAY + HOUR), WAITS),
    Row(
        "A registry withholds trust; receipts go on",
        "P3",
        at_the_door(delivered(lambda w: subject_of(w.share(source=YIWU))), beat=DAY + HOUR),
        SEALED,
    ),
    Row("A registry withholds the copy of a suspension", "P3", at_the_door(share(), suspended_in_trust), WAITS),
    Row("A registry withholds the copy of a closed key", "P3", at_the_door(share(), key_closed_in_trust), WAITS),
    Row("A unit whose ledger is frozen shares", "P4", at_the_door(share(), fork), WAITS),
    Row(
        "A unit whose key was closed shares", "P4", at_the_door(share(), lambda w: close_key(w, emergency=False)), WAITS
    ),
    Row("A unit shares under rules that its software does not know", "P1", at_the_door(share(), newer_rules), WAITS),
    Row("A node is started without a root", "P4", settings(root=""), REFUSES),
    Row("A node is started with a root that is no digest", "P4", settings(root="z" * 64), REFUSES),
    Row("A development node is bound to the network", "P6", settings(mode=DEVELOPMENT, host="example.org"), REFUSES),
    Row(
        "A writer sends nine headers",
        "P2",
        message(headers=tuple((f"h{n}", b"") for n in range(9))),
        Outcome("refused at the door", "too large"),
    ),
    Row(
        "A writer sends more than 2 KiB of headers",
        "P2",
        message(headers=(("h", b"a" * 2_048),)),
        Outcome("refused at the door", "too large"),
    ),
    Row(
        "A writer sends more than a log takes",
        "P6 W4",
        message(value=b"a" * 65_536),
        Outcome("refused at the door", "too large"),
    ),
]
