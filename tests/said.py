"""Finds in the code what people are told of one problem: the sentences of `Problem` and `RowProblem`, and for whom."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

PLACES = {
    "Problem": ("reason", "kind", "field", "value", "remedy", "who", "detail", "lead", "effect"),
    "RowProblem": ("field", "value", "reason"),
    "Rule": ("pattern", "field", "reason", "remedy", "kind", "who"),
    "Meaning": ("status", "kind", "reason", "remedy", "who"),
    "_Told": ("status", "reason", "remedy"),
}
"""What holds such sentences, and in which order: the last three are the tables of what the PIM may answer."""
READS_ON = ("which ", "whose ", "of which ", "in which ", "and ", "but ")
PARTS = ("reason", "remedy", "effect")
ADMINISTRATOR = "ADMINISTRATOR"
FORMATS = re.compile(r"(?<!\{)\{\w+(?:![rs])?(?::[^{}]*)?\}(?!\})")
"""What is put into a template of `said`."""
COMPOSE = frozenset({"said", "joined", "together", "capital", "full_stop"})
UNNAMED = {"Meaning": ADMINISTRATOR}
"""Who is meant where it is not said; the ERP team in all others."""


@dataclass(frozen=True, slots=True)
class Said:
    """One text that a problem may tell, `{}` standing for what is put in. `who`: names of `Who`, or `?`."""

    file: str
    line: int
    part: str
    text: str
    who: frozenset[str]

    @property
    def is_for_the_administrator(self) -> bool:
        return self.who == {ADMINISTRATOR}


class Template(str):
    """A text that stands in a `said(...)`: it is told in the language of its reader."""

    __slots__ = ()


Scope = Mapping[str, list[ast.expr]]


def said(tree: ast.Module, file: str) -> Iterator[Said]:
    """Give all texts of the problems of a module, as far as they stand in it."""
    names = _assigned(tree.body)
    for function in _functions(tree):
        names.setdefault(f"{function.name}()", []).extend(
            one.value for one in ast.walk(function) if isinstance(one, ast.Return) and one.value
        )
    met: set[ast.Call] = set()
    for place in [*_functions(tree), tree]:
        scope = {**names, **_assigned(ast.walk(place))} if place is not tree else names
        for call in ast.walk(place):
            if isinstance(call, ast.Call) and call not in met and _name(call.func) in PLACES:
                met.add(call)
                yield from _told(call, scope, file)
            elif isinstance(call, ast.Call) and call not in met and _name(call.func) == "ValueError":
                met.add(call)
                yield from _raised(call, scope, file)


def _raised(call: ast.Call, scope: Scope, file: str) -> Iterator[Said]:
    """Give what reads on from a value, as in `ValueError("which is no number")`: it becomes a reason elsewhere."""
    for text in texts(call.args[0], scope) if call.args else ():
        if text.startswith(READS_ON):
            yield Said(file, call.lineno, "reason", text, frozenset("?"))


def _told(call: ast.Call, scope: Scope, file: str) -> Iterator[Said]:
    given = {one.arg: one.value for one in call.keywords if one.arg}
    given |= dict(zip(PLACES[_name(call.func)], call.args, strict=False))
    meant = given.get("who")
    for part in PARTS:
        for node, its in _branches(given[part], meant) if part in given else ():
            who = frozenset(_who(its, scope)) if its else {UNNAMED.get(_name(call.func), "SOURCE_TEAM")}
            for text in texts(node, scope):
                yield Said(file, call.lineno, part, text, who)


def _branches(part: ast.expr, who: ast.expr | None) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """Give the texts with those whom they are for, where both hang on the same condition."""
    if isinstance(part, ast.IfExp) and isinstance(who, ast.IfExp) and ast.dump(part.test) == ast.dump(who.test):
        yield from (*_branches(part.body, who.body), *_branches(part.orelse, who.orelse))
    else:
        yield part, who


def texts(node: ast.AST, scope: Scope, met: frozenset[str] = frozenset()) -> Iterator[str]:
    """Give the texts that an expression may become, also through names and functions of its module."""
    if isinstance(node, ast.Constant):
        yield from [node.value] if isinstance(node.value, str) else []
        return
    if isinstance(node, ast.Call) and _name(node.func) in COMPOSE:
        yield from _composed(node, scope, met)
        return
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
    name = f"{_name(node.func)}()" if isinstance(node, ast.Call) else _name(node)
    for found in scope.get(name, ()) if name not in met else ():
        yield from texts(found, scope, met | {name})
    if not isinstance(node, ast.Name | ast.Call):
        for child in node.values if isinstance(node, ast.Dict) else ast.iter_child_nodes(node):  # keys are no texts
            yield from texts(child, scope, met) if not isinstance(child, ast.Constant) else _words(child, node)


def _composed(call: ast.Call, scope: Scope, met: frozenset[str]) -> Iterator[str]:
    for one in call.args[:1]:
        if _name(call.func) == "said" and isinstance(one, ast.Constant):
            yield Template(FORMATS.sub("{}", one.value) if call.keywords else one.value)
        else:
            yield from texts(one, scope, met)


def _words(child: ast.Constant, parent: ast.AST) -> Iterator[str]:
    """Leave out what is compared, indexed or already said as a part of the whole."""
    if isinstance(child.value, str) and not isinstance(parent, ast.JoinedStr | ast.Compare | ast.Subscript):
        yield child.value


def _who(node: ast.AST, scope: Scope) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_who(node.body, scope), *_who(node.orelse, scope))
    elif isinstance(node, ast.Name) and node.id in scope:
        for found in scope[node.id]:
            yield from _who(found, {})
    else:
        is_named = isinstance(node, ast.Attribute) and _name(node.value) == "Who"
        yield node.attr if is_named else "?"


def _assigned(nodes) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            for name, value in _paired(target, node.value):
                found.setdefault(name, []).append(value)
    return found


def _paired(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Give each name of an assignment with what it becomes; `a, b = (1, 2) if c else (3, 4)` has two for each."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.IfExp):
        yield from (*_paired(target, value.body), *_paired(target, value.orelse))
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, its in zip(target.elts, value.elts, strict=True):
            yield from _paired(one, its)


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
