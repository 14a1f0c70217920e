"""What pairings and leads allow, reached through a signed log (WIRE 18-20, 30, 31, 33)."""

from collections.abc import Callable
from typing import Any

from contracts import pairing
from contracts.channels import OUTFLOW, PAIRING
from contracts.lead import Shared
from contracts.outflow import Reported, ReportSummary, cell
from contracts.parts import Grade
from contracts.vocabulary import (
    Basis,
    Ground,
    InformationGrade,
    OutflowSource,
    PersonCategory,
    Purpose,
    Role,
    Sector,
    SourceGrade,
)
from services.domain.clocks import DAY, format_time
from services.verifier import Verdict
from tests.attacks.row import EFFECTIVE, LATE, Row, void
from tests.support.acts import (
    above_ceiling,
    answered_late,
    contents,
    lead_about,
    older_wraps,
    outside_basis,
    paused,
    person,
    same_content,
    same_number,
    subject_of,
)
from tests.support.world import JINHUA, XINCAI, YIWU, World

STATE, SIDE, LAPSED = void("state"), void("wrong_side"), void("offer_lapsed")


def proposed(w: World, source: str = YIWU, counterpart: str = XINCAI, **terms: Any) -> Verdict:
    """A proposal among the proposals; ``terms`` replace members of its summary."""
    subject = w.fresh()
    said = w.terms(source, counterpart, **terms)
    event = w.approved(source, PAIRING, subject, pairing.Proposed, said, role=Role.HEAD)
    return w.put(PAIRING, w.seal(w.draft(source, PAIRING, subject, event, subject)))


def answered(w: World, source: str = XINCAI, event: type[Any] = pairing.Accepted, **wrong: Any) -> Verdict:
    """An answer to a proposal of 义乌."""
    offer = proposed(w)
    said = pairing.AnswerSummary(offer=wrong.get("offer", w.signed(offer).digest))
    subject = wrong.get("subject", subject_of(offer))
    answer = w.approved(source, PAIRING, subject, event, said, role=wrong.get("role", Role.HEAD))
    return w.write(source, PAIRING, subject, answer, **wrong.get("tamper", {}))


def answered_twice(w: World) -> Verdict:
    """Declined, then accepted after all."""
    offer = proposed(w)
    said = pairing.AnswerSummary(offer=w.signed(offer).digest)
    for event in (pairing.Declined, pairing.Accepted):
        answer = w.approved(XINCAI, PAIRING, subject_of(offer), event, said, role=Role.HEAD)
        w.write(XINCAI, PAIRING, subject_of(offer), answer)
    return w.last(PAIRING)


def with_terms(w: World) -> Verdict:
    """An acceptance that says terms of its own beside the offer's digest."""
    offer = proposed(w)
    said = pairing.AnswerSummary(offer=w.signed(offer).digest)
    answer = w.approved(XINCAI, PAIRING, subject_of(offer), pairing.Accepted, said, role=Role.HEAD)
    data = answer.wire()
    data["summary"]["term_days"] = 1
    return w.write(XINCAI, PAIRING, subject_of(offer), answer, data=data)


def to_nobody(w: World) -> Verdict:
    """A proposal to a unit that was never admitted."""
    subject = w.fresh()
    said = w.terms(YIWU, XINCAI, counterpart="510100000000")
    event = w.approved(YIWU, PAIRING, subject, pairing.Proposed, said, role=Role.HEAD)
    return w.put(PAIRING, w.seal(w.draft(YIWU, PAIRING, subject, event, subject)))


def own_subject(w: World) -> Verdict:
    """A proposal whose subject is not its own id."""
    subject = w.fresh()
    event = w.approved(YIWU, PAIRING, subject, pairing.Proposed, w.terms(YIWU, XINCAI), role=Role.HEAD)
    return w.write(YIWU, PAIRING, subject, event)


def after_term(ahead: int, act: Callable[[World], Verdict]) -> Callable[[World], Verdict]:
    """So many ms after the term of the pairing began to run, officers being enrolled for longer."""

    def attack(w: World) -> Verdict:
        w.channel = w.pair(YIWU, XINCAI, term_days=30)
        w.pairing = w.history(w.channel).channel.pairing
        w.later(ahead)
        return act(w)

    return attack


def fact_in_a_pause(w: World) -> Verdict:
    """A receipt in a paused pairing."""
    subject = subject_of(w.share())
    w.suspend_pairing(XINCAI)
    return w.fact(YIWU, subject)


def withdrawn_after_removal(w: World) -> Verdict:
    """The owner withdraws what it has withdrawn."""
    subject = subject_of(w.share())
    w.withdraw(XINCAI, subject)
    return w.withdraw(XINCAI, subject)


def resumed_by_another(w: World) -> Verdict:
    """The side that did not pause resumes."""
    w.suspend_pairing(YIWU)
    return w.resume_pairing(XINCAI)


def forwarded(w: World) -> Verdict:
    """A lead with a grant of somebody else, which rule version 1 does not open."""
    subject, event = w.shared()
    grant = {"envelope": "e30=", "signature": "A" * 86 + "=="}
    return w.write(XINCAI, w.channel, subject, event, data={**event.wire(), "embedded": grant})


def on_a_report_alone(w: World) -> Verdict:
    """A person named by the very report that is the basis."""
    basis = w.summary().basis.model_copy(update={"kind": Basis.VERIFIED_REPORT})
    return lead_about(w, basis=basis, persons=(person(grounds=(Ground.VERIFIED_REPORT,)),))


def before_a_case(w: World) -> Verdict:
    """A witness named before there is a case."""
    basis = w.summary().basis.model_copy(update={"kind": Basis.PRE_CASE_CHECK})
    return lead_about(w, basis=basis, persons=(person(category=PersonCategory.WITNESS),))


def untested(w: World) -> Verdict:
    """A suspect on a source nobody knows and a word nobody checked, without the approver's answer to it."""
    return lead_about(w, grade=Grade(source=SourceGrade.X, information=InformationGrade.NOT_CORROBORATED))


def county(w: World, origin: str) -> Verdict:
    """新蔡 reports numbers of that division."""
    said = ReportSummary(
        officer=w.officers[f"{XINCAI}/author"].id,
        origin=origin,
        period="2021H1",
        source=OutflowSource.STATISTICS,
        cells=(cell("330782", next(iter(Sector)), 1_234),),
    )
    return w.write(XINCAI, OUTFLOW, w.fresh(), Reported(summary=said))


def second_newest(number: int) -> Callable[[World], Verdict]:
    """A share wrapped for key 1 when ``number`` is the newest."""

    def attack(w: World) -> Verdict:
        content = w.content(XINCAI, w.channel, Shared.TYPE)
        for n in range(2, number + 1):
            w.publish_key(YIWU, w.channel, n)
        return w.share(content=content)

    return attack


def only_kk(w: World) -> Verdict:
    """Only the keeper's half is wrapped for the recipient."""
    both = w.content(XINCAI, w.channel, Shared.TYPE).wraps
    return contents(w, wraps=both[1:])


def for_itself(w: World) -> Verdict:
    """Both halves are wrapped for the owner itself."""
    both = w.content(XINCAI, w.channel, Shared.TYPE).wraps
    return contents(w, wraps=tuple(one.model_copy(update={"holder": XINCAI}) for one in both))


ROWS = [
    Row("A county unit shares a lead with its pairing", "W18", World.share, EFFECTIVE),
    Row("A unit shares while the pairing pauses", "W20 W18", paused, void("pairing_state")),
    Row("A recipient signs a receipt while the pairing pauses", "P1", fact_in_a_pause, EFFECTIVE),
    Row("A unit shares when the term is over", "W20", after_term(30 * DAY, World.share), void("pairing_state")),
    Row("A unit pauses a pairing that is over", "W20", after_term(60 * DAY, lambda w: w.suspend_pairing(YIWU)), STATE),
    Row(
        "A unit shares for a purpose the pairing has not",
        "W18 W34",
        lambda w: lead_about(w, category=Purpose.TRANSIT),
        void("purpose"),
    ),
    Row("A unit sets a restriction above the ceiling", "W18", above_ceiling, void("ceiling")),
    Row(
        "A unit names a witness and lets him be forwarded",
        "W18",
        lambda w: lead_about(w, persons=(person(category=PersonCategory.WITNESS),), restrictions=()),
        void("ceiling"),
    ),
    Row("A unit shares beyond what its basis allows", "W18", outside_basis, void("basis")),
    Row("A unit names a person on the basis's own report", "W18", on_a_report_alone, void("basis")),
    Row("A unit names a witness before there is a case", "W18", before_a_case, void("basis")),
    Row("A unit names a suspect on nobody's tested word", "W18", untested, void("signatures")),
    Row("A unit opens a subject that is taken", "W19", lambda w: w.share(subject=subject_of(w.share())), STATE),
    Row("A unit withdraws twice", "P1", withdrawn_after_removal, LATE),
    Row("A recipient withdraws", "P1", lambda w: w.withdraw(YIWU, subject_of(w.share())), SIDE),
    Row(
        "Somebody withdraws what was never shared",
        "P1",
        lambda w: w.withdraw(XINCAI, w.fresh()),
        void("unknown_matter"),
    ),
    Row("A side resumes what the other paused", "W20", resumed_by_another, SIDE),
    Row("A side pauses twice", "W18", lambda w: (w.suspend_pairing(YIWU), w.suspend_pairing(YIWU))[1], STATE),
    Row("A unit forwards under rule version 1", "W33 B19", forwarded, void("type")),
    Row(
        "A unit records a telephone call under rule version 1",
        "W33",
        lambda w: lead_about(w, phone_first=w.fresh()),
        void("type"),
    ),
    Row("A county reports another county's numbers", "W12", lambda w: county(w, "411728"), SIDE),
    # -- offers
    Row("A unit answers after the deadline", "W30 W18", answered_late, LAPSED),
    Row(
        "A unit proposes with two days to answer",
        "W30",
        lambda w: proposed(w, answer_by=format_time(w.now + 2 * DAY)),
        LAPSED,
    ),
    Row(
        "A unit proposes with 61 days to answer",
        "W30",
        lambda w: proposed(w, answer_by=format_time(w.now + 61 * DAY)),
        LAPSED,
    ),
    Row("A unit proposes to itself", "B21", lambda w: proposed(w, XINCAI, XINCAI), void("unknown_matter")),
    Row("A unit proposes to nobody known", "W18", to_nobody, void("unknown_matter")),
    Row(
        "A unit names an oversight that is not its own", "W18", lambda w: proposed(w, oversight_a="410000000001"), SIDE
    ),
    Row("A proposal's subject is not its id", "W19", own_subject, void("shape")),
    Row("Somebody who was not asked answers", "W31", lambda w: answered(w, source=JINHUA), SIDE),
    Row("The proposer answers", "W31", lambda w: answered(w, source=YIWU), SIDE),
    Row("An answer names another offer", "W31", lambda w: answered(w, offer="a" * 64), void("unknown_matter")),
    Row("An answer is to no proposal", "W19", lambda w: answered(w, subject=w.fresh()), void("unknown_matter")),
    Row("An acceptance says terms of its own", "W31", with_terms, void("shape")),
    Row("A unit accepts what it declined", "W18", answered_twice, STATE),
    Row("An approver accepts where the head must", "W22", lambda w: answered(w, role=Role.APPROVER), void("officers")),
    # -- contents in a channel
    Row(
        "A content is wrapped for a key that was never published",
        "P8 W18",
        lambda w: contents(w, wraps=older_wraps(w)),
        void("no_recipient_key"),
    ),
    Row("A content is wrapped for the second newest key", "P8", second_newest(2), EFFECTIVE),
    Row("A content is wrapped for the third newest key", "P8", second_newest(3), void("no_recipient_key")),
    Row("Only the keeper's half is wrapped for the recipient", "P8", only_kk, void("no_recipient_key")),
    Row("A content is wrapped for its owner alone", "P8", for_itself, void("no_recipient_key")),
    Row("A content id is used twice", "W25 P8", same_content, void("content_used")),
    Row("A document number is used twice", "W18", same_number, void("number_used")),
]
