"""A lead goes on to a third unit, and is called back (PROTOCOL 10, 12; story 6): three units, signed logs."""

from typing import Any, cast

import pytest

from contracts import lead
from contracts.calendar import CALENDARS, Calendar
from contracts.channels import OPEN_TOPICS
from contracts.envelope import Embedded, Signed
from contracts.lead import Onward, SupplementedSummary
from contracts.lead_consents import TransferOffered, TransferOfferedSummary
from contracts.lead_course import (
    Corrected,
    CorrectedSummary,
    Expunged,
    ExpungedSummary,
    Restricted,
    RestrictedSummary,
    Reviewed,
    ReviewedSummary,
)
from contracts.lead_terms import Correction, ReviewReason
from contracts.parts import AttachmentSummary, PersonSummary
from contracts.profile import MAX_VALUE
from contracts.refusals import Code, Refused
from contracts.vocabulary import (
    ApproverAnswer,
    AttachmentKind,
    AttachmentMedia,
    DocumentKind,
    Ground,
    PersonApprover,
    PersonCategory,
    RemovalResult,
    RequestedAction,
    Restriction,
    Role,
    SubstanceKind,
    Urgency,
    UrgencyGround,
)
from services.auditor import audit
from services.domain.clocks import DAY, format_time
from services.domain.lead_dues import onward
from services.node import duties, forwards
from services.registry import ceremony
from services.registry.forwarding import Granted, granted, guests
from services.vectors import forwarding
from services.vectors.seeds import TANGHE, filler
from services.verifier import History, Verdict
from services.views import VIEWS, fold, to_json
from services.views.inbox import INBOX, Kind, due_items
from tests.support.acts import subject_of
from tests.support.forwarding import Three, must, three
from tests.support.story import Story, begin
from tests.support.world import JINHUA, XINCAI, YIWU, plain

CALENDAR = Calendar(CALENDARS.values())
NOTICE: dict[str, Any] = {**forwarding.PLAIN, "kind": DocumentKind.LEAD_NOTICE}
CORRECTION: dict[str, Any] = {**forwarding.PLAIN, "kind": DocumentKind.CORRECTION}


def read_by(t: Three, unit: str) -> dict[str, list[bytes]]:
    """Every byte of every topic that a unit can read."""
    channels = {**{name: t.w.logs.get(name, []) for name in OPEN_TOPICS}}
    for name, history in t.w.histories.items():
        if unit in (*history.channel.members, *history.channel.readers):
            channels[name] = t.w.logs[name]
    return {name: [record.message.value or b"" for record in log] for name, log in channels.items()}


def seen_by(t: Three, unit: str) -> dict[str, Any]:
    """All rows of all views of a unit, folded from what it can read."""
    rows: dict[str, Any] = {}
    for view in VIEWS.values():
        found: dict[str, Any] = {}
        for name in read_by(t, unit):
            fold(view, unit, t.w.verdicts.get(name, []), found)
        rows[view.name] = {key: to_json(row) for key, row in found.items()}
    return rows


# -- it goes on --------------------------------------------------------------------------------------------------------


def test_a_lead_goes_on_under_its_owners_grant() -> None:
    """Asked, granted, the owner's keys copied, shared with the third unit: each channel judged by itself."""
    t = three()
    grant = t.granted()
    there = must(t.forward(grant))
    state = t.state(t.onward, subject_of(there))
    assert state.owner == YIWU
    origin = state.origin
    assert (origin.owner, origin.channel, origin.subject) == (XINCAI, t.w.channel, subject_of(grant))
    assert (origin.grant, origin.restrictions) == (t.w.signed(grant).digest, (Restriction.FORWARD_CONSENT,))
    assert [plain(v) for v in t.w.fold(t.onward)] == [plain(v) for v in t.w.verdicts[t.onward]]


@pytest.mark.parametrize(
    ("left", "outcome"),
    [(1_001, ("effective", "")), (1_000, ("void", "offer_lapsed"))],
    ids=["the last ms", "too late"],
)
def test_it_goes_on_as_long_as_the_grant_binds(left: int, outcome: tuple[str, str]) -> None:
    """A record is a second later than what was written before it."""
    t = three()
    grant = t.granted()
    (binds,) = t.state(t.w.channel, subject_of(grant)).grants
    t.w.later(binds.until - left - t.w.now)
    assert plain(t.forward(grant)) == outcome


def test_until_the_owner_grants_nothing_that_others_read_differs() -> None:
    """Story 6: what the third unit reads, counts and sees is that of a city which holds nothing else."""
    holds, empty = three(), three()
    for t in (holds, empty):
        must(forwarding.shared(t.w, t.onward, TANGHE))
    asked = holds.asked()
    holds.w.copy_trust(holds.onward)
    assert read_by(holds, TANGHE) == read_by(empty, TANGHE)
    assert seen_by(holds, TANGHE) == seen_by(empty, TANGHE)
    assert holds.w.channel not in read_by(holds, TANGHE)
    refused = forwarding.refused(holds.w, holds.w.channel, asked)
    assert plain(must(refused)) == ("effective", "")
    holds.w.copy_trust(holds.onward)
    assert read_by(holds, TANGHE) == read_by(empty, TANGHE)


def test_the_owner_reads_nothing_of_the_other_channel() -> None:
    """Each county sees only its own channel."""
    t = three()
    t.forwarded()
    assert t.onward not in read_by(t, XINCAI)
    assert t.w.channel not in read_by(t, TANGHE)


# -- the registry ------------------------------------------------------------------------------------------------------


def test_the_registry_copies_the_owner_where_the_grant_binds_and_nowhere_else() -> None:
    t = three()
    t.granted()
    grants = list(granted(t.w.history(t.w.channel)))
    (one,) = grants
    assert (one.owner, one.pair) == (XINCAI, frozenset({YIWU, TANGHE}))
    here = three().w.history(t.onward).channel
    assert guests(here, grants, one.until - 1) == {XINCAI}
    assert guests(here, grants, one.until) == frozenset()
    assert guests(t.w.history(t.w.channel).channel, grants, t.w.now) == frozenset()
    assert guests(t.w.history("pairing").channel, grants, t.w.now) == frozenset()
    assert guests(here, [Granted(XINCAI, frozenset({YIWU, JINHUA}), one.until)], t.w.now) == frozenset()


def test_what_changes_for_a_guest_reaches_the_channel_long_after() -> None:
    """A key of the owner that is closed is closed there too, though no grant binds any more."""
    t = three()
    t.granted()
    t.w.later(30 * DAY)
    by = t.w.by(ceremony.registrar(XINCAI))
    t.w.trust(ceremony.key_closed(by, XINCAI, t.w.keys[XINCAI].keyid, emergency=False))
    t.w.copy_trust(t.onward)
    trust = t.w.history(t.onward).channel.trust
    assert all(key.closed is not None for key in trust.keys_of(XINCAI).values())
    assert not t.w.history(t.onward).channel.may_write(XINCAI)


# -- handled no looser, living no longer -------------------------------------------------------------------------------


def said_there(t: Three, subject: str, event: type[Any], summary: Any, **more: Any) -> Verdict:
    """A word of the holder in the other channel, under two signatures."""
    if "content" in event.model_fields:
        more["content"] = t.w.content(YIWU, t.onward, event.TYPE)
    return t.w.write(YIWU, t.onward, subject, t.w.approved(YIWU, t.onward, subject, event, summary, **more))


def test_the_holder_never_loosens_what_the_owner_demands() -> None:
    """S11 with the head's signature loosens what is the holder's own; not what was forwarded."""
    t = three()
    _, there = t.forwarded()
    looser = SupplementedSummary(**NOTICE, restrictions=(), looser=True, persons=(), identifiers_count=0, substances=())
    assert plain(said_there(t, there, lead.Supplemented, looser, role=Role.HEAD)) == ("void", "ceiling")
    more = (Restriction.EVIDENCE_CONSENT, Restriction.FORWARD_CONSENT)
    tighter = SupplementedSummary(**NOTICE, restrictions=more, persons=(), identifiers_count=0, substances=())
    must(said_there(t, there, lead.Supplemented, tighter))
    back = SupplementedSummary(
        **NOTICE, restrictions=more[1:], looser=True, persons=(), identifiers_count=0, substances=()
    )
    must(said_there(t, there, lead.Supplemented, back, role=Role.HEAD))


@pytest.mark.parametrize(("day", "outcome"), [("2021-10-01", ("effective", "")), ("2021-10-02", ("void", "shape"))])
def test_a_review_lengthens_no_life_beyond_the_owners(day: str, outcome: tuple[str, str]) -> None:
    t = three()
    _, there = t.forwarded()
    t.w.enrol(YIWU, "second", (Role.AUTHOR,))
    t.w.copy_trust(t.onward)
    said = ReviewedSummary(**NOTICE, reason=ReviewReason.STILL_NEEDED, review_date=day)
    found = said_there(t, there, Reviewed, said, author=f"{YIWU}/second")
    assert plain(found) == outcome


def test_what_was_forwarded_goes_no_further_and_is_not_transferred() -> None:
    """The owner's consent names one unit; a matter of another is not the holder's to give away."""
    t = three()
    _, there = t.forwarded()
    shared = next(v for v in t.w.verdicts[t.onward] if v.draft and v.draft.subject == there)
    asked = forwarding.requested(t.w, t.onward, shared, unit=TANGHE, recipient=JINHUA)
    assert plain(asked) == ("void", "state")
    t.w.write(TANGHE, t.onward, there, lead.Delivered(summary=lead.DeliveredSummary()))
    desk, author = (t.w.officers[f"{TANGHE}/{post}"].id for post in ("intake", "author"))
    t.w.write(TANGHE, t.onward, there, lead.Received(summary=lead.ReceivedSummary(officer=desk)))
    content = t.w.content(TANGHE, t.onward, lead.Accepted.TYPE)
    accepted = lead.AcceptedSummary(officer=author, next_feedback_on="2021-04-20")
    must(t.w.write(TANGHE, t.onward, there, lead.Accepted(summary=accepted, content=content)))
    offer = TransferOfferedSummary(**{**CORRECTION, "kind": DocumentKind.ENQUIRY}, answer_by=format_time(t.w.now + DAY))
    assert plain(said_there(t, there, TransferOffered, offer, role=Role.HEAD)) == ("void", "state")


# -- called back -------------------------------------------------------------------------------------------------------


def test_the_holders_node_alone_calls_back_what_it_forwarded() -> None:
    """Before the review date, which it may not of a lead of its own (S23)."""
    t = three()
    _, there = t.forwarded()
    must(t.w.write(YIWU, t.onward, there, Expunged(summary=ExpungedSummary())))
    assert t.state(t.onward, there).status == "expunged"
    own = must(forwarding.shared(t.w, t.onward, YIWU))
    late = must(t.w.write(YIWU, t.onward, subject_of(own), Expunged(summary=ExpungedSummary())))
    assert late.late
    assert t.state(t.onward, subject_of(own)).status == "sent"


def test_a_forwarders_removal_answer_names_that_of_its_recipient() -> None:
    """PROTOCOL 10."""
    t = three()
    here, there = t.forwarded()
    must(t.w.withdraw(XINCAI, here))
    assert t.state(t.w.channel, here).asked_back == t.w.last().at
    must(t.w.write(YIWU, t.onward, there, Expunged(summary=ExpungedSummary())))
    gone = must(forwarding.removed(t.w, t.onward, TANGHE, there))
    digest, result = t.state(t.onward, there).removal
    assert (digest, result) == (t.w.signed(gone).digest, RemovalResult.REMOVED)
    onward = (Onward(unit=TANGHE, answer=digest, result=result),)
    must(forwarding.removed(t.w, t.w.channel, YIWU, here, onward))
    assert t.state(t.w.channel, here).status == "removed"


class Channels:
    """What a node's duties look at, held in memory: the channels of 义乌 as their logs have them."""

    source = YIWU

    def __init__(self, t: Three) -> None:
        """Of that world; its own ledgers are read back."""
        self.t, self.folds, self.ledger, self.replica, self.healed = t, self, self, self, True

    def stands(self, stream: str, digest: str) -> Signed | None:
        """An effective envelope of a stream."""
        channel = stream.split("/", maxsplit=1)[0]
        found = (self.t.w.signed(one) for one in self.t.w.verdicts[channel] if plain(one) == ("effective", ""))
        return next((one for one in found if one.digest == digest), None)

    def is_healed(self) -> bool:
        """Whether it knows all it wrote."""
        return self.healed

    def channels(self) -> list[str]:
        """With 新蔡 and with 唐河."""
        return [self.t.w.channel, self.t.onward]

    def history(self, channel: str) -> History:
        """As read."""
        return self.t.w.history(channel).overlay()

    def deciding(self, channel: str) -> tuple[History, None]:
        """Nothing of ours is unread."""
        return self.history(channel), None

    def owed(self, channel: str) -> list[tuple[str, str, Any]]:
        """(matter, duty, event) of what the node does by itself."""
        node: Any = self
        return [(subject, duty, event) for subject, _, duty, event in duties.owed(node, self.history(channel))]


def test_the_node_calls_back_waits_for_the_answer_and_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """PROTOCOL 10, 12: no sooner than its recipient has answered."""
    t = three()
    monkeypatch.setattr(duties, "now_ms", lambda: t.w.now)
    here, there = t.forwarded()
    node = Channels(t)
    assert node.owed(t.onward) == []
    must(t.w.withdraw(XINCAI, here))
    ((subject, duty, event),) = node.owed(t.onward)
    assert (subject, duty) == (there, "called_back")
    assert node.owed(t.w.channel) == []
    must(t.w.write(YIWU, t.onward, there, event))
    assert node.owed(t.w.channel) == node.owed(t.onward) == []
    gone = must(forwarding.removed(t.w, t.onward, TANGHE, there))
    node.healed = False  # put back to before it forwarded anything: what it does not know yet it cannot name
    assert node.owed(t.w.channel) == []
    node.healed = True
    ((subject, duty, event),) = node.owed(t.w.channel)
    assert (subject, duty) == (here, "removal_answered")
    answer = Onward(unit=TANGHE, answer=t.w.signed(gone).digest, result=RemovalResult.REMOVED)
    assert event.summary.onward == (answer,)
    must(t.w.write(YIWU, t.w.channel, here, event))
    assert node.owed(t.w.channel) == []


def test_a_recipients_answer_counts_when_it_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """S14: what it said of itself before is late, and names nothing that is gone."""
    t = three()
    monkeypatch.setattr(duties, "now_ms", lambda: t.w.now)
    here, there = t.forwarded()
    must(t.w.withdraw(XINCAI, here))
    assert must(forwarding.removed(t.w, t.onward, TANGHE, there)).late
    assert Channels(t).owed(t.w.channel) == []


def test_what_was_granted_and_never_used_keeps_no_answer_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    t = three()
    monkeypatch.setattr(duties, "now_ms", lambda: t.w.now)
    here = subject_of(t.granted())
    must(t.w.withdraw(XINCAI, here))
    ((subject, _, event),) = Channels(t).owed(t.w.channel)
    assert (subject, event.summary.onward) == (here, None)


def inbox(t: Three, unit: str) -> list[tuple[str, str, bool]]:
    rows: dict[str, Any] = {}
    for name in (t.w.channel, t.onward):
        if name in read_by(t, unit):
            fold(INBOX, unit, t.w.verdicts[name], rows)
    found = due_items(rows, t.w.now, CALENDAR)
    return [
        (item.kind, item.key.split("/")[0], item.mine) for item in found if item.kind in (Kind.FORWARD, Kind.CORRECT)
    ]


def test_a_request_waits_in_the_owners_inbox_until_it_is_answered() -> None:
    t = three()
    asked = t.asked()
    assert inbox(t, XINCAI) == [(Kind.FORWARD, t.w.channel, True)]
    assert inbox(t, YIWU) == [(Kind.FORWARD, t.w.channel, False)]
    t.granted(asked)
    assert inbox(t, XINCAI) == inbox(t, YIWU) == []


def corrected(t: Three, channel: str, unit: str, subject: str) -> Verdict:
    """One person, changed."""
    said = CorrectedSummary(
        **CORRECTION,
        correction=Correction.FACT_WRONG,
        effects=(),
        restrictions=(Restriction.FORWARD_CONSENT,),
        persons=t.w.summary().persons,
        identifiers_count=0,
        substances=(),
    )
    content = t.w.content(unit, channel, Corrected.TYPE)
    event = t.w.approved(unit, channel, subject, Corrected, said, content=content)
    return must(t.w.write(unit, channel, subject, event))


def restricted(t: Three, channel: str, unit: str, subject: str) -> Verdict:
    """To one reviewer."""
    said = RestrictedSummary(**CORRECTION, reviewer=t.w.officers[f"{YIWU}/head"].id)
    return must(t.w.write(unit, channel, subject, t.w.approved(unit, channel, subject, Restricted, said)))


@pytest.mark.parametrize("ended", [corrected, restricted])
def test_nothing_is_drafted_under_a_grant_of_what_nobody_may_read(ended: Any) -> None:
    """S12, S21: the door finds the grant until its version is corrected, or contested."""
    t = three()
    made = t.granted()
    digest, node = t.w.signed(made).digest, cast("Any", Channels(t))
    assert forwards.grant(node, digest) == t.w.signed(made)
    ended(t, t.w.channel, XINCAI, subject_of(made))
    with pytest.raises(Refused) as refused:
        forwards.grant(node, digest)
    assert (refused.value.code, refused.value.law) == (Code.UNKNOWN_MATTER, "S10")


def test_what_the_owner_corrects_the_holder_owes_a_correction_of_where_it_went() -> None:
    """Across channels, so asked of both rows and stored in neither; two officers sign it."""
    t = three()
    here, there = t.forwarded()
    assert inbox(t, YIWU) == []
    corrected(t, t.w.channel, XINCAI, here)
    assert inbox(t, YIWU) == [(Kind.CORRECT, t.onward, True)]
    both = (t.state(t.onward, there), t.state(t.w.channel, here))
    assert [format_time(one.at) for one in onward(*both, CALENDAR)] == ["2021-04-06T16:00:00.000Z"]  # a holiday between
    assert inbox(t, TANGHE) == []
    corrected(t, t.onward, YIWU, there)
    assert inbox(t, YIWU) == []


def test_what_the_owner_asks_back_stays_in_the_holders_inbox_until_it_is_called_back() -> None:
    t = three()
    here, there = t.forwarded()
    must(t.w.withdraw(XINCAI, here))
    assert inbox(t, YIWU) == [(Kind.CORRECT, t.onward, True)]
    must(t.w.write(YIWU, t.onward, there, Expunged(summary=ExpungedSummary())))
    assert inbox(t, YIWU) == []


# -- audit -------------------------------------------------------------------------------------------------------------


def test_an_auditor_of_both_channels_finds_a_grant_that_was_never_published() -> None:
    """No verdict of the one channel looks into the other (PROTOCOL 12): the auditor does."""
    assert {published: audited(published=published) for published in (True, False)} == {
        True: [],
        False: ["embedded grant is not effective in its channel"],
    }


def test_an_auditor_finds_a_grant_that_was_used_in_two_channels_of_the_same_two_units() -> None:
    """In each of them it is used once (W18)."""
    t = Three(story := begin())
    under = t.granted()
    must(t.forward(under))
    again = t.w.pair(YIWU, TANGHE)
    t.w.copy_trust(again)
    must(forwarding.forwarded(t.w, again, t.w.signed(under)))
    assert crossed(story) == ["embedded grant was used in another channel"]


def audited(*, published: bool) -> list[str]:
    """What an auditor finds of a forward under a grant that its owner signed, and published or not."""
    t = Three(story := begin())
    asked = t.asked()
    under = t.w.signed(t.granted(asked))
    if not published:
        event = forwarding.grant(t.w, t.w.channel, asked)
        under = forwarding.sealed(t.w, t.w.channel, event, subject_of(asked))
    must(forwarding.forwarded(t.w, t.onward, under))
    return crossed(story)


def crossed(story: Story) -> list[str]:
    report = audit(story.exchange, story)
    return [one.text for one in report.findings if one.rule == "PROTOCOL 12"]


# -- size --------------------------------------------------------------------------------------------------------------


def test_the_largest_lead_that_goes_on_fits() -> None:
    """PROTOCOL 8: 16 KiB are left to its content, because of its grant; every list full, all signed by stand-ins."""
    t = three()
    w, grounds = t.w, tuple(sorted(Ground))
    somebody = PersonSummary(category=PersonCategory.SUSPECT, grounds=grounds, approver=PersonApprover.APPROVER)
    people = (somebody,) * 8
    handling: dict[str, Any] = {"persons": people, "restrictions": tuple(sorted(Restriction))}
    asked = t.asked(t.shared(**handling))
    under = must(
        forwarding.granted(w, w.channel, asked, **handling, **stand_in(t, XINCAI), approval={"answers": ANSWERS})
    )
    w.copy_trust(t.onward)
    paper = AttachmentSummary(
        kind=AttachmentKind.CASE_ACCEPTANCE_FORM, digest="a" * 64, size=20_000_000, media=AttachmentMedia.PDF
    )
    lists = {"substances": tuple(sorted(SubstanceKind))[:10], "attachments": (paper,) * 10, "identifiers_count": 12}
    urgent = {"urgency": Urgency.URGENT, "urgency_ground": UrgencyGround.LIFE}
    summary = w.summary(
        **handling, **lists, **urgent, action=tuple(sorted(set(RequestedAction) - {RequestedAction.INFORM}))
    )
    content = w.content(YIWU, t.onward, lead.Shared.TYPE, ciphertext=filler("full", 16 * 1_024 + 16))
    own: dict[str, Any] = {
        "content": content,
        "embedded": Embedded.of(w.signed(under)),
        "approval": {"answers": ANSWERS},
    }
    subject = w.fresh()
    event = w.approved(YIWU, t.onward, subject, lead.Shared, summary, **own, **stand_in(t, YIWU))
    there = must(w.write(YIWU, t.onward, subject, event))
    size = len(w.signed(there).value)
    assert size <= MAX_VALUE < size + (24 - 16) * 1_024 * 4 // 3  # and 24 KiB would not


ANSWERS = sorted(ApproverAnswer)


def stand_in(t: Three, unit: str) -> dict[str, Any]:
    """An officer in the approver's place, by a delegation of the head."""
    name = f"{unit}/intake"
    return {"approver": name, "delegation": t.w.delegation(unit, name, Role.APPROVER)}
