# ruff: noqa: ARG005 - signatures are those of the contract
"""Each case for transforms of all rows finds the defect that it is there for, and a good transform passes all."""

from itertools import count

import pytest

from pimflow import WholeTransform
from pimflow_testkit import transform_suite
from pimflow_testkit import whole_transform_cases as cases
from pimflow_testkit.bench import Bench, Subject

FAILURES = (AssertionError, pytest.fail.Exception, ValueError)
COUNTER = count()


def some(apply):
    return type("Some", (WholeTransform,), {"type": "some", "__module__": __name__, "apply": apply})


def lazy(change, header=lambda header: header):
    """Make a transform from a function of all rows, which are given as a list of origin and row."""
    return some(lambda self, names, rows, target: (header(names), (one for _ in [0] for one in change(list(rows)))))


def eager(self, names, rows, target):
    return names, iter(list(rows))


def each(change):
    return lazy(lambda rows: [(origin, change(row)) for origin, row in rows])


def spoiling(row):
    row[0] = "x"
    return row


def raising(row):
    if not all(isinstance(cell, str) and len(cell) == 1 for cell in row):
        raise ValueError
    return row


@pytest.mark.parametrize(
    ("case", "cls"),
    [
        (cases.gives_a_header_of_names, lazy(list, lambda header: ("a", "a"))),
        (cases.gives_a_header_of_names, lazy(list, list)),
        (cases.rows_fit_the_new_header, each(lambda row: row[:1])),
        (cases.rows_fit_the_new_header, lazy(lambda rows: [])),
        (cases.no_rows_give_no_rows, lazy(lambda rows: rows or [((1, ()), ())])),
        (cases.rows_are_read_when_asked_for, some(eager)),
        (cases.each_row_has_an_origin_that_came_in, lazy(lambda rows: [((9, row), row) for _, row in rows])),
        (cases.rows_are_not_changed_in_place, each(spoiling)),
        (cases.tuples_and_lists_are_rows, each(lambda row: [type(row).__name__, ""])),
        (cases.same_rows_give_same_result, each(lambda row: [next(COUNTER), ""])),
        (cases.order_of_columns_does_not_matter, each(lambda row: [row[0], row[0]])),
        (cases.further_columns_do_not_disturb, each(lambda row: list(row)[::-1])),
        (cases.unknown_column_is_told_before_the_first_row, lazy(list)),
        (cases.bad_values_are_carried_along, each(lambda row: [str(cell) for cell in row])),
        (cases.empty_cells_do_no_harm, each(raising)),
        (cases.any_type_of_cell_does_no_harm, each(raising)),
        (cases.unicode_does_no_harm, each(raising)),
        (cases.very_long_cell_does_no_harm, each(raising)),
    ],
)
def test_defects_of_transforms_of_all_rows_are_found(case, cls, tmp_path):
    subject = Subject(component=cls, options={}, rows=[{"a": "1", "b": "2"}], header=("a", "b"))
    with pytest.raises(FAILURES):
        case(Bench(subject, tmp_path, tmp_path))


def test_every_case_has_a_defect_here():
    (mark,) = test_defects_of_transforms_of_all_rows_are_found.pytestmark
    assert {case for case, _ in mark.args[1]} == set(cases.CASES)


def test_a_transform_of_all_rows_gets_its_own_suite():
    suite = transform_suite(lazy(list), {}, rows=[{"a": "1"}])
    names = {item.id for item in suite.pytestmark[0].args[1]}
    assert names > {case.__name__ for case in cases.CASES}
    assert "compiles_twice_alike" not in names
