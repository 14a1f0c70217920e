"""A lead goes on to a third unit under its owner's grant, or under what is none (PROTOCOL 12, L12)."""

from collections.abc import Callable
from typing import Any

from contracts.envelope import Signed
from contracts.parts import Grade
from contracts.vocabulary import InformationGrade, Purpose, SourceGrade, Suspension
from services.domain.clocks import DAY, HOUR
from services.registry import ceremony
from services.vectors import forwarding
from services.vectors.logs import lead_summary
from services.vectors.seeds import TANGHE
from services.verifier import Verdict
from tests.attacks.row import EFFECTIVE, Row, void
from tests.support.acts import subject_of
from tests.support.decisions import delegate, registrars
from tests.support.forwarding import Three
from tests.support.ledgers import new_key
from tests.support.world import JINHUA, XINCAI, YIWU, World

Act = Callable[[World], Verdict]


def forwards(**said: Any) -> Act:
    """义乌 forwards under a true grant, and says so much of its own."""
    return lambda w: Three(w).forward(**said)


def under(make: Callable[[Three, Verdict], Signed]) -> Act:
    """Under what was made of a request that was granted."""

    def attack(w: World) -> Verdict:
        t = Three(w)
        asked = t.asked()
        t.granted(asked)
        return forwarding.forwarded(w, t.onward, make(t, asked))

    return attack


def sealed(t: Three, asked: Verdict, tamper: dict[str, Any] | None = None, **said: Any) -> Signed:
    """A grant like the true one, said by 新蔡 otherwise, or by somebody in its name."""
    event = forwarding.grant(t.w, t.w.channel, asked, **said)
    return forwarding.sealed(t.w, t.w.channel, event, subject_of(asked), **(tamper or {}))


def granting(**said: Any) -> Act:
    """新蔡 really says that."""
    return under(lambda t, asked: sealed(t, asked, **said))


def tampered(**members: Any) -> Act:
    """The envelope of the grant is another."""
    return under(lambda t, asked: sealed(t, asked, members))


def before_the_copy(w: World) -> Verdict:
    """The registry has not copied the owner's keys."""
    t = Three(w)
    grant = forwarding.granted(w, w.channel, t.asked())
    return forwarding.forwarded(w, t.onward, w.signed(grant))


def twice(w: World) -> Verdict:
    """Two leads under one grant."""
    t = Three(w)
    grant = t.granted()
    t.forward(grant)
    return t.forward(grant)


def after(act: Callable[[Three], None], ms: int = 0) -> Act:
    """Granted, then that happens, and so many ms later it is forwarded."""

    def attack(w: World) -> Verdict:
        t = Three(w)
        grant = t.granted()
        act(t)
        w.copy_trust(t.onward)
        w.later(ms)
        return t.forward(grant)

    return attack


def withdrawn(t: Three) -> None:
    """The owner withdraws its lead; the grant stays a firm offer (L12), and what went on is called back."""
    t.w.withdraw(XINCAI, subject_of(t.w.last()))


def nothing(_: Three) -> None:
    """Time passes."""


def suspended(t: Three) -> None:
    """A duty officer suspends the owner."""
    t.w.trust(ceremony.suspended(t.w.by(f"duty.{XINCAI[:2]}", 1), XINCAI, Suspension.BREACH))


def key_closed(t: Three) -> None:
    """The owner's key is closed."""
    t.w.trust(ceremony.key_closed(t.w.by(ceremony.registrar(XINCAI)), XINCAI, t.w.keys[XINCAI].keyid, emergency=True))


def officer_ended(t: Three) -> None:
    """The approver of the grant leaves."""
    approver = t.w.officers[f"{XINCAI}/approver"].id
    t.w.trust(ceremony.officer_ended(t.w.by(ceremony.registrar(XINCAI)), approver, XINCAI))


def registrars_replaced(w: World) -> Verdict:
    """The owner's registrars are others than those who admitted it, in the third channel too, before its keys come."""
    t = Three(w)
    delegate(w, registrars(w, "new 1", "new 2", "new 3"))
    for channel in (w.channel, t.onward):
        w.copy_trust(channel)
    return t.forward()


def key_added(t: Three) -> None:
    """The owner has a second key; the grant is under the first."""
    new_key(t.w)


def by_the_third(w: World) -> Verdict:
    """The third unit shares under the grant, back to the holder."""
    t = Three(w)
    return forwarding.forwarded(w, t.onward, w.signed(t.granted()), TANGHE)


def by_the_holder(t: Three, asked: Verdict) -> Signed:
    """The holder grants itself what it likes."""
    event = forwarding.grant(t.w, t.w.channel, asked, YIWU)
    return forwarding.sealed(t.w, t.w.channel, event, subject_of(asked), YIWU)


def back_to_the_owner(w: World) -> Verdict:
    """The holder shares with the owner under the owner's grant."""
    t = Three(w)
    return forwarding.forwarded(w, w.channel, w.signed(t.granted()))


def bytes_of(value: bytes) -> Act:
    """Something that is no envelope."""
    return under(lambda *_: Signed(value, bytes(64), ""))


OTHER_BASIS = lead_summary().basis.model_copy(update={"date": "2021-03-16"})
BETTER = Grade(source=SourceGrade.A, information=InformationGrade.KNOWN_TRUE)
LAPSED, NONE, WRONG = void("offer_lapsed"), void("mandate"), void("shape")
ROWS = [
    Row("A holder forwards a lead under its owner's grant", "P12 W5 W33", forwards(), EFFECTIVE),
    Row("A holder forwards before the owner's keys were copied", "P12", before_the_copy, NONE),
    Row("A holder forwards under bytes that are no envelope", "P12 W5", bytes_of(b"{}"), NONE),
    Row("A holder forwards under its own request", "P12", under(lambda t, asked: t.w.signed(asked)), NONE),
    Row(
        "A holder forges a grant with its own key",
        "P12",
        under(lambda t, asked: sealed(t, asked, {"signer": t.w.keys[YIWU]})),
        void("signatures"),
    ),
    Row("A holder forwards under another word of the owner", "P12", under(lambda t, _: t.w.signed(t.shared())), NONE),
    Row("A grant's data is none", "P12 W5", tampered(data={"summary": {}}), NONE),
    Row("A grant is of a type that nobody knows", "P12 W5", tampered(type="duikou.lead.exploded.v1"), NONE),
    Row("A holder grants itself a lead", "P12", under(by_the_holder), NONE),
    Row("A holder shares with the owner under the owner's grant", "P12", back_to_the_owner, NONE),
    Row("A grant is of another exchange", "P12 W9", tampered(exchange="e" * 64), NONE),
    Row(
        "A thief of the owner's key grants with one officer",
        "P12 W22",
        granting(approver=f"{XINCAI}/author"),
        void("officers"),
    ),
    Row(
        "A grant's officers signed another summary",
        "P12 W22",
        granting(approval={"summary": "a" * 64}),
        void("signatures"),
    ),
    Row(
        "A head signs a grant where an approver must", "P12 W22", granting(approver=f"{XINCAI}/head"), void("officers")
    ),
    Row(
        "A grant binds while it binds, though its officers' word has lapsed",
        "P12 W22",
        after(nothing, 3 * DAY - 2 * HOUR),
        EFFECTIVE,
    ),
    Row("A holder forwards when the offer has lapsed", "P12 W30", after(nothing, 3 * DAY), LAPSED),
    Row("A holder forwards under a grant to another holder", "P12", granting(holder=JINHUA), void("wrong_side")),
    Row("A third unit shares under the holder's grant", "P12", by_the_third, void("wrong_side")),
    Row("A holder forwards under a grant for another unit", "P12", granting(recipient=JINHUA), void("unknown_matter")),
    Row("A holder forwards twice under one grant", "P12 W18", twice, void("content_used")),
    Row("A holder forwards for another purpose", "P12", forwards(category=Purpose.PARCEL), void("purpose")),
    Row("A holder forwards with looser handling", "P12", forwards(restrictions=()), void("ceiling")),
    Row("A holder forwards on another basis", "P12", forwards(basis=OTHER_BASIS), void("basis")),
    Row("A holder forwards with a better grade", "P12", forwards(grade=BETTER), WRONG),
    Row("A holder forwards to live longer", "P12", forwards(review_date="2021-10-02"), WRONG),
    Row("A holder names a person who was not granted", "P12", granting(persons=()), WRONG),
    Row("An owner is suspended before the lead goes on", "P12 W20", after(suspended), void("suspended")),
    Row("An owner has a second key when the lead goes on", "P12 W21", after(key_added), EFFECTIVE),
    Row("An owner's key is closed before the lead goes on", "P12 W21", after(key_closed), NONE),
    Row("An owner's approver has left before the lead goes on", "P12 W22", after(officer_ended), void("officers")),
    Row("An owner's registrars were replaced before the lead goes on", "P12 A2", registrars_replaced, void("mandate")),
    Row("An owner withdraws between grant and forwarding", "P12", after(withdrawn), EFFECTIVE),
]
