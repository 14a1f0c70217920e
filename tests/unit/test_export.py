import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.channel import Cut
from contracts.channels import TRUST, Topic
from contracts.envelope import Message, Position, Record
from services.auditor import DeskTopicError, ExportError, RootMissingError, export
from services.auditor.lines import MAX_LINE, Header, Line, decode, encode, exportable
from services.views import VIEWS
from services.views.cases import CASES
from tests.support.story import begin, read_only, told, told_export
from tests.support.world import JINHUA, XINCAI, YIWU, ZHUMADIAN

ROOT = "a" * 64
PLACE: dict[str, Any] = {"topic": "duikou.trust.1", "offset": 0, "at": 1, "headers": []}


def parsed(data: bytes) -> list[Any]:
    return [json.loads(line) for line in data.splitlines()]


# -- the first line ----------------------------------------------------------------------------------------------------


def test_the_first_line_says_format_exchange_topics_cut_and_fingerprints() -> None:
    made = told()
    first = parsed(told_export())[0]
    assert list(first) == ["format", "exchange", "topics", "cut", "fingerprints"]
    assert (first["format"], first["exchange"]) == ("duikou.export.v1", made.exchange)
    ends = {str(Topic(channel, 1)): made.history(channel) for channel in made.logs}
    assert first["cut"] == {name: {"offset": end.offset, "hash": end.hash.hex()} for name, end in ends.items()}
    assert first["topics"] == sorted(ends, key=str.encode)


def test_fingerprints_are_those_of_every_member_and_reader_and_every_view_but_the_desk() -> None:
    prints = parsed(told_export())[0]["fingerprints"]
    assert set(prints) == {XINCAI, YIWU, JINHUA, ZHUMADIAN}
    assert set(prints[YIWU]) == {view.title for view in VIEWS.values() if view.name != "desk"}
    assert prints[XINCAI][CASES.title] != prints[YIWU][CASES.title] != prints[ZHUMADIAN][CASES.title]


def test_a_units_fingerprints_do_not_depend_on_what_it_cannot_read() -> None:
    """Its cut is of the channels it reads and the open topics: what its own node holds."""
    made = begin()
    other = made.pair(ZHUMADIAN, JINHUA)
    whole = parsed(made.exported())[0]["fingerprints"]
    del made.logs[other]
    part = parsed(made.exported())[0]["fingerprints"]
    assert part[YIWU] == whole[YIWU]
    assert part[JINHUA] != whole[JINHUA]


def test_fingerprints_of_some_units_only() -> None:
    made = told()
    first = json.loads(next(export(made.exchange, made, [YIWU])))
    assert first["fingerprints"] == {YIWU: parsed(told_export())[0]["fingerprints"][YIWU]}


def test_the_same_log_gives_the_same_bytes() -> None:
    assert told().exported() == told_export()


# -- the records -------------------------------------------------------------------------------------------------------


def test_records_stand_whole_and_in_order() -> None:
    """WIRE-CHOICES C3, C6: by the bytes of the topic's name, from offset 0."""
    made = told()
    lines = parsed(told_export())[1:]
    assert [(line["topic"].encode(), line["offset"]) for line in lines] == sorted(
        (str(Topic(channel, 1)).encode(), offset) for channel, log in made.logs.items() for offset in range(len(log))
    )
    assert list(read_only(told_export()).records()) == list(made.records())


def test_topics_stand_in_the_order_of_their_bytes() -> None:
    names = ("duikou.pairing.10", "duikou.pairing.2")
    cut = {name: Cut(offset=0, hash=ROOT) for name in names}
    Header(exchange=ROOT, topics=names, cut=cut, fingerprints={})
    for wrong in (names[::-1], names[:1], (*names, names[1])):
        with pytest.raises(ValidationError):
            Header(exchange=ROOT, topics=wrong, cut=cut, fingerprints={})


def test_a_record_line_is_written_as_the_page_says() -> None:
    """C1, C2: headers may repeat and keep their order; binary in base64; null is absent, empty is not."""
    headers = (("signature", b"\0\xff"), ("signature", b""), ("x", b"y"))
    record = Record(Position("duikou.trust.1", 3, -5), Message(None, b"", headers))
    assert encode(Line.of(record)) == (
        b'{"topic":"duikou.trust.1","offset":3,"at":-5,'
        b'"headers":[["signature","AP8="],["signature",""],["x","eQ=="]],"value":""}\n'
    )


binary = st.binary(max_size=80)
messages = st.builds(
    Message,
    st.none() | binary,
    st.none() | binary,
    st.lists(st.tuples(st.text(st.characters(codec="utf-8"), max_size=12), binary), max_size=8).map(tuple),
)


@given(messages, st.integers(0, 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
@settings(max_examples=200)
def test_any_record_survives_its_line(message: Message, offset: int, at: int) -> None:
    """Whatever anybody put into the log: L2 holds for archives."""
    record = Record(Position("duikou.trust.1", offset, at), message)
    line = encode(Line.of(record))
    assert line.count(b"\n") == 1
    assert decode(Line, line, 2).record() == record


@pytest.mark.parametrize(
    "line",
    [
        {**PLACE, "partition": 0},
        {**PLACE, "offset": -1},
        {**PLACE, "offset": "0"},
        {**PLACE, "offset": True},
        {**PLACE, "offset": 0.0},
        {**PLACE, "at": 2**63},
        {**PLACE, "value": "AP8"},
        {**PLACE, "value": "AP9="},
        {**PLACE, "value": 5},
        {**PLACE, "headers": [["signature"]]},
        {**PLACE, "headers": {"signature": ""}},
        {name: value for name, value in PLACE.items() if name != "at"},
        [],
        None,
    ],
    ids=str,
)
def test_a_line_of_another_form_is_refused_and_says_which_member(line: Any) -> None:
    with pytest.raises(ExportError, match=r"line 7: not of the format: (\w+|the whole line)"):
        decode(Line, json.dumps(line).encode(), 7)


def test_refusals_of_lines_do_not_repeat_their_values() -> None:
    with pytest.raises(ExportError) as caught:
        decode(Line, json.dumps({**PLACE, "value": "a secret!"}).encode(), 2)
    assert "secret" not in str(caught.value)


def test_lines_have_a_limit_for_readers_and_writers() -> None:
    """C5."""
    blob = base64.b64encode(bytes(MAX_LINE)).decode()
    with pytest.raises(ExportError, match="longer"):
        decode(Line, json.dumps({**PLACE, "value": blob}).encode(), 2)
    topics = tuple(sorted(f"duikou.channel.{place:052}.1" for place in range(6_000)))
    cut = {name: Cut(offset=0, hash=ROOT) for name in topics}
    with pytest.raises(ExportError, match="fewer topics"):
        encode(Header(exchange=ROOT, topics=topics, cut=cut, fingerprints={}))


def test_an_overlong_line_is_not_read_into_memory() -> None:
    data = told_export().split(b"\n", 1)[0] + b"\n" + b" " * (3 * MAX_LINE)
    with pytest.raises(ExportError, match="line 2: longer"):
        next(read_only(data).records())


def test_topics_out_of_order_are_refused() -> None:
    first, *lines = told_export().splitlines(keepends=True)
    with pytest.raises(ExportError, match="topics out of order"):
        list(read_only(b"".join([first, *lines[-1:], *lines])).records())


# -- what is not exported ----------------------------------------------------------------------------------------------


def test_a_desk_is_never_exported() -> None:
    """WIRE-CHOICES A12: neither written nor read."""
    with pytest.raises(DeskTopicError):
        exportable("duikou.desk.1")
    line = told_export().splitlines(keepends=True)[-1].replace(b"duikou.trust.1", b"duikou.desk.1")
    with pytest.raises(ExportError, match="no topic that is exported"):
        list(read_only(told_export() + line).records())


@pytest.mark.parametrize("name", ["", "trust", "duikou.trust.0", "duikou.other.1", "duikou.trust.1\n"])
def test_what_is_no_topic_is_not_exported(name: str) -> None:
    with pytest.raises(ValueError, match="not a topic"):
        exportable(name)


def test_a_topic_that_cannot_be_judged_to_its_end_is_not_exported() -> None:
    made = begin()
    del made.logs[TRUST][5]
    with pytest.raises(ExportError, match="offset_gap"):
        made.exported()


def test_an_export_takes_a_root() -> None:
    with pytest.raises(RootMissingError):
        next(export("", begin()))


def test_an_export_holds_no_more_than_the_log() -> None:
    """Only base64 of what was in the records stands in it: no row, no decrypted content."""
    for line in parsed(told_export())[1:]:
        assert set(line) <= {"topic", "offset", "at", "key", "headers", "value"}
