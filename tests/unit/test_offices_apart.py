"""Two offices and a superior, each behind a line that may be cut, do whatever comes to mind, permitted or not.

With real keys and verdicts, until all lines are whole again and an auditor reads it all: what holds at every moment
(L3-L6, L12), what holds in the end (L9, L10, L11, nobody and nothing is stuck). Domain rules alone, of all contexts and
without a log: test_offices_at_random.py. Real nodes, databases and brokers: tests/faults.
"""

import json
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contracts.calendar import CALENDARS, Calendar
from contracts.lead import Shared
from contracts.lead_consents import TransferAccepted, TransferOffered
from contracts.pairing import Resumed, Suspended
from contracts.refusals import Code
from services.auditor import Outcome, audit
from services.domain import CONTEXTS, oversight
from services.domain.clocks import DAY, HOUR, Clock, parse_time
from services.domain.obligations import OWED, owed
from services.verifier import Result, Verdict
from tests.support.apart import ACTS, COURSES, FORGED, NEVER, Exchange, Office, exchange
from tests.support.world import XINCAI, YIWU, ZHUMADIAN
from tests.unit.test_offices_at_random import UNTIMED

CALENDAR = Calendar(CALENDARS.values())
UNITS = st.sampled_from([XINCAI, YIWU, ZHUMADIAN])
FEW, WHICH = st.integers(0, 3), st.integers(0, 7)
WAITS: dict[str, set[Any]] = {**UNTIMED, "oversight": {oversight.Status.ANSWERED}}
"""Open statuses in which nothing is owed by a day: an answered supervision waits for the superior who asked."""


class Offices(RuleBasedStateMachine):
    """Three offices. An act of software that asks no rule ("never") is sealed and sent like any other."""

    @initialize()
    def begin(self) -> None:
        """Paired, supervised, everything read; all lines whole."""
        self.x: Exchange = exchange()
        self.never: set[str] = set()
        self.judged = 0
        self.standing: set[str] = set()
        self.offers: dict[str, tuple[str, str, int]] = {}

    # -- what happens --------------------------------------------------------------------------------------------------

    @rule(act=st.sampled_from(sorted(ACTS)), n=WHICH)
    def say(self, act: str, n: int) -> None:
        """An officer asks for something; the rules take it or refuse it with a code."""
        unit, made = ACTS[act]
        office = self.x.offices[unit]
        said = made(self.x, office, n)
        if said is not None:
            verdict = self.x.say(office, said)
            assert (verdict.result is Result.EFFECTIVE) == (verdict.code is None)

    @rule(course=st.sampled_from(sorted(COURSES)), steps=st.sampled_from((2, 4, 8, 8)))
    def go_on(self, course: str, steps: int) -> None:
        """Several offices do what usually comes next, as far as their lines let them know of it."""
        for act in COURSES[course][:steps]:
            self.say(act, -1)
            for office in self.x.offices.values():
                if office.whole:
                    self.x.receive(office)

    @rule(act=st.sampled_from(sorted(NEVER)), n=WHICH)
    def say_what_may_not_be(self, act: str, n: int) -> None:
        """Other software lets it pass; the log takes it, and it counts for nobody."""
        unit, made = NEVER[act]
        said = made(self.x, self.x.offices[unit], n)
        if said is not None:
            signer = YIWU if act == FORGED else ""
            verdict = self.x.say(self.x.offices[unit], said, at_the_door=False, signer=signer)
            assert verdict.result is not Result.EFFECTIVE, act
            assert (verdict.result, verdict.code) == (Result.NOISE, Code.SIGNATURE) or act != FORGED
            self.never.add(verdict.record.message.signed.digest)

    @rule(unit=UNITS)
    def cut(self, unit: str) -> None:
        """Its line is cut: it works on, with what it has read."""
        self.x.offices[unit].whole = False

    @rule(unit=UNITS, out=FEW, home=FEW)
    def flicker(self, unit: str, out: int, home: int) -> None:
        """Some of its records get out, some of the others' come in."""
        self.x.send(self.x.offices[unit], out)
        self.x.receive(self.x.offices[unit], home)

    @rule(unit=UNITS)
    def whole(self, unit: str) -> None:
        """The line is whole again."""
        office = self.x.offices[unit]
        office.whole = True
        self.x.send(office)
        self.x.receive(office)

    @rule(hours=st.sampled_from([1, 30, 80]))
    def wait(self, hours: int) -> None:
        """Time passes: approvals expire after 72 hours, offers after three days."""
        self.x.story.later(hours * HOUR)

    # -- what holds at every moment ------------------------------------------------------------------------------------

    @invariant()
    @precondition(lambda self: hasattr(self, "x"))
    def whoever_has_read_a_record_says_the_same_of_it(self) -> None:
        """L3: in whatever pieces and whenever it came."""
        for office in self.x.offices.values():
            for channel, verdicts in office.verdicts.items():
                assert verdicts == self.x.story.verdicts[channel][: len(verdicts)]
                assert office.read[channel].hash == verdicts[-1].hash

    @invariant()
    @precondition(lambda self: hasattr(self, "x"))
    def what_counts_is_lawful(self) -> None:
        """L4, L5, L6, L12, by a reading of the log that asks none of the rules."""
        log = self.x.story.verdicts[self.x.pair]
        for verdict in log[self.judged :]:
            if verdict.result is Result.EFFECTIVE:
                self._counted(verdict)
            elif verdict.draft is not None and isinstance(verdict.draft.data, TransferAccepted):
                named = verdict.draft.data.summary.offer
                stands = any(digest == named and verdict.at < until for digest, _, until in self.offers.values())
                assert not (stands and verdict.code is Code.OFFER_LAPSED), "an offer was taken back before its time"
        self.judged = len(log)

    def _counted(self, verdict: Verdict) -> None:
        draft = verdict.draft
        assert draft is not None
        said, subject = draft.data, draft.subject
        if getattr(said, "approval", None) is not None:
            author, approver = (
                json.loads(one.raw)["officer"] for one in (said.approval.submission, said.approval.approval)
            )
            seats = {self.x.story.officer(draft.source, post) for post in ("approver", "head")}
            assert author != approver, "L5"
            assert approver in seats, "L5"
        match said:
            case Shared(summary=lead):
                assert not self.standing, "L6: the pairing rests"
                assert parse_time(f"{lead.review_date}T00:00:00.000Z") <= verdict.at + 366 * DAY, "L4"
                assert all(person.grounds for person in lead.persons), "L4"
                assert draft.source == XINCAI
            case Suspended():
                self.standing.add(draft.source)
            case Resumed():
                self.standing.clear()
            case TransferOffered(summary=offer):
                standing = self.offers.get(subject)
                assert standing is None or verdict.at >= standing[2], "L12: one firm offer at a time"
                self.offers[subject] = (draft.digest, draft.source, parse_time(offer.answer_by))
            case TransferAccepted(summary=answer):
                digest, maker, until = self.offers.pop(subject)
                assert (answer.offer, maker != draft.source, verdict.at < until) == (digest, True, True), "L12"
            case _:
                pass

    # -- what holds in the end -----------------------------------------------------------------------------------------

    def teardown(self) -> None:
        """Lines whole, everything sent and read."""
        if not hasattr(self, "x"):
            return
        self.x.mend()
        self.whoever_has_read_a_record_says_the_same_of_it()
        self.what_counts_is_lawful()
        self._nothing_is_lost_or_silent()
        for office in self.x.offices.values():
            self._nothing_is_stuck(office)
        for office in self.x.offices.values():
            self._the_auditor_agrees(office)

    def _nothing_is_lost_or_silent(self) -> None:
        """L9, L10: what was sealed is in the log once, counts or has a code; what may never be does not count."""
        channels = (self.x.pair, self.x.above)
        found = Counter(
            (channel, v.record.message.signed.digest) for channel in channels for v in self.x.story.verdicts[channel]
        )
        assert all(found[sealed] == 1 for sealed in self.x.sealed)
        for channel in channels:
            for verdict in self.x.story.verdicts[channel]:
                assert (verdict.code is None) == (verdict.result is Result.EFFECTIVE)
                assert not (verdict.code is None and verdict.record.message.signed.digest in self.never)

    def _nothing_is_stuck(self, office: Office) -> None:
        """Each open matter is owed by somebody until a day, or waits where nothing is owed."""
        for history in office.read.values():
            for context, _, state in history.open():
                if type(state) in OWED and state.status not in CONTEXTS[context].ENDED | WAITS[context]:
                    assert owed(state, CALENDAR, Clock()), (context, state.status)

    def _the_auditor_agrees(self, office: Office) -> None:
        """L11: from the root alone, with each office's own views."""
        report = audit(self.x.story.exchange, self.x, self.x.views_of(office))
        assert (report.verdict, report.divergences) == (Outcome.CONSISTENT, ())
        assert len(report.compared) > 10


Offices.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    phases=(Phase.generate,),  # with Phase.shrink a failure is made small, in minutes
    suppress_health_check=[HealthCheck.too_slow],
)
TestOffices = Offices.TestCase
