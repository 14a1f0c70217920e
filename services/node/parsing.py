"""What a caller sends, by its model: refused by path and rule, and never echoed."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from contracts.profile import ShapeError, compact


class InvalidError(ValueError):
    """The caller's fault. ``fields``: (path, rule) of what a model refused; never a value."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        super().__init__("the document does not fit its model")
        self.fields = fields


def broken(errors: Iterable[Mapping[str, Any]], *within: str) -> list[tuple[str, str]]:
    """Errors of pydantic as (path, rule). The name of a surplus member is input, and so is a rule that quotes it."""
    return [(_path(error, within), _rule(error)) for error in errors]


def _path(error: Mapping[str, Any], within: tuple[str, ...]) -> str:
    where = [*within, *error["loc"]]
    if error["type"] == "extra_forbidden":
        where[-1] = "(surplus)"
    return ".".join(map(str, where))


def _rule(error: Mapping[str, Any]) -> str:
    given, rule = error.get("input"), str(error["msg"])
    quoted = isinstance(given, str) and len(given) > 2 and given in rule
    return str(error["type"]) if quoted or error["type"] == "json_invalid" else rule


def parsed(model: Any, document: Any) -> Any:
    """A model from JSON-shaped data. Raises InvalidError without echoing any of it."""
    try:
        return model.model_validate_json(compact(document))
    except ValidationError as error:
        raise InvalidError(broken(error.errors(include_url=False))) from None
    except (ShapeError, TypeError, ValueError):
        raise InvalidError([("", "not a JSON document of the wire profile")]) from None
