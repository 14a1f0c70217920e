"""Closed lists of the course of a lead (MECHANISM 1.2b, 1.2c)."""

from contracts.vocabulary import Term


class Correction(Term):
    """What was wrong."""

    FACT_WRONG = "fact_wrong", "事实有误", "a fact is wrong"
    IDENTIFIER_WRONG = "identifier_wrong", "标识有误", "an identifier is wrong"
    PERSON_CLEARED = "person_cleared", "人员排除嫌疑", "a person is cleared"
    WRONG_PERSON = "wrong_person", "人员有误", "the wrong person"


class Effect(Term):
    """What a correction does to one person of the version before."""

    CHANGED = "changed", "更改", "changed"
    STRUCK = "struck", "删除", "struck"


class Claim(Term):
    """What a unit wants in a dispute about jurisdiction."""

    OURS = "ours", "本地管辖", "ours"
    YOURS = "yours", "对方管辖", "yours"


class Settlement(Term):
    """How a dispute ended: by agreement, or by the common superior, whose decision both name (MECHANISM 3.1)."""

    AGREED = "agreed", "协商一致", "agreed"
    DESIGNATED = "designated", "指定管辖", "designated"


class ReviewReason(Term):
    """Why a lead lives on after its review."""

    CASE_OPEN = "case_open", "案件在办", "the case is open"
    NEW_FACT = "new_fact", "有新事实", "a new fact"
    STILL_NEEDED = "still_needed", "仍需使用", "still needed"


class Line(Term):
    """How somebody was told first."""

    COURIER = "courier", "机要", "courier"
    FAX = "fax", "传真", "fax"
    IN_PERSON = "in_person", "当面", "in person"
    PHONE = "phone", "电话", "telephone"


class PhoneDispute(Term):
    """What the callee does not confirm."""

    CONTENT = "content", "内容不符", "the content"
    NOT_TOLD = "not_told", "未接到", "was not told"
    TIME = "time", "时间不符", "the time"


class EvidenceUse(Term):
    """For what the owner's consent is asked."""

    COERCIVE_MEASURE = "coercive_measure", "采取强制措施", "coercive measure"
    PROSECUTION = "prosecution", "审查起诉", "prosecution"
    TRIAL = "trial", "庭审", "trial"


class ForwardRefusal(Term):
    """Why a lead may not go on to a third unit; ``cannot_provide`` is neutral and gives nothing away."""

    CANNOT_PROVIDE = "cannot_provide", "不便提供", "cannot be provided"
    EXCESSIVE = "excessive", "明显过度", "plainly excessive"
    OUTSIDE_PURPOSES = "outside_purposes", "超出协作事项", "outside the purposes"
    UNLAWFUL = "unlawful", "不合法", "unlawful"
