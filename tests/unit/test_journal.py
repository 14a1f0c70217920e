"""Nothing that units write to each other reaches a log: codes and listed fields only (STACK telemetry, PROTOCOL 10)."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import structlog

from contracts.refusals import Code, NotYet
from services import journal
from services.journal import Said
from tests.faults.system import Worker, _bugs, _complaint

NAME, PHONE, NARRATIVE = "张某某甲", "13912345678", "示例：包裹藏于茶叶罐内。"
SECRETS = (NAME, PHONE, NARRATIVE, "zhang san")


def _raised(*inputs: object) -> ValueError:
    try:
        raise ValueError(*inputs)
    except ValueError as error:
        return error


def _logged(act: Callable[[], Any], capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    act()
    shown = capsys.readouterr()
    text = shown.out + shown.err
    escaped = [json.dumps(secret)[1:-1] for secret in SECRETS]
    assert [secret for secret in (*SECRETS, *escaped) if secret in text] == []
    return [json.loads(line) for line in text.splitlines()]


WAYS: dict[str, Callable[[], Any]] = {
    "a field that is on no list": lambda: journal.info(Said.DUTY_WAITS, name=NAME, phone=PHONE),
    "the name of a field": lambda: journal.info(Said.DUTY_WAITS, **{NAME: 1, "zhang san": 2}),
    "every listed field with a name": lambda: journal.error(Said.DUTY_WAITS, **dict.fromkeys(journal.FIELDS, NAME)),
    "every listed field in letters": lambda: journal.error(
        Said.DUTY_WAITS, **dict.fromkeys(journal.FIELDS, "zhang san")
    ),
    "every listed field with a phone": lambda: journal.error(Said.DUTY_WAITS, **dict.fromkeys(journal.FIELDS, PHONE)),
    "a phone as a number": lambda: journal.info(Said.DUTY_WAITS, **dict.fromkeys(journal.FIELDS, int(PHONE))),
    "a list or an object": lambda: journal.info(Said.DUTY_WAITS, channel=[NAME], offset={"x": PHONE}),
    "free text as the code": lambda: structlog.get_logger().info(NARRATIVE, name=NAME),
    "free text with arguments": lambda: structlog.get_logger().warning("%s is %s", NAME, PHONE),
    "bound fields": lambda: structlog.get_logger().bind(name=NAME).error(Said.DUTY_WAITS, phone=PHONE),
    "the message of an exception": lambda: journal.error(Said.PART_ENDED, error=_raised(NAME, PHONE)),
    "made fields given from outside": lambda: journal.error(Said.PART_ENDED, error=NAME, frames=[PHONE], at=NAME),
    "a logger of the standard library": lambda: logging.getLogger("services").error("%s %s", NAME, PHONE),
    "its extra fields": lambda: logging.getLogger("uvicorn.error").warning(NAME, extra={"phone": PHONE}),
    "its exceptions": lambda: logging.getLogger(NAME).error(NAME, exc_info=_raised(PHONE)),
    "a warning": lambda: logging.getLogger("py.warnings").warning(NAME),
    "an uncaught exception": lambda: sys.excepthook(ValueError, _raised(NAME), None),
}


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an entry point has it, for the length of a test."""
    root = logging.getLogger()
    for owner, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    monkeypatch.setattr(root, "handlers", root.handlers)
    monkeypatch.setattr(root, "level", root.level)
    journal.configure()


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_no_content_reaches_the_output(way: Callable[[], Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is tried, each line is one JSON object of a known code and holds neither name nor number."""
    before = journal.dropped()
    (line,) = _logged(way, capsys)
    assert line["event"] in set(Said)
    assert set(line) <= {"at", "level", "event", "error", "frames", "dropped", *journal.FIELDS}
    assert journal.dropped() - before == line.get("dropped", 0)


@pytest.mark.usefixtures("configured")
def test_what_is_listed_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Codes, places and what was raised where: enough to act on."""

    def act() -> None:
        try:
            raise NotYet(NARRATIVE)
        except NotYet as later:
            journal.warning(Said.PART_WAITS, part="relay", code=Code.STATE, law="PROTOCOL 6", offset=7, error=later)

    (line,) = _logged(act, capsys)
    assert line.pop("at").endswith("Z")
    assert ":act:" in line.pop("frames")[-1]
    assert line == {
        "event": "part.waits",
        "level": "warning",
        "part": "relay",
        "code": "state",
        "law": "PROTOCOL 6",
        "offset": 7,
        "error": ["NotYet"],
    }


@pytest.mark.usefixtures("configured")
def test_chatty_libraries_are_kept_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """At lower levels kafka-python and uvicorn say who asked for what."""

    def act() -> None:
        logging.getLogger("kafka.client").info(NAME)
        logging.getLogger("uvicorn.access").info(PHONE)
        logging.getLogger("kafka.client").warning(NAME)

    assert [(line["event"], line["library"]) for line in _logged(act, capsys)] == [("library", "kafka")]


@pytest.mark.usefixtures("configured")
def test_the_fault_campaign_recognises_a_part_that_ended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It reads bugs and complaints out of these lines: were they written otherwise, it would see none."""
    journal.warning(Said.PART_WAITS, part="relay", error=_raised(NAME))
    journal.error(Said.PART_ENDED, part="intake", error=_raised(NAME))
    log = tmp_path / "node.log"
    log.write_text(capsys.readouterr().err)
    worker = Worker("411729000001", tmp_path, ("intake",), log)
    assert "part.ended" in _complaint(worker)
    assert [json.loads(line)["part"] for line in _bugs(worker)] == ["intake"]


def test_a_process_that_dies_of_a_bug_says_type_and_place() -> None:
    """Python's own traceback would print the message; in threads too."""
    code = f"""import logging, threading
from services import journal
journal.configure()
logging.getLogger("kafka").error("%d", {NAME!r})
def act(): raise ValueError({NAME!r})
thread = threading.Thread(target=act)
thread.start(); thread.join()
act()"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    library, *lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert library["event"] == "library"
    assert [(line["event"], line["error"]) for line in lines] == [("thread.uncaught", ["ValueError"])] * 2
    assert lines[0]["frames"][-1] == "__main__:act:5"
    assert NAME not in done.stderr
