"""Walks the schema of a model: which texts could stand in it?"""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel


def free_texts(model: type[BaseModel]) -> list[str]:
    """Paths of the model's members that could hold free text: strings without pattern or closed list, and anything."""
    schema = model.model_json_schema(mode="validation")
    return sorted(set(_walk(schema, schema.get("$defs", {}), model.__name__, ())))


def _walk(node: Any, models: dict[str, Any], where: str, seen: tuple[str, ...]) -> Iterator[str]:
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[1]
        if name not in seen:
            yield from _walk(models[name], models, where, (*seen, name))
        return
    inner = [*node.get("anyOf", ()), *node.get("allOf", ()), *node.get("oneOf", ()), *node.get("prefixItems", ())]
    for part in inner:
        yield from _walk(part, models, where, seen)
    for name, part in node.get("properties", {}).items():
        yield from _walk(part, models, f"{where}.{name}", seen)
    if isinstance(node.get("items"), dict):
        yield from _walk(node["items"], models, f"{where}[]", seen)
    if node.get("additionalProperties", False) is not False or not (inner or _closed(node)):
        yield where


def _closed(node: dict[str, Any]) -> bool:
    """Whether a leaf can only hold what a list, a pattern or a bounded number allows."""
    if "const" in node or "enum" in node:
        return True
    match node.get("type"):
        case "string":
            return str(node.get("pattern", "")).startswith("^") and str(node["pattern"]).endswith("$")
        case "integer":
            return "minimum" in node and "maximum" in node
        case "array":
            return "items" in node and "maxItems" in node
        case "object":
            return node.get("additionalProperties") is False
        case kind:
            return kind in {"boolean", "null"}
