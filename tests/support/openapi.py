"""What the description of the interface says, as requests are made of it."""

from collections.abc import Mapping
from typing import Any


def filled(path: str, values: Mapping[str, str]) -> str:
    """The path of an operation with these in its places."""
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def example(document: dict[str, Any], operation: dict[str, Any]) -> Any:
    """The JSON body that the description of an operation shows."""
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    named = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    return next(iter(named.get("examples", [named.get("example", {})])))
