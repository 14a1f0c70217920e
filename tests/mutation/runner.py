"""Changes one module in every way and sees which changes no test notices. One process per change, all forked.

What stands in a function is put into the running function of a process that has collected the tests and run none; tests
that come by the changed statement are run first, the fastest before the others, and then the rest: what one test has
built may serve another. What stands outside of functions has had its effect once the module is imported, and so has
what was called before the first test; there a process that has imported nothing of the project but what lies below the
module imports all of it anew, with the change, one file of tests after the other; libraries are there already. Either
way nothing is written to the working tree, and a process ends with the first test that fails.
"""

import ast
import enum
import gc
import hashlib
import importlib
import importlib.util
import json
import os
import pkgutil
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib.machinery import ModuleSpec, SourceFileLoader
from itertools import takewhile
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest
from hypothesis import Phase, settings

import contracts
from tests.mutation.modules import ROOT, path_of, tests_of
from tests.mutation.operators import Mutant, mutants

PROFILE = "mutants"
OURS = frozenset({"contracts", "services", "infra", "tests", "__main__"})
SURVIVED, KILLED, ANEW, BROKEN = 0, 1, 90, 99
"""Exit codes of a process with a change; any other is a death or tests that cannot be read: killed.

ANEW: cannot be put into a running function. BROKEN: not the change but this runner failed.
"""
_EARLY = "-Wignore::pytest.PytestAssertRewriteWarning"  # hypothesis is imported before pytest looks
SECONDS = 300
"""Of processor time, after which a change that makes the tests run on is killed: the most that one gets."""
LEAST, TIMES = 20, 3
"""What stands in a function gets ``LEAST`` seconds, and ``TIMES`` what all tests take traced without any change."""
LIMIT = 7_200
"""Wall seconds after which a change that makes the tests wait is killed; long, for a busy machine is no failure."""


@dataclass
class Outcome:
    """What a run of one module found."""

    killed: int = 0
    survivors: list[Mutant] = field(default_factory=list)


def mutants_of(module: str) -> list[Mutant]:
    """All changes of a module."""
    names = importlib.import_module(module)

    def swap(name: str, member: str) -> str | None:
        found = getattr(names, name, None)
        if not (isinstance(found, type) and issubclass(found, enum.Enum) and member in found.__members__):
            return None
        members = list(found.__members__)
        other = members[(members.index(member) + 1) % len(members)]
        return None if other == member else other

    return mutants(path_of(module).read_text(), swap)


def run(module: str, wanted: Callable[[Mutant], bool], seen: Callable[[Mutant, bool], None]) -> Outcome:
    """Tries every wanted change. ``seen`` is told of each, and whether it was killed.

    Raises RuntimeError: the tests fail without any change, or the module is imported already (contracts come first).
    """
    _below(module)
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        folder = Path(name)
        _libraries(module, folder)
        changes = [change for change in _listed(module, folder) if wanted(change)]
        journal = Journal(module)
        _in_functions(module, [change for change in changes if journal.code(change) is None], journal, folder)
        outcome = Outcome()
        for change in changes:
            killed = _code(module, change, journal, folder) != SURVIVED
            outcome.killed += killed
            outcome.survivors.extend([] if killed else [change])
            seen(change, killed)
    return outcome


def _below(module: str) -> None:
    """Imports contracts, once for all processes that change something above them, for they import nothing of it."""
    if module in sys.modules:
        raise RuntimeError(f"{module} is imported, so it cannot be imported anew")
    if not module.startswith(f"{contracts.__name__}."):
        for found in pkgutil.iter_modules(contracts.__path__, f"{contracts.__name__}."):
            importlib.import_module(found.name)


def _libraries(module: str, folder: Path) -> None:
    """Imports what the tests of a module import that is not of the project."""
    path, log = folder / "imported.json", folder / "imported.log"

    def imported() -> int:
        code = _pytest(tests_of(module), folder / "pytest", _NoTests())
        path.write_text(json.dumps([name for name in sys.modules if name.partition(".")[0] not in OURS]))
        return code

    if _ended(_forked(imported, log)) != 0:
        raise RuntimeError(f"{module}\n{log.read_text()[-4000:]}")
    for name in json.loads(path.read_text()):
        with suppress(ImportError):
            importlib.import_module(name)
    gc.freeze()  # no process that is forked looks through all of it again


class _NoTests:
    """Tests are collected and not run."""

    def pytest_runtestloop(self) -> bool:
        return True


class Journal:
    """What was found so far, in a file that outlives the run: a run that was ended goes on where it was.

    It counts for the same module, tests and ways to change only.
    """

    def __init__(self, module: str) -> None:
        parts = [path_of(module), *tests_of(module), Path(__file__), Path(__file__).with_name("operators.py")]
        key = hashlib.sha256(b"".join(hashlib.sha256(part.read_bytes()).digest() for part in parts)).hexdigest()[:16]
        self._path = ROOT / ".cache" / "mutants" / f"{module}-{key}.jsonl"

    def code(self, change: Mutant) -> int | None:
        """Exit code of the process that tried it; None if none has."""
        return self._codes().get((change.where, change.change))

    def add(self, change: Mutant, code: int) -> None:
        """On disk when this returns."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(json.dumps([change.where, change.change, code]) + "\n")

    def _codes(self) -> dict[tuple[str, str], int]:
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        return {(where, change): code for where, change, code in map(json.loads, lines)}


def _listed(module: str, folder: Path) -> list[Mutant]:
    """The changes, read in a process of its own, so that this one imports nothing of the project."""
    path, log = folder / "listed.json", folder / "listed.log"

    def listed() -> int:
        path.write_text(json.dumps(mutants_of(module)))
        return 0

    if _ended(_forked(listed, log)) != 0:
        raise RuntimeError(f"{module}\n{log.read_text()[-4000:]}")
    return [Mutant(*one) for one in json.loads(path.read_text())]


def _in_functions(module: str, changes: Sequence[Mutant], journal: Journal, folder: Path) -> None:
    """Tries what stands in functions; makes sure that the tests pass either way without any change."""
    if not changes:
        return
    log, job = folder / "session.log", _Tried(module, changes, journal, folder)
    if _ended(_forked(lambda: job.session(folder / "pytest"), log)) != 0:
        raise RuntimeError(f"{module}\n{log.read_text()[-4000:]}")
    if _anew(module, path_of(module).read_text(), folder) != SURVIVED:
        raise RuntimeError(f"{module}: the tests fail in a process that imports all anew, without any change")


def _code(module: str, change: Mutant, journal: Journal, folder: Path) -> int:
    code = journal.code(change)
    if code is None or code == ANEW:
        code = _anew(module, change.text, folder)
        journal.add(change, code)
    if code == BROKEN:
        raise RuntimeError(f"{module}: could not be tried: {change.where}: {change.change}")
    return code


class _Tried:
    """Tries what stands in functions, in a process that has collected the tests of the module."""

    def __init__(self, module: str, changes: Sequence[Mutant], journal: Journal, folder: Path) -> None:
        self._path, self._tests = str(path_of(module)), tests_of(module)
        self._changes, self._journal, self._folder = changes, journal, folder
        self._called_early = set[str]()
        self._seconds = SECONDS

    def session(self, folder: Path) -> int:
        """What is called before the first test has had its effect, as if it stood outside of functions."""
        sys.setprofile(partial(self._entered, self._called_early))
        return _pytest(self._tests, folder, self)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        sys.setprofile(None)
        tests, text = self._tests_by_line(session), Path(self._path).read_text()
        functions = _functions(self._path)
        for change in self._changes:
            if change.live:
                lines = changed_lines(text, change.text)
                nearest = sorted(tests, key=lambda one: one[1].isdisjoint(lines))  # stable: the fastest stay first
                items = [session.items[n] for n, _ in nearest]
                self._journal.add(change, self._code(session, change, items, functions))
        return True

    def _code(
        self, session: pytest.Session, change: Mutant, items: list[pytest.Item], functions: list[FunctionType]
    ) -> int:
        if change.where in self._called_early:
            return ANEW

        def tried() -> int:
            if not _put(change, self._path, functions):
                return ANEW
            return KILLED if _failed(session, items) else SURVIVED

        return _ended(_forked(tried, seconds=self._seconds))

    def _tests_by_line(self, session: pytest.Session) -> list[tuple[int, set[int]]]:
        """Tests with the lines of the module that they run, the fastest first; another process runs them all for it."""
        path = self._folder / "lines.json"

        def recorded() -> int:
            path.write_text(json.dumps([self._run(session, item) for item in session.items]))
            return int(session.testsfailed)

        if _ended(_forked(recorded)) != 0:
            raise RuntimeError("the tests fail without any change")
        found = sorted((seconds, n, lines) for n, (seconds, lines) in enumerate(json.loads(path.read_text())))
        self._seconds = min(SECONDS, LEAST + TIMES * int(sum(seconds for seconds, _, _ in found)))
        return [(n, set(lines)) for _, n, lines in found]

    def _run(self, session: pytest.Session, item: pytest.Item) -> tuple[float, list[int]]:
        lines, start = set[int](), time.process_time()
        sys.settrace(partial(self._traced, lines))
        _failed(session, [item])
        sys.settrace(None)
        return time.process_time() - start, sorted(lines)

    def _traced(self, lines: set[int], frame: FrameType, event: str, arg: Any) -> Callable[..., Any] | None:
        if frame.f_code.co_filename != self._path:
            return None

        def seen(frame: FrameType, event: str, arg: Any) -> Callable[..., Any]:
            lines.add(frame.f_lineno)
            return seen

        return seen(frame, event, arg)

    def _entered(self, names: set[str], frame: FrameType, event: str, arg: Any) -> None:
        if event == "call" and frame.f_code.co_filename == self._path:
            names.add(frame.f_code.co_qualname)


def _failed(session: pytest.Session, items: Iterable[pytest.Item]) -> bool:
    for item in items:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        if session.testsfailed:
            return True
    return False


def changed_lines(before: str, after: str) -> range:
    """Lines of the smallest statement that holds the change: a test that runs none of them runs nothing changed."""
    old, new = before.splitlines(), after.splitlines()
    first = _alike(old, new) + 1
    last = max(first, len(old) - _alike(reversed(old), reversed(new)))
    around = [one for one in ast.walk(ast.parse(before)) if isinstance(one, ast.stmt) and one.lineno <= first]
    spans = [range(one.lineno, one.end_lineno + 1) for one in around if one.end_lineno and one.end_lineno >= last]
    return min(spans, key=len)


def _alike(one: Iterable[str], other: Iterable[str]) -> int:
    """How many lines are the same until one is another."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _functions(path: str) -> list[FunctionType]:
    """Every function of a file there is, also those behind properties, validators and caches."""
    return [one for one in gc.get_objects() if isinstance(one, FunctionType) and one.__code__.co_filename == path]


def _put(change: Mutant, path: str, functions: list[FunctionType]) -> bool:
    """Puts the changed code into the running function; false if that cannot be done."""
    code = next((one for one in _codes(_compiled(change.text, path)) if one.co_qualname == change.where), None)
    found = [one for one in functions if one.__code__.co_qualname == change.where]
    if code is None or not found or any(len(code.co_freevars) != len(one.__code__.co_freevars) for one in found):
        return False
    for one in found:
        one.__code__ = code
    return True


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _codes(one)


def _compiled(text: str, path: str) -> CodeType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        return compile(ast.parse(text), path, "exec")


def _anew(module: str, text: str, folder: Path) -> int:
    """Imports the project with the module's changed text and runs the module's tests, in a process of its own."""

    def tried() -> int:
        sys.meta_path.insert(0, _Changed(module, text))
        codes = (_pytest([path], folder / "pytest") for path in tests_of(module))
        return next((code for code in codes if code != SURVIVED), SURVIVED)

    return _ended(_forked(tried))


class _Changed(SourceFileLoader):
    """Imports one module from a text in place of its file; stands in ``sys.meta_path`` as its own finder."""

    def __init__(self, module: str, text: str) -> None:
        SourceFileLoader.__init__(self, module, str(path_of(module)))
        self._text = text

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)

    def get_code(self, fullname: str) -> CodeType:
        return _compiled(self._text, str(self.path))


def _pytest(tests: Sequence[Path], folder: Path, *plugins: object) -> int:
    """One session without workers; the same examples every time, and no search for smaller ones."""
    settings.register_profile(
        PROFILE, deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate)
    )
    words = ["-q", "-x", "-n0", "--timeout=0", "--capture=no", "-pno:cacheprovider", _EARLY, f"--basetemp={folder}"]
    return int(pytest.main([*words, f"--hypothesis-profile={PROFILE}", *map(str, tests)], plugins=plugins))


def _forked(work: Callable[[], int], log: Path | None = None, seconds: int = SECONDS) -> int:
    """A process that does the work and ends with its code; its id. Without a log it is quiet and has limits."""
    child = os.fork()
    if child:
        return child
    code = BROKEN
    try:
        if log is None:
            _limited(seconds)
        said = os.open(os.devnull if log is None else log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(said, 1)
        os.dup2(said, 2)
        code = work()
    except BaseException:  # noqa: BLE001 - said in the log; nothing may return from here into the parent's code
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def _limited(seconds: int) -> None:
    """A change that never ends is killed by the processor time it takes, or by the clock if it waits."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    signal.alarm(LIMIT)


def _ended(child: int) -> int:
    """Exit code of a process, negative if a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
