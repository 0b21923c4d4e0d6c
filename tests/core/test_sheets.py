"""Tables that people correct come back as they were written, and no cell of them is a formula."""

import csv
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from pimflow.errors import ConfigError
from pimflow.model import BadValue, Problem
from pimflow.sheets import COLUMNS, as_cell, column_of, from_cell, name_in, read_csv, storable, write_csv
from pimflow.workbooks import read_workbook, write_workbook

FORMULAS = ["=1+1", "+49 30 1", "@SUM(A1)", "-2+3", "\t=1", "--5", "-", "'=1", "''+x"]
PLAIN = ["-5", "-5.25", "-5,25", "a=b", "007", "4006381333931", "'a", "", "a\nb", 'a";b', " x "]


@pytest.mark.parametrize("text", [*FORMULAS, *PLAIN])
@pytest.mark.parametrize(
    ("name", "write", "read"), [("t.csv", write_csv, read_csv), ("t.xlsx", write_workbook, read_workbook)]
)
def test_cells_come_back_as_they_were(tmp_path, name, write, read, text):
    assert write(tmp_path / name, [["a", "b"], [text, "end"]]) == 2
    assert [list(line) for _, line in read(tmp_path / name)] == [["a", "b"], [text, "end"]]
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(tmp_path, text):
    write_csv(tmp_path / "t.csv", [[text]])
    ((cell,),) = csv.reader((tmp_path / "t.csv").read_text("utf-8-sig").splitlines(), delimiter=";")
    assert cell.startswith("'")
    write_workbook(tmp_path / "t.xlsx", [[text]])
    (found,) = next(load_workbook(tmp_path / "t.xlsx").active.iter_rows())
    assert found.data_type == "s"


@settings(max_examples=60, deadline=None)
@given(line=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\x00")), min_size=2, max_size=4))
def test_any_line_comes_back_from_csv(tmp_path_factory, line):
    file = tmp_path_factory.mktemp("any") / "t.csv"
    write_csv(file, [["a", "b"], line])
    assert [list(found) for _, found in read_csv(file)][1] == line


@settings(max_examples=30, deadline=None)
@given(line=st.lists(st.text(max_size=20), min_size=2, max_size=4))
def test_any_line_comes_back_from_a_workbook_as_it_can_be_stored(tmp_path_factory, line):
    file = tmp_path_factory.mktemp("any") / "t.xlsx"
    write_workbook(file, [["a", "b", "c", "d"], line])
    found = list(read_workbook(file))[1][1] if any(map(storable, line)) else []
    assert [storable(one) for one in found][: len(line)] == [storable(one) for one in line][: len(found)]


def test_what_a_person_typed_into_a_workbook_is_text(tmp_path):
    book = Workbook()
    book.active.append([12, 12.0, 12.5, True, datetime(2026, 1, 31), datetime(2026, 1, 31, 12), None])  # noqa: DTZ001
    book.save(tmp_path / "t.xlsx")
    ((_, line),) = read_workbook(tmp_path / "t.xlsx")
    assert line == ["12", "12", "12.5", "true", "2026-01-31", "2026-01-31 12:00:00", ""]


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ("12", "13", "13"),
        (12, "13", 13),
        (12, "13.5", 13.5),
        (12.5, "13", 13),
        (12, "about 13", "about 13"),
        (12, "true", "true"),
        (True, "false", False),
        (["a"], '["a","b"]', ["a", "b"]),
        (["a"], "a,b", "a,b"),
        ({"en": "x"}, '{"en":"y"}', {"en": "y"}),
        (None, "x", "x"),
        ("x", "", None),
        (BadValue(Problem("x", value="heavy")), "0.5", "0.5"),
    ],
)
def test_a_corrected_cell_is_read_as_what_stood_there(before, text, after):
    found = from_cell(text, before)
    assert (found, type(found)) == (after, type(after))


@given(value=st.recursive(st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(), st.lists, max_leaves=5))
def test_an_untouched_cell_says_the_same(value):
    assert as_cell(from_cell(as_cell(value), value)) == as_cell(value)


@given(name=st.one_of(st.sampled_from(COLUMNS), st.text(), st.text().map(lambda name: f"{name} (source)")))
def test_columns_of_the_source_are_never_taken_for_ours(name):
    assert column_of(name) not in COLUMNS
    assert name_in(column_of(name)) == name


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "grün".encode("cp1252"), "is not UTF-8 text; in Excel, save it as 'CSV UTF-8'"),
        ("t.csv", b'a;"b\n', "is no CSV file: unexpected end of data"),
        ("t.xlsx", b"no workbook", "is no Excel file (.xlsx)"),
    ],
)
def test_what_is_no_table_is_told(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    read = read_csv if name.endswith("csv") else read_workbook
    with pytest.raises(ConfigError) as raised:
        list(read(tmp_path / name))
    assert message in str(raised.value)


def test_a_table_that_cannot_be_written_leaves_what_was_there(tmp_path):
    def broken():
        yield ["a"]
        raise ConfigError("the state went away")

    (tmp_path / "t.csv").write_text("before")
    with pytest.raises(ConfigError):
        write_csv(tmp_path / "t.csv", broken())
    assert (tmp_path / "t.csv").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]
    with pytest.raises(ConfigError, match="cannot be written: No such file or directory"):
        write_workbook(tmp_path / "nowhere" / "t.xlsx", [["a"]])
