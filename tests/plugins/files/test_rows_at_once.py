"""Rows that are read or written many at once are what they are one by one."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pimflow import BadValue, Problem
from pimflow_files.csv_rows import CsvRows
from pimflow_files.nested import Form
from pimflow_files.swap import SwapFile
from pimflow_files.writing import CsvFormat, FileWriter, JsonLinesFormat

HEADER = ("a", "b")
TEXTS = st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from(';,"\r\n')) | st.none()
PLAIN = TEXTS | st.integers() | st.floats(allow_nan=False) | st.booleans()


def csv_format(line_end):
    return CsvFormat("utf-8", ";", line_end, (), "point")


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1), st.sampled_from(["\n", "\r\n"]))
def test_csv_rows_written_at_once_are_the_same_bytes(rows, line_end):
    at_once = csv_format(line_end).lines(rows, HEADER)
    one_by_one = csv_format(line_end)
    expected = b"".join(one_by_one.line(dict(zip(HEADER, row, strict=True)), HEADER) for row in rows)
    assert at_once == expected


@given(st.lists(st.tuples(PLAIN, PLAIN), min_size=1))
def test_json_lines_written_at_once_are_the_same_bytes(rows):
    at_once = JsonLinesFormat().lines(rows, HEADER)
    if at_once is None:  # a number beyond 64 bits: one by one it is told
        assert any(type(cell) is int and abs(cell) >= 2**63 for row in rows for cell in row)
        return
    records = [
        {name: cell for name, cell in zip(HEADER, row, strict=True) if cell is not None and cell != ""} for row in rows
    ]
    assert at_once == b"".join(JsonLinesFormat().line(record, HEADER) for record in records)


@given(
    st.permutations(["a", "b", "c"]),
    st.lists(st.tuples(PLAIN, PLAIN, PLAIN).filter(any), min_size=1),
    st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1).filter(lambda names: names != ["d"] * len(names)),
)
def test_records_of_any_form_written_at_once_are_the_same_bytes(tmp_path_factory, header, rows, names):
    form = Form.of({"first": {"values": [{"data": {"from": name}, "scope": None} for name in names]}})
    columns = tuple(dict.fromkeys(form.columns))
    records = [dict(zip(header, row, strict=True)) for row in rows]
    path = tmp_path_factory.mktemp("at-once") / "out.jsonl"
    writer = FileWriter(SwapFile(path, "x", datetime.now(UTC)), JsonLinesFormat(form), columns)
    given = [name for name in header if name in columns]
    cells = [[record[name] for name in given] for record in records]
    together = writer.append(tuple(given), cells)
    writer.close(ok=True)
    if together is None:
        assert not all(map(any, cells)) or any(
            type(cell) is int and abs(cell) >= 2**63 for row in cells for cell in row
        )
        return
    filled = [{name: cell for name, cell in record.items() if cell is not None and cell != ""} for record in records]
    assert path.read_bytes() == b"".join(form.line(record) + b"\n" for record in filled)


def test_what_needs_a_look_is_not_written_at_once():
    bad = BadValue(Problem("no"))
    for cell in (True, 1.5, bad, ["x"]):
        assert csv_format("\n").lines([("a", cell)], HEADER) is None
    assert csv_format("\n").lines([("a", "\ud800")], HEADER) is None
    assert JsonLinesFormat().lines([("a", bad)], HEADER) is None
    writer = FileWriter(None, csv_format("\n"), ())
    assert writer.append(HEADER, [("a", "b")]) is None


def test_a_bad_cell_is_found_wherever_blocks_of_lines_end(tmp_path, monkeypatch):
    for block in (1, 10, 40, 1000):
        monkeypatch.setattr("pimflow_files.csv_rows._BLOCK", block)
        path = tmp_path / "rows.csv"
        path.write_bytes(b'a;b\n1;"x\n\ny"\n2;1.5E+10\n3;"z\n\xff\n\n"\n4;last\n' + b"5;fine\n" * 20)
        rows = [row for chunk in CsvRows(path, "utf-8", ";", '"').chunks() for row in chunk][1:]
        assert [row[0] for row in rows] == ["1", "2", "3", "4", *["5"] * 20]
        assert rows[0][1] == "x\n\ny"
        assert [type(row[1]) for row in rows[1:4]] == [BadValue, BadValue, str]
        assert [row[1].problem.detail.partition(";")[0] for row in rows[1:3]] == ["line 5", "line 6"]
