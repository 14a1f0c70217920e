"""Closed lists of what a unit and its own superior say to each other (MECHANISM 1.6-1.8, FIELDS 6.10)."""

from contracts.vocabulary import Term


class IncidentKind(Term):
    """重大情况. A breach of data or a lost key is one of them (PIPL 57)."""

    CASUALTIES = "casualties", "人员伤亡", "casualties"
    DATA_BREACH = "data_breach", "数据泄露", "data breach"
    KEY_LOST = "key_lost", "密钥失控", "key out of control"
    MAJOR_CASE = "major_case", "重大案件", "major case"
    OTHER = "other", "其他", "other"
    PUBLIC_OPINION = "public_opinion", "舆情", "public opinion"


class Severity(Term):
    """Grade of an incident."""

    MAJOR = "major", "重大", "major"
    ORDINARY = "ordinary", "一般", "ordinary"
    SERIOUS = "serious", "较大", "serious"


class BreachNotice(Term):
    """Whether authority and persons are told of a breach (PIPL 57, LED 30-31)."""

    BOTH_TOLD = "both_told", "已告知主管部门和个人", "authority and persons told"
    AUTHORITY_TOLD = "authority_told", "已告知主管部门", "authority told"
    NOT_NEEDED = "not_needed", "无须告知", "no notice needed"


class SupervisionGround(Term):
    """督办事由."""

    COMPLAINT = "complaint", "投诉", "complaint"
    HOLD_UNREVIEWED = "hold_unreviewed", "在诉保留未复核", "hold not reviewed"
    INSPECTION = "inspection", "检查发现", "inspection"
    OVERDUE = "overdue", "超期", "overdue"
    READS_OUT_OF_DUTY = "reads_out_of_duty", "超职责查阅", "reads outside duty"
    RECEIPT_MISSING = "receipt_missing", "销毁回执缺失", "removal answer missing"
    SLEEPING = "sleeping", "休眠", "sleeping pairing"


class ExtensionReason(Term):
    """Why a superior gives more time, once."""

    COMPLEX = "complex", "情况复杂", "complex"
    COUNTERPART = "counterpart", "等待对方", "waits for the counterpart"
    STAFF = "staff", "人员变动", "change of staff"


class Finding(Term):
    """What a supervision came to."""

    NOT_AT_FAULT = "not_at_fault", "无责", "not at fault"
    REMEDIED = "remedied", "已整改", "remedied"
    WARNED = "warned", "已批评教育", "warned"


class RedressGround(Term):
    """What somebody asks who may stand in a lead."""

    ACCESS = "access", "查询", "access"
    CORRECTION = "correction", "更正", "correction"
    ERASURE = "erasure", "删除", "erasure"


class RedressResult(Term):
    """How it was decided; the person's answer is uniform whatever it is."""

    CANNOT_CONFIRM = "cannot_confirm", "不予确认", "cannot confirm"
    CORRECTED = "corrected", "已更正", "corrected"
    ERASED = "erased", "已删除", "erased"
    LAWFUL = "lawful", "处理合法", "lawful"
