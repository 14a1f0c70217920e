"""Who plays: real counties of the annex, invented offices and officers.

``OFFICES`` is the small cast, of the containers and of most tests; ``TWO_PROVINCES`` the one of ``make demo``.
"""

import re
from dataclasses import dataclass, replace

from contracts.vocabulary import Role, UnitKind

PASSPHRASE = "invented-for-the-demo"  # noqa: S105 - nothing of value is behind it
"""Of every key file of the demo: it guards nothing."""


@dataclass(frozen=True)
class Office:
    """A unit of the story: 12-digit code, short name for people, its superior, what it answers for."""

    code: str
    name: str
    word: str
    superior: str
    jurisdiction: tuple[str, ...]
    kind: UnitKind
    runs_a_node: bool = False

    @property
    def short(self) -> str:
        """As people say it: 新蔡."""
        return re.split("[省市县]", self.name, maxsplit=1)[0]

    @property
    def province(self) -> str:
        """Two digits."""
        return self.code[:2]


HENAN, ZHEJIANG = "410000000001", "330000000001"
ZHUMADIAN, NANYANG, JINHUA = "411700000001", "411300000001", "330700000001"
XINCAI, DENGZHOU, YIWU = "411729000001", "411381000001", "330782000001"
PINGYU, YONGKANG = "411723000001", "330784000001"

_SUPERVISING, _INVESTIGATING = UnitKind.SUPERVISING, UnitKind.INVESTIGATING
OFFICES = (
    Office(HENAN, "河南省禁毒情报（示例）", "豫公（禁）", HENAN, ("410000",), _SUPERVISING),
    Office(ZHEJIANG, "浙江省禁毒情报（示例）", "浙公（禁）", ZHEJIANG, ("330000",), _SUPERVISING),
    Office(ZHUMADIAN, "驻马店市禁毒情报（示例）", "驻公（禁）", HENAN, ("411700",), _SUPERVISING),
    Office(NANYANG, "南阳市禁毒情报（示例）", "宛公（禁）", HENAN, ("411300",), _SUPERVISING),
    Office(JINHUA, "金华市禁毒情报（示例）", "金公（禁）", ZHEJIANG, ("330700",), _SUPERVISING),
    Office(XINCAI, "新蔡县禁毒情报（示例）", "新公（禁）", ZHUMADIAN, ("411729",), _INVESTIGATING, True),
    Office(DENGZHOU, "邓州市禁毒情报（示例）", "邓公（禁）", NANYANG, ("411381",), _INVESTIGATING, True),
    Office(YIWU, "义乌市禁毒情报（示例）", "义公（禁）", JINHUA, ("330782",), _INVESTIGATING, True),
)
NODES = tuple(office for office in OFFICES if office.runs_a_node)

_SUPERIORS_WITH_NODES = frozenset({HENAN, ZHUMADIAN, JINHUA})
TWO_PROVINCES = (
    *(replace(office, runs_a_node=office.runs_a_node or office.code in _SUPERIORS_WITH_NODES) for office in OFFICES),
    Office(PINGYU, "平舆县禁毒情报（示例）", "平公（禁）", ZHUMADIAN, ("411723",), _INVESTIGATING, True),
    Office(YONGKANG, "永康市禁毒情报（示例）", "永公（禁）", JINHUA, ("330784",), _INVESTIGATING, True),
)
"""Three counties and two city units; of the superiors those run nodes that the story needs.

驻马店 has two counties and sums up, 金华 has both cities, 河南 accepts. 浙江 and 南阳 have no node: the story says
nothing to them.
"""

POSTS: dict[str, tuple[Role, ...]] = {
    "author": (Role.AUTHOR, Role.TEAM),
    "approver": (Role.APPROVER, Role.TEAM),
    "head": (Role.HEAD,),
    "intake": (Role.DUTY, Role.INTAKE),
}
"""Officers of every unit, by what they do in the story; two of them may be posted to another unit."""


_PREFECTURES, _COUNTIES = 9, 99
MOST = _PREFECTURES * _COUNTIES


def invented(count: int) -> tuple[Office, ...]:
    """Counties for load, at most ``MOST``, under 南阳, which has no node. Raises ValueError.

    Their codes begin with 4191 to 4199, which GB/T 2260 gives to nobody, so no figure of theirs is a real county's.
    """
    if not 0 <= count <= MOST:
        raise ValueError(f"0 to {MOST} invented counties")
    return tuple(map(_invented, range(count)))


def _invented(place: int) -> Office:
    division = f"41{91 + place // _COUNTIES}{place % _COUNTIES + 1:02}"
    name = f"虚构{place + 1}号县（示例）"
    return Office(f"{division}000001", name, f"虚{place + 1}公（禁）", NANYANG, (division,), _INVESTIGATING)
