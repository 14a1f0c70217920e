"""Pages for people, from models and tables: ``docs/events.md`` (every event) and ``docs/machines.md`` (every context).

Nothing here is known that is not known elsewhere: a page that differs from the code fails ``--check``.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, StringConstraints

from contracts import contents, fields
from contracts.catalogue import events
from contracts.channels import KEEPER_TYPE, NEWEST, OPEN_TYPES, REGISTRY_TYPES
from contracts.event import Event
from contracts.report import REPORTS
from contracts.trust import Mandated
from services.domain import CONTEXTS
from services.domain.rules import Allowed, Rule, Side, Sign
from services.vectors.schemas import schema

SIDES = {
    Side.OPENER: "whoever opens the matter",
    Side.OWNER: "the unit that opened it",
    Side.OTHER: "the other unit",
    Side.EITHER: "either unit",
}
SIGNS = {
    Sign.NODE: "the node by itself",
    Sign.ONE: "one officer",
    Sign.TWO: "author and approver",
    Sign.HEAD: "author and head",
    Sign.BY_DATA: "by what it says",
}
PAIRINGS = {
    Allowed.NEW: "生效 in force",
    Allowed.GOING_ON: "生效, 收尾 in force, closing",
    Allowed.ALWAYS: "always",
}
HEAD = "<!-- written by `python -m services.vectors`; not by hand -->\n"
EVENTS = """\
Every type on the wire: where it may stand, who says it, by which row, and what it holds. *Fact*: void for little, late
where its row no longer allows it. *Permission*: void where the rules forbid it (PROTOCOL 1). Rows are those of
[machines](machines.md); whole forms are in `contracts/schemas`, the patterns of named ones (Uuid, Day, Digest and the
like) in `contracts/fields.py`."""
MACHINES = """\
The tables that `permit` walks, one per context (`services/domain`); trust has none, its events are mandates. What a row
cannot say, the context's `permit` does. A fact is effective also where its row does not allow it, and then late."""
SHOWN = 6
"""Codes of a closed list shown in a field's form; the rest are counted."""


def _named() -> Iterator[tuple[str, str]]:
    """Patterns of ``contracts.fields`` and the names they have there."""
    for name, kind in vars(fields).items():
        for part in getattr(kind, "__metadata__", ()):
            if isinstance(part, StringConstraints) and part.pattern is not None:
                yield str(part.pattern), name


NAMED = dict(_named())


def build() -> dict[str, str]:
    """File name -> text."""
    return {"events.md": "\n".join(_catalogue()) + "\n", "machines.md": machines()}


def machines() -> str:
    """``docs/machines.md``: it asks no schema, and is soon made."""
    return "\n".join(_machines()) + "\n"


# -- events ------------------------------------------------------------------------------------------------------------


def _catalogue() -> Iterator[str]:
    yield HEAD
    yield "# Events 事件目录"
    yield ""
    yield from EVENTS.splitlines()
    for name, event in events().items():
        yield from _event(name, event)


def _event(name: str, event: type[Event]) -> Iterator[str]:
    yield ""
    yield f"## `{name}`"
    yield ""
    yield " ".join((event.__doc__ or "").split())
    yield ""
    yield f"- {'Fact' if event.FACT else 'Permission'}; where: {', '.join(_places(name)) or 'not open yet'}"
    yield f"- By: {_writer(name, event)}"
    context, rule = _rule(event)
    if rule is not None:
        yield f"- Row {rule.row} of {context}: {_row(rule)}"
    for part, model in _parts(name, event):
        yield ""
        yield from _fields(part, model)


def _places(name: str) -> list[str]:
    return [place.name.lower() for place, types in OPEN_TYPES[NEWEST].items() if name in types]


def _writer(name: str, event: type[Event]) -> str:
    if issubclass(event, Mandated):
        return "the registry; its force is the mandate of root, registrars or duty officer"
    if name in REGISTRY_TYPES or name.startswith("duikou.trust."):
        return "the registry"
    if name == KEEPER_TYPE:
        return "the keeper, or the owner"
    _, rule = _rule(event)
    return SIDES[rule.by] if rule else "a unit"


def _rule(event: type[Event]) -> tuple[str, Rule | None]:
    for name, context in CONTEXTS.items():
        if event in context.RULES:
            return name, context.RULES[event]
    return "", None


def _row(rule: Rule) -> str:
    then = "stays" if rule.then is None else _status(rule.then)
    signed = SIGNS[rule.sign] + (f" ({', '.join(rule.roles)})" if rule.roles else "")
    return f"{_statuses(rule.when)} → {then}; signed by {signed}; pairing: {PAIRINGS[rule.allowed]}"


def _parts(name: str, event: type[Event]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Parts of the data that are this event's own: signatures and ciphertext have one form for all."""
    if issubclass(event, Mandated):
        yield "body of the mandate", event.BODY
    summary = event.model_fields.get("summary")
    if summary is not None and isinstance(summary.annotation, type):
        yield "summary (clear)", summary.annotation
    if name in contents.MODELS:
        yield "content (encrypted)", contents.MODELS[name]
    if name in REPORTS:
        yield "table (clear, in `embedded.payload`)", REPORTS[name].TABLE


def _fields(part: str, model: type[BaseModel]) -> Iterator[str]:
    form = schema(model)
    members: dict[str, Any] = form.get("properties", {})
    if not members:
        yield f"{part}: nothing"
        return
    yield f"| {part} | | form |"
    yield "|---|---|---|"
    for name, member in members.items():
        needed = "R" if name in form.get("required", ()) else "O"
        yield f"| `{name}` | {needed} | {_form(member, form.get('$defs', {}))} |"


def _form(node: dict[str, Any], known: dict[str, Any]) -> str:
    """A field's form in a few words."""
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        found = known[name]
        return _form(found, known) if "enum" in found or "const" in found else name
    if "const" in node:
        return f"`{node['const']}`"
    if "enum" in node:
        codes = [f"`{code}`" for code in node["enum"]]
        return ", ".join(codes[:SHOWN]) + (f" and {len(codes) - SHOWN} more" if len(codes) > SHOWN else "")
    if "anyOf" in node:
        return " or ".join(_form(option, known) for option in node["anyOf"])
    return _plain(node, known)


def _plain(node: dict[str, Any], known: dict[str, Any]) -> str:
    if node.get("type") == "array":
        least, most = node.get("minItems", 0), node.get("maxItems", "any")
        kind = "set" if node.get("uniqueItems") else "list"
        items = node.get("items") or (node.get("prefixItems") or [{}])[0]
        return f"{kind} of {least} to {most}: {_form(items, known)}"
    if node.get("contentEncoding") == "base64":
        return "base64"
    if "pattern" in node:
        return NAMED.get(node["pattern"], f"`{node['pattern']}`".replace("|", "\\|"))
    if node.get("type") == "integer":
        return f"{node.get('minimum', '')} to {node.get('maximum', '')}".strip()
    if node.get("type") == "string" and "maxLength" in node:
        return f"{node.get('minLength', 0)} to {node['maxLength']} characters"
    return str(node.get("type", "any"))


# -- machines ----------------------------------------------------------------------------------------------------------


def _machines() -> Iterator[str]:
    yield HEAD
    yield "# Machines 状态机"
    yield ""
    yield from MACHINES.splitlines()
    for name, context in sorted(CONTEXTS.items()):
        yield ""
        yield f"## {name}"
        yield ""
        yield " ".join((getattr(context, "__doc__", "") or "").split("\n\n")[0].split())
        yield ""
        yield "| # | from | event | who | signed by | to | pairing |"
        yield "|---|---|---|---|---|---|---|"
        for event, rule in context.RULES.items():
            yield _line(event, rule)
        yield ""
        yield from _diagram(context.RULES.items(), context.ENDED, context.INITIAL.status)


def _line(event: type[Event], rule: Rule) -> str:
    then = "same" if rule.then is None else _status(rule.then)
    signed = SIGNS[rule.sign] + (f": {', '.join(rule.roles)}" if rule.roles else "")
    name = f"`{event.TYPE.split('.')[2]}`{' (fact)' if event.FACT else ''}"
    cells = (rule.row, _statuses(rule.when), name, SIDES[rule.by], signed, then, PAIRINGS[rule.allowed])
    return f"| {' | '.join(cells)} |"


def _diagram(rows: Iterable[tuple[type[Event], Rule]], ended: frozenset[Any], initial: Any) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    arrows: dict[tuple[str, str], list[str]] = {}
    named: dict[str, str] = {}
    for event, rule in rows:
        for before in sorted(rule.when):
            after = before if rule.then is None else rule.then
            begins = rule.opens and before == initial
            begin = "[*]" if begins else str(before)
            arrows.setdefault((begin, str(after)), []).append(event.TYPE.split(".")[2])
            named |= {str(one): _status(one) for one in ((after,) if begins else (before, after))}
    yield from (f"    {code} : {words}" for code, words in sorted(named.items()))
    yield from (f"    {before} --> {after} : {', '.join(said)}" for (before, after), said in sorted(arrows.items()))
    yield from (f"    {code} --> [*]" for code in sorted(str(one) for one in ended if str(one) in named))
    yield "```"


def _statuses(found: frozenset[Any]) -> str:
    return ", ".join(_status(one) for one in sorted(found))


def _status(one: Any) -> str:
    """A status with its Chinese word, where it has one, and its English one where that is not its code."""
    if not hasattr(one, "zh"):
        return str(one)
    return f"{one.zh} {one.value}" + ("" if one.en == one.value else f" ({one.en})")
