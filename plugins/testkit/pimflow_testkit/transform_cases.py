# ruff: noqa: D401 - the docstring of a case states the rule that it holds
"""Cases for transforms."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from pimflow import BadValue, ConfigError, Problem, RowProblem
from pimflow_testkit.bench import Bench
from pimflow_testkit.source_cases import LONG, UNICODE

_DROPPED = "dropped"
_REFUSED = "refused"


def _rows(bench: Bench) -> list[list[Any]]:
    return [[row.get(name) for name in bench.subject.header] for row in bench.subject.rows]


def _compiled(bench: Bench, header: Sequence[str] | None = None) -> tuple[tuple[str, ...], Callable[[Any], Any]]:
    names = tuple(bench.subject.header if header is None else header)
    out, step = bench.make().compile(names, bench.subject.knows)
    return out, step


def _result(step: Callable[[Any], Any], row: Sequence[Any]) -> Any:
    try:
        found = step(row)
    except RowProblem:
        return _REFUSED
    return _DROPPED if found is None else tuple(found)


def gives_a_header_of_names(bench: Bench) -> None:
    """The header that comes out is a tuple of text, none empty, none twice."""
    header, _ = _compiled(bench)
    assert isinstance(header, tuple)
    assert all(isinstance(name, str) and name for name in header)
    assert len(set(header)) == len(header), f"names that stand twice: {header}"


def rows_fit_the_new_header(bench: Bench) -> None:
    """Each row that comes out has as many cells as the header, and one at least comes out."""
    header, step = _compiled(bench)
    results = [result for row in _rows(bench) if isinstance(result := _result(step, row), tuple)]
    assert results, "no row of the suite comes out: choose some that do"
    assert all(len(result) == len(header) for result in results)


def rows_are_not_changed_in_place(bench: Bench) -> None:
    """The row that goes in is the same afterwards, also within its lists: problems are told with it."""
    _, step = _compiled(bench)
    for row in _rows(bench):
        before = copy.deepcopy(row)
        _result(step, row)
        assert row == before


def tuples_and_lists_are_rows(bench: Bench) -> None:
    """A row may be any sequence."""
    _, step = _compiled(bench)
    for row in _rows(bench):
        assert _result(step, tuple(row)) == _result(step, list(row))


def same_row_gives_same_result(bench: Bench) -> None:
    """A step remembers nothing from row to row."""
    _, step = _compiled(bench)
    first = [_result(step, row) for row in _rows(bench)]
    assert [_result(step, row) for row in reversed(_rows(bench))] == first[::-1]


def compiles_twice_alike(bench: Bench) -> None:
    """A component keeps nothing from an earlier flow."""
    transform = bench.make()
    names = tuple(bench.subject.header)
    (header, step), (again, step_again) = (transform.compile(names, bench.subject.knows) for _ in range(2))
    assert header == again
    assert [_result(step, row) for row in _rows(bench)] == [_result(step_again, row) for row in _rows(bench)]


def order_of_columns_does_not_matter(bench: Bench) -> None:
    """Columns are known by name: turned round they give the same values."""
    header, step = _compiled(bench)
    turned, turned_step = _compiled(bench, tuple(bench.subject.header)[::-1])
    for row in _rows(bench):
        one, other = _result(step, row), _result(turned_step, row[::-1])
        if isinstance(one, tuple) and isinstance(other, tuple):
            assert dict(zip(header, one, strict=True)) == dict(zip(turned, other, strict=True))
        else:
            assert one == other


def further_columns_do_not_disturb(bench: Bench) -> None:
    """A column that the options do not name changes nothing for the others."""
    header, step = _compiled(bench)
    wider, wider_step = _compiled(bench, [*bench.subject.header, "further_column"])
    for row in _rows(bench):
        one, other = _result(step, row), _result(wider_step, [*row, "x"])
        if isinstance(one, tuple):
            assert dict(zip(header, one, strict=True)).items() <= dict(zip(wider, other, strict=True)).items()
        else:
            assert one == other


def unknown_column_is_told_when_compiling(bench: Bench) -> None:
    """A column that the options name and the rows lack is an error before the first row."""
    with pytest.raises(ConfigError) as caught:
        _compiled(bench, ["quite_another_column"])
    assert str(caught.value).strip()


def bad_values_are_carried_along(bench: Bench) -> None:
    """A cell that is already bad comes out as it is, or the row is dropped or put aside; it is never read."""
    header, step = _compiled(bench)
    bad = BadValue(Problem("which cannot be read"))
    for row in _rows(bench):
        usual, found = _result(step, row), _result(step, [bad] * len(row))
        if not isinstance(found, tuple):
            continue
        for at, cell in enumerate(found):
            constant = isinstance(usual, tuple) and cell == usual[at]
            assert cell is bad or constant, f"{header[at]}: a bad value became {cell!r}"


def _anything(bench: Bench, cell: Any) -> None:
    header, step = _compiled(bench)
    result = _result(step, [cell] * len(bench.subject.header))
    assert not isinstance(result, tuple) or len(result) == len(header)


def empty_cells_do_no_harm(bench: Bench) -> None:
    """None and empty text in every cell."""
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
    rows_are_not_changed_in_place,
    tuples_and_lists_are_rows,
    same_row_gives_same_result,
    compiles_twice_alike,
    order_of_columns_does_not_matter,
    further_columns_do_not_disturb,
    unknown_column_is_told_when_compiling,
    bad_values_are_carried_along,
    empty_cells_do_no_harm,
    any_type_of_cell_does_no_harm,
    unicode_does_no_harm,
    very_long_cell_does_no_harm,
)
