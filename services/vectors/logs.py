"""Whole logs with the verdict of each record: what a second implementation must say of them, record by record.

A small exchange of two counties; beside the honest history somebody does each thing that a log can hold.
"""

import base64
from typing import Any

from contracts import lead, pairing
from contracts.channel import StandsBy
from contracts.channels import OUTFLOW, PAIRING, REGISTRY, TRUST, Kind, Topic
from contracts.envelope import GENESIS_SEEN, Message, Record
from contracts.parts import BasisReference, Grade, PersonSummary
from contracts.profile import compact
from contracts.trust import Heartbeat, HeartbeatSummary
from contracts.vocabulary import (
    Basis,
    Classification,
    DocumentKind,
    Ground,
    InformationGrade,
    KeyKind,
    PersonApprover,
    PersonCategory,
    Purpose,
    RequestedAction,
    Restriction,
    Role,
    SourceGrade,
    Suspension,
    Urgency,
    Withdrawal,
)
from services.domain.clocks import DAY, HOUR, format_time
from services.domain.trust import ROOT
from services.registry import ceremony, genesis
from services.signing import possession
from services.vectors.region import Region
from services.vectors.seeds import EXPIRES, JINHUA, OFFICES, UNKNOWN_RULES, XINCAI, YIWU, policy, seeded
from services.verifier import Verdict

UNITS, OFFICERS = (XINCAI, YIWU), ("author", "approver", "head", "intake")
REGISTRARS = ceremony.registrar(XINCAI)


def lead_summary(**changes: Any) -> lead.SharedSummary:
    """An invented lead about one suspect, in clear; ``changes`` replace members."""
    suspect = PersonSummary(
        category=PersonCategory.SUSPECT, grounds=(Ground.POINTED_OUT,), approver=PersonApprover.APPROVER
    )
    usual: dict[str, Any] = {
        "kind": DocumentKind.LEAD_NOTICE,
        "classification": Classification.WORK_SECRET,
        "urgency": Urgency.ROUTINE,
        "category": Purpose.OUTFLOW_TRAFFICKING,
        "basis": BasisReference(kind=Basis.CRIMINAL_CASE, organ=XINCAI, date="2021-03-15"),
        "grade": Grade(source=SourceGrade.B, information=InformationGrade.CORROBORATED),
        "restrictions": (Restriction.FORWARD_CONSENT,),
        "review_date": "2021-10-01",
        "persons": (suspect,),
        "identifiers_count": 0,
        "action": (RequestedAction.CHECK,),
        "substances": (),
    }
    return lead.SharedSummary(**{**usual, **changes})


def build() -> dict[str, Any]:
    """``log_trust``, ``log_proposals``, ``log_channel``."""
    region = Region()
    region.found()
    _trust(region)
    for channel in (PAIRING, OUTFLOW):
        region.open(channel, genesis.open_topic(region.root))
        region.copy_trust(channel)
    channel = _proposals(region)
    _channel(region, channel)
    return {
        "log_trust": told(region, TRUST),
        "log_proposals": told(region, PAIRING),
        "log_channel": told(region, channel),
    }


def told(region: Region, channel: str) -> dict[str, Any]:
    """The log of a channel's first topic, each record with what it is."""
    return {
        "exchange": region.exchange,
        "topic": str(Topic(channel, 1)),
        "records": [_row(verdict) for verdict in region.verdicts[channel]],
    }


def _row(verdict: Verdict) -> dict[str, Any]:
    """A record as an export tells it (WIRE 32), and what it is."""
    return {
        **record_row(verdict.record),
        "result": verdict.result.value,
        "code": verdict.code.value if verdict.code else "",
        "late": verdict.late,
        "disputed": verdict.disputed,
        "effective_time": verdict.at,
        "rolling": verdict.hash.hex(),
    }


def record_row(record: Record) -> dict[str, Any]:
    """offset, at (ms), headers and value, binary in base64; a value that is null is absent."""
    position, message = record
    row = {
        "offset": position.offset,
        "at": position.at,
        "headers": [[name, base64.b64encode(value).decode()] for name, value in message.headers],
    }
    return row if message.value is None else {**row, "value": base64.b64encode(message.value).decode()}


def _trust(r: Region) -> None:
    for unit in UNITS:
        r.admit(unit, OFFICERS)
    r.write(REGISTRY, TRUST, "policy", Heartbeat(summary=HeartbeatSummary(every=600)))
    _refused_mandates(r)
    r.put(TRUST, r.root)  # again
    r.write(XINCAI, TRUST, XINCAI, Heartbeat(summary=HeartbeatSummary(every=600)))  # not its topic
    _second_key(r)
    _fork_of_the_registry(r)


def _refused_mandates(r: Region) -> None:
    """By one registrar, with a number left out, of another province, expired; none uses its number up."""
    key = possession(seeded("other"), r.exchange, JINHUA, KeyKind.UNIT)
    role, place = ceremony.registrar(JINHUA), OFFICES[JINHUA]
    right = r.roster.last[role] + 1
    tries = (
        (role, right, EXPIRES, 1),
        (role, right + 1, EXPIRES, 2),
        (REGISTRARS, right, EXPIRES, 2),
        (role, right, "2021-03-31T00:00:00.000Z", 2),
    )
    for said_role, number, expires, count in tries:
        by = ceremony.Authority(r.exchange, said_role, number, expires, r.signers(said_role, count))
        r.trust(ceremony.admitted(by, JINHUA, *place, key))


def _second_key(r: Region) -> None:
    """新蔡 signs its next key itself."""
    new = possession(seeded("second"), r.exchange, XINCAI, KeyKind.UNIT)
    r.trust(ceremony.key_added(r.by(REGISTRARS, 1), new, ceremony.endorsement(r.keys[XINCAI], new)))


def _fork_of_the_registry(r: Region) -> None:
    beat = Heartbeat(summary=HeartbeatSummary(every=600))
    honest = r.signed(r.write(REGISTRY, TRUST, "policy", beat))
    twin = r.draft(REGISTRY, TRUST, "policy", beat)
    head: dict[str, Any] = {"sequence": f"{r.history(TRUST).ledger(REGISTRY).head.sequence:012}", "previous": "0" * 64}
    r.put(TRUST, r.seal(twin, **head))
    r.write(REGISTRY, TRUST, "policy", beat)  # frozen
    _reopen(r, TRUST, REGISTRY)
    r.write(REGISTRY, TRUST, "policy", beat)
    r.put(TRUST, honest)


def _reopen(r: Region, channel: str, unit: str, sequence: int = -1, digest: str = "") -> Verdict:
    """``sequence``, ``digest``: what is stood by, else the last."""
    head = r.history(channel).ledger(unit).head
    by = StandsBy(sequence=head.sequence if sequence < 0 else sequence, digest=digest or head.digest)
    signers = r.signers(ROOT if unit == REGISTRY else ceremony.registrar(unit), 2)
    event = ceremony.reopened(r.exchange, unit, channel, head.epoch + 1, by, EXPIRES, signers)
    return r.write(REGISTRY, channel, channel, event)


def _proposals(r: Region) -> str:
    """A proposal declined, one accepted in the end; the id of the channel that this enables."""
    subject = r.fresh()
    event = r.approved(YIWU, PAIRING, subject, pairing.Proposed, r.terms(YIWU, XINCAI), role=Role.HEAD)
    offer = r.signed(r.put(PAIRING, r.seal(r.draft(YIWU, PAIRING, subject, event, subject))))
    said = pairing.AnswerSummary(offer=offer.digest)
    for unit, wrong in ((YIWU, offer.digest), (XINCAI, "a" * 64)):
        answer = pairing.AnswerSummary(offer=wrong)
        no = r.approved(unit, PAIRING, subject, pairing.Declined, answer, role=Role.HEAD)
        r.write(unit, PAIRING, subject, no)
    r.write(XINCAI, PAIRING, subject, r.approved(XINCAI, PAIRING, subject, pairing.Declined, said, role=Role.HEAD))
    _late_answer(r)
    offer, answer_ = r.agree(XINCAI, YIWU)
    channel = genesis.enabled(r.exchange, Kind.PAIRING, answer_)
    opened = genesis.pairing(r.root, offer, answer_)
    r.append(channel, Message(None, b"{}"))  # a member writes first
    r.write(REGISTRY, channel, channel, opened, previous="a" * 64)
    r.write(REGISTRY, channel, channel, opened, seen=GENESIS_SEEN)
    r.write(REGISTRY, channel, channel, opened)  # a second one
    return channel


def _late_answer(r: Region) -> None:
    """The offer bound its maker until then, and no longer (L12)."""
    subject, until = r.fresh(), format_time(r.now + 4 * DAY)
    terms = r.terms(YIWU, XINCAI, answer_by=until)
    event = r.approved(YIWU, PAIRING, subject, pairing.Proposed, terms, role=Role.HEAD)
    offer = r.signed(r.put(PAIRING, r.seal(r.draft(YIWU, PAIRING, subject, event, subject))))
    r.now += 4 * DAY
    said = pairing.AnswerSummary(offer=offer.digest)
    yes = r.approved(XINCAI, PAIRING, subject, pairing.Accepted, said, role=Role.HEAD)
    r.write(XINCAI, PAIRING, subject, yes)


def _channel(r: Region, channel: str) -> None:
    r.publish_key(XINCAI, channel)  # before its key was copied
    r.copy_trust(channel)
    for unit in UNITS:
        r.publish_key(unit, channel)
    r.publish_key(YIWU, channel, 7)  # out of turn: late
    first = _share(r, channel)
    subject = str(first.envelope.subject if first.envelope else "")
    delivered = lead.Delivered(summary=lead.DeliveredSummary())
    r.write(YIWU, channel, subject, delivered)
    r.write(YIWU, channel, subject, delivered)  # late
    r.write(YIWU, channel, subject, delivered, seen=f"1.2.{'b' * 64}")  # disputed
    r.write(XINCAI, channel, subject, delivered)  # the wrong side
    _bad_records(r, channel, first)
    _bad_shares(r, channel, first)
    _pauses(r, channel)
    withdraws(r, channel, subject)
    _forks(r, channel)
    r.trust(ceremony.suspended(r.by("duty.41", 1), XINCAI, Suspension.DISPUTE))
    r.copy_trust(channel)
    _share(r, channel)
    r.write(YIWU, channel, subject, delivered)  # towards a suspended unit: a fact stands
    r.now += 72 * HOUR
    _share(r, channel)
    r.trust(ceremony.policy(r.by(ROOT), policy(rule_version=UNKNOWN_RULES)))
    r.write(REGISTRY, channel, channel, genesis.copied(r.signed(r.verdicts[TRUST][-1])))  # then it stalls


def _share(r: Region, channel: str, /, *, source: str = XINCAI, summary: Any = None, **tamper: Any) -> Verdict:
    envelope = {name: tamper.pop(name) for name in list(tamper) if name in _ENVELOPE}
    subject, content = r.fresh(), tamper.pop("content", None) or r.content(source, channel, lead.Shared.TYPE)
    said = summary or lead_summary()
    event = r.approved(source, channel, subject, lead.Shared, said, content=content, **tamper)
    return r.write(source, channel, subject, event, **envelope)


_ENVELOPE = frozenset({"type", "epoch", "sequence", "previous", "seen", "exchange", "channel", "signer", "at"})


def _bad_records(r: Region, channel: str, first: Verdict) -> None:
    """Noise of every code, and what is not lost by it."""
    r.append(channel, Message(None, None))
    r.append(channel, Message(b"key", b"\xff\xfe"))
    value = r.signed(first).value
    r.append(channel, Message(None, value.replace(b":", b": ", 1), first.record.message.headers))
    r.append(channel, Message(None, value, (("signature", bytes(64)),) * 2))  # a duplicate all the same
    _share(r, channel, exchange="e" * 64)
    _share(r, channel, channel="a" * 52)
    _share(r, channel, signer=r.keys[YIWU])
    _share(r, channel, epoch=2)
    _share(r, channel, sequence="000000000099")
    _share(r, channel, previous="a" * 64)
    _share(r, channel, at=r.now - HOUR)  # the leader's clock ran back
    r.put(channel, _by_a_third(r, channel))


def _by_a_third(r: Region, channel: str) -> Any:
    subject = r.fresh()
    event = lead.Delivered(summary=lead.DeliveredSummary())
    return r.seal(r.draft(JINHUA, channel, subject, event), signer=seeded(JINHUA))


def _bad_shares(r: Region, channel: str, first: Verdict) -> None:
    """Void for each reason a share can have, one after the other in one chain."""
    content = first.draft.data.content if first.draft else None
    _share(r, channel, type="duikou.lead.exploded.v1")
    _share(r, channel, seen=f"1.3.{'b' * 64}")
    _share(r, channel, summary=lead_summary(category=Purpose.TRANSIT))
    _share(r, channel, summary=lead_summary(restrictions=(), persons=(_victim(),)))
    _share(r, channel, summary=lead_summary(basis=_administrative(), category=Purpose.PARCEL))
    _share(r, channel, approval={"summary": "a" * 64})
    _share(r, channel, approver=f"{XINCAI}/author")
    _share(r, channel, approval={"valid_until": "2021-04-01T00:00:00.000Z"})
    _share(r, channel, content=content)
    stale = r.content(XINCAI, channel, lead.Shared.TYPE)
    _share(r, channel, content=stale.model_copy(update={"wraps": (_elsewhere(stale),)}))
    for _ in range(2):
        _share(r, channel, approval={"document": {"series": "lead", "year": 2021, "number": 1}})
    opened = genesis.copied(r.root)
    r.write(XINCAI, channel, channel, opened)
    r.write(REGISTRY, channel, channel, opened)
    r.write(YIWU, channel, r.fresh(), lead.Delivered(summary=lead.DeliveredSummary()))


def _victim() -> PersonSummary:
    return PersonSummary(
        category=PersonCategory.VICTIM, grounds=(Ground.POINTED_OUT,), approver=PersonApprover.APPROVER
    )


def _administrative() -> BasisReference:
    return BasisReference(kind=Basis.ADMINISTRATIVE_CASE, organ=XINCAI, date="2021-03-15")


def _elsewhere(content: Any) -> Any:
    return content.wraps[0].model_copy(update={"number": 2})


def _pauses(r: Region, channel: str) -> None:
    """What was void while the pairing paused stays void when it is sent again."""
    subject = r.history(channel).channel.pairing
    head = r.officers[f"{YIWU}/head"].id
    paused = pairing.Suspended(summary=pairing.SuspendedSummary(officer=head, ground=Suspension.DISPUTE))
    r.write(YIWU, channel, subject, paused)
    void = _share(r, channel)
    said = pairing.ResumedSummary(ground=Suspension.DISPUTE)
    for unit in (XINCAI, YIWU):
        r.write(unit, channel, subject, r.approved(unit, channel, subject, pairing.Resumed, said, role=Role.HEAD))
    r.append(channel, void.record.message)


def withdraws(r: Region, channel: str, subject: str) -> None:
    """新蔡, for an error."""
    said = lead.WithdrawnSummary(officer=r.officers[f"{XINCAI}/author"].id, ground=Withdrawal.ERROR)
    r.write(XINCAI, channel, subject, lead.Withdrawn(summary=said))


def _forks(r: Region, channel: str) -> None:
    """A ledger forks, freezes, is reopened wrongly and rightly, and goes on."""
    honest = _share(r, channel)
    document = {**(honest.envelope.model_dump(exclude_none=True) if honest.envelope else {}), "time": EXPIRES}
    twin = r.sign(compact(document), r.keys[XINCAI])
    r.put(channel, twin)
    r.put(channel, twin)
    _share(r, channel)
    _reopen(r, channel, XINCAI, sequence=1, digest="a" * 64)
    _reopen(r, channel, XINCAI)
    r.append(channel, honest.record.message)
    _share(r, channel)
    _share(r, channel, source=YIWU)
