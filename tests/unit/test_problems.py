"""Problem bodies: each code has its status, none says what was sent."""

import json
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from contracts.refusals import Code, NotYet, Refused
from services.domain.lead_keeping import GoneError
from services.gateway import examples, problems
from services.gateway.auth import TokenError
from services.gateway.desk import DraftBody
from services.gateway.problems import REMEDY, KeyReusedError, LateError, problem, status_of
from services.node.papers import checked_content, event_class
from services.node.parsing import InvalidError, broken, parsed
from services.node.reading import TooEarlyError
from services.office import UndrawableError
from services.vault import (
    ContentInconsistentError,
    ContentTooLargeError,
    Inconsistency,
    NoKeyError,
    UnusableKeyError,
    VaultFileError,
)

SECRET = "示例姓名甲"
ANSWERED: dict[str, tuple[Any, Exception, int, str]] = {
    "no such matter": (problems._refused, Refused(Code.UNKNOWN_MATTER, "D1"), 404, "unknown_matter"),
    "not his to do": (problems._refused, Refused(Code.OFFICERS, "L5"), 403, "officers"),
    "a bad signature": (problems._refused, Refused(Code.SIGNATURES, "L5"), 403, "signatures"),
    "the other side": (problems._refused, Refused(Code.WRONG_SIDE, "S13"), 403, "wrong_side"),
    "a bad shape": (problems._refused, Refused(Code.SHAPE, "WIRE 19"), 422, "shape"),
    "a rule": (problems._refused, Refused(Code.PAIRING_STATE, "L6"), 409, "pairing_state"),
    "withdrawn": (problems._refused, GoneError(Code.STATE, "L8"), 410, "state"),
    "a character that cannot be drawn": (problems._undrawable, UndrawableError(2), 422, "undrawable"),
    "an outage": (problems._not_yet, NotYet("the log does not answer"), 503, "not_yet"),
    "before its record": (problems._not_yet, TooEarlyError("no place in the log yet"), 425, "not_yet"),
    "a slow view": (problems._not_yet, LateError("not reached yet"), 504, "not_yet"),
    "a bad field": (problems._invalid, InvalidError([("summary.urgency", "one of three")]), 422, "invalid"),
    "a key used twice": (problems._reused, KeyReusedError(), 409, "key_reused"),
    "no token": (problems._token, TokenError(), 401, "token"),
    "two-faced content": (
        problems._vault,
        ContentInconsistentError(Inconsistency.COMMITMENT),
        409,
        "content_inconsistent",
    ),
    "a key that is gone": (problems._vault, NoKeyError("number 1"), 410, "no_key"),
    "too long": (problems._vault, ContentTooLargeError(30_000), 422, "too_large"),
    "a key of the other unit that is none": (problems._vault, UnusableKeyError("330782000000", 1), 503, "not_yet"),
    "a vault that fails": (problems._vault, VaultFileError(SECRET), 500, "bug"),
    "a bug": (problems._bug, RuntimeError(SECRET), 500, "bug"),
}


@pytest.mark.parametrize("name", ANSWERED)
def test_every_failure_has_its_answer(name: str) -> None:
    handler, error, status, code = ANSWERED[name]
    answer = handler(None, error)
    body = json.loads(bytes(answer.body))
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["type"] == f"urn:duikou:problem:{code}"
    assert body["title"] == REMEDY[code]
    assert body["law"] == getattr(error, "law", body["law"])
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert ("retry-after" in answer.headers) is (code == "not_yet")
    assert SECRET not in bytes(answer.body).decode()


def test_what_a_gateway_refuses_has_a_sentence_of_what_to_do() -> None:
    """Void codes that a command can meet; noise is an operator's, and so is a copy that was made."""
    operators = {Code.EXCHANGE, Code.PLACE, Code.NOT_MEMBER, Code.KEY, Code.SIGNATURE, Code.FROZEN, Code.EPOCH}
    operators |= {Code.GAP, Code.ALREADY_COPIED}
    assert set(Code) - operators <= set(REMEDY)
    for code in Code:
        assert status_of(code) in (403, 404, 409, 422)
        assert json.loads(bytes(problem(409, code).body))["title"]


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    word: Annotated[str, AfterValidator(lambda value: (_ for _ in ()).throw(ValueError(f"not {value}")))]


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    inner: Inner
    number: int


def test_a_path_and_a_rule_but_no_value_and_no_made_up_name() -> None:
    """A surplus member's name and a rule that quotes its value are input too."""
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate({"inner": {"word": SECRET, f"{SECRET}乙": 1}, "number": SECRET})
    found = broken(caught.value.errors(), "content")
    assert SECRET not in json.dumps(found, ensure_ascii=False)
    assert [path for path, _ in found] == ["content.inner.word", "content.inner.(surplus)", "content.number"]


@pytest.mark.parametrize("document", [examples.LEAD, examples.DRAFT])
def test_the_documents_that_the_description_shows_are_documents(document: dict[str, Any]) -> None:
    """Whoever begins with them is refused nothing: clear and encrypted part are of their event and agree."""
    draft = DraftBody.model_validate(document)
    model = event_class(draft.type).model_fields["summary"].annotation
    summary = parsed(model, draft.summary)
    assert checked_content(draft.type, summary, draft.content) is not None


@pytest.mark.parametrize("content", [{"a\ud800": 1}, {"a": "\udfff"}, {"a": float("nan")}, {"a": float("inf")}])
def test_a_body_is_text_and_numbers_of_json(content: dict[str, Any]) -> None:
    """Python's JSON reads half a surrogate pair and NaN; the gateway answered 500 to them."""
    with pytest.raises(ValidationError) as caught:
        DraftBody.model_validate({**examples.DRAFT, "content": content})
    assert json.dumps(broken(caught.value.errors()), ensure_ascii=False).encode()


@pytest.mark.parametrize("document", [[SECRET], SECRET, {"number": float("nan")}, {"a": {SECRET}}, None])
def test_what_is_no_document_is_invalid(document: Any) -> None:
    """Whatever comes from outside, the caller is told where, not what."""
    with pytest.raises(InvalidError) as caught:
        parsed(Outer, document)
    assert SECRET not in json.dumps(caught.value.fields, ensure_ascii=False)
