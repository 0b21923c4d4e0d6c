"""The way of one value through the transforms of a flow, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from pimflow.assemble import Flow, Placed
from pimflow.components import Knows, WholeTransform
from pimflow.errors import ConfigError, RowProblem
from pimflow.model import BadValue, Header, Row, RowStep


@dataclass(frozen=True, slots=True)
class Step:
    """What one transform made of the cells in question; `place` is its line, `note` what there is to say instead."""

    place: str
    transform: str
    cells: Mapping[str, Any]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """The cells of a source row of which a value was made, and the transforms that did something about it."""

    source: Mapping[str, Any]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Stage:
    placed: Placed
    header: Header
    step: RowStep


def trace(flow: Flow, source: Mapping[str, Any], column: str, knows: Knows) -> Trace:
    """Send one source row through the transforms as they are now, and follow what becomes of one column.

    It ends before a transform that needs all rows. Raises ConfigError where they no longer fit such a row.
    """
    stages, rest = _compiled(flow, tuple(source), knows)
    tracked = _tracked(stages, column, tuple(source), whole=bool(rest))
    row: Row | None = tuple(source.values())
    steps: list[Step] = []
    shown = before = _cells(tuple(source), tuple(source.values()), tracked[0])
    for stage, names in zip(stages, tracked[1:], strict=True):
        note, row = _after(stage, row or ())
        now = {} if row is None else _cells(stage.header, row, names)
        if now != before or note:
            steps.append(Step(_place(stage.placed, column), stage.placed.transform.type, now, note))
        before = now
        if row is None:
            return Trace(shown, tuple(steps))
    steps += [Step(_place(one, column), one.transform.type, {}, _TOGETHER) for one in rest[:1]]
    steps += _numbered(flow, column, before)
    return Trace(shown, tuple(steps))


def made_of(flow: Flow, header: Header, column: str, knows: Knows) -> Sequence[str]:
    """Name the columns of the source of which a column is made; none where a transform of all rows makes it.

    Raises ConfigError where the transforms no longer fit such a source.
    """
    stages, rest = _compiled(flow, header, knows)
    return _tracked(stages, column, header, whole=bool(rest))[0]


def cells_behind(flow: Flow, names: Sequence[str]) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """Give a function that tells what a source row has in some columns once it is through the transforms.

    Nothing is told of a row that does not come so far, of a cell that cannot be read, and behind a transform that needs
    all rows.
    """
    compiled: dict[Header, tuple[list[_Stage], bool]] = {}

    def cells(source: Mapping[str, Any]) -> Mapping[str, Any]:
        header = tuple(source)
        if header not in compiled:
            compiled[header] = _whole_way(flow, header, names)
        stages, through = compiled[header]
        row: Row | None = tuple(source.values())
        for stage in stages if through else ():
            _, row = _after(stage, row or ())
            if row is None:
                return {}
        found = dict(zip(stages[-1].header if stages else header, row or (), strict=False)) if through else {}
        return {name: found[name] for name in names if name in found and not isinstance(found[name], BadValue)}

    return cells


def _whole_way(flow: Flow, header: Header, names: Sequence[str]) -> tuple[list[_Stage], bool]:
    try:
        stages, rest = _compiled(flow, header, lambda column: column in names)
    except ConfigError:
        return [], False
    return stages, not rest


_TOGETHER = "puts rows together; from here on a value cannot be followed by its row alone"


def _numbered(flow: Flow, column: str, cells: Mapping[str, Any]) -> Iterator[Step]:
    """Tell of a cell that was still empty that it got the SKU which its record has."""
    rule = flow.sku
    if rule is not None and rule.numbering is not None and rule.column == column and not str(cells.get(column) or ""):
        document, trail = flow.part.document, (*flow.part.trail, "sku")
        yield Step(f"{document.file}:{document.line(trail)}", "sku", {}, "gives the SKU that the record has for good")


def _compiled(flow: Flow, header: Header, knows: Knows) -> tuple[list[_Stage], Sequence[Placed]]:
    stages: list[_Stage] = []
    for number, placed in enumerate(flow.transforms):
        if isinstance(placed.transform, WholeTransform):
            return stages, flow.transforms[number:]
        try:
            header, step = placed.transform.compile(header, knows)
        except ConfigError as error:
            raise ConfigError(*(placed.part.mistake(mistake.message) for mistake in error.mistakes)) from None
        stages.append(_Stage(placed, header, step))
    return stages, ()


def _tracked(stages: Sequence[_Stage], column: str, source: Header, *, whole: bool) -> list[tuple[str, ...]]:
    """Name the columns to look at in the source and after each transform, found going back from the last."""
    last = stages[-1].header if stages else source
    names: tuple[str, ...] = (column,) if not whole or column in last else ()
    found = [names]
    for number in reversed(range(len(stages))):
        header = stages[number - 1].header if number else source
        transform = stages[number].placed.transform
        names = tuple(dict.fromkeys(origin for name in names for origin in transform.made_from(name, header)))
        found.append(names)
    return found[::-1]


def _after(stage: _Stage, row: Row) -> tuple[str, Row | None]:
    try:
        row_after = stage.step(row)
    except RowProblem as problem:
        return str(problem.problem), None
    return ("leaves the row out", None) if row_after is None else ("", row_after)


def _cells(header: Header, row: Row, names: Sequence[str]) -> dict[str, Any]:
    cells = dict(zip(header, row, strict=False))
    return {name: _told(cells[name]) for name in names if name in cells}


def _told(cell: Any) -> Any:
    return f"({cell.problem.reason})" if isinstance(cell, BadValue) else cell


def _place(placed: Placed, column: str) -> str:
    """Name the line of the rule about a column, or that of its transform."""
    part = placed.part
    rules = part.data if isinstance(part.data, dict) else {}
    found = [name for name in rules if fnmatchcase(column, name)]
    trail = (*part.trail, *found[:1])
    return f"{part.document.file}:{part.document.line(trail)}"
