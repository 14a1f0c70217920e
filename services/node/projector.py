"""replica -> view rows: rows and position in one transaction; a view can be thrown away and folded again (L11)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contracts.channels import topic
from services.storage.rows import PositionError
from services.verifier import Verdict
from services.views import VIEWS, View, fold, from_json, row_key, to_json

if TYPE_CHECKING:
    from services.node.node import Node

BATCH = 500
"""Records a view takes at once at most."""


@dataclass
class Projector:
    """All views of a node, topic by topic. Positions are in the database: any process may go on."""

    node: "Node"
    positions: dict[tuple[str, int], dict[str, int]] = field(default_factory=dict)
    generation: str = ""
    """Of the database that ``positions`` are of."""
    batches: dict[tuple[str, int], list[Verdict]] = field(default_factory=dict)
    """(topic, after) -> what comes next: read and parsed once for all views of a step."""

    def step(self) -> bool:
        """One batch of every view and topic; whether there was anything."""
        self.batches.clear()
        generation = self.node.ledger.generation
        if generation != self.generation:  # perhaps another copy of the data, which holds less (PROTOCOL 6)
            self.generation = generation
            self.positions.clear()
        ends = self.node.replica.positions()
        return any([self._view(view, ends) for view in VIEWS.values()])

    def _view(self, view: View[Any], ends: dict[str, int]) -> bool:
        generation = self.node.rows.generation(view.name, view.version)
        return self.advance(view, generation, ends)

    def advance(self, view: View[Any], generation: int, ends: dict[str, int]) -> bool:
        """Folds what is behind the view's positions, one batch a topic."""
        place = (view.name, generation)
        if place not in self.positions:
            self.positions[place] = self.node.rows.positions(*place)
        behind = [name for name, end in ends.items() if self._at(place, name) < end and self._next(place, name, ends)]
        try:
            for name in behind:
                self._topic(view, generation, name)
        except PositionError:
            del self.positions[place]
        return bool(behind)

    def _at(self, place: tuple[str, int], name: str) -> int:
        return self.positions[place].get(name, -1)

    def _next(self, place: tuple[str, int], name: str, ends: dict[str, int]) -> bool:
        """Whether the topic before this one was folded to its cut: a matter goes on from one to the other."""
        here = topic(name)
        before = str(here._replace(n=here.n - 1))
        return before not in ends or self._at(place, before) >= ends[before]

    def _topic(self, view: View[Any], generation: int, name: str) -> None:
        before = self._at((view.name, generation), name)
        verdicts = self._batch(name, before)
        keys = {key for verdict in verdicts if (key := row_key(view, verdict)) is not None}
        held = self.node.rows.load(view.name, sorted(keys), generation) if keys else {}
        rows = {key: from_json(view, row) for key, row in held.items()}
        changed = fold(view, self.node.source, verdicts, rows)
        offset = verdicts[-1].record.position.offset
        self.node.rows.commit(view.name, generation, name, before, offset, {key: to_json(rows[key]) for key in changed})
        self.positions[view.name, generation][name] = offset

    def _batch(self, name: str, after: int) -> list[Verdict]:
        if (name, after) not in self.batches:
            self.batches[name, after] = list(self.node.replica.verdicts(name, after, BATCH))
        return self.batches[name, after]


def rebuild(node: "Node", name: str) -> int:
    """Folds a view from zero beside the live one, then swaps; the new generation."""
    view, projector = VIEWS[name], Projector(node)
    generation = node.rows.begin(name)
    while projector.advance(view, generation, node.replica.positions()):
        projector.batches.clear()
    node.rows.swap(name, view.version, generation)
    return generation
