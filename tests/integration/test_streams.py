"""Changes of cases as server-sent events: told once each, also over a broken line and another gateway (L9)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple

import httpx
import pytest

from services.demo.cast import XINCAI, YIWU
from services.gateway import streams
from services.gateway.auth import development_issuer
from tests.support.region import Region, region

pytestmark = pytest.mark.xdist_group("third")


class Told(NamedTuple):
    """One server-sent event."""

    event: str
    id: str
    data: Any


@pytest.fixture(scope="module")
def paired() -> Iterator[Region]:
    """新蔡 and 义乌 paired; 义乌 answers HTTP."""
    with region() as made:
        made.start_all()
        made.pair()
        made.start(YIWU, "gateway")
        yield made


def head(made: Region, unit: str = YIWU, last: str = "") -> dict[str, str]:
    token = development_issuer(made.node(unit).settings).issue(made.officer(unit, "author"))
    return {"Authorization": f"Bearer {token}", **({"Last-Event-ID": last} if last else {})}


def address(made: Region) -> str:
    return f"http://127.0.0.1:{made.node(YIWU).settings.port}/v1/cases"


@contextmanager
def listening(made: Region, last: str = "") -> Iterator[Iterator[Told]]:
    """The stream's events as they come; comments are left out."""
    with httpx.stream("GET", f"{address(made)}/stream", headers=head(made, last=last), timeout=60) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield events(answer)


def events(answer: httpx.Response) -> Iterator[Told]:
    found: dict[str, str] = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if line and name:
            found[name] = value
        elif not line and "data" in found:
            yield Told(found["event"], found["id"], json.loads(found["data"]))
            found = {}


def statuses(told: list[Told]) -> list[tuple[str, str]]:
    return [(one.data["subject"], one.data["state"]["status"]) for one in told]


def test_a_lead_is_told_from_its_arrival_on(paired: Region) -> None:
    """Shared and delivered, signed for; each event holds the row as the list does, and nothing of the content."""
    with listening(paired) as stream:
        begin = next(stream)
        assert (begin.event, begin.data) == ("begin", {})
        subject = paired.share()
        first = next(one for one in stream if one.data["state"]["status"] == "delivered")
        assert (first.event, first.data["subject"]) == ("case", subject)
        assert paired.receive(YIWU, subject).status == "recorded"
        second = next(one for one in stream if one.data["state"]["status"] == "received")
    listed = httpx.get(address(paired), headers=head(paired)).json()["items"]
    assert [one for one in listed if one["subject"] == subject] == [second.data]
    assert "示例" not in json.dumps(second.data, ensure_ascii=False)


def test_what_happened_while_the_line_was_cut_is_told_once(paired: Region) -> None:
    """Resumed after any event: what comes then is what would have come, whichever was the last that arrived."""
    with listening(paired) as stream:
        begin = next(stream)
    subjects = [paired.share() for _ in range(2)]
    for subject in subjects:
        paired.until("delivered", lambda s=subject: _delivered(paired, s))  # type: ignore[misc]
    with listening(paired, begin.id) as stream:
        whole = list(islice(stream, 3))
    assert [one.event for one in whole] == ["begin", "case", "case"]
    assert sorted(one.data["subject"] for one in whole[1:]) == sorted(subjects)
    with listening(paired, whole[1].id) as stream:
        rest = list(islice(stream, 2))
    assert statuses(rest[1:]) == statuses(whole[2:])
    paired.withdraw(XINCAI, subjects[0])
    with listening(paired, whole[2].id) as stream:
        next(stream)
        assert next(stream).data["subject"] == subjects[0]


def _delivered(made: Region, subject: str) -> bool:
    rows = dict(made.node(YIWU).rows.list("cases", f"{made.channel}/lead/{subject}"))
    return any(row["status"] == "delivered" for row in rows.values())


def test_another_gateway_goes_on_where_the_first_stopped(paired: Region) -> None:
    """An id is a place in the log, no memory of a process. What was under way before may be told first."""
    with listening(paired) as stream:
        begin = next(stream)
    paired.hold(YIWU, "gateway")
    subject = paired.share()
    paired.until("delivered", lambda: _delivered(paired, subject))
    paired.start(YIWU, "gateway")
    paired.until("it answers", lambda: _answers(paired))
    with listening(paired, begin.id) as stream:
        assert any(one.data["subject"] == subject for one in islice(stream, 1, None))


def _answers(made: Region) -> bool:
    try:
        return httpx.get(address(made), headers=head(made)).status_code == 200
    except httpx.TransportError:
        return False


def test_a_stream_ends_with_its_node(paired: Region) -> None:
    """No stream keeps a gateway from stopping."""
    with listening(paired) as stream:
        next(stream)
        paired.hold(YIWU, "gateway")
        with pytest.raises((StopIteration, httpx.TransportError)):
            next(stream)
    paired.start(YIWU, "gateway")
    paired.until("it answers", lambda: _answers(paired))


@pytest.mark.parametrize("last", ["x", "a" * 16 + ".1.1", "duikou.trust.1@5", "-1", "~"])
def test_an_id_that_was_never_given_is_refused(paired: Region, last: str) -> None:
    """It names the field and no more."""
    answer = httpx.get(f"{address(paired)}/stream", headers=head(paired, last=last))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "Last-Event-ID"
    assert last not in answer.text.replace("Last-Event-ID", "") or len(last) < 3


def test_nobody_listens_without_a_token_of_the_unit(paired: Region) -> None:
    assert httpx.get(f"{address(paired)}/stream").status_code == 401
    assert httpx.get(f"{address(paired)}/stream", headers=head(paired, XINCAI)).status_code in (401, 403)


def test_places_are_limited(paired: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes too late is told to come again, and a place that was left is free."""
    import threading

    monkeypatch.setattr(streams, "_open", threading.BoundedSemaphore(1))
    with listening(paired) as stream:
        next(stream)
        answer = httpx.get(f"{address(paired)}/stream", headers=head(paired))
        assert (answer.status_code, answer.json()["code"]) == (503, "not_yet")
    paired.until("the place is free", lambda: _free(paired))


def _free(made: Region) -> bool:
    with httpx.stream("GET", f"{address(made)}/stream", headers=head(made), timeout=60) as answer:
        return answer.status_code == 200
