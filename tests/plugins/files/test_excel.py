import datetime as dt
import tracemalloc
from decimal import Decimal
from zipfile import ZipFile

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pydantic import ValidationError

from pimflow import BadValue, Change, RemoteError, Run, Status, Window
from pimflow_files.sinks import ExcelSink
from pimflow_files.sources import ExcelSource

MOMENT = dt.datetime.fromisoformat("2026-01-31T08:30:00")
"""Excel knows no time zones."""
RUN = Run(id="20260101-1", pipeline="p", started=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def rows(path, **options):
    return [tuple(row) for row in ExcelSource(path=path, **options).extract(None, Window())]


@pytest.fixture
def book(tmp_path):
    """Give a function that makes a workbook; `fill` gets the book and its first sheet."""

    def made(fill, name="products.xlsx"):
        path = tmp_path / name
        with xlsxwriter.Workbook(path) as workbook:
            fill(workbook, workbook.add_worksheet("Articles"))
        return path

    return made


def table(*lines, at=(0, 0)):
    def fill(_book, sheet):
        for number, line in enumerate(lines):
            sheet.write_row(at[0] + number, at[1], line)

    return fill


def send(sink, header, records, *, ok=True):
    writer = sink.open(None, RUN)
    writer.check_columns(header)
    items = [item for record in records for item in writer.prepare(record)]
    outcomes = list(writer.load([Change(item, at, False, b"") for at, item in enumerate(items)]))
    return outcomes, writer.close(ok)


def test_numbers_come_as_exact_text_and_text_stays(book):
    path = book(table(["sku", "weight", "ean"], ["007", 0.1, 4006381333931], ["8", 12, 1e-7], ["9", -12.50, 1e14]))
    assert rows(path) == [
        ("sku", "weight", "ean"),
        ("007", "0.1", "4006381333931"),
        ("8", "12", "0.0000001"),
        ("9", "-12.5", "100000000000000"),
    ]


def test_a_number_shown_with_leading_zeros_keeps_them(book):
    def fill(made, sheet):
        sheet.write_row(0, 0, ["ean"])
        sheet.write_number(1, 0, 12345678905, made.add_format({"num_format": "0000000000000"}))

    assert rows(book(fill))[1] == ("0012345678905",)


def test_a_code_longer_than_excel_keeps_is_told(book):
    (cell,) = rows(book(table(["ean"], [123456789012345678])))[1]
    assert isinstance(cell, BadValue)
    assert cell.problem.reason == "which Excel kept as a number of 15 digits; the real code is lost"
    assert (cell.problem.field, cell.problem.detail) == ("ean", "row 2")


def test_days_moments_hours_and_truth_have_their_types(book):
    def fill(made, sheet):
        sheet.write_row(0, 0, ["day", "moment", "hour", "yes"])
        sheet.write_datetime(1, 0, dt.date(2026, 1, 31), made.add_format({"num_format": "dd.mm.yyyy"}))
        sheet.write_datetime(1, 1, MOMENT, made.add_format({"num_format": "dd.mm.yyyy hh:mm"}))
        sheet.write_datetime(1, 2, dt.time(8, 30), made.add_format({"num_format": "hh:mm"}))
        sheet.write_boolean(1, 3, True)

    assert rows(book(fill))[1] == (dt.date(2026, 1, 31), MOMENT, "08:30:00", True)


def test_the_error_of_a_formula_is_told_and_its_value_is_read(book):
    def fill(_made, sheet):
        sheet.write_row(0, 0, ["good", "bad"])
        sheet.write_formula(1, 0, "=1+1", None, 2)
        sheet.write_formula(1, 1, "=NA()", None, "#N/A")

    good, bad = rows(book(fill))[1]
    assert good == "2"
    assert (bad.problem.value, bad.problem.reason) == ("#N/A", "which is the error of a formula")


def test_the_table_begins_where_something_stands(book):
    path = book(table(["sku", "name"], ["A", "x"], ["", ""], ["B", "y"], at=(3, 2)))
    assert rows(path) == [("sku", "name"), ("A", "x"), ("B", "y")]


def test_the_header_may_lie_below_a_title(book):
    def fill(_made, sheet):
        sheet.write(0, 0, "Price list 2026")
        table(["sku", "Weight\n(kg)", "", "name"], ["A", 1, "a note", "x"], at=(2, 0))(_made, sheet)

    path = book(fill)
    assert rows(path, header=3) == [("sku", "Weight (kg)", "name"), ("A", "1", "x")]
    with pytest.raises(RemoteError, match=r"The sheet of products.xlsx has no row 9"):
        rows(path, header=9)


def test_a_range_cuts_the_sheet(book):
    path = book(table(["x", "sku", "name", "y"], [1, "A", "a", 2], [3, "B", "b", 4], [5, "sum", "", 6]))
    assert rows(path, range="B1:C3") == [("sku", "name"), ("A", "a"), ("B", "b")]
    assert rows(path, range="$B1:$C")[-1] == ("sum", None)
    assert rows(path, range="c1")[1] == ("a", "2")
    with pytest.raises(ValidationError, match="expected cells such as `B3:F200`"):
        ExcelSource(path=path, range="B:C")


def test_cells_merged_downwards_hold_for_all_their_rows(book):
    def fill(made, sheet):
        table(["group", "sku"], ["", "A"], ["", "B"], ["", "C"], ["Lamps", "D"])(made, sheet)
        sheet.merge_range(1, 0, 3, 0, "Mugs")

    assert [row[0] for row in rows(book(fill))[1:]] == ["Mugs", "Mugs", "Mugs", "Lamps"]


def test_a_sheet_is_chosen_by_name_or_number_and_hidden_ones_are_passed(tmp_path):
    path = tmp_path / "many.xlsx"
    with xlsxwriter.Workbook(path) as made:
        for name in ("Hidden", "Shown", "Last"):
            made.add_worksheet(name).write_row(0, 0, [name])
        made.get_worksheet_by_name("Shown").activate()
        made.get_worksheet_by_name("Shown").set_first_sheet()
        made.get_worksheet_by_name("Hidden").hide()
    assert rows(path) == [("Shown",)]
    assert rows(path, sheet="Last") == rows(path, sheet=3) == [("Last",)]
    with pytest.raises(RemoteError, match=r"has no sheet 'Prices'. It has 'Hidden', 'Shown', 'Last'"):
        rows(path, sheet="Prices")


def test_an_older_kind_of_file_is_read(tmp_path):
    path = tmp_path / "products.ods"
    _write_ods(path, [["sku", "weight"], ["007", 1.5]])
    assert rows(path) == [("sku", "weight"), ("007", "1.5")]


def _write_ods(path, lines):
    def cell(value):
        number = f' office:value="{value}"' if isinstance(value, float) else ""
        kind = "float" if number else "string"
        return f'<table:table-cell office:value-type="{kind}"{number}><text:p>{value}</text:p></table:table-cell>'

    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    body = "".join(f"<table:table-row>{''.join(map(cell, line))}</table:table-row>" for line in lines)
    content = f'<office:spreadsheet><table:table table:name="One">{body}</table:table></office:spreadsheet>'
    content = f"<office:document-content {spaces}><office:body>{content}</office:body></office:document-content>"
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    with ZipFile(path, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("content.xml", content)
        parts.writestr("META-INF/manifest.xml", manifest)


def test_a_protected_file_is_told(tmp_path):
    path = tmp_path / "secret.xlsx"
    head = bytes.fromhex("D0CF11E0A1B11AE1")
    path.write_bytes(head + b"\0" * 3000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 3000)
    with pytest.raises(RemoteError, match=r"secret.xlsx is protected by a password. Save it without one"):
        rows(path)


@pytest.mark.parametrize("content", [b"", b"sku;name\n", b"PK\x03\x04 cut off", bytes.fromhex("D0CF11E0A1B11AE1")])
def test_a_file_that_is_no_workbook_is_told(tmp_path, content):
    path = tmp_path / "bad.xlsx"
    path.write_bytes(content)
    with pytest.raises(RemoteError, match=r"bad.xlsx is no Excel file, or it is damaged"):
        rows(path)


def test_two_columns_of_one_name_and_an_empty_sheet_are_told(book):
    with pytest.raises(RemoteError, match=r"two columns 'name', B and C"):
        rows(book(table(["sku", "name", "name"])))
    with pytest.raises(RemoteError, match=r"is empty: not even a header row"):
        rows(book(lambda *_: None))


def test_text_never_becomes_a_formula_a_link_or_a_number(tmp_path):
    path = tmp_path / "out.xlsx"
    texts = ["=1+1", "+49 1", "@x", "http://example.com", "007", "{=A1}", "-"]
    send(ExcelSink(path=path), ("a",), [{"a": text} for text in texts])
    cells = [row[0] for row in load_workbook(path)["Sheet1"].iter_rows(min_row=2)]
    assert [(cell.value, cell.data_type, cell.hyperlink) for cell in cells] == [(text, "s", None) for text in texts]


def test_values_get_the_type_that_is_known(tmp_path):
    path = tmp_path / "out.xlsx"
    record = {
        "n": 1.5,
        "exact": Decimal("12.10"),
        "text": "12.50",
        "long": 12345678901234567,
        "yes": True,
        "day": dt.date(2026, 1, 31),
        "at": MOMENT.replace(tzinfo=dt.UTC),
        "list": ["a", "b"],
        "price": [{"amount": "12.00", "currency": "EUR"}],
        "none": None,
    }
    send(ExcelSink(path=path, numbers=["text"]), tuple(record), [record])
    found = [cell.value for cell in next(load_workbook(path)["Sheet1"].iter_rows(min_row=2))]
    day = dt.datetime.fromisoformat("2026-01-31")
    assert found == [1.5, 12.1, 12.5, "12345678901234567", True, day, MOMENT, "a,b", "12 EUR", None]


def test_equal_rows_make_an_equal_file(tmp_path):
    path = tmp_path / "out.xlsx"
    assert send(ExcelSink(path=path), ("a",), [{"a": 1}])[1] is True
    before = path.stat().st_mtime_ns
    assert send(ExcelSink(path=path), ("a",), [{"a": 1}])[1] is False
    assert path.stat().st_mtime_ns == before
    assert send(ExcelSink(path=path), ("a",), [{"a": 2}], ok=False)[1] is False
    assert [one.name for one in tmp_path.iterdir()] == ["out.xlsx"]


def test_a_text_too_long_for_a_cell_costs_its_row(tmp_path):
    path = tmp_path / "out.xlsx"
    outcomes, _ = send(ExcelSink(path=path), ("a",), [{"a": "x" * 32_768}, {"a": "y" * 32_767}])
    assert [one.status for one in outcomes] == [Status.REFUSED, Status.CREATED]
    assert "32,767" in outcomes[0].problems[0].detail
    assert rows(path) == [("a",), ("y" * 32_767,)]


def test_a_file_of_another_name_and_a_bad_name_of_a_sheet_are_mistakes(tmp_path):
    with pytest.raises(ValidationError, match=r"ends in \.xlsx"):
        ExcelSink(path=tmp_path / "out.xls")
    with pytest.raises(ValidationError):
        ExcelSink(path=tmp_path / "out.xlsx", sheet="a/b")


texts = st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=20).filter(lambda text: "_x" not in text)
cells = texts | st.booleans() | st.dates(dt.date(1901, 1, 1)) | st.integers(-(10**14), 10**14)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(texts, cells, cells).filter(lambda record: any(one not in ("", None) for one in record))))
def test_what_the_sink_wrote_the_source_reads(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("round") / "trip.xlsx"
    header = ("a", "b", "c")
    send(ExcelSink(path=path), header, [dict(zip(header, record, strict=True)) for record in records])
    wanted = [tuple(_read_back(value) for value in record) for record in records]
    assert rows(path) == [header, *wanted]


def _read_back(value):
    if value == "" and isinstance(value, str):
        return None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.slow
def test_reading_takes_next_to_no_memory_a_row(tmp_path):
    peaks = []
    for number in (2_000, 7_000):
        path = tmp_path / f"{number}.xlsx"
        with xlsxwriter.Workbook(path, {"constant_memory": True}) as made:
            sheet = made.add_worksheet()
            sheet.write_row(0, 0, ["sku", "name"])
            for row in range(1, number + 1):
                sheet.write_string(row, 0, f"S-{row}")
        source = ExcelSource(path=path).extract(None, Window())
        tracemalloc.start()
        assert sum(1 for _ in source) == number + 1
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 100 * 5_000  # openpyxl keeps 80 bytes a row; a sheet has 1,048,576 at most
