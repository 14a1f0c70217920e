"""Rows as plain JSON objects and back, without loss: what a table holds and what a fingerprint reads."""

import json
from typing import Any, TypeVar

from pydantic import TypeAdapter

from services.views.view import View

R = TypeVar("R")


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(row: type[Any]) -> TypeAdapter[Any]:
    if row not in _ADAPTERS:
        _ADAPTERS[row] = TypeAdapter(row)
    return _ADAPTERS[row]


def to_json(row: Any) -> dict[str, Any]:
    """A row as JSON values: enums are their codes, tuples lists, models and dataclasses objects."""
    found: dict[str, Any] = _adapter(type(row)).dump_python(row, mode="json", by_alias=True)
    return found


def from_json(view: View[R], document: dict[str, Any]) -> R:
    """The row that ``to_json`` was given. Raises ValueError: not a row of this version of the view."""
    row: R = _adapter(view.row).validate_json(json.dumps(document))
    return row
