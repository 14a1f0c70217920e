"""JSON Schemas of everything that is signed or encrypted, from the models themselves.

A schema says the form of a value; profile, canonical base64 and what stands in two places at once only the code says.
"""

from typing import Any

from pydantic import BaseModel

from contracts import contents
from contracts.approval import AccessStatement, Approval, Delegation, Possession, Session, Submission
from contracts.catalogue import events
from contracts.dsse import Statement
from contracts.envelope import Envelope
from contracts.report import REPORTS
from contracts.trust import Mandate, Mandated

STATEMENTS: tuple[type[Statement], ...] = (
    AccessStatement,
    Approval,
    Delegation,
    Mandate,
    Possession,
    Session,
    Submission,
)


def build() -> dict[str, Any]:
    """File name without ``.json`` -> schema: envelope, statements; per event type its data, body, content, table."""
    return {
        "envelope": schema(Envelope),
        **{f"statement.{model.PURPOSE.split('.')[2]}": schema(model) for model in STATEMENTS},
        **{name: schema(event) for name, event in events().items()},
        **{f"{name}.body": schema(event.BODY) for name, event in events().items() if issubclass(event, Mandated)},
        **{f"{name}.content": schema(model) for name, model in contents.MODELS.items()},
        **{f"{name}.table": schema(event.TABLE) for name, event in REPORTS.items()},
    }


def schema(model: type[BaseModel]) -> Any:
    """What a reader accepts. Absent is omitted: the ``null`` of Python's models is never on the wire."""
    return _form(model.model_json_schema(mode="validation", by_alias=True))


def _form(node: Any) -> Any:
    """Without null, and without titles and descriptions, which are no part of the form."""
    if isinstance(node, list):
        return [_form(item) for item in node]
    if not isinstance(node, dict):
        return node
    words = {name for name in ("title", "description") if isinstance(node.get(name), str)}
    kept = {name: _form(value) for name, value in node.items() if name not in words}
    if kept.get("default", ...) is None:
        del kept["default"]
    some = [option for option in kept.get("anyOf", []) if option != {"type": "null"}]
    if "anyOf" not in kept or len(some) == len(kept["anyOf"]):
        return kept
    del kept["anyOf"]
    return {**kept, **some[0]} if len(some) == 1 else {**kept, "anyOf": some}
