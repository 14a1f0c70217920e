"""A unit's database was put back under processes that live on: what they remember of it is forgotten (PROTOCOL 6, L9).

The node of one part knows what other parts did only from the database; so does what it remembers.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from contracts.channels import DESK
from contracts.lead import Shared
from services.demo.cast import XINCAI, YIWU
from services.node import papers
from services.node.commands import propose
from services.node.node import Node, open_node
from services.node.projector import Projector
from services.node.settings import load
from tests.support.region import CONTENT, SUMMARY, Region, copy_folder, region, until

pytestmark = pytest.mark.xdist_group("third")
SECONDS = 90.0


@pytest.fixture(scope="module")
def survivors() -> Iterator[tuple[Region, Node, Projector]]:
    """A node and a projector of 新蔡 that had read a lead which its database, put back meanwhile, had to read again."""
    with region(apart=[XINCAI]) as made:
        made.start_all()
        made.pair()
        server, folder = made.apart[XINCAI], made.state.parent / f"pg-{XINCAI}"
        server.stop()
        copy_folder(folder / "data", folder / "older")
        server.start()
        made.share()
        made.even(XINCAI, YIWU)
        node = open_node(load(made.cluster.settings(XINCAI)))
        projector = Projector(node)
        while projector.step():
            pass
        assert node.folds.history(DESK).offset > 0

        made.stop(XINCAI)
        server.stop()
        (folder / "data").rename(folder / "lost")
        copy_folder(folder / "older", folder / "data")
        server.start()
        made.start(XINCAI, "relay", "intake", "duties")
        made.even(XINCAI, YIWU)
        yield made, node, projector
        node.close()


def test_a_gateway_that_lives_on_decides_on_the_desk_that_is_there(
    survivors: tuple[Region, Node, Projector],
) -> None:
    """Else it would refuse every further document, for numbers that nobody remembers."""
    made, node, _ = survivors
    paper = str(uuid4())
    named: dict[str, Any] = {
        "channel": made.channel,
        "event_type": Shared.TYPE,
        "subject": papers.subject_of(node, Shared.TYPE, paper, None),
    }
    author = made.officer(XINCAI, "author")
    event = until("drafted", lambda: papers.draft(node, author, **named, summary=SUMMARY, content=CONTENT), SECONDS)
    until("sealed", lambda: propose(node, DESK, paper, event, id=str(uuid4())), SECONDS)
    until("on the desk", lambda: node.folds.history(DESK).state("desk", paper).status == "draft", SECONDS)


def test_a_projector_that_lives_on_folds_what_was_read_again(survivors: tuple[Region, Node, Projector]) -> None:
    """Else its views would stay behind until more records came than had been there."""
    made, node, projector = survivors

    def up_to_date() -> bool:
        projector.step()
        return node.rows.cut("cases").positions == node.replica.positions()

    made.until("the view is up to date", up_to_date, SECONDS)


def test_of_two_projectors_the_slower_one_goes_on_from_where_the_other_is(
    survivors: tuple[Region, Node, Projector],
) -> None:
    """What it remembers is behind: nothing is folded twice, and it does not stay behind for ever."""
    made, node, slower = survivors
    made.until("read to the end", lambda: not slower.step(), SECONDS)
    made.share()
    made.even(XINCAI, YIWU)
    faster = Projector(node)
    made.until("folded by another", lambda: not faster.step(), SECONDS)
    leads = len(list(node.rows.all("cases")))
    assert slower.step()
    assert slower.positions == {}
    made.until("goes on from there", lambda: not slower.step(), SECONDS)
    assert len(list(node.rows.all("cases"))) == leads
