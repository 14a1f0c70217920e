"""Closed lists of joint operations (MECHANISM 1.4, FIELDS 6.8)."""

from contracts.vocabulary import Term


class OperationKind(Term):
    """行动种类."""

    CASE = "case", "联合办案", "joint case"
    CRACKDOWN = "crackdown", "阶段性打击", "phase of a campaign"
    INTERCEPTION = "interception", "查缉", "interception"


class Milestone(Term):
    """进展, a closed list."""

    ARREST = "arrest", "抓获", "arrest"
    EXTRACTION = "extraction", "提取", "extraction of evidence"
    SEARCH = "search", "搜查", "search"
    SEIZURE = "seizure", "查获", "seizure"
    STRIKE = "strike", "收网", "strike"


class Pause(Term):
    """Why an operation is paused or given up."""

    EXPOSED = "exposed", "行动暴露", "exposed"
    LEGAL = "legal", "法律原因", "legal reasons"
    NO_LONGER_NEEDED = "no_longer_needed", "不再需要", "no longer needed"
    ORDER = "order", "上级指令", "order of a superior"
    SAFETY = "safety", "安全原因", "safety"


class EarlyAction(Term):
    """Why somebody acted before jurisdiction was settled (先期处置)."""

    EVIDENCE_LOSS = "evidence_loss", "证据灭失", "loss of evidence"
    FLIGHT = "flight", "可能逃跑", "flight"
    LIFE = "life", "危及生命", "danger to life"
