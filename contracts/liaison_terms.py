"""Closed lists of liaison postings (MECHANISM 1.5, FIELDS 6.9). No watching of people is among the tasks."""

from contracts.vocabulary import Term


class Mandate(Term):
    """任务范围 of a posting."""

    ACCOMPANY = "accompany", "陪同办案", "accompany an investigation"
    COORDINATE = "coordinate", "联络协调", "coordinate"
    DIALECT = "dialect", "方言协助", "help with the dialect"
    FORWARD_PAPERS = "forward_papers", "文书转递", "carry papers"
    OUTREACH = "outreach", "宣传服务", "outreach and service"
    RECEIVE = "receive", "接收移交", "receive hand-overs"


INVESTIGATIVE = frozenset({Mandate.ACCOMPANY, Mandate.RECEIVE})
"""Acts for which a team has no powers of its own: they need an accepted measure request (程序规定 346)."""


class TaskResult(Term):
    """办结."""

    DONE = "done", "完成", "done"
    NOT_POSSIBLE = "not_possible", "无法完成", "not possible"
    PARTLY = "partly", "部分完成", "partly done"


class TaskRefusal(Term):
    """退回."""

    NO_CAPACITY = "no_capacity", "人力不足", "no capacity"
    OUTSIDE_MANDATE = "outside_mandate", "超出任务范围", "outside the mandate"
    UNCLEAR = "unclear", "不清楚", "unclear"


class Audience(Term):
    """宣传对象."""

    COMMUNITY = "community", "社区居民", "community"
    COMPANIES = "companies", "企业", "companies"
    LOGISTICS = "logistics", "寄递物流", "parcel and logistics firms"
    SCHOOLS = "schools", "学校", "schools"
    WORKERS = "workers", "务工人员", "workers"


class Partner(Term):
    """With whom outreach was held."""

    COMPANY = "company", "企业", "company"
    DEPARTMENT = "department", "部门", "department"
    NONE = "none", "无", "nobody"
    STREET = "street", "街道社区", "street or community"


class Recall(Term):
    """Why a team is called back before its end."""

    ORDER = "order", "上级指令", "order of a superior"
    SAFETY = "safety", "安全原因", "safety"
    STAFF = "staff", "人员变动", "change of staff"
