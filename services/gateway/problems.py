"""What can be wrong, as RFC 9457 problem bodies: code, law, one sentence of what to do. No input is ever echoed.

| what                                            | status | code                 | may pass later |
|-------------------------------------------------|--------|----------------------|----------------|
| Refused: no such matter, content, record        | 404    | unknown_matter       | no             |
| Refused: officers, signatures, side, suspended  | 403    | the code             | no             |
| Refused: shape, type                            | 422    | the code             | no             |
| Refused: everything else                        | 409    | the code             | no             |
| Refused under L8 when content is opened         | 410    | the code             | no             |
| as many exact searches as a day allows          | 429    | too_many             | tomorrow       |
| NotYet: channel, ledger, outage, old trust      | 503    | not_yet              | yes            |
| the other unit's encryption key is none         | 503    | not_yet              | yes            |
| the access record has no place in the log yet   | 425    | not_yet              | yes            |
| a view or a record did not come in time         | 504    | not_yet              | yes            |
| a document or body its model refuses            | 422    | invalid              | no             |
| a character that the font of letters lacks      | 422    | undrawable           | no             |
| an idempotency key used for something else      | 409    | key_reused           | no             |
| no token, or none of ours                       | 401    | token                | -              |
| content that does not open, or contradicts      | 409    | content_inconsistent | no             |
| a file that is not taken (FIELDS 6.5)           | 422    | shape                | no             |
| the file of an attachment is altered            | 409    | attachment_altered   | no             |
| the file is not in the store, or no store       | 503    | not_yet              | yes            |
| no length, over 64 KiB, not JSON, no such route | 411, 413, 415, 404, 405 | request | no         |
| a bug                                           | 500    | bug                  | -              |
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from contracts.refusals import Code, NotYet, Refused
from services import journal
from services.blobs import BlobsError
from services.cleaning import UnfitFileError
from services.domain.lead_keeping import GoneError
from services.gateway.auth import TokenError
from services.node.index import TooManyError
from services.node.parsing import InvalidError, broken
from services.node.reading import TooEarlyError
from services.office import UndrawableError
from services.vault import (
    AttachmentAlteredError,
    AttachmentTooLargeError,
    ContentInconsistentError,
    ContentTooLargeError,
    NoKeyError,
    UnusableKeyError,
    VaultError,
)

E = TypeVar("E", bound=Exception)
MEDIA = "application/problem+json"
RETRY_SECONDS = 1
TOO_LARGE = "a file is at most 20,971,500 bytes: split it, or scan it in less detail"

FORBIDDEN = frozenset({Code.OFFICERS, Code.SIGNATURES, Code.WRONG_SIDE, Code.SUSPENDED, Code.NOT_MEMBER})
UNPROCESSABLE = frozenset({Code.SHAPE, Code.TYPE})

REMEDY: Mapping[str, str] = MappingProxyType(
    {
        Code.SHAPE: "Correct the document: a field breaks the rule that is named.",
        Code.TYPE: "This kind of event is not open here; use the form that is.",
        Code.STATE: "The matter is not in a state that allows this; look at it again.",
        Code.WRONG_SIDE: "The other unit does this, not ours.",
        Code.UNKNOWN_MATTER: "There is no such matter here; check its number and channel.",
        Code.PAIRING_STATE: "The pairing is not in force; nothing new is shared in it.",
        Code.PURPOSE: "The pairing does not cover this purpose; agree on a wider one first.",
        Code.CEILING: "The restrictions are not what this pairing can honour or this lead demands.",
        Code.BASIS: "The lawful basis does not allow this; state another basis or leave it out.",
        Code.SIGNATURES: "The signatures do not cover exactly this document; fetch the statement and sign again.",
        Code.OFFICERS: "Somebody with the right role must do this; the approver is never the author.",
        Code.APPROVAL_LAPSED: "The approval is older than 72 hours; have it approved again.",
        Code.OFFER_LAPSED: "The offer's deadline is over or out of bounds; make a new one.",
        Code.SUSPENDED: "A unit is suspended; removals and receipts go on, nothing else.",
        Code.NO_RECIPIENT_KEY: "The recipient has a newer encryption key; draft the document again.",
        Code.MANDATE: "Nothing in this channel vouches for it; wait until the registry has copied what does.",
        Code.CONTENT_USED: "This content or grant was used before; draft the document again, under a new grant.",
        Code.NUMBER_USED: "The document number is taken; fetch a new statement and approve again.",
        Code.ORDER_DISPUTED: "The log's order is in dispute; call the operator.",
        "too_many": "This officer has searched as often as the unit allows in 24 hours; go on tomorrow.",
        "not_yet": "Wait and try again; nothing was lost.",
        "invalid": "Correct the fields that are named.",
        "key_reused": "This Idempotency-Key stands for something else; use a fresh one.",
        "token": "Get a token of your unit; it is good for at most 8 hours.",
        "content_inconsistent": "Report this content to the unit that sent it; it cannot be relied on.",
        "no_key": "This node holds no key for this content any more.",
        "attachment_altered": "Ask the unit that sent it to send the file again; what lies in the store is another.",
        "too_large": "Shorten the content or attach what is long.",
        "undrawable": "Read it on the screen: the font of printed letters lacks a character.",
        "request": "The request has not the form that the description of the interface asks for.",
        "bug": "Tell the operator the time of this request; the log of the node says more.",
    }
)
"""What to do, by code. Codes without a line of their own are an operator's business."""


class KeyReusedError(Exception):
    """The caller's fault: the same Idempotency-Key with another body."""


class LateError(NotYet):
    """What was waited for did not come in the time allowed."""


class Field(BaseModel):
    """Where and which rule; never a value."""

    path: str
    rule: str


class Problem(BaseModel):
    """RFC 9457, with the code and the law."""

    type: str
    title: str
    status: int
    detail: str = ""
    code: str
    law: str = ""
    errors: list[Field] = []


SAID: Mapping[int, tuple[str, str, str]] = MappingProxyType(
    {
        401: ("No token, or none of ours", "token", ""),
        403: ("Refused: not this officer, or not this unit", Code.OFFICERS, "L5"),
        404: ("Refused: no such matter here", Code.UNKNOWN_MATTER, "S1"),
        409: ("Refused: a rule forbids it", Code.PAIRING_STATE, "L6"),
        410: ("Refused: withdrawn or removed, opened no more", Code.STATE, "L8"),
        413: ("Larger than what is taken", "request", ""),
        422: ("Not well formed; the fields are named, no value is repeated", "invalid", ""),
        425: ("The access record has no place in the log yet", "not_yet", ""),
        429: ("This officer has searched as often as the unit allows in 24 hours", "too_many", "MECHANISM 4"),
        503: ("Not yet: an outage, a channel that is not open; come again", "not_yet", ""),
        504: ("What was waited for did not come in time", "not_yet", ""),
    }
)
"""Status -> what it says, and an example's code and law, for the description of the interface."""


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Descriptions of the problems that an operation may answer with."""
    return {status: _answer(status, *SAID[status]) for status in statuses}


def _answer(status: int, words: str, code: str, law: str) -> dict[str, Any]:
    example = Problem(
        type=f"urn:duikou:problem:{code}",
        title=REMEDY.get(code, "Call the operator."),
        status=status,
        code=code,
        law=law,
    )
    shown = {"schema": {**Problem.model_json_schema(), "examples": [example.model_dump(mode="json")]}}
    return {"description": words, "content": {MEDIA: shown}}


def problem(status: int, code: str, *, law: str = "", detail: str = "", errors: Iterable[Field] = ()) -> JSONResponse:
    """The answer. ``detail``: a fixed sentence of ours, with ids of matters at most, never input."""
    body = Problem(
        type=f"urn:duikou:problem:{code}",
        title=REMEDY.get(code, "Call the operator."),
        status=status,
        detail=detail,
        code=code,
        law=law,
        errors=list(errors),
    )
    headers = {"Cache-Control": "no-store"}
    if status in (425, 503, 504):
        headers["Retry-After"] = str(RETRY_SECONDS)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body.model_dump(), status, headers, media_type=MEDIA)


def status_of(code: Code) -> int:
    """HTTP status of a refusal."""
    if code is Code.UNKNOWN_MATTER:
        return 404
    if code in FORBIDDEN:
        return 403
    return 422 if code in UNPROCESSABLE else 409


def _refused(_: Request, error: Exception) -> JSONResponse:
    refused = _as(Refused, error)
    if isinstance(refused, GoneError):
        return problem(410, refused.code, law=refused.law, detail="withdrawn or removed: it is opened no more")
    if isinstance(refused, TooManyError):
        return problem(429, "too_many", law=refused.law)
    detail = f"in the way: {', '.join(refused.about)}" if refused.about else ""
    return problem(status_of(refused.code), refused.code, law=refused.law, detail=detail)


def _not_yet(_: Request, error: Exception) -> JSONResponse:
    later = _as(NotYet, error)
    status = {TooEarlyError: 425, LateError: 504}.get(type(later), 503)
    return problem(status, "not_yet", detail=later.reason)


def _invalid(_: Request, error: Exception) -> JSONResponse:
    return problem(422, "invalid", law="FIELDS", errors=_fields(_as(InvalidError, error).fields))


def _request(_: Request, error: Exception) -> JSONResponse:
    return problem(422, "invalid", errors=_fields(broken(_as(RequestValidationError, error).errors())))


def _fields(found: Iterable[tuple[str, str]]) -> list[Field]:
    return [Field(path=path, rule=rule) for path, rule in found]


def _http(_: Request, error: Exception) -> JSONResponse:
    status = _as(HTTPException, error).status_code
    unknown = status in {404, 405}
    return problem(status, "request", detail="There is no such route or act; /docs of this node lists them." * unknown)


def _reused(_: Request, __: Exception) -> JSONResponse:
    return problem(409, "key_reused", law="WIRE 29")


def _token(_: Request, __: Exception) -> JSONResponse:
    return problem(401, "token")


def _vault(_: Request, error: Exception) -> JSONResponse:
    match error:
        case ContentInconsistentError():
            said = (409, "content_inconsistent", "PROTOCOL 8", f"check {error.check}")
        case AttachmentAlteredError():
            said = (409, "attachment_altered", "FIELDS 6.5", f"check {error.check}")
        case NoKeyError():
            said = (410, "no_key", "PROTOCOL 10", "")
        case UnusableKeyError():
            said = (503, "not_yet", "PROTOCOL 8", "the other unit has to publish another key")
        case ContentTooLargeError():
            said = (422, "too_large", "PROTOCOL 8", f"{error.size} bytes, at most 24,572")
        case AttachmentTooLargeError():
            said = (413, "too_large", "FIELDS 6.5", TOO_LARGE)
        case _:
            journal.error(journal.Said.VAULT_FAILED, error=error)
            said = (500, "bug", "", "")
    status, code, law, detail = said
    return problem(status, code, law=law, detail=detail)


def _undrawable(_: Request, error: Exception) -> JSONResponse:
    count = _as(UndrawableError, error).characters
    return problem(422, "undrawable", law="GB 18030", detail=f"characters that cannot be drawn: {count}")


def _unfit(_: Request, error: Exception) -> JSONResponse:
    return problem(422, Code.SHAPE, law="FIELDS 6.5", detail=_as(UnfitFileError, error).reason.value)


def _blobs(_: Request, error: Exception) -> JSONResponse:
    journal.error(journal.Said.STORE_FAILED, error=error)
    return problem(503, "not_yet", detail="the store of attachments cannot be used; the operator is told")


def _bug(_: Request, error: Exception) -> JSONResponse:
    journal.error(journal.Said.REQUEST_FAILED, error=error)
    return problem(500, "bug")


def install(app: FastAPI) -> None:
    """All handlers; FastAPI's own would echo input."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(NotYet, _not_yet)
    app.add_exception_handler(InvalidError, _invalid)
    app.add_exception_handler(RequestValidationError, _request)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(KeyReusedError, _reused)
    app.add_exception_handler(TokenError, _token)
    app.add_exception_handler(VaultError, _vault)
    app.add_exception_handler(UndrawableError, _undrawable)
    app.add_exception_handler(UnfitFileError, _unfit)
    app.add_exception_handler(BlobsError, _blobs)
    app.add_exception_handler(Exception, _bug)


def _as(kind: type[E], error: Exception) -> E:
    if not isinstance(error, kind):
        raise TypeError(f"a handler of {kind.__name__} was given {type(error).__name__}")
    return error
