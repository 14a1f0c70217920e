"""Closed lists of the two-monthly report 两月报 (MECHANISM 1.6 R1-R5, FIELDS 6.10)."""

from contracts.vocabulary import SubstanceKind, SubstanceUnit, Term


class Indicator(Term):
    """指标. What each one counts stands in ``services.domain.figures``."""

    LEADS_SENT = "leads_sent", "线索发出", "leads sent"
    LEADS_RECEIVED = "leads_received", "线索收到", "leads received"
    LEADS_ACCEPTED = "leads_accepted", "线索受理", "leads accepted"
    LEADS_DECLINED = "leads_declined", "线索不予受理", "leads declined"
    LEADS_CLOSED = "leads_closed", "线索办结", "leads closed"
    LEADS_NOTHING_FOUND = "leads_nothing_found", "线索查否", "leads with nothing found"
    ENQUIRIES_SENT = "enquiries_sent", "协查发出", "enquiries sent"
    ENQUIRIES_RECEIVED = "enquiries_received", "协查收到", "enquiries received"
    ENQUIRIES_IN_TIME = "enquiries_in_time", "协查按时答复", "enquiries answered in time"
    ENQUIRIES_OVERDUE = "enquiries_overdue", "协查超期", "enquiries overdue"
    CASES_FILED = "cases_filed", "立案", "cases filed"
    CASES_SOLVED = "cases_solved", "破案（侦查终结）", "cases solved (investigation concluded)"
    PERSONS_MEASURED = "persons_measured", "采取强制措施人数", "persons under coercive measures"
    PERSONS_PROSECUTED = "persons_prosecuted", "移送起诉人数", "persons sent for prosecution"
    GANGS = "gangs", "团伙", "gangs"
    LABS = "labs", "窝点", "laboratories"
    DRUGS = "drugs", "毒品", "drugs"
    PRECURSORS = "precursors", "制毒物品", "precursors"
    PLANTS = "plants", "原植物", "plants"
    OPERATIONS = "operations", "联合行动", "joint operations"
    TEAM_DAYS = "team_days", "派出人天", "officer-days sent out"
    POSTINGS = "postings", "派驻", "postings"
    OUTREACH_SESSIONS = "outreach_sessions", "宣传场次", "outreach sessions"
    OUTREACH_AUDIENCE = "outreach_audience", "宣传受众", "outreach audience"
    SUPERVISIONS_OPENED = "supervisions_opened", "督办立项", "supervisions opened"
    SUPERVISIONS_CLOSED = "supervisions_closed", "督办销号", "supervisions struck off"
    SLEEPING_PAIRINGS = "sleeping_pairings", "休眠对口", "sleeping pairings"


SEIZED = frozenset({Indicator.DRUGS, Indicator.PRECURSORS, Indicator.PLANTS})
"""By substance, in one of MEASURES."""
RESULTS = frozenset(
    {
        Indicator.CASES_FILED,
        Indicator.CASES_SOLVED,
        Indicator.PERSONS_MEASURED,
        Indicator.PERSONS_PROSECUTED,
        Indicator.GANGS,
        Indicator.LABS,
    }
)
"""Of outcomes; these and what was seized have a column for each role beside the total."""
BY_PURPOSE = RESULTS | SEIZED | frozenset(one for one in Indicator if one.value.startswith(("leads_", "enquiries_")))
"""Of a lead or a case, so of one of the seven purposes."""
MEASURES = (SubstanceUnit.KG, SubstanceUnit.L, SubstanceUnit.PLANT, SubstanceUnit.TABLET)
"""Mass is counted in kilograms, volume in litres."""
_PRECURSORS = frozenset({SubstanceKind.EPHEDRINE, SubstanceKind.HYDROXYLIMINE})


def sort_of(substance: SubstanceKind, measure: SubstanceUnit) -> Indicator:
    """毒品, 制毒物品 or 原植物: what is counted in 株 is a plant."""
    if measure is SubstanceUnit.PLANT:
        return Indicator.PLANTS
    return Indicator.PRECURSORS if substance in _PRECURSORS else Indicator.DRUGS


class ReturnReason(Term):
    """Why a report goes back: about one figure."""

    COUNTED_TWICE = "counted_twice", "重复计算", "counted twice"
    MISSING = "missing", "漏计", "something is missing"
    REPORTED_DOUBTED = "reported_doubted", "自报数存疑", "the office's own number is doubted"
    WRONG_NUMBER = "wrong_number", "数字有误", "the number is wrong"
    WRONG_PURPOSE = "wrong_purpose", "事项归类有误", "the wrong purpose"


class RestatementCause(Term):
    """Why an accepted report is stated again."""

    CONTRIBUTION_ADDED = "contribution_added", "补报", "a county reported later"
    CONTRIBUTION_CORRECTED = "contribution_corrected", "县级更正", "a county corrected"
    OUTCOME_RESTATED = "outcome_restated", "结果更正", "an outcome was restated"
