"""Records as XML, in the form in which `xml_rows` reads them: `@id`, `name`, `size/width`, `price/@currency`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from pimflow import Header, Problem, RowProblem, Who, said
from pimflow_files.cells import as_cell
from pimflow_files.unwritable import UnwritableError
from pimflow_files.writing import Format
from pimflow_files.xml_names import MARK, allowed, name_problem, split, unfit

_RETURN = {"\r": "&#13;"}  # readers make a line feed of it otherwise


@dataclass
class Node:
    """An element: `name`, then columns for its fixed and its own attributes, its text and its children."""

    name: str
    fixed: Mapping[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    text: str | None = None
    children: dict[str, Node] = field(default_factory=dict)

    @cached_property
    def own(self) -> Sequence[str]:
        """The columns that stand in it once: it is repeated where they hold lists."""
        return (*self.attributes.values(), *(() if self.text is None else (self.text,)))

    @cached_property
    def columns(self) -> Sequence[str]:
        """The columns of which it is made, those of its children too."""
        return (*self.own, *(name for child in self.children.values() for name in child.columns))

    @cached_property
    def is_plain(self) -> bool:
        """Tell whether it holds one text and nothing else."""
        return self.text is not None and not (self.fixed or self.attributes or self.children)


class XmlFormat(Format):
    """Elements of records, one a line, within those around them. A column that a record lacks is left out."""

    def __init__(self, records: str, by: Sequence[str]) -> None:
        *self._around, self._record = records.split("/")
        self._by = by
        self._tree: tuple[Header, Node] = ((), Node(self._record))

    def head(self, header: Header) -> bytes:  # noqa: ARG002 - names stand in each record
        """Begin the document."""
        return ('<?xml version="1.0" encoding="UTF-8"?>\n' + "".join(f"<{name}>\n" for name in self._around)).encode()

    def line(self, record: Mapping[str, Any], header: Header) -> bytes:
        """Give one element. Raises UnwritableError for a value that has no form in XML."""
        if self._tree[0] != header:
            self._tree = (header, _tree(self._record, header, self._by))
        root = self._tree[1]
        if several := [name for name in root.own if isinstance(record.get(name), list | tuple)]:
            raise UnwritableError(_nested(several[0]))
        return ("".join(_element(root, record)) + "\n").encode()

    def tail(self) -> Iterable[bytes]:
        """End the document."""
        return ["".join(f"</{name}>\n" for name in reversed(self._around)).encode()]

    def unfit(self, header: Header) -> Mapping[str, RowProblem]:
        """Name the columns that are no names of elements or attributes, and texts where elements stand."""
        return unfit(header, self._by)


def _tree(record: str, header: Header, by: Sequence[str]) -> Node:
    root = Node(record)
    for column in header:
        node, steps = root, column.split("/")
        for at, step in enumerate(steps):
            if at == len(steps) - 1 and step.startswith(MARK):
                node.attributes[step.removeprefix(MARK)] = column
                break
            node = node.children.setdefault(step, Node(*split(step, by)))
        else:
            node.text = column
    return root


def _element(node: Node, record: Mapping[str, Any]) -> Iterator[str]:
    """Give a node as often as its own cells hold values, and not at all where nothing in it does."""
    if node.is_plain and isinstance(text := record.get(node.text or ""), str):
        yield f"<{node.name}>{escape(allowed(text), _RETURN)}</{node.name}>" if text else f"<{node.name}/>"
        return
    if not any(name in record for name in node.columns):
        return
    for one in _repeated(node, record):
        own = {name: one[column] for name, column in node.attributes.items() if one.get(column) is not None}
        brought, content = _content(None if node.text is None else one.get(node.text), node.text or node.name)
        marks = {**node.fixed, **own, **brought}
        attributes = "".join(f" {name}={quoteattr(allowed(_text(value, name)))}" for name, value in marks.items())
        inner = content + "".join(part for child in node.children.values() for part in _element(child, one))
        yield f"<{node.name}{attributes}>{inner}</{node.name}>" if inner else f"<{node.name}{attributes}/>"


def _repeated(node: Node, record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Spread lists over as many elements: those of the element's own cells, and those within that are as long."""
    lengths = {len(cell) for name in node.own if isinstance(cell := record.get(name), list | tuple)}
    if not lengths:
        yield record
        return
    if len(lengths) > 1:
        raise UnwritableError(_uneven(node))
    (length,) = lengths
    lists = {
        name: cell
        for name in node.columns
        if isinstance(cell := record.get(name), list | tuple) and len(cell) == length
    }
    for number in range(length):
        yield {**record, **{name: cell[number] for name, cell in lists.items()}}


def _content(value: Any, column: str) -> tuple[Mapping[str, Any], str]:
    """Give the attributes that a value brings along, and what stands in its element."""
    if not isinstance(value, Mapping):
        return {}, escape(allowed(_text(value, column)), _RETURN)
    for name in value:
        if problem := name_problem(str(name), ()):
            raise UnwritableError(problem.problem)
    marks = {name[1:]: one for name, one in value.items() if name.startswith(MARK) and one is not None}
    inner = _tree(column, tuple(name for name in value if not name.startswith(MARK)), ())
    return marks, "".join(part for child in inner.children.values() for part in _element(child, value))


def _text(value: Any, column: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping | list | tuple):
        raise UnwritableError(_nested(column))
    return as_cell(value, "point")


def _uneven(node: Node) -> Problem:
    names = reduce(lambda names, name: said("{first} and {second}", first=names, second=name), map(repr, node.own))
    return Problem(
        said("the lists in {names} have different lengths, so nobody knows what belongs together", names=names)
    )


def _nested(column: str) -> Problem:
    reason = said(
        "{column!r} holds lists within lists, or more than text in an attribute, for which XML has no form",
        column=column,
    )
    return Problem(reason, remedy=said("Take it apart in the mapping."), who=Who.ADMINISTRATOR)
