"""The registry copies members' trust before guests', and a guest whose trust is refused holds up nobody."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.channels import REGISTRY, TRUST, Topic
from contracts.envelope import Signed
from contracts.refusals import Code, Refused
from contracts.vocabulary import Role
from services.domain.clocks import DAY
from services.registry import ceremony, opening
from services.registry.forwarding import Granted, granted
from services.registry.genesis import concerned
from services.registry.opening import Registry
from services.vectors import forwarding
from services.vectors.seeds import TANGHE
from services.verifier import History, Result
from tests.support.forwarding import Three, three
from tests.support.world import XINCAI, YIWU, ZHUMADIAN


class Logs:
    """What the registry's node is asked, answered from a world in memory."""

    source = REGISTRY

    def __init__(self, t: Three) -> None:
        """``refuses``: a unit whose trust no channel accepts; ``tried``: units of every append."""
        self.w, self.exchange, self.refuses, self.tried = t.w, t.w.exchange, "", list[set[str]]()
        self.folds = self.replica = self.ledger = self

    def history(self, channel: str) -> History:
        """As the log has it."""
        return self.w.history(channel).overlay()

    def topic(self, channel: str) -> str:
        """The first."""
        return str(Topic(channel, 1))

    def running(self, _: str) -> bool:
        """Nobody stopped it."""
        return True

    def effective(self, _: str) -> Iterator[Signed]:
        """Of ``duikou.trust``."""
        return (self.w.signed(one) for one in self.w.verdicts[TRUST] if one.result is Result.EFFECTIVE)

    def find(self, _: str) -> None:
        """Nothing is in the ledger that is not in the log."""

    def propose_all(self, _: Any, channel: str, subject: str, events: list[tuple[str, Any]]) -> list[Any]:
        """All or nothing, as a node's."""
        about = {concerned(event.embedded.parse().draft()) for _, event in events}
        self.tried.append(about)
        if self.refuses in about:
            raise Refused(Code.MANDATE, "PROTOCOL 4")
        return [self.w.write(REGISTRY, channel, subject, event) for _, event in events]


def test_a_guest_whose_trust_is_refused_keeps_no_other_guests_closed_key_waiting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each guest by himself: one who cannot come in, and one whose key is closed after he came in."""
    t = three()
    t.granted()
    never = Granted(ZHUMADIAN, frozenset({YIWU, TANGHE}), t.w.now + DAY)
    logs: Any = Logs(t)
    monkeypatch.setattr(opening, "propose_all", logs.propose_all)
    monkeypatch.setattr(opening, "now_ms", lambda: t.w.now)
    registry = Registry(logs, logs, tmp_path)
    logs.refuses = ZHUMADIAN
    t.w.trust(ceremony.key_closed(t.w.by(ceremony.registrar(XINCAI)), XINCAI, t.w.keys[XINCAI].keyid, emergency=False))
    assert registry._copy(t.onward, [never])
    assert all(key.closed is not None for key in t.w.history(t.onward).channel.trust.keys_of(XINCAI).values())


def test_a_guest_whose_trust_is_refused_holds_up_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Registrars may have been replaced since his admission: his grant is no use, all else goes on (PROTOCOL 3)."""
    t = three()
    forwarding.granted(t.w, t.w.channel, t.asked())
    grants = list(granted(t.w.history(t.w.channel)))
    logs: Any = Logs(t)
    monkeypatch.setattr(opening, "propose_all", logs.propose_all)
    monkeypatch.setattr(opening, "now_ms", lambda: t.w.now)
    registry = Registry(logs, logs, tmp_path)
    logs.refuses = XINCAI
    assert not registry._copy(t.onward, grants)
    assert not registry._copy(t.onward, grants)
    t.w.enrol(TANGHE, "second", (Role.AUTHOR,))
    assert registry._copy(t.onward, grants)
    assert logs.tried == [{XINCAI}, {TANGHE}]
    logs.refuses = ""
    assert registry._copy(t.onward, grants)
    assert XINCAI in t.w.history(t.onward).channel.trust.units
    assert not registry._copy(t.onward, grants)


def test_what_is_copied_is_tried_for_guests_who_came_before_then_for_none_then_for_each_once() -> None:
    """What one guest's trust is refused for is no reason to keep the members' from the channel."""
    history = three().w.history(three().w.channel)
    known = next(iter(history.channel.trust.units))
    welcome = frozenset({known, "999999000001"})
    assert list(opening._batches(history, welcome)) == [{known}, set(), {"999999000001"}]
    assert list(opening._batches(history, frozenset())) == [set()]
