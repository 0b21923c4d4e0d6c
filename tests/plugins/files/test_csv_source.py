import csv
import io
from pathlib import Path

import petl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pimflow import BadValue, RemoteError, Window
from pimflow_files.sources import CsvSource


def rows(path, **options):
    return [tuple(row) for row in CsvSource(path=path, **options).extract(None, Window())]


@pytest.fixture
def write(tmp_path):
    def written(content, name="products.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return written


def problem_of(cell):
    assert isinstance(cell, BadValue), cell
    return cell.problem


def test_codes_stay_text_with_their_leading_zeros(write):
    assert rows(write("sku;ean\n007;0012345678905\n")) == [("sku", "ean"), ("007", "0012345678905")]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(write, sign):
    content = sign.join(["sku", "name", "colours"]) + "\n" + sign.join(["A1", '"x, y; z"', '"red,blue"']) + "\n"
    assert rows(write(content)) == [("sku", "name", "colours"), ("A1", "x, y; z", "red,blue")]


def test_commas_in_cells_do_not_pass_for_the_delimiter(write):
    assert rows(write("sku;categories\nA;a,b,c\nB;d,e,f\n"))[1] == ("A", "a,b,c")


def test_a_tsv_file_has_tabs(write):
    assert rows(write("sku\n1;2\n", "x.tsv")) == [("sku",), ("1;2",)]


def test_a_given_delimiter_wins(write):
    assert rows(write("a;b,c\n1;2,3\n"), delimiter=",") == [("a;b", "c"), ("1;2", "3")]


@pytest.mark.parametrize("sign", [";", ",", "\t", "^"])
def test_the_line_that_tells_excel_the_delimiter_is_no_header(write, sign):
    assert rows(write(f"sep={sign}\nsku{sign}name\nA{sign}x\n")) == [("sku", "name"), ("A", "x")]
    assert rows(write("sep=;\nsku,name\nA,x\n"), delimiter=",") == [("sku", "name"), ("A", "x")]


def test_tab_may_be_written_as_a_word(write):
    assert rows(write("a\tb\n1\t2\n"), delimiter="tab")[1] == ("1", "2")


def test_single_quotes_are_found(write):
    assert rows(write("'sku','name'\n'A','it''s, here'\n"))[1] == ("A", "it's, here")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_the_encoding_is_found(write, encoding):
    content = "sku;name\n1;Fauteuil d\N{RIGHT SINGLE QUOTATION MARK}été à bascule, « chêne »\n"
    assert rows(write(content, encoding=encoding))[1] == (
        "1",
        "Fauteuil d\N{RIGHT SINGLE QUOTATION MARK}été à bascule, « chêne »",
    )


def test_an_old_windows_file_is_read_by_its_bytes(write):
    content = "sku;name\n" + "".join(
        f"{n};Chaise d'été en chêne massif, très légère, pour l'extérieur\n" for n in range(20)
    )
    assert rows(write(content, encoding="cp1252"))[1][1].startswith("Chaise d'été en chêne massif, très légère")


def test_one_bad_byte_in_a_utf8_file_costs_one_cell_and_tells_the_line(write):
    content = "sku;name\n1;été\n2;chêne\n".encode() + b"3;caf\xe9\n4;" + "forêt à".encode() + b"\n"
    found = rows(write(content))
    assert found[1] == ("1", "été")
    assert found[4] == ("4", "forêt à")
    assert found[3][0] == "3"
    problem = problem_of(found[3][1])
    assert (problem.field, problem.detail.partition(";")[0]) == ("name", "line 4")
    assert "unreadable characters" in problem.reason
    problem.value.encode()


def test_a_stated_mark_is_skipped_for_a_stated_encoding(write):
    assert rows(write("sku;b\n1;2\n", encoding="utf-8-sig"), encoding="UTF8")[0] == ("sku", "b")


def test_the_wrong_wide_encoding_is_told(write):
    with pytest.raises(RemoteError, match="not written in utf-16"):
        rows(write(b"sku;name\n1;2;"), encoding="utf-16")


@pytest.mark.parametrize("code", ["4.0E+12", "4,00638E+12", "8.71234567890123e+12", "4E+12", " 4.0E+12 "])
def test_a_code_that_a_spreadsheet_shortened_is_refused_in_words(write, code):
    found = rows(write(f'sku;ean\nA;"{code}"\nB;0012\n'))
    problem = problem_of(found[1][1])
    assert problem.reason == "which looks like a number that a spreadsheet shortened; the real code is lost"
    assert problem.remedy == "Export the column as text."
    assert (problem.field, problem.value, problem.detail) == ("ean", code, "line 2")
    assert found[2] == ("B", "0012")


@pytest.mark.parametrize("code", ["12E10", "A4.0E+12", "14E+12", "E+12", "1E+1", "size 4E+12", "4.0E-12"])
def test_codes_that_only_resemble_it_stay(write, code):
    assert rows(write(f"sku;ean\nA;{code}\n"))[1][1] == code


def test_a_decimal_comma_is_read_where_it_is_declared(write):
    path = write("sku;weight;colours\nA;12,50;1,2\nB;-0,5;3\nC;;\nD;1E+02;\n")
    assert rows(path, numbers=["weight"], decimal="comma")[1:] == [
        ("A", "12.5", "1,2"),
        ("B", "-0.5", "3"),
        ("C", "", ""),
        ("D", "100", ""),
    ]


def test_a_point_is_no_part_of_a_number_with_a_decimal_comma(write):
    problem = problem_of(rows(write("sku;weight\nA;1.234\n"), numbers=["weight"], decimal="comma")[1][1])
    assert problem.reason == "which is not a number with a decimal comma"
    assert (problem.field, problem.value) == ("weight", "1.234")


def test_a_decimal_comma_without_columns_is_a_mistake(write):
    with pytest.raises(ValidationError, match=r"needs `numbers: \[COLUMN"):
        CsvSource(path=write("a\n"), decimal="comma")


def test_a_number_column_that_is_not_there_is_told_with_the_near_name(write):
    with pytest.raises(RemoteError, match=r"no column 'wieght'.*Did you mean 'weight'"):
        rows(write("sku;weight\n"), numbers=["wieght"])


@pytest.mark.parametrize(("line", "count"), [("B;2", 2), ("B;2;3;4", 4)])
def test_a_row_of_the_wrong_length_is_bad_in_every_cell_and_costs_only_itself(write, line, count):
    found = rows(write(f"sku;b;c\nA;1;2\n{line}\nC;3;4\n"))
    assert [row[0] for row in (found[1], found[3])] == ["A", "C"]
    assert len(found[2]) == 3
    for cell in found[2]:
        problem = problem_of(cell)
        assert problem.reason == f"a row of the file has {count} cells where the header has 3"
        assert problem.detail == "line 3"


def test_the_line_told_counts_line_breaks_within_cells(write):
    assert problem_of(rows(write('sku;b\nA;"x\ny\nz"\nB\n'))[2][0]).detail == "line 5"


def test_surplus_empty_cells_do_no_harm(write):
    assert rows(write("sku;b;\nA;1;\nB;2;;;\n")) == [("sku", "b"), ("A", "1"), ("B", "2")]


def test_lines_without_a_value_are_no_rows(write):
    assert rows(write("\nsku;b\n\nA;1\n;\n\n")) == [("sku", "b"), ("A", "1")]


def test_names_of_columns_lose_the_blanks_around_them(write):
    assert rows(write(" sku ; name\nA; b \n")) == [("sku", "name"), ("A", " b ")]


def test_two_columns_of_one_name_are_an_error_that_says_which(write):
    with pytest.raises(RemoteError, match=r"products.csv has two columns 'name', 2 and 4"):
        rows(write("sku;name;b;name\n1;2;3;4\n"))


def test_a_column_without_a_name_is_an_error(write):
    with pytest.raises(RemoteError, match=r"Column 2 of products.csv has no name"):
        rows(write("sku;;b\n1;2;3\n"))


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_an_empty_file_is_an_error_in_words(write, content):
    with pytest.raises(RemoteError, match=r"products.csv is empty: not even a header row"):
        rows(write(content))


def test_a_header_alone_is_no_error(write):
    assert rows(write("sku;name\n")) == [("sku", "name")]


def test_a_zero_byte_costs_its_cell(write):
    problem = problem_of(rows(write("sku;name\nA;x\x00y\n"))[1][1])
    assert "unreadable" in problem.reason
    assert "\x00" not in problem.value


def test_a_quote_in_the_wrong_place_costs_its_row(write):
    found = rows(write('sku;name\nA;"12" screen"\nB;ok\n'))
    assert problem_of(found[1][0]).reason == "the quotes in a row do not fit"
    assert problem_of(found[1][0]).detail.startswith("line 2")
    assert found[2] == ("B", "ok")


def test_a_quote_that_is_never_closed_ends_the_read_and_tells_where_it_begins(write):
    with pytest.raises(RemoteError, match=r"begins in line 3 is never closed"):
        rows(write('sku;name\nA;1\nB;"open\nC;3\nD;4\n'))


def test_a_very_long_cell_is_read(write):
    text = "x" * 2_000_000
    assert rows(write(f'sku;name\nA;"{text}"\n'))[1][1] == text


def test_a_file_that_vanished_is_told(write):
    source = CsvSource(path=write("a;b\n"))
    source.path.unlink()
    with pytest.raises(RemoteError, match=r"products.csv cannot be read: No such file"):
        source.extract(None, Window())


def test_an_unknown_encoding_is_a_mistake_in_words(write):
    with pytest.raises(ValidationError, match="encoding 'utf-7x' is not known"):
        CsvSource(path=write("a\n"), encoding="utf-7x")


def test_title_and_address_are_the_file(write):
    source = CsvSource(path=write("a\n"))
    assert (source.title, source.address) == ("products.csv", str(source.path))
    assert CsvSource(path="in/*.csv").title == "in"
    assert CsvSource(path="../*.csv").title == "*.csv"


def test_akeneos_own_files_are_read_as_they_are(shared):
    for path in sorted((shared / "icecat").glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            expected = [tuple(row) for row in csv.reader(file, delimiter=";") if any(row)]
        width = len(expected[0])
        for found, wanted in zip(rows(path), expected, strict=True):
            if len(wanted) == width:
                assert found == wanted
            else:
                assert all(isinstance(cell, BadValue) for cell in found)


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@settings(deadline=None)
@given(st.lists(st.tuples(cells, cells, cells), min_size=1), st.sampled_from([",", ";", "\t", "|"]))
def test_what_the_csv_module_writes_is_read_back_equal(tmp_path_factory, records, sign):
    path = tmp_path_factory.mktemp("csv") / "any.csv"
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=sign)
    writer.writerows([("one", "two", "three"), *records])
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    kept = [record for record in records if any(record) and not any("E+" in cell.upper() for cell in record)]
    found = [row for row in rows(path, delimiter=sign)[1:] if not any("E+" in str(cell).upper() for cell in row)]
    assert found == kept


def test_reading_takes_the_same_memory_however_long_the_file(write):
    import tracemalloc

    path = write("sku;name\n" + "".join(f"{n};name of {n}\n" for n in range(50_000)))
    table = CsvSource(path=path).extract(None, Window())
    tracemalloc.start()
    assert sum(1 for _ in table) == 50_001
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_a_read_broken_off_closes_the_file(write, recwarn):
    reading = iter(CsvSource(path=write("a;b\n1;2\n3;4\n")).extract(None, Window()))
    assert [next(reading), next(reading)] == [("a", "b"), ["1", "2"]]
    reading.close()
    assert not recwarn.list


def test_the_result_is_a_petl_table(write):
    table = CsvSource(path=write("a;b\n1;2\n")).extract(None, Window())
    assert petl.rename(table, "a", "c").list() == [("c", "b"), ("1", "2")]
    assert isinstance(CsvSource(path=Path(write("a\n"))).path, Path)


def test_a_file_that_is_cut_while_it_is_read_does_not_pass_for_complete(write):
    path = write("sku;name\n" + "".join(f"S-{n:06};{'x' * 90}\n" for n in range(5000)))
    table = iter(CsvSource(path=path).extract(None, Window()))
    next(table)
    next(table)
    path.write_text("sku;name\nS-000000;x\n")
    with pytest.raises(RemoteError, match=r"products\.csv was written to while it was read"):
        list(table)


def test_a_file_that_is_replaced_while_it_is_read_is_read_to_its_end(write, tmp_path):
    path = write("sku;name\n" + "".join(f"S-{n:06};x\n" for n in range(5000)))
    table = iter(CsvSource(path=path).extract(None, Window()))
    next(table)
    write("sku;name\nA;b\n", "new.csv").replace(path)
    assert len(list(table)) == 5000
