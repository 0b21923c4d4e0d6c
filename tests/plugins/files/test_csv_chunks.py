"""Rows of a CSV file that are read many at once are those that are read one by one, with the same lines told."""

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pimflow import BadValue, RemoteError
from pimflow_files.csv_rows import CsvRows

CELLS = st.text(alphabet=st.sampled_from('ab ;"\n\r+E1\x00é'), max_size=6)


def read(path):
    return [row for chunk in CsvRows(path, "utf-8", ";", '"').chunks() for row in chunk][1:]


def shown(row):
    bad = [cell.problem for cell in row if isinstance(cell, BadValue)]
    return (bad[0].reason, bad[0].detail) if bad else [*row]


@settings(deadline=None, max_examples=200)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=3), max_size=12), st.integers(1, 40))
def test_rows_are_those_of_the_csv_module_and_bad_ones_tell_their_line(tmp_path_factory, rows, at_once):
    path = tmp_path_factory.mktemp("chunks") / "rows.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=";", lineterminator="\n").writerows([["a", "b"], *rows])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pimflow_files.csv_rows.rows_at_once", lambda _width: at_once)
        found = read(path)
    expected, line = [], 2
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file, delimiter=";", strict=True)
        next(reader)
        for row in reader:
            if any(row):
                expected.append((line, row))
            line = reader.line_num + 1
    assert len(found) == len(expected)
    for row, (begins, plain) in zip(found, expected, strict=True):
        if [*row] != plain and not (len(plain) > 2 and not any(plain[2:])):
            assert any(isinstance(cell, BadValue) for cell in row)
            assert shown(row)[1].startswith(f"line {begins}")


def test_what_comes_before_an_open_quote_is_given_before_that_is_told(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text('a;b\n1;x\n2;"y\n\nz"\n3;"never closed\n4;x\n')
    rows = CsvRows(path, "utf-8", ";", '"').chunks()
    assert next(rows) == [("a", "b")]
    assert next(rows) == [["1", "x"], ["2", "y\n\nz"]]
    with pytest.raises(RemoteError, match="begins in line 6 is never closed"):
        next(rows)


def test_rows_whose_quotes_do_not_fit_are_told_by_their_line_between_the_others(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text('a;b\n1;x\n2;"y"z\n3;"two\nlines"\n4;"q"q\n\n5;x\n')
    rows = read(path)
    assert [row[0] if isinstance(row[0], str) else row[0].problem.detail[:6] for row in rows] == [
        "1",
        "line 3",
        "3",
        "line 6",
        "5",
    ]
