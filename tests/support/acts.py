"""What units say in a channel, rightly and wrongly: one function an act, each with its verdict."""

from typing import Any

from contracts import lead, pairing
from contracts.channel import TrustCopied
from contracts.channels import KEEPER, OUTFLOW, PAIRING, REGISTRY, TRUST
from contracts.envelope import GENESIS_SEEN, Message
from contracts.lead import Delivered, Shared
from contracts.outflow import Reported, ReportSummary, cell
from contracts.parts import BasisReference, PersonSummary
from contracts.trust import Heartbeat, HeartbeatSummary
from contracts.vocabulary import (
    Basis,
    Ground,
    OutflowSource,
    PersonApprover,
    PersonCategory,
    Purpose,
    Restriction,
    Role,
    Sector,
    Suspension,
)
from services.domain.clocks import DAY, HOUR
from services.registry import ceremony, genesis
from services.verifier import Verdict
from tests.support.openings import embedded_bytes
from tests.support.world import XINCAI, YIWU, Result, World, plain


def heads(w: World, source: str = XINCAI) -> tuple[int, str]:
    """Number and digest of a ledger's head."""
    head = w.history(w.channel).ledger(source).head
    return head.sequence, head.digest


def in_topic(w: World, source: str, channel: str) -> Verdict:
    """The event of a lead, said elsewhere."""
    subject, event = w.shared(XINCAI)
    return w.write(source, channel, subject, event)


def with_headers(w: World, *headers: tuple[str, bytes]) -> Verdict:
    """A share with those headers alone; an empty one holds the true signature."""
    subject, event = w.shared()
    signed = w.seal(w.draft(XINCAI, w.channel, subject, event))
    filled = tuple((name, value or signed.signature) for name, value in headers)
    return w.append(w.channel, Message(None, signed.value, filled))


def misplaced(w: World) -> Verdict:
    """An envelope of one channel, written into another topic."""
    subject, event = w.shared()
    return w.put(PAIRING, w.seal(w.draft(XINCAI, w.channel, subject, event)))


def other_payload(w: World, *, bare: bool) -> Verdict:
    """The unit signed the bytes, but not as an event."""
    subject, event = w.shared()
    value = w.seal(w.draft(XINCAI, w.channel, subject, event)).value
    signer: Any = w.keys[XINCAI]
    signature = signer._key.sign(value) if bare else signer.sign("application/vnd.duikou.access.v1+json", value)
    return w.raw(value, signature)


def keeper(w: World, **members: Any) -> Verdict:
    """An event of a lead in the keeper's name."""
    return w.fact(XINCAI, w.fresh(), source=KEEPER, **members)


def county_report(w: World, source: str) -> Verdict:
    """Outflow numbers of that unit."""
    said = ReportSummary(
        officer=w.officers[f"{source}/author"].id,
        origin=source[:6],
        period="2021H1",
        source=OutflowSource.STATISTICS,
        cells=(cell("330782", next(iter(Sector)), 1_234),),
    )
    return w.write(source, OUTFLOW, w.fresh(), Reported(summary=said))


def forked(w: World) -> Verdict:
    """Another envelope for the number that the last one took."""
    honest = w.share()
    return w.put(w.channel, w.changed(w.signed(honest), XINCAI, time="2021-04-01T02:00:00.000Z"))


def frozen(w: World) -> Verdict:
    """A word after a fork."""
    forked(w)
    return w.share()


def seen(w: World, n: int = 1, ahead: int = -1, digest: str = "") -> str:
    """``seen`` of the record that is ``ahead`` of the next one, with a true or another hash."""
    history = w.history(w.channel)
    offset = history.offset + 1 + ahead
    true = history.prefixes.get(offset, bytes(32)).hex()
    return f"{n}.{offset}.{digest or true}"


def wrong_data(w: World, **data: Any) -> Verdict:
    """A share with more, or other, members of data."""
    subject, event = w.shared()
    return w.write(XINCAI, w.channel, subject, event, data={**event.wire(), **data})


def as_copied(w: World, source: str, signer: str = "") -> Verdict:
    """A trust event copied again, by whoever."""
    event = genesis.copied(w.signed(w.verdicts[TRUST][1]))
    return w.write(source, w.channel, w.channel, event, signer=w.keys[signer or source])


def suspended(w: World, source: str) -> Verdict:
    """新蔡 shares after a duty officer suspended that unit."""
    w.trust(ceremony.suspended(w.by(f"duty.{source[:2]}", 1), source, Suspension.BREACH))
    w.copy_trust(w.channel)
    return w.share()


def paused(w: World) -> Verdict:
    """新蔡 shares after 义乌 paused the pairing."""
    w.suspend_pairing(YIWU)
    return w.share()


def in_an_unopened_channel(w: World) -> Verdict:
    """A fact where no genesis stands."""
    other = "a" * 52
    return w.write(XINCAI, other, w.fresh(), Delivered(summary=lead.DeliveredSummary()))


def contents(w: World, **changes: Any) -> Verdict:
    """A share with a content of which something is replaced."""
    return w.share(content=w.content(XINCAI, w.channel, Shared.TYPE, **changes))


def same_content(w: World) -> Verdict:
    """Two shares of one content."""
    content = w.content(XINCAI, w.channel, Shared.TYPE)
    w.share(content=content)
    return w.share(content=content)


def same_number(w: World) -> Verdict:
    """Two shares under one document number."""
    number = {"document": {"series": "lead", "year": 2021, "number": 1}}
    w.share(approval=number)
    return w.share(approval=number)


def answered_late(w: World) -> Verdict:
    """义乌 proposes, and 新蔡 answers when the offer's month is over."""
    subject = w.fresh()
    said = w.terms(YIWU, XINCAI)
    event = w.approved(YIWU, PAIRING, subject, pairing.Proposed, said, role=Role.HEAD)
    offer = w.put(PAIRING, w.seal(w.draft(YIWU, PAIRING, subject, event, subject)))
    w.later(30 * DAY)
    answer = pairing.AnswerSummary(offer=w.signed(offer).digest)
    event = w.approved(XINCAI, PAIRING, subject, pairing.Accepted, answer, role=Role.HEAD)
    return w.write(XINCAI, PAIRING, subject, event)


def lapsed(w: World) -> Verdict:
    """What was approved is sent 72 hours later."""
    subject, event = w.shared()
    w.later(72 * HOUR)
    return w.write(XINCAI, w.channel, subject, event)


def repeated(w: World, void: bool = False) -> Verdict:
    """The same bytes once more."""
    first = w.share(source=XINCAI, seen=GENESIS_SEEN.replace("0", "1")) if void else w.share()
    return w.again(first)


def outside_basis(w: World) -> Verdict:
    """An administrative case for what only a criminal one may be sent for."""
    report = BasisReference(kind=Basis.ADMINISTRATIVE_CASE, organ=XINCAI, date="2021-03-15")
    return w.share(summary=w.summary(basis=report, category=Purpose.PARCEL))


def above_ceiling(w: World) -> Verdict:
    """A restriction that the pairing does not know."""
    channel = w.pair(YIWU, XINCAI, ceiling=(Restriction.FORWARD_CONSENT,))
    w.channel = channel
    return lead_about(w, restrictions=(Restriction.CONDITIONS, Restriction.FORWARD_CONSENT))


def copy_of_heartbeat(w: World) -> Verdict:
    """The registry copies its heartbeat."""
    beat = w.write(REGISTRY, TRUST, "policy", Heartbeat(summary=HeartbeatSummary(every=600)))
    assert plain(beat) == (Result.EFFECTIVE, "")
    return copied(w, w.signed(beat))


def copy_of_nothing(w: World) -> Verdict:
    """The registry copies bytes that are no envelope."""
    event = genesis.copied(w.root)
    none = embedded_bytes(b"{}")
    summary = event.summary.model_copy(update={"digest": none.digest})
    return w.write(REGISTRY, w.channel, w.channel, TrustCopied(summary=summary, embedded=none))


def drafted(w: World) -> Any:
    """A share that was not sealed."""
    subject, event = w.shared()
    return w.draft(XINCAI, w.channel, subject, event)


def subject_of(verdict: Verdict) -> str:
    """The matter of a record."""
    assert verdict.draft is not None
    return verdict.draft.subject


def lead_about(w: World, **changes: Any) -> Verdict:
    """A share whose summary says something else."""
    return w.share(summary=w.summary(**changes))


def older_wraps(w: World) -> Any:
    """A half for a key that was never published."""
    one = w.content(XINCAI, w.channel, Shared.TYPE).wraps[0]
    return (one.model_copy(update={"number": 2}),)


def copied(w: World, signed: Any) -> Verdict:
    """A copy of those bytes."""
    return w.write(REGISTRY, w.channel, w.channel, genesis.copied(signed))


def person(**changes: Any) -> PersonSummary:
    """Somebody invented, in clear."""
    usual: dict[str, Any] = {
        "category": PersonCategory.SUSPECT,
        "grounds": (Ground.POINTED_OUT,),
        "approver": PersonApprover.APPROVER,
    }
    return PersonSummary(**{**usual, **changes})
