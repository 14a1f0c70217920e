"""A database without room is said although a commit alone would still find some (services/storage/figures.py)."""

from contextlib import closing

import pytest

from contracts.refusals import NotYet
from services.storage import figures, pool

NO_ROOM = "DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$"


def test_what_a_write_met_is_said_of_the_server_for_a_while(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = pool.Fullness()
    monkeypatch.setattr(pool, "fullness", fresh)
    monkeypatch.setattr(figures, "fullness", fresh)
    with closing(figures.Figures(database)) as looking, closing(pool.Pool(database)) as writing:
        looking.write()
        with pytest.raises(NotYet, match=pool.FULL):
            writing.one(NO_ROOM)
        with pytest.raises(NotYet, match=pool.FULL):
            looking.write()
        monkeypatch.setattr(figures, "FULL_SECONDS", fresh.age())
        looking.write()
