"""replica -> view rows: rows and position in one transaction; a view can be thrown away and folded again (L11)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contracts.channels import topic
from services.storage.rows import Place, PositionError
from services.verifier import Verdict
from services.views import VIEWS, fold, from_json, row_key, to_json

if TYPE_CHECKING:
    from services.node.node import Node

BATCH = 500
"""Records taken at once at most."""
VERSIONS = {view.name: view.version for view in VIEWS.values()}


@dataclass
class Projector:
    """All views of a node, topic by topic. Positions are in the database: any process may go on."""

    node: "Node"
    positions: dict[Place, dict[str, int]] = field(default_factory=dict)
    generation: str = ""
    """Of the database that ``positions`` are of."""

    def step(self) -> bool:
        """One batch of every topic, for all views; whether there was anything."""
        generation = self.node.ledger.generation
        if generation != self.generation:  # perhaps another copy of the data, which holds less (PROTOCOL 6)
            self.generation = generation
            self.positions.clear()
        pulse = self.node.pulse()
        return self.advance(self.node.rows.places(VERSIONS, pulse.views), pulse.positions)

    def advance(self, places: Iterable[Place], ends: Mapping[str, int]) -> bool:
        """Folds what is behind the positions of these views, one batch a topic."""
        for place in places:
            if place not in self.positions:
                self.positions[place] = self.node.rows.positions(*place)
        behind = [(name, *one) for name in ends for one in self._behind(places, name, ends)]
        try:
            for name, before, some in behind:
                self._topic(name, before, some)
        except PositionError:  # somebody else was faster
            self.positions.clear()
        return bool(behind)

    def _behind(self, places: Iterable[Place], name: str, ends: Mapping[str, int]) -> list[tuple[int, list[Place]]]:
        """(position, views that stand there) of a topic; those that stand together are read for and committed once."""
        found: defaultdict[int, list[Place]] = defaultdict(list)
        for place in places:
            if self._at(place, name) < ends[name] and self._next(place, name, ends):
                found[self._at(place, name)].append(place)
        return list(found.items())

    def _at(self, place: Place, name: str) -> int:
        return self.positions[place].get(name, -1)

    def _next(self, place: Place, name: str, ends: Mapping[str, int]) -> bool:
        """Whether the topic before this one was folded to its cut: a matter goes on from one to the other."""
        here = topic(name)
        before = str(here._replace(n=here.n - 1))
        return before not in ends or self._at(place, before) >= ends[before]

    def _topic(self, name: str, before: int, places: list[Place]) -> None:
        verdicts = list(self.node.replica.verdicts(name, before, BATCH))
        if not verdicts:  # the channel goes on in another topic since
            return
        offset = verdicts[-1].record.position.offset
        self.node.rows.commit(name, before, offset, self._folded(places, verdicts))
        for place in places:
            self.positions[place][name] = offset

    def _folded(self, places: list[Place], verdicts: list[Verdict]) -> dict[Place, dict[str, dict[str, Any]]]:
        """What changes, by view and key."""
        keys = {place: _keys(place.view, verdicts) for place in places}
        changed = {}
        for place, held in self.node.rows.held(keys).items():
            view = VIEWS[place.view]
            rows = {key: from_json(view, row) for key, row in held.items()}
            changed[place] = {key: to_json(rows[key]) for key in fold(view, self.node.source, verdicts, rows)}
        return changed


def _keys(name: str, verdicts: list[Verdict]) -> set[str]:
    return {key for verdict in verdicts if (key := row_key(VIEWS[name], verdict)) is not None}


def rebuild(node: "Node", name: str) -> int:
    """Folds a view from zero beside the live one, then swaps; the new generation."""
    place, projector = Place(name, node.rows.begin(name)), Projector(node)
    while projector.advance([place], node.replica.positions()):
        continue
    node.rows.swap(name, VERSIONS[name], place.generation)
    return place.generation
