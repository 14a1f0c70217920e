"""Who plays in the demo: codes that mean somebody, codes that mean nobody, one cast a folder."""

from pathlib import Path

import pytest

from contracts.divisions import table
from services.demo.__main__ import main
from services.demo.cast import MOST, OFFICES, TWO_PROVINCES, invented
from services.demo.ceremony import Ceremony, OtherCastError

OTHER_CAST = 2
CODES = {one.code for one in table()}


def test_who_answers_for_a_division_answers_for_a_real_one() -> None:
    assert {code for office in TWO_PROVINCES for code in office.jurisdiction} <= CODES
    units = {office.code for office in TWO_PROVINCES}
    assert {office.superior for office in TWO_PROVINCES} <= units


def test_an_invented_countys_code_never_stood_for_any_division() -> None:
    """So nothing that is counted of it can be taken for a real county's."""
    crowd = invented(MOST)
    divisions = {office.code[:6] for office in crowd}
    assert (len(divisions), divisions & CODES) == (MOST, set())
    assert not any(office.runs_a_node for office in crowd)
    with pytest.raises(ValueError, match=str(MOST)):
        invented(MOST + 1)


def test_a_folder_is_of_one_cast(tmp_path: Path) -> None:
    """A ceremony is held once: a story of other units begins elsewhere, and says so before anything starts."""
    root = Ceremony(tmp_path, offices=OFFICES).run()
    assert Ceremony(tmp_path, offices=OFFICES).run() == root
    with pytest.raises(OtherCastError):
        Ceremony(tmp_path, offices=TWO_PROVINCES).run()
    assert main(["--once", "--state", str(tmp_path)]) == OTHER_CAST
