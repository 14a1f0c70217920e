"""What this machine signs: parsed, checked, shown in words. The node proposes the bytes; the officer decides."""

import base64
from collections.abc import Iterator
from typing import TypeVar

from contracts.approval import AccessStatement, Approval, Delegation, DocumentNo, Submission
from contracts.dsse import Statement
from contracts.vocabulary import Role
from services.cli.errors import SigningRefusedError
from services.cli.replies import ToSign
from services.signing import Signer, dsse

S = TypeVar("S", bound=Statement)


def read(model: type[S], given: ToSign) -> S:
    """The statement in the bytes. Raises SigningRefusedError: it is not of that model or its purpose."""
    if given.payload_type != model.PURPOSE:
        raise SigningRefusedError("the node asks for a signature of another purpose")
    try:
        return model.said(given.payload)
    except ValueError as error:
        raise SigningRefusedError("the node's statement cannot be read") from error


def signed(model: type[Statement], given: ToSign, signer: Signer) -> dict[str, str]:
    """The statement with our signature, as the node takes it. The payload type is ours, never the node's."""
    if given.keyid != signer.keyid:
        raise SigningRefusedError("this key is not the one that is enrolled for the officer")
    made = dsse(signer, model.PURPOSE, base64.b64decode(given.payload))
    return {"keyid": signer.keyid, "sig": made.signatures[0].sig, "payload": given.payload}


def model_of(role: Role) -> type[Submission]:
    """What an officer of that role signs on a document."""
    return Submission if role is Role.AUTHOR else Approval


def words(said: Submission | AccessStatement | Delegation) -> Iterator[tuple[str, str]]:
    """(name, value) lines to show before the passphrase is asked for."""
    if isinstance(said, Delegation):
        yield "for", said.officer
        yield "as", f"{said.role.zh} ({said.role.en})"
        yield "from", said.since
        yield "until", said.until
        return
    yield "channel", said.channel
    if isinstance(said, AccessStatement):
        yield "content", said.content
        yield "kind", f"{said.kind.zh} ({said.kind.en})"
        yield "reason", f"{said.reason.zh} ({said.reason.en})"
        if said.task is not None:
            yield "task", said.task
        yield "at", said.at
        return
    yield "as", f"{said.role.zh} ({said.role.en})"
    yield "type", said.type
    yield "subject", said.subject
    yield "summary (sha-256)", said.summary
    yield "ciphertext (sha-256)", said.ciphertext or "no content"
    if isinstance(said, Approval):
        yield "document number", _number(said.document)
        yield "answers", ", ".join(said.answers) or "none"
    yield "valid until", said.valid_until


def _number(document: DocumentNo | None) -> str:
    return "none" if document is None else f"〔{document.year}〕{document.number}号 ({document.series})"
