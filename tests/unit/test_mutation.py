"""What the mutation runs change, and when they complain."""

import ast
import enum
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation import modules, record
from tests.mutation.modules import MODULES, ROOT, digest, path_of
from tests.mutation.operators import Mutant, mutants
from tests.mutation.record import Found
from tests.mutation.runner import changed_lines

EDITS: list[tuple[str, str, list[str]]] = [
    ("a border", "x = a < b", ["x = a <= b", "x = a >= b"]),
    ("equality", "x = a == b", ["x = a != b"]),
    ("membership", "x = a not in b", ["x = a in b"]),
    ("identity", "x = a is not b", ["x = a is b"]),
    ("and", "x = a and b", ["x = a or b", "x = True and b", "x = a and True"]),
    ("or", "x = a or b", ["x = a and b", "x = False or b", "x = a or False"]),
    ("not", "x = not (a + b)", ["x = (a + b)", "x = not (a - b)"]),
    ("a condition", "x = a if b else c", ["x = a if not (b) else c"]),
    ("a filter", "x = [a for a in b if c]", ["x = [a for a in b if not (c)]"]),
    ("a number", "x = 7", ["x = 8", "x = 6"]),
    ("zero", "x = 0", ["x = 1"]),
    ("a truth", "x = True", ["x = False"]),
    ("a text", "x = '对'", ["x = 'XX对XX'"]),
    ("an empty text", "x = ''", ["x = 'XX'"]),
    ("a text with values", "x = f'{a}/{b}'", ['x = "XX"']),
    ("a member of an enum", "x = Side.LEFT", ["x = Side.RIGHT"]),
    ("a set", "x = {a, b}", ["x = {b, }", "x = {a, }"]),
    ("the only member", "x = {a}", ["x = set()"]),
    ("a table", "x = {a: b, **c}", ["x = {**c, }", "x = {a: b, }"]),
    ("a list of members", "x = (a, b)", ["x = (b, )", "x = (a, )"]),
    ("a type", "x = dict[a, b]", []),
    ("a keyword", "x = a(b, c=d)", ["x = a(b)"]),
    ("all of", "x = all(a)", ["x = any(a)"]),
    ("a result", "def f():\n    return a", ["def f():\n    return None"]),
    ("a pair that is a result", "def f():\n    return a, b", ["def f():\n    return None"]),
    ("a refusal", "def f():\n    raise Refused(a, 'L4')", ["def f():\n    pass"]),
    ("a call", "def f():\n    a()", ["def f():\n    pass"]),
    ("a place", "def f():\n    a.b = c", ["def f():\n    pass"]),
    ("a local name", "def f():\n    a: 'T' = b", []),
    ("a module's name", "a: T[[b], 0] = c(d=e)", ["a: T[[b], 0] = c()"]),
    ("a member of a class", "class A:\n    a: T[1] = b", ["class A:\n    a: T[2] = b", "class A:\n    a: T[0] = b"]),
    ("a default", "def f(a: 'T' = 0) -> 'T':\n    '''0.'''", ["def f(a: 'T' = 1) -> 'T':\n    '''0.'''"]),
    ("the row of a rule", "x = Rule('S1', a)", []),
    ("what an error says", "def f():\n    super().__init__(f'no {a}')", []),
]  # fmt: skip


class Side(enum.Enum):
    LEFT = 1
    RIGHT = 2


def swap(name: str, member: str) -> str | None:
    return "RIGHT" if (name, member) == ("Side", "LEFT") else None


@pytest.mark.parametrize(("text", "edited"), [row[1:] for row in EDITS], ids=[row[0] for row in EDITS])
def test_a_text_is_changed_in_each_way(text: str, edited: list[str]) -> None:
    assert [one.text for one in mutants(text, swap)] == edited


def test_a_change_is_named_by_what_it_does_and_not_by_its_line() -> None:
    text = "class A:\n    def f(self):\n        x = 1\n        x = 1\n"
    named = [(one.where, one.change, one.live) for one in mutants(text, swap)]
    assert named == [(one.where, one.change, one.live) for one in mutants("\n\n" + text, swap)]
    assert named[0] == ("A.f", "x = 1 -> x = 2", True)
    assert named[2] == ("A.f", "x = 1 -> x = 2 (2)", True)


STATEMENTS = """\
def f(a):
    if a and (
        a > 1
    ):
        return g(
            a,
            b=2,
        )
    return a
"""


@pytest.mark.parametrize(
    ("line", "changed", "lines"),
    [
        ("    return a\n", "    return None\n", range(9, 10)),
        ("            b=2,\n", "", range(5, 9)),
        ("        a > 1\n", "        a >= 1\n", range(2, 9)),
        ("return g(\n            a,\n            b=2,\n        )", "pass", range(5, 9)),
        ("def f(a)", "def f(a=1)", range(1, 10)),
    ],
)
def test_tests_that_run_the_changed_statement_come_first(line: str, changed: str, lines: range) -> None:
    assert changed_lines(STATEMENTS, STATEMENTS.replace(line, changed)) == lines


READ = " -> ".join(
    f'int(year): YearCalendar(int(year), tuple(days[{name}]), tuple(days["workdays"]))'
    for name in ('"holidays"', "'XXholidaysXX'")
)


def test_a_change_that_a_test_notices_is_killed_and_another_survives() -> None:
    """In a function, where a module is imported, and in what is called before the first test."""
    wanted = {
        ("Calendar.next_working", "return day -> return None"): True,
        ("", "SATURDAY = 5 -> SATURDAY = 6"): True,
        ("_load", 'files(__name__).joinpath("calendars.json").read_text(...) without encoding="utf-8"'): False,
        ("_load", READ): True,
    }  # fmt: skip
    code = (
        "from tests.mutation import modules, runner\n"
        "modules.MODULES['contracts.calendar'] = ('calendar',)\n"
        f"wanted, seen = {wanted}, lambda one, killed: print([*one[:2], killed], end=', ')\n"
        "runner.run('contracts.calendar', lambda one: one[:2] in wanted, seen)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {(where, change): killed for where, change, killed in ast.literal_eval(f"[{ran.stdout}]")} == wanted


BUILT = """
from functools import cache

def made():
    return [1]

@cache
def built():
    return made()

def left(n):
    while n > 0:
        n -= 1
    return n
"""
TESTS = """
from tests.built import built, left

def test_something_is_built(): assert built()
def test_what_is_built(): assert built() == [1]
def test_it_ends(): assert left(4) == 0
"""
"""The second asks of what the first has built, and comes by none of its lines."""


def test_what_another_test_built_is_asked_too_and_what_never_ends_is_ended(tmp_path: Path) -> None:
    (tmp_path / "built.py").write_text(BUILT)
    (tmp_path / "test_built.py").write_text(TESTS)
    wanted = {
        ("made", "return [1] -> return [2]"): True,
        ("left", "n -= 1 -> pass"): True,
        ("left", "n -= 1 -> n -= 2"): False,
    }
    code = (
        "import sys, tests\n"
        "from pathlib import Path\n"
        "from tests.mutation import runner\n"
        f"folder, wanted = Path({str(tmp_path)!r}), {wanted}\n"
        "tests.__path__.append(str(folder))\n"
        "runner.path_of, runner.tests_of = lambda _: folder / 'built.py', lambda _: [folder / 'test_built.py']\n"
        "runner.LEAST, seen = 1, lambda one, killed: print([*one[:2], killed], end=', ')\n"
        "runner.run('tests.built', lambda one: one[:2] in wanted, seen)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {(where, change): killed for where, change, killed in ast.literal_eval(f"[{ran.stdout}]")} == wanted


@pytest.fixture(name="files")
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(record, "REASONS", tmp_path / "survivors.toml")
    monkeypatch.setattr(record, "PAGE", tmp_path / "mutation.md")
    return tmp_path


MODULE = "contracts.dsse"
TODAY = [Mutant("f", "a -> b", live=True, text=""), Mutant("f", "b -> c", live=True, text="")]
WHY = f'[["{MODULE}"]]\nwhere = "f"\nchanges = ["a -> b"]\nreason = "as good"\n'

COMPLAINTS: list[tuple[str, list[str], str, list[Mutant], str]] = [
    ("all fits", ["a -> b"], WHY, TODAY, ""),
    ("a survivor without a reason", ["a -> b", "b -> c"], WHY, TODAY, "no reason for f: b -> c"),
    ("a reason for what was killed", [], WHY, TODAY, "explained, but no survivor: f: a -> b"),
    ("code that is gone", ["a -> b"], WHY, TODAY[1:] * 2, "there is no such code any more: f: a -> b"),
    ("two reasons for one", ["a -> b"], f"{WHY}\n{WHY}", TODAY, "explained twice: f: a -> b"),
    ("other ways to change", ["a -> b"], WHY, TODAY[:1], "2 changes were tried, there are 1"),
]


@pytest.mark.parametrize(
    ("survivors", "why", "today", "said"), [row[1:] for row in COMPLAINTS], ids=[row[0] for row in COMPLAINTS]
)
def test_what_does_not_fit_together_is_said(
    files: Path, survivors: list[str], why: str, today: list[Mutant], said: str
) -> None:
    record.REASONS.write_text(why)
    found = {MODULE: Found(digest(MODULE), "2026-01-01", 2, tuple(("f", change) for change in survivors))}
    record.PAGE.write_text(record.page(found))
    assert record.complaints(found, {MODULE: today}) == ([f"{MODULE}: {said}"] if said else [])


def test_a_reason_may_wait_for_the_next_run(files: Path) -> None:
    """But not for code that is gone."""
    record.REASONS.write_text(WHY)
    record.PAGE.write_text(record.page({}))
    assert record.complaints({}, {MODULE: TODAY}) == []
    assert record.complaints({}, {MODULE: []}) == [f"{MODULE}: there is no such code any more: f: a -> b"]


def test_a_page_that_is_not_what_the_runs_give_is_said(files: Path) -> None:
    record.REASONS.write_text("")
    record.PAGE.write_text(record.page({}) + "\n")
    assert "make mutants ARGS=--page" in record.complaints({}, {})[0]


def test_the_page_says_what_was_not_run(files: Path) -> None:
    record.REASONS.write_text(WHY)
    page = record.page({MODULE: Found("0123", "2026-01-01", 9, (("f", "a -> b"), ("", "c -> d")))})
    assert f"| `{MODULE}` | 9 | 7 | 2 | 2026-01-01 | `0123` |" in page
    assert "- `f`: ``a -> b``\n  as good\n- module: ``c -> d``\n  **unexplained**" in page
    assert page.count("| not run |") == len(MODULES) - 1


def test_every_module_of_the_rooms_is_changed_and_has_its_tests() -> None:
    rooms = [*ROOT.glob("services/domain/*.py"), *ROOT.glob("services/vault/*.py")]
    changed = {path_of(name) for name in MODULES}
    assert {path for path in rooms if "def " in path.read_text()} <= changed
    assert all(path.exists() for name in MODULES for path in (path_of(name), *modules.tests_of(name)))
