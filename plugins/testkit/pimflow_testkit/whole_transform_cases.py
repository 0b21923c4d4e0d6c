# ruff: noqa: D401 - the docstring of a case states the rule that it holds
"""Cases for transforms that see all rows at once."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pytest

from pimflow import BadValue, ConfigError, Level, Origin, Problem, Row, RowProblem
from pimflow_testkit.bench import Bench, Subject
from pimflow_testkit.source_cases import LONG, UNICODE

_REFUSED = "refused"

Results = list[tuple[int, Any]]
"""Numbers of source rows, with columns and cells, or the word for a row that was refused."""


class _Target:
    """What the author tells about the sinks."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject

    def knows(self, column: str) -> bool:
        return self._subject.knows(column)

    def family_variants(self, family: str) -> Sequence[str]:  # noqa: ARG002 - one family has them all
        """Give all family variants that have levels."""
        return list(self._subject.levels)

    def levels(self, family_variant: str, columns: Sequence[str]) -> Sequence[Level]:
        """Give the levels, without columns that the flow lacks."""
        found = self._subject.levels.get(family_variant, ())
        return [Level(level.axes, level.columns.intersection(columns)) for level in found]


def _rows(bench: Bench) -> list[list[Any]]:
    return [[row.get(name) for name in bench.subject.header] for row in bench.subject.rows]


def _numbered(rows: Iterable[Row]) -> list[tuple[Origin, Row]]:
    return [((number, row), row) for number, row in enumerate(rows, 1)]


def _applied(
    bench: Bench, rows: Iterable[tuple[Origin, Row]], header: Sequence[str] | None = None
) -> tuple[tuple[str, ...], Iterator[tuple[Origin, Any]]]:
    """Apply the transform to rows that can be read once, as those of a run."""
    names = tuple(bench.subject.header if header is None else header)
    out, given = bench.make().apply(names, iter(rows), _Target(bench.subject))
    return out, given


def _results(bench: Bench, rows: Iterable[Row], header: Sequence[str] | None = None) -> Results:
    names, given = _applied(bench, _numbered(rows), header)
    return [
        (number, _REFUSED if isinstance(row, RowProblem) else dict(zip(names, row, strict=True)))
        for (number, _), row in given
    ]


def gives_a_header_of_names(bench: Bench) -> None:
    """The header that comes out is a tuple of text, none empty, none twice."""
    header, _ = _applied(bench, ())
    assert isinstance(header, tuple)
    assert all(isinstance(name, str) and name for name in header)
    assert len(set(header)) == len(header), f"names that stand twice: {header}"


def rows_fit_the_new_header(bench: Bench) -> None:
    """Each row that comes out has as many cells as the header, and one at least comes out."""
    header, given = _applied(bench, _numbered(_rows(bench)))
    results = [row for _, row in given if not isinstance(row, RowProblem)]
    assert results, "no row of the suite comes out: choose some that do"
    assert all(len(row) == len(header) for row in results)


def no_rows_give_no_rows(bench: Bench) -> None:
    """A source without rows is no error."""
    _, given = _applied(bench, ())
    assert list(given) == []


def rows_are_read_when_asked_for(bench: Bench) -> None:
    """The header is there before the first row is read: nothing may be moved while a pipeline is checked."""

    def unread() -> tuple[Origin, Row]:
        pytest.fail("a row was read before one was asked for")

    _applied(bench, iter(unread, None))


def each_row_has_an_origin_that_came_in(bench: Bench) -> None:
    """What comes out, also a problem, names the number and the source row of one that came in."""
    rows = _numbered(_rows(bench))
    _, given = _applied(bench, rows)
    for (number, source), _ in given:
        assert (number, source) in [(before, row) for (before, row), _ in rows]


def rows_are_not_changed_in_place(bench: Bench) -> None:
    """The rows that go in are the same afterwards, also within their lists: problems are told with them."""
    rows = _rows(bench)
    before = copy.deepcopy(rows)
    _results(bench, rows)
    assert rows == before


def tuples_and_lists_are_rows(bench: Bench) -> None:
    """A row may be any sequence."""
    assert _results(bench, map(tuple, _rows(bench))) == _results(bench, _rows(bench))


def same_rows_give_same_result(bench: Bench) -> None:
    """A component keeps nothing from an earlier flow."""
    transform, rows = bench.make(), _numbered(_rows(bench))
    names, target = tuple(bench.subject.header), _Target(bench.subject)
    (header, one), (again, other) = (transform.apply(names, iter(rows), target) for _ in range(2))
    assert header == again
    assert list(map(_plain, one)) == list(map(_plain, other))


def _plain(result: tuple[Origin, Any]) -> Any:
    origin, row = result
    return origin, row.problem if isinstance(row, RowProblem) else list(row)


def order_of_columns_does_not_matter(bench: Bench) -> None:
    """Columns are known by name: turned round they give the same values."""
    turned = _results(bench, [row[::-1] for row in _rows(bench)], tuple(bench.subject.header)[::-1])
    assert turned == _results(bench, _rows(bench))


def further_columns_do_not_disturb(bench: Bench) -> None:
    """A column that the options do not name changes nothing for the others."""
    wider = _results(bench, [[*row, "x"] for row in _rows(bench)], [*bench.subject.header, "further_column"])
    for (_, one), (_, other) in zip(_results(bench, _rows(bench)), wider, strict=True):
        assert one == other if one == _REFUSED else one.items() <= other.items()


def unknown_column_is_told_before_the_first_row(bench: Bench) -> None:
    """A column that the options name and the rows lack is an error before the first row."""
    with pytest.raises(ConfigError) as caught:
        _applied(bench, (), ["quite_another_column"])
    assert str(caught.value).strip()


def bad_values_are_carried_along(bench: Bench) -> None:
    """A cell that is already bad comes out as it is, or the row is dropped or put aside; it is never read."""
    bad = BadValue(Problem("which cannot be read"))
    usual = _results(bench, _rows(bench))
    known = [cell for _, row in usual if row != _REFUSED for cell in row.values()]
    for _, row in _results(bench, [[bad] * len(row) for row in _rows(bench)]):
        for name, cell in row.items() if row != _REFUSED else ():
            assert cell is bad or cell in known, f"{name}: a bad value became {cell!r}"


def _anything(bench: Bench, cell: Any) -> None:
    header = bench.subject.header
    one_each = [[*row[:at], cell, *row[at + 1 :]] for at in range(len(header)) for row in _rows(bench)]
    for rows in ([[cell] * len(header)] * 2, one_each):
        _results(bench, rows)


def empty_cells_do_no_harm(bench: Bench) -> None:
    """None and empty text in every cell, and in one cell of each row."""
    for cell in (None, ""):
        _anything(bench, cell)


def any_type_of_cell_does_no_harm(bench: Bench) -> None:
    """Numbers, booleans, lists and mappings where text was expected become bad values or problems, no crash."""
    for cell in (0, -1, 1.5, float("nan"), True, [], ["a", 1], {}, {"amount": "1", "unit": "GRAM"}):
        _anything(bench, cell)


def unicode_does_no_harm(bench: Bench) -> None:
    """Letters of all scripts, line breaks, quotes."""
    for text in UNICODE:
        _anything(bench, text)


def very_long_cell_does_no_harm(bench: Bench) -> None:
    """A million characters in each cell."""
    _anything(bench, LONG)


CASES: Sequence[Callable[[Bench], None]] = (
    gives_a_header_of_names,
    rows_fit_the_new_header,
    no_rows_give_no_rows,
    rows_are_read_when_asked_for,
    each_row_has_an_origin_that_came_in,
    rows_are_not_changed_in_place,
    tuples_and_lists_are_rows,
    same_rows_give_same_result,
    order_of_columns_does_not_matter,
    further_columns_do_not_disturb,
    unknown_column_is_told_before_the_first_row,
    bad_values_are_carried_along,
    empty_cells_do_no_harm,
    any_type_of_cell_does_no_harm,
    unicode_does_no_harm,
    very_long_cell_does_no_harm,
)
