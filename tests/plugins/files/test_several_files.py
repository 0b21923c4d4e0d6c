import os

import pytest
from pydantic import ValidationError

from pimflow import RemoteError, Window
from pimflow_files.sources import CsvSource, JsonLinesSource, JsonSource


def rows(source):
    return [tuple(row) for row in source.extract(None, Window())]


@pytest.fixture
def write(tmp_path):
    def written(**contents):
        for at, (name, content) in enumerate(contents.items()):
            path = tmp_path / name.replace("_", ".")
            path.write_text(content)
            os.utime(path, (1_700_000_000 + at,) * 2)
        return tmp_path

    return written


def test_all_files_that_fit_are_one_table_in_the_order_of_their_names(write):
    folder = write(b_csv="sku;n\n2;b\n", a_csv="sku;n\n1;a\n", c_txt="x\n")
    assert rows(CsvSource(path=folder / "*.csv")) == [("sku", "n"), ("1", "a"), ("2", "b")]
    assert rows(CsvSource(path=folder / "*.csv", order="time"))[1:] == [("2", "b"), ("1", "a")]


def test_hidden_files_and_folders_do_not_fit(write):
    folder = write(a_csv="sku\n1\n", _part_csv="half a\n")
    (folder / "folder.csv").mkdir()
    assert rows(CsvSource(path=folder / "*.csv")) == [("sku",), ("1",)]


def test_files_below_are_found(write, tmp_path):
    (tmp_path / "x" / "y").mkdir(parents=True)
    (tmp_path / "x" / "y" / "a.csv").write_text("sku\n1\n")
    assert rows(CsvSource(path=tmp_path / "**" / "*.csv")) == [("sku",), ("1",)]


def test_columns_may_come_in_another_order_but_not_be_others(write):
    folder = write(a_csv="sku;n\n1;a\n", b_csv="n;sku\nb;2\n")
    assert rows(CsvSource(path=folder / "*.csv")) == [("sku", "n"), ("1", "a"), ("2", "b")]
    write(c_csv="sku;name\n3;c\n")
    with pytest.raises(RemoteError, match=r"c.csv has not the same columns as the file before it: n, name"):
        rows(CsvSource(path=folder / "*.csv"))


@pytest.mark.parametrize(("source", "around"), [(JsonLinesSource, "{}"), (JsonSource, "[{}]")])
def test_records_that_name_their_values_may_have_different_ones(write, source, around):
    folder = write(
        a_json=around.replace("{}", '{"sku": "1", "a": 1}'), b_json=around.replace("{}", '{"sku": "2", "b": 2}')
    )
    assert rows(source(path=folder / "*.json")) == [("sku", "a", "b"), ("1", 1, None), ("2", None, 2)]


def test_no_file_that_fits_is_told(write):
    folder = write(a_txt="x")
    with pytest.raises(RemoteError, match=r"no file fits .*/\*.csv"):
        rows(CsvSource(path=folder / "*.csv"))


def test_a_file_with_a_bracket_in_its_name_is_read(write):
    folder = write(**{"prices [1]_csv": "sku\n1\n"})
    assert rows(CsvSource(path=folder / "prices [1].csv")) == [("sku",), ("1",)]


def test_one_file_has_to_be_there_before_anything_runs(tmp_path):
    with pytest.raises(ValidationError, match="does not exist"):
        CsvSource(path=tmp_path / "none.csv")
    with pytest.raises(ValidationError, match="Input should be"):
        CsvSource(path=tmp_path / "*.csv", drop={"wait": "long"})


def test_the_key_of_a_drop_folder_has_to_be_a_column(write):
    folder = write(a_csv="sku\n1\n", b_csv="sku\n2\n")
    source = CsvSource(path=folder / "*.csv", drop={"seconds": 0, "key": "article", "delta": "*"})
    with pytest.raises(RemoteError, match=r"no column 'article', which `drop: \{key: …\}` names"):
        list(source.extract(None, source.window(None, None)))
