"""What nodes on this machine say of their own views, for the auditor to compare at an equal cut (L11, PROTOCOL 11)."""

from pathlib import Path

from contracts.channel import Cut
from contracts.channels import DESK, TRUST, Topic, topic
from contracts.refusals import NotYet
from services.auditor.desk import confirmed
from services.auditor.judge import AUDITED
from services.auditor.source import Claims
from services.node.settings import Settings, load
from services.storage.replica import Replica
from services.storage.rows import Rows
from services.views import fingerprint, from_json, within


def claims(settings: list[Path]) -> Claims:
    """Cut and fingerprints of nodes that stand at the same place. Raises NotYet, SettingsError."""
    cut: dict[str, Cut] = {}
    fingerprints: dict[str, dict[str, str]] = {}
    desks: dict[str, frozenset[str]] = {}
    for path in settings:
        own = load(path)
        theirs, views, desks[own.source] = _of(own)
        for name, place in theirs.items():
            if cut.get(name, place) != place:
                apart = f"{name} at {cut[name].offset} and {place.offset}"
                raise NotYet(f"the nodes do not stand at the same place of the log yet: {apart}")
        cut |= theirs
        fingerprints[own.source] = views
    return Claims(cut, fingerprints, confirmed=desks)


def _of(settings: Settings) -> tuple[dict[str, Cut], dict[str, str], frozenset[str]]:
    """Cut, fingerprints, and which acts the unit's desk confirms."""
    replica, rows = Replica(settings.database), Rows(settings.database)
    try:
        histories = {
            name: replica.history(settings.root, name) for name in replica.positions() if topic(name).channel != DESK
        }
        places = {name: history.offset for name, history in histories.items()}
        version = max(history.channel.trust.rule_version for history in histories.values())
        views = {view.title: _fingerprint(rows, name, places, version) for name, view in AUDITED.items()}
        trust = histories[max((name for name in histories if topic(name).channel == TRUST), key=topic)].channel.trust
        acts = confirmed(settings.root, settings.source, trust, replica.records(str(Topic(DESK, 1))))
    finally:
        replica.close()
        rows.close()
    return {name: Cut(offset=h.offset, hash=h.hash.hex()) for name, h in histories.items()}, views, acts


def _fingerprint(rows: Rows, name: str, places: dict[str, int], version: int) -> str:
    """Of a live view, cut down to what is shared. Raises NotYet while the view is behind the replica."""
    view = AUDITED[name]
    live = rows.cut(name)
    if live.version != view.version:
        raise NotYet("a view has not been folded by this software yet: its node does that when it starts")
    if any(live.positions.get(topic_name, -1) != offset for topic_name, offset in places.items()):
        raise NotYet("a view has not read everything yet")
    held = {key: from_json(view, row) for key, row in live.rows}
    return fingerprint(view, within(held, places), places, version)
