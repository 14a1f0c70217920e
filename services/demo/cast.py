"""Who plays: real counties of the annex, invented offices and officers."""

from dataclasses import dataclass

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
    def province(self) -> str:
        """Two digits."""
        return self.code[:2]


HENAN, ZHEJIANG = "410000000001", "330000000001"
ZHUMADIAN, NANYANG, JINHUA = "411700000001", "411300000001", "330700000001"
XINCAI, DENGZHOU, YIWU = "411729000001", "411381000001", "330782000001"

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

POSTS: dict[str, tuple[Role, ...]] = {
    "author": (Role.AUTHOR, Role.TEAM),
    "approver": (Role.APPROVER, Role.TEAM),
    "head": (Role.HEAD,),
    "intake": (Role.DUTY, Role.INTAKE),
}
"""Officers of every unit, by what they do in the story; two of them may be posted to another unit."""
