"""MECHANISM 4, search: one exact value in one normal form; no prefix, no pattern; the index holds tokens, no values."""

from pathlib import Path
from typing import Any

import pytest

from contracts.contents import MODELS
from contracts.enquiry_content import AnsweredContent, AskedContent
from contracts.lead import Shared
from contracts.lead_content import AcceptedContent
from contracts.operation_content import CustodyContent
from contracts.profile import compact
from contracts.vocabulary import AccessKind, IdentifierKind
from services.domain.access import Access, Read
from services.domain.searching import Sought, entries, identifiers, normal
from services.vault import IndexKey, VaultFileError
from tests.support.region import CONTENT

SAME: dict[str, tuple[Sought, str, tuple[str, ...]]] = {
    "a mobile number": (
        Sought.MOBILE,
        "13912345678",
        (
            "139 1234 5678",
            "139-1234-5678",
            "(139) 1234.5678",
            "１３９１２３４５６７８",
            "+86 13912345678",
            "0086-139-1234-5678",
            "8613912345678",
        ),
    ),
    "a foreign mobile number": (Sought.MOBILE, "+9591234567", ("00 95 91234567", "＋95-912-34567")),
    "a landline": (Sought.LANDLINE, "037155512345", ("0371-55512345", "０３７１－５５５１２３４５", "0371 55512345")),
    "a landline with extension": (Sought.LANDLINE, "037155512345-8", ("0371-55512345-8",)),
    "a bank card": (Sought.BANK_CARD, "6222021234567890123", ("6222 0212 3456 7890 123", "6222-0212-3456-7890-123")),
    "a WeChat id": (Sought.WECHAT, "wx_sample-01", ("WX_Sample-01", " wx_sample-01 ", "ｗｘ_sample-01")),
    "an e-mail address": (Sought.EMAIL, "a.b@example.org", ("A.B@Example.ORG",)),
    "an IMEI": (Sought.IMEI, "490154203237518", ("49-015420-323751-8", "49 015420 323751 8")),
    "an IMSI": (Sought.IMSI, "460001234567890", ("460 00 1234567890",)),
    "a QQ number": (Sought.QQ, "123456789", ("123 456 789",)),
    "a waybill": (Sought.WAYBILL, "sf1234567890123", ("SF1234567890123", "sf 1234-567890123")),
    "an address and a moment": (
        Sought.IP,
        "203.0.113.7 2026-10-01T00:00:00+00:00",
        (" 203.0.113.7 2026-10-01T08:00:00+08:00", "203.0.113.7 2026-10-01T00:00:00Z"),
    ),
    "an identity number": (Sought.ID_DOCUMENT, "11010519491231002X", ("11010519491231002x", "110105 19491231 002X")),
    "an identity number of 15 digits": (Sought.ID_DOCUMENT, "11010519491231002X", ("110105491231002",)),
    "a name": (Sought.NAME, "张某某", ("张 某某", "张　某某", "张某某 ")),
    "a name with a middle dot": (
        Sought.NAME,
        "买买提·示例",
        ("买买提•示例", "买买提・示例", "买买提･示例", "买买提‧示例"),
    ),
    "a composed name": (Sought.NAME, "josé", ("José", "Jose\u0301")),
    "a compatibility ideograph": (Sought.NAME, "福", ("\ufa1b",)),
}


@pytest.mark.parametrize("name", SAME)
def test_ways_of_writing_one_value_are_one_value(name: str) -> None:
    kind, value, ways = SAME[name]
    assert {normal(kind, way) for way in (value, *ways)} == {value}


INEXACT = [
    (Sought.MOBILE, "1391234567"),
    (Sought.MOBILE, "139*"),
    (Sought.MOBILE, "1391234567?"),
    (Sought.LANDLINE, "55512345"),
    (Sought.BANK_CARD, "622202"),
    (Sought.ID_DOCUMENT, "1101*"),
    (Sought.ID_DOCUMENT, "1101"),
    (Sought.IP, "203.0.113.7"),
    (Sought.IP, "203.0.113.7 2026-10-01T08:00:00"),
    (Sought.IP, "203.0.113.7 0001-01-01T00:00:00+08:00"),
    (Sought.IP, "203.0.113.7 9999-12-31T23:59:59-08:00"),
    (Sought.WECHAT, "wx%"),
    (Sought.OTHER, "a*"),
    (Sought.IP, f"fe80::1%{'e' * 100} 2026-10-01T08:00:00+08:00"),
    (Sought.NAME, "张*"),
    (Sought.NAME, "张_"),
    (Sought.NAME, "  "),
    (Sought.NAME, "名" * 51),
]


@pytest.mark.parametrize(("kind", "text"), INEXACT)
def test_what_is_not_one_exact_value_is_refused(kind: Sought, text: str) -> None:
    with pytest.raises(ValueError, match="one exact value") as caught:
        normal(kind, text)
    assert text not in str(caught.value)


def test_a_value_has_at_most_100_characters() -> None:
    """Also where its own form would let it be longer, as an address with a scope."""
    moment = "2026-10-01T00:00:00+00:00"
    for longest, longer in (("a" * 100, "a" * 101), (f"fe80::1%{'e' * 66} {moment}", f"fe80::1%{'e' * 67} {moment}")):
        kind = Sought.IP if moment in longest else Sought.OTHER
        assert normal(kind, longest) == longest
        with pytest.raises(ValueError, match="one exact value"):
            normal(kind, longer)


def test_every_kind_of_identifier_can_be_looked_for() -> None:
    assert {one.value for one in Sought} == {"name", "id_document", *IdentifierKind}
    words = {one.value: (one.zh, one.en) for one in Sought}
    assert {one.value: (one.zh, one.en) for one in IdentifierKind}.items() <= words.items()
    assert words["name"] == ("姓名、绰号", "name or alias")
    assert words["id_document"] == ("证件号码", "number of an identity document")


def test_a_lead_is_found_by_its_persons_and_identifiers_and_not_by_its_author() -> None:
    content = MODELS[Shared.TYPE].of(compact(CONTENT))
    assert entries(content) == {
        (Sought.NAME, "张某某甲"),
        (Sought.NAME, "某某"),
        (Sought.MOBILE, "13912345678"),
    }
    assert identifiers(content) == {(Sought.MOBILE, "13912345678")}


def test_a_content_whose_value_has_no_form_is_found_by_its_others() -> None:
    """Also by a moment that the contract takes and UTC does not have: its officer opens it all the same."""
    moment = {**CONTENT["identifiers"][0], "kind": "ip", "value": "203.0.113.7 0001-01-01T00:00:00+08:00"}
    content = MODELS[Shared.TYPE].of(compact({**CONTENT, "identifiers": [*CONTENT["identifiers"], moment]}))
    assert identifiers(content) == {(Sought.MOBILE, "13912345678")}


def test_every_way_a_person_is_named_is_found() -> None:
    named = {"name_as_written": "張某某", "name_pinyin": "Zhang Moumou", "former_names": ["李某"], "aliases": ["老某"]}
    document = {"kind": "resident", "number": "4127", "as_stated": True}
    person = {**CONTENT["persons"][0], **named, "id_doc": document}
    content = MODELS[Shared.TYPE].of(compact({**CONTENT, "persons": [person]}))
    assert {value for kind, value in entries(content) if kind is Sought.NAME} == {
        "张某某甲",
        "張某某",
        "zhangmoumou",
        "李某",
        "老某",
    }
    assert not [kind for kind, _ in entries(content) if kind is Sought.ID_DOCUMENT]  # as stated, and no number
    once = {name: value for name, value in person.items() if name not in ("aliases", "former_names")}
    content = MODELS[Shared.TYPE].of(compact({**CONTENT, "persons": [once]}))
    assert {value for kind, value in entries(content) if kind is Sought.NAME} == {"张某某甲", "張某某", "zhangmoumou"}


def _found(model: Any, document: dict[str, Any]) -> set[str]:
    return {value for _, value in entries(model.of(compact(document)))}


def test_enquiries_answers_and_custody_are_found_by_whom_they_name() -> None:
    contact = CONTENT["contact"]
    papers = {"kind": "resident", "number": "11010519491231002X"}
    named = {"name": "张某某甲", "id_doc": papers}
    item = {"no": 1, "question": "identity", "named": named, "text": "示例"}
    asked = {"contact": contact, "case_no": "示例案字〔2026〕1号", "items": [item]}
    assert _found(AskedContent, asked) == {"张某某甲", papers["number"]}
    reply = {"no": 1, "text": "示例", "persons": [{"name": "李某某乙"}]}
    assert _found(AnsweredContent, {"contact": contact, "answers": [reply]}) == {"李某某乙"}
    assert _found(CustodyContent, {"persons": [{"name": "王某", "document_no": "示例1号"}]}) == {"王某"}
    assert _found(AcceptedContent, {"handler": contact}) == set()


def test_a_search_of_the_index_opens_nothing() -> None:
    """L7: the first reading still waits for a record of its own."""
    reads = [Read("330782000001", "o", kind, "handling", 0) for kind in AccessKind]
    by = {read.kind: Access(reads=(read,)).opened_by("330782000001") for read in reads}
    assert [kind for kind, opened in by.items() if not opened] == [AccessKind.INDEX_SEARCH]
    every = Access(reads=tuple(reads))
    assert (every.opened_by("330782000001"), every.opened_by("411729000001")) == (True, False)


def test_a_token_follows_from_key_kind_and_value_alone(tmp_path: Path) -> None:
    key, other = (IndexKey.create(tmp_path / name) for name in ("a", "b"))
    again = IndexKey(tmp_path / "a")
    value = ("mobile", "13912345678")
    assert (again.id, again.token(*value)) == (key.id, key.token(*value))
    others = [key.token("name", value[1]), key.token(value[0], "13912345679"), other.token(*value)]
    assert len({key.token(*value), *others}) == 4
    assert len(key.token(*value)) == 32
    assert key.id != other.id


def test_the_tokens_that_databases_hold_stay_what_they_are(tmp_path: Path) -> None:
    """Reckoned with ``openssl dgst -sha256 -mac HMAC``: lines of use, kind and value, under 32 times 01."""
    key = key_of(tmp_path, b"\x01" * 32)
    assert key.id == "78c48d764eb706e6"
    token = "d7499924e46e0099407d03d6d54fb99cd223f0d2a0a3e0b42b7a076a64eedf2d"
    assert key.token("mobile", "13912345678").hex() == token


def key_of(folder: Path, secret: bytes) -> IndexKey:
    path = folder / "index.key"
    path.touch(0o600)
    path.write_bytes(secret)
    return IndexKey(path)


def test_an_index_key_is_a_private_file_and_never_made_over_another(tmp_path: Path) -> None:
    path = tmp_path / "index.key"
    IndexKey.create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(VaultFileError, match="cannot create"):
        IndexKey.create(path)
    path.chmod(0o640)
    with pytest.raises(VaultFileError, match="must be a file of mode 0600"):
        IndexKey(path)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_file_of_another_size_is_no_index_key(tmp_path: Path, size: int) -> None:
    with pytest.raises(VaultFileError, match="is not an index key"):
        key_of(tmp_path, b"\x01" * size)
