"""What is changed: every small edit of a module's text that a test should notice.

Left alone: docstrings, annotations but those of a class's members, decorators, type variables, ``__all__``, and what
errors tell people: their messages and the numbers of laws (nobody decides from text; codes are changed). Everything
else that decides something is changed in each way below, one change at a time: comparisons and their borders, and/or,
not, conditions, numbers, texts, members of enums, members of sets, tables and lists, arithmetic, keyword arguments,
results, and statements that are left out.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

Swap = Callable[[str, str], str | None]
"""(enum, member) -> another member of it; None if there is no such enum."""

COMPARISONS: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Lt: ("<", ("<=", ">=")),
    ast.LtE: ("<=", ("<", ">")),
    ast.Gt: (">", (">=", "<=")),
    ast.GtE: (">=", (">", "<")),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: (r"is\s+not", ("is",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: (r"not\s+in", ("in",)),
}
ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: (r"\+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: (r"\*", "+"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "+"),
    ast.BitOr: (r"\|", "&"),
    ast.BitAnd: ("&", "|"),
}
BRACKETS = {ast.List: "[{}]", ast.Dict: "{{{}}}", ast.Set: "{{{}}}", ast.Tuple: "({})"}
NAMES = {"any": "all", "all": "any", "min": "max", "max": "min"}
_DECIDES = (ast.Compare, ast.BoolOp, ast.Constant)


class Mutant(NamedTuple):
    """One change. ``where``: qualified name of the function, else of the class, else empty; ``live``: in a function."""

    where: str
    change: str
    live: bool
    text: str


class Edit(NamedTuple):
    """Bytes ``start`` to ``end`` become ``text``; ``said`` in place of the lines before and after."""

    start: int
    end: int
    text: str
    said: str = ""


@dataclass(frozen=True)
class _Place:
    """Where the walk is. ``told``: in the text of an error; ``table``: a tuple here is a list of members."""

    where: str = ""
    live: bool = False
    told: bool = False
    table: bool = True


def mutants(source: str, swap: Swap) -> list[Mutant]:
    """Every change of a module, in the order of its text; each with a name that line numbers do not change."""
    text = _Text(source)
    found, seen = list[Mutant](), dict[tuple[str, str], int]()
    for place, edit in _Walk(text, swap).body(ast.parse(source), _Place()):
        change = edit.said or text.said(edit)
        nth = seen[place.where, change] = seen.get((place.where, change), 0) + 1
        named = change if nth == 1 else f"{change} ({nth})"
        found.append(Mutant(place.where, named, place.live, text.edited(edit)))
    return found


class _Text:
    """A module's text by the positions of its syntax tree, which are bytes of UTF-8."""

    def __init__(self, source: str) -> None:
        self.bytes = source.encode()
        self._lines = [0]
        for line in self.bytes.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def start(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        return self._lines[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)

    def of(self, node: ast.expr | ast.stmt | ast.keyword) -> str:
        return self.bytes[self.start(node) : self.end(node)].decode()

    def edited(self, edit: Edit) -> str:
        return (self.bytes[: edit.start] + edit.text.encode() + self.bytes[edit.end :]).decode()

    def said(self, edit: Edit) -> str:
        """The lines before and after, each as one line."""
        first = self.bytes.rfind(b"\n", 0, edit.start) + 1
        last = self.bytes.find(b"\n", edit.end)
        before, after = self.bytes[first:last], self.bytes[first : edit.start] + edit.text.encode()
        return f"{flat(before.decode())} -> {flat((after + self.bytes[edit.end : last]).decode())}"

    def between(self, left: ast.expr, right: ast.expr, pattern: str, text: str) -> Iterator[Edit]:
        """The operator between two operands; nothing but brackets stands there besides."""
        start = self.end(left)
        match = re.search(pattern, self.bytes[start : self.start(right)].decode())
        if match is not None:
            yield Edit(start + match.start(), start + match.end(), text)


def flat(text: str) -> str:
    """As one line."""
    return " ".join(text.split())


class _Walk:
    def __init__(self, text: _Text, swap: Swap) -> None:
        self._text, self._swap = text, swap

    def body(self, node: ast.AST, place: _Place) -> Iterator[tuple[_Place, Edit]]:
        """Every edit of a node and of what is inside it."""
        if isinstance(node, (ast.expr, ast.stmt)):
            for edit in self._edits(node, place):
                yield place, edit
        for child, inside in self._inside(node, place):
            yield from self.body(child, inside)

    def _inside(self, node: ast.AST, place: _Place) -> Iterator[tuple[ast.AST, _Place]]:
        match node:
            case ast.FunctionDef() | ast.ClassDef() if not place.live:
                yield from _named(node, replace(place, where=f"{place.where}.{node.name}".lstrip(".")))
            case ast.FunctionDef():  # inside of a function, which is what a change is put into
                yield from _named(node, place)
            case ast.Module():
                yield from ((statement, place) for statement in _without_docstring(node.body))
            case ast.Assign(targets=[ast.Name(id="__all__")]) | ast.Call(func=ast.Name(id="TypeVar")) | ast.JoinedStr():
                return
            case ast.AnnAssign(value=value) if place.live or not place.where:  # read of the members of a class alone
                yield from [] if value is None else [(value, place)]
            case _:
                inside = replace(place, table=_table(node, place), told=place.told or _tells(node))
                yield from ((child, inside) for child in ast.iter_child_nodes(node))

    def _edits(self, node: ast.expr | ast.stmt, place: _Place) -> Iterator[Edit]:
        match node:
            case ast.Compare():
                yield from self._comparison(node)
            case ast.BoolOp():
                yield from self._boolean(node)
            case ast.UnaryOp(op=ast.Not()):
                yield self._instead(node, f"({self._text.of(node.operand)})")
            case ast.BinOp():
                yield from self._arithmetic(node)
            case ast.Constant() | ast.JoinedStr() | ast.Attribute():
                yield from (self._instead(node, text) for text in self._others(node, place))
            case ast.Call():
                yield from self._call(node)
            case ast.Set() | ast.List() | ast.Dict() | ast.Tuple():
                yield from self._members(node, place)
            case ast.stmt():
                yield from self._statement(node, place)
        for condition in _conditions(node):
            yield self._instead(condition, f"not ({self._text.of(condition)})")

    def _instead(self, node: ast.expr | ast.stmt, text: str) -> Edit:
        return Edit(self._text.start(node), self._text.end(node), text)

    def _others(self, node: ast.Constant | ast.JoinedStr | ast.Attribute, place: _Place) -> Iterator[str]:
        """Values in place of this one."""
        match node:
            case ast.Constant(value=bool() as value):
                yield str(not value)
            case ast.Constant(value=int() as value):
                yield from (str(other) for other in (value + 1, value - 1) if other >= 0)
            case ast.Constant(value=str() as value) if not place.told:
                yield repr(f"XX{value}XX" if value else "XX")
            case ast.Constant(value=bytes() as value):
                yield repr(b"XX" + value)
            case ast.JoinedStr() if not place.told:
                yield '"XX"'
            case ast.Attribute(value=ast.Name(id=name), attr=member):
                other = self._swap(name, member)
                yield from [] if other is None else [f"{name}.{other}"]

    def _comparison(self, node: ast.Compare) -> Iterator[Edit]:
        operands = [node.left, *node.comparators]
        for left, op, right in zip(operands, node.ops, operands[1:], strict=False):
            pattern, others = COMPARISONS[type(op)]
            for other in others:
                yield from self._text.between(left, right, pattern, other)

    def _boolean(self, node: ast.BoolOp) -> Iterator[Edit]:
        word, other, neutral = ("and", "or", "True") if isinstance(node.op, ast.And) else ("or", "and", "False")
        for left, right in zip(node.values, node.values[1:], strict=False):
            yield from self._text.between(left, right, word, other)
        yield from (self._instead(value, neutral) for value in node.values)

    def _arithmetic(self, node: ast.BinOp) -> Iterator[Edit]:
        if type(node.op) in ARITHMETIC:
            yield from self._text.between(node.left, node.right, *ARITHMETIC[type(node.op)])

    def _call(self, node: ast.Call) -> Iterator[Edit]:
        if isinstance(node.func, ast.Name) and node.func.id in NAMES:
            yield self._instead(node.func, NAMES[node.func.id])
        given = [*map(self._text.of, node.args), *map(self._text.of, node.keywords)]
        if isinstance(node.func, ast.Name) and node.func.id == "TypeVar":
            return
        for n in range(len(node.args), len(given)):
            left = ", ".join(given[:n] + given[n + 1 :])
            said = f"{flat(self._text.of(node.func))}(...) without {flat(given[n])}"
            yield Edit(self._text.start(node), self._text.end(node), f"{self._text.of(node.func)}({left})", said)

    def _members(self, node: ast.Set | ast.List | ast.Dict | ast.Tuple, place: _Place) -> Iterator[Edit]:
        if isinstance(node, ast.Tuple) and (not place.table or not isinstance(node.ctx, ast.Load)):
            return
        if isinstance(node, ast.Dict):
            members = [self._entry(key, value) for key, value in zip(node.keys, node.values, strict=True)]
        else:
            members = [self._text.of(one) for one in node.elts]
        for n, member in enumerate(members):
            left = "".join(f"{one}, " for one in members[:n] + members[n + 1 :])
            text = "set()" if isinstance(node, ast.Set) and not left else BRACKETS[type(node)].format(left)
            yield Edit(self._text.start(node), self._text.end(node), text, f"without {flat(member)}")

    def _entry(self, key: ast.expr | None, value: ast.expr) -> str:
        return f"**{self._text.of(value)}" if key is None else f"{self._text.of(key)}: {self._text.of(value)}"

    def _statement(self, node: ast.stmt, place: _Place) -> Iterator[Edit]:
        match node:
            case ast.Expr(value=ast.Call() as call) if _tells(call):
                return
            case ast.Raise() | ast.Expr(value=ast.Call()) | ast.AugAssign():
                yield self._instead(node, "pass")
            case ast.Assign(targets=[target]) if place.live and not isinstance(target, ast.Name):
                yield self._instead(node, "pass")
            case ast.Return(value=ast.expr() as value) if not isinstance(value, _DECIDES):
                yield self._instead(node, "return None")
            case ast.Break() | ast.Continue():
                yield self._instead(node, "break" if isinstance(node, ast.Continue) else "continue")


def _named(node: ast.FunctionDef | ast.ClassDef, place: _Place) -> Iterator[tuple[ast.AST, _Place]]:
    if isinstance(node, ast.FunctionDef):
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                yield default, place
        place = replace(place, live=True, table=False)
    yield from ((statement, place) for statement in _without_docstring(node.body))


def _table(node: ast.AST, place: _Place) -> bool:
    """Whether a tuple in this node is a list of members: not where it is what a function gives or a type takes."""
    return isinstance(node, (ast.Compare, ast.ExceptHandler)) or (place.table and not isinstance(node, ast.Subscript))


def _tells(node: ast.AST) -> bool:
    """Whether texts in this node are for people."""
    match node:
        case ast.Raise() | ast.Call(func=ast.Attribute(attr="__init__") | ast.Name(id="Refused" | "Rule")):
            return True
        case _:
            return False


def _conditions(node: ast.AST) -> Iterator[ast.expr]:
    """Conditions that are neither comparison nor and/or/not: those have edits of their own."""
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            found = [test]
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            found = [test for generator in node.generators for test in generator.ifs]
        case ast.Match():
            found = [case.guard for case in node.cases if case.guard is not None]
        case _:
            found = []
    for test in found:
        if not isinstance(test, _DECIDES) and not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)):
            yield test


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    """Without any text that stands alone: the docstring, and those of attributes."""
    return [one for one in body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
