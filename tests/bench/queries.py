"""Figure 5: one case out of as many as a million events make, against one SELECT by the same key."""

from itertools import cycle, islice

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from services.gateway.rows import PAGE, Views
from services.node.intake import Intake
from services.node.node import Node
from services.node.projector import Projector
from services.views.cases import CASES
from tests.bench.history import SIGNATURES, written
from tests.bench.intake import drained
from tests.bench.lab import Lab
from tests.bench.stats import Line, interleaved, lines, milliseconds
from tests.support.world import YIWU

SELECT = "SELECT row FROM view_row WHERE view = %s AND generation = %s AND key = %s"
INDEXED, MANY = "SELECT by primary key", f"SELECT of {PAGE} by primary key"
_MORE = """INSERT INTO view_row (view, generation, key, row)
SELECT view, generation, split_part(key, '/', 1) || '/' || split_part(key, '/', 2) || '/' || gen_random_uuid(), row
FROM view_row CROSS JOIN generate_series(1, %s) WHERE view = 'cases'"""
_PAGE = "SELECT key, row FROM view_row WHERE view = %s AND generation = %s AND key > %s ORDER BY key LIMIT %s"
FOLDED = 400
"""Events that are really folded; rows of more cases are those of theirs under other ids."""


def queries(lab: Lab, events: int, asked: int, rounds: int) -> list[Line]:
    """One case by its key, and a page of them, without HTTP; ms each."""
    history = written(FOLDED)
    with lab.node(YIWU, history.region.exchange, history.records) as node:
        drained(Intake(node).step)
        drained(Projector(node).step)
        admin = make_conninfo(lab.databases.url(), dbname=conninfo_to_dict(node.settings.database)["dbname"])
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(_MORE, (events // FOLDED - 1,))
            connection.execute("VACUUM ANALYZE view_row")
            return _measured(node, connection, asked, rounds)


def _measured(node: Node, connection: psycopg.Connection, asked: int, rounds: int) -> list[Line]:
    views = Views(node, "", "", 0)
    place = node.rows.places({CASES.name: CASES.version}, node.pulse().views)[0]
    found = connection.execute(
        "SELECT key FROM view_row WHERE view = %s ORDER BY md5(key) LIMIT %s", (CASES.name, 1_000)
    )
    keys = [row[0] for row in found]
    some = list(islice(cycle(keys), asked))
    measures = {
        "one": lambda: milliseconds(lambda: [views.must(CASES, key) for key in some]) / asked,
        INDEXED: lambda: milliseconds(lambda: [_select(connection, (*place, key)) for key in some]) / asked,
        "page": lambda: milliseconds(lambda: [views.page(CASES, key) for key in some[: asked // 20]]) / (asked // 20),
        MANY: lambda: (
            milliseconds(lambda: [_page(connection, (*place, key, PAGE)) for key in some[: asked // 20]])
            / (asked // 20)
        ),
    }
    samples = interleaved(measures, rounds)
    count = connection.execute("SELECT count(*) FROM view_row WHERE view = %s", (CASES.name,)).fetchone()
    of = f"of {count[0] if count else 0:,} cases ({len(SIGNATURES)} events each)"
    return [
        *lines(f"one case {of}", "ms", samples["one"], {INDEXED: samples[INDEXED]}, {INDEXED: "≤ 3"}),
        *lines(f"a page of {PAGE} {of}", "ms", samples["page"], {MANY: samples[MANY]}),
    ]


def _select(connection: psycopg.Connection, values: tuple[object, ...]) -> object:
    return connection.execute(SELECT, values, prepare=True).fetchone()


def _page(connection: psycopg.Connection, values: tuple[object, ...]) -> object:
    return connection.execute(_PAGE, values, prepare=True).fetchall()
