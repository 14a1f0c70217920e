"""A valid document of every committed schema, as far as a schema can say it: seeds for models no log has yet."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import contracts

SCHEMAS = Path(contracts.__file__).parent / "schemas"
TEXTS = (
    *("1", "0", "1.5", "41", "root", "lead", "work_secret", "411729", "411729000000", "000000000001", "a" * 64),
    *("2021-04-01", "2021-04-01T01:00:00.000Z", "2021H1", "11110000-0000-4000-8000-000000000001", "a" * 52, "1.-1."),
    *("duikou.lead.shared.v1", "application/vnd.duikou.lead.shared.v1+json", "duikou.trust.1", "13900000000", "+08:00"),
)
"""Tried in turn against a pattern."""


def sample(schema: Any, models: Any, *, full: bool) -> Any:
    """An instance; ``full``: with every optional member, else with none."""
    inner = next((schema[word][0] for word in ("anyOf", "oneOf", "allOf") if word in schema), None)
    if "$ref" in schema:
        inner = models[schema["$ref"].rsplit("/", 1)[1]]
    if inner is not None:
        return sample(inner, models, full=full)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    return _of_type(schema, models, full=full)


def _of_type(schema: Any, models: Any, *, full: bool) -> Any:
    match schema.get("type"):
        case "object":
            needed = schema.get("properties", {}) if full else schema.get("required", ())
            return {name: sample(schema["properties"][name], models, full=full) for name in needed}
        case "array":
            parts = schema.get("prefixItems") or [schema.get("items", {})] * max(schema.get("minItems", 0), full)
            return [sample(part, models, full=full) for part in parts]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
        case _:
            return _text(schema)


def _text(schema: Any) -> str:
    if schema.get("contentEncoding") == "base64":
        return base64.b64encode(bytes(schema["minLength"] // 4 * 3)).decode()
    if schema.get("format") == "date":
        return "2021-04-01"
    pattern = re.compile(schema.get("pattern", ""))
    return next((text for text in TEXTS if pattern.fullmatch(text)), "测试")


def samples(ending: str) -> Iterator[tuple[str, Any]]:
    """(name, document) of every schema file with that ending, full and bare."""
    for path in sorted(SCHEMAS.glob(f"*{ending}")):
        schema = json.loads(path.read_bytes())
        for full in (True, False):
            yield path.name.removesuffix(ending), sample(schema, schema.get("$defs", {}), full=full)
