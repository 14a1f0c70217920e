"""What a process says of itself: one JSON object a line on standard error, closed codes and allow-listed fields.

Nothing of what units write to each other may reach it. So a line is a member of ``Said`` and fields of ``FIELDS``, each
of a form that holds no name and no telephone number; what is on no list is dropped and counted. An exception is its
type and its place, never its message. Whatever others log (libraries, warnings, uncaught exceptions) loses its text.
"""

import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from types import MappingProxyType, TracebackType
from typing import Any

import structlog

from contracts.refusals import Code, Stop
from services.storage.stops import Why


class Said(StrEnum):
    """What a line says; behind it, what an operator makes of it."""

    STARTED = "node.started"  # nothing to do
    STOPPED = "node.stopped"  # nothing to do, if it was asked to
    PART_ENDED = "part.ended"  # a bug: the process ends; report error and frames
    PART_WAITS = "part.waits"  # an outage or something not open yet; /readyz names it
    CHANNEL_STOPPED = "channel.stopped"  # docs/runbook.md, by code
    CONTINUED = "channel.continued"  # nothing to do: it goes on in this topic, after that offset of the one before
    DUTY_REFUSED = "duty.refused"  # an officer has to act: the inbox shows it
    DUTY_WAITS = "duty.waits"  # as part.waits
    NOTIFICATION_WAITS = "notification.waits"  # the gateway for messages, or the contact book: duikou doctor
    DRAFT_READ = "draft.read"  # an officer read a draft of his own unit (kept, PROTOCOL 9)
    VAULT_FAILED = "vault.failed"  # the key file: duikou doctor
    STORE_FAILED = "store.failed"  # the store of attachments: duikou doctor
    REQUEST_FAILED = "request.failed"  # a bug in the gateway; report error and frames
    MANDATE_REFUSED = "mandate.refused"  # the signing office has to make another one
    COPY_REFUSED = "copy.refused"  # a trust event does not enter a channel: report it
    UNCAUGHT = "thread.uncaught"  # a bug; report error and frames
    LIBRARY = "library"  # a library has said something: its level says how grave
    UNLISTED = "unlisted"  # somebody logged free text: a bug of the software, the text is gone


PARTS = frozenset({"relay", "intake", "projector", "duties", "gateway"})
LIBRARIES = frozenset({"asyncio", "fastapi", "kafka", "psycopg", "py", "uvicorn"})
MOST = 9_999_999_999
"""Of a number: ten digits are an offset or a count, eleven could be a telephone."""
FRAMES = 12
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_CHANNEL = "[a-z2-7]{52}|trust|pairing|outflow|checkpoint|desk"
_NAME = re.compile(r"[A-Za-z0-9_.<>]{1,120}")


def _form(pattern: str) -> Callable[[Any], bool]:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _one_of(values: frozenset[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in values


def _number(value: Any) -> bool:
    return type(value) is int and abs(value) <= MOST


FIELDS: Mapping[str, Callable[[Any], bool]] = MappingProxyType(
    {
        "channel": _form(_CHANNEL),
        "code": _one_of(frozenset({*Code, *Stop, *Why})),
        "content": _form(_UUID),
        "law": _form("[LSD][0-9]{1,2}|FIELDS|(PROTOCOL|WIRE|WIRE-CHOICES|MECHANISM) [A-Z]?[0-9.]{1,5}|"),
        "library": _one_of(LIBRARIES),
        "mandate": _form(r"[0-9]{6}\.json"),
        "offset": _number,
        "officer": _form(_UUID),
        "part": _one_of(PARTS),
        "topic": _form(rf"duikou\.(channel\.)?({_CHANNEL})\.[1-9][0-9]{{0,3}}"),
        "unit": _form("[0-9]{12}|registry|keeper"),
    }
)
"""Name -> whether a value is of its form."""
_MADE = frozenset({"at", "level", "event", "error", "frames", "dropped"})
"""Fields that are made here, from nothing a caller wrote."""


class _Dropped:
    """How many fields and texts were kept out of the lines of this process."""

    def __init__(self) -> None:
        self._lock, self.count = threading.Lock(), 0

    def add(self, count: int) -> None:
        with self._lock:
            self.count += count


_dropped = _Dropped()


def dropped() -> int:
    """Fields and texts kept out of the lines of this process so far."""
    return _dropped.count


def _closed(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Only codes and allow-listed fields go on."""
    error = line.pop("error", None) or line.pop("exc_info", None)
    event = line.pop("event", None)
    kept = {name: value for name, value in line.items() if name in FIELDS and FIELDS[name](value)}
    lost = len(line) - len(kept) + (not isinstance(event, Said))
    _dropped.add(lost)
    said = event if isinstance(event, Said) else Said.UNLISTED
    return {"event": said.value, **kept, **_error(error), **({"dropped": lost} if lost else {})}


def _error(error: Any) -> dict[str, Any]:
    """Types from the error to its first cause, and the innermost frames; no message, no local, no line of source."""
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if not isinstance(error, BaseException):
        return {}
    return {"error": [_name(type(one).__qualname__) for one in islice(_causes(error), 5)], "frames": _frames(error)}


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _frames(error: BaseException) -> list[str]:
    found, trace = [], error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        place = (str(frame.f_globals.get("__name__", "")), frame.f_code.co_name)
        found.append(f"{_name(place[0])}:{_name(place[1])}:{trace.tb_lineno}")
        trace = trace.tb_next
    return found[-FRAMES:]


def _name(text: str) -> str:
    return text if _NAME.fullmatch(text) else "?"


def _stamped(_: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"at": at, "level": method, **line}


class _Lines:
    """Standard error, whatever it is when a line is written."""

    def __init__(self, *_: Any) -> None:
        self._lock = threading.Lock()

    def msg(self, line: str) -> None:
        with self._lock:
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    debug = info = warning = error = critical = msg


def _rendered(_: Any, __: str, line: MutableMapping[str, Any]) -> str:
    return json.dumps(line)


_FILTER = structlog.make_filtering_bound_logger(logging.INFO)
_PROCESSORS: list[Any] = [_closed, _stamped, _rendered]
_lines = structlog.wrap_logger(_Lines(), processors=_PROCESSORS, wrapper_class=_FILTER)


def info(said: Said, **fields: Any) -> None:
    """Nothing to do."""
    _lines.info(said, **fields)


def warning(said: Said, **fields: Any) -> None:
    """May pass by itself. ``error``: an exception."""
    _lines.warning(said, **fields)


def error(said: Said, **fields: Any) -> None:
    """Somebody has to act. ``error``: an exception."""
    _lines.error(said, **fields)


class _Others(logging.Handler):
    """What libraries say: which one, how grave, what was raised; never the text."""

    def emit(self, record: logging.LogRecord) -> None:
        level = (
            "error" if record.levelno >= logging.ERROR else "warning" if record.levelno >= logging.WARNING else "info"
        )
        fields = {"library": record.name.partition(".")[0], "error": record.exc_info}
        getattr(_lines, level)(Said.LIBRARY, **fields)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Python's own would print the record with its arguments."""
        _dropped.add(1)


def configure() -> None:
    """Everything that this process says goes this way, from here on: for an entry point, once."""
    structlog.configure(
        processors=_PROCESSORS, wrapper_class=_FILTER, logger_factory=_Lines, cache_logger_on_first_use=False
    )
    root = logging.getLogger()
    root.handlers, root.level = [_Others()], logging.INFO
    for name in ("kafka", "uvicorn"):  # at lower levels they say what was asked of whom
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda given: _uncaught(given.exc_type, given.exc_value, given.exc_traceback)
    sys.unraisablehook = lambda given: _uncaught(given.exc_type, given.exc_value, given.exc_traceback)


def _uncaught(_: type[BaseException], raised: BaseException | None, __: TracebackType | None) -> None:
    error(Said.UNCAUGHT, error=raised)
