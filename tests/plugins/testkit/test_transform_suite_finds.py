# ruff: noqa: ARG005 - signatures are those of the contract
"""Each case for transforms finds the defect that it is there for."""

import pytest

from pimflow import Transform
from pimflow_testkit import transform_cases as transform

from .finding import finds


def transform_of(step, header=None):
    def compile_(self, names, knows):
        return header or names, step

    return type("Some", (Transform,), {"type": "some", "__module__": __name__, "compile": compile_})


COUNTED = []


def counting(row):
    COUNTED.append(1)
    return [*row[:-1], len(COUNTED)]


def spoiling(row):
    row[0] = "x"
    return row


@pytest.mark.parametrize(
    ("case", "cls"),
    [
        (transform.gives_a_header_of_names, transform_of(list, ("a", "a"))),
        (transform.gives_a_header_of_names, transform_of(list, ["a", "b"])),
        (transform.rows_fit_the_new_header, transform_of(lambda row: row[:1])),
        (transform.rows_fit_the_new_header, transform_of(lambda row: None)),
        (transform.rows_are_not_changed_in_place, transform_of(spoiling)),
        (transform.tuples_and_lists_are_rows, transform_of(lambda row: [type(row).__name__, ""])),
        (transform.same_row_gives_same_result, transform_of(counting)),
        (transform.compiles_twice_alike, transform_of(counting)),
        (transform.order_of_columns_does_not_matter, transform_of(lambda row: [row[0], row[0]])),
        (transform.further_columns_do_not_disturb, transform_of(lambda row: list(row)[::-1])),
        (transform.unknown_column_is_told_when_compiling, transform_of(list)),
        (transform.bad_values_are_carried_along, transform_of(lambda row: [str(cell) for cell in row])),
        (transform.empty_cells_do_no_harm, transform_of(lambda row: [1])),
        (transform.any_type_of_cell_does_no_harm, transform_of(lambda row: [])),
        (transform.unicode_does_no_harm, transform_of(lambda row: [])),
        (transform.very_long_cell_does_no_harm, transform_of(lambda row: [])),
    ],
)
def test_defects_of_transforms_are_found(case, cls, tmp_path):
    finds(case, tmp_path, cls, rows=[{"a": "1", "b": "2"}], header=("a", "b"))
