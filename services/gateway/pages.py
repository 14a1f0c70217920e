"""The page of the interface, made from its OpenAPI document: one file, nothing fetched from anywhere, no script."""

import base64
import html
import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

STYLE = """
body { font: 15px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem;
  color: #1b1f24; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; border-bottom: 1px solid #d0d7de; }
details { border: 1px solid #d0d7de; border-radius: 6px; margin: .4rem 0; padding: .35rem .7rem; }
summary { cursor: pointer; } summary span { color: #57606a; margin-left: .6rem; }
code, pre { font: 13px/1.45 ui-monospace, monospace; } pre { background: #f6f8fa; padding: .6rem; overflow: auto; }
b.get { color: #0969da; } b.post { color: #1a7f37; } b.put { color: #9a6700; }
table { border-collapse: collapse; } td, th { border: 1px solid #d0d7de; padding: .15rem .5rem; text-align: left; }
"""
POLICY = f"default-src 'none'; style-src 'sha256-{base64.b64encode(sha256(STYLE.encode()).digest()).decode()}'"
"""Content-Security-Policy: this style and nothing else."""


def page(document: Mapping[str, Any]) -> str:
    """Every operation by tag: parameters, an example of what is sent, an example or meaning of each answer."""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>duikou</title><style>{STYLE}</style>'
        f"<h1>duikou 对口</h1><p>{_text(document['info'].get('summary', ''))} · "
        f'<a href="openapi.json">openapi.json</a></p>{"".join(_groups(document))}</html>'
    )


def _groups(document: Mapping[str, Any]) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tag = operation.get("tags", ["other"])[0]
            groups.setdefault(tag, []).append(_operation(document, method, path, operation))
    for tag, operations_of in groups.items():
        yield f"<h2>{_text(tag)}</h2>{''.join(operations_of)}"


def _operation(document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]) -> str:
    head = f'<b class="{_text(method)}">{_text(method.upper())}</b> <code>{_text(path)}</code>'
    words = "".join(f"<p>{_text(part)}</p>" for part in operation.get("description", "").split("\n\n") if part)
    return (
        f"<details><summary>{head}<span>{_text(operation.get('summary', ''))}</span></summary>{words}"
        f"{_parameters(operation)}{_sent(document, operation)}{_answers(document, operation)}</details>"
    )


def _parameters(operation: Mapping[str, Any]) -> str:
    found = operation.get("parameters", [])
    rows = "".join(
        f"<tr><td><code>{_text(one['name'])}</code></td><td>{_text(one['in'])}</td>"
        f"<td>{'required' if one.get('required') else ''}</td><td>{_text(one.get('description', ''))}</td></tr>"
        for one in found
    )
    return f"<table><tr><th>parameter</th><th>in</th><th></th><th></th></tr>{rows}</table>" if rows else ""


def _sent(document: Mapping[str, Any], operation: Mapping[str, Any]) -> str:
    bodies = operation.get("requestBody", {}).get("content", {})
    return "".join(f"<p>Body, {_text(media)}</p>{_shown(document, body)}" for media, body in bodies.items())


def _answers(document: Mapping[str, Any], operation: Mapping[str, Any]) -> str:
    return "".join(
        f"<p>{_text(status)}: {_text(answer.get('description', ''))}</p>"
        + "".join(_shown(document, body) for body in answer.get("content", {}).values())
        for status, answer in operation.get("responses", {}).items()
    )


def _shown(document: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    example = _example(document, body.get("schema", {}))
    return "" if example is None else f"<pre>{_text(json.dumps(example, ensure_ascii=False, indent=1))}</pre>"


def _example(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    """The first example of a schema, or a list of the one of its items."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return _example(document, document["components"]["schemas"][name])
    if schema.get("type") == "array":
        item = _example(document, schema.get("items", {}))
        return None if item is None else [item]
    return (schema.get("examples") or [schema.get("example")])[0]


def _text(words: str) -> str:
    return html.escape(str(words))
