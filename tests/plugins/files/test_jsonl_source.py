import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pimflow import BadValue, RemoteError, Window
from pimflow_files.sources import JsonLinesSource


def rows(path, **options):
    return [tuple(row) for row in JsonLinesSource(path=path, **options).extract(None, Window())]


@pytest.fixture
def write(tmp_path):
    def written(*lines):
        path = tmp_path / "products.jsonl"
        path.write_bytes(b"".join(line if isinstance(line, bytes) else orjson.dumps(line) + b"\n" for line in lines))
        return path

    return written


def test_the_header_holds_every_key_of_the_file_in_order_of_appearance(write):
    assert rows(write({"sku": "1", "a": 2}, {"sku": "2", "b": [3]})) == [
        ("sku", "a", "b"),
        ("1", 2, None),
        ("2", None, [3]),
    ]


def test_nested_values_stay_as_they_are(write):
    assert rows(write({"a": {"b": [1, {"c": None}]}}))[1] == ({"b": [1, {"c": None}]},)


def test_named_columns_are_read_in_their_order(write):
    assert rows(write({"a": 1, "b": 2, "c": 3}), columns=["c", "x", "a"]) == [("c", "x", "a"), (3, None, 1)]


@pytest.mark.parametrize("line", [b'{"sku": "2",\n', b"[1, 2]\n", b'"text"\n', b'{"sku": NaN}\n', b'{"sku": "\xff"}\n'])
def test_a_broken_line_costs_only_itself_and_tells_its_number(write, line):
    found = rows(write({"sku": "1", "a": 1}, b"\n", line, {"sku": "3", "a": 3}))
    assert (found[1], found[3]) == (("1", 1), ("3", 3))
    for cell in found[2]:
        assert isinstance(cell, BadValue)
        assert cell.problem.reason == "a line of the file is no JSON object"
        assert cell.problem.detail.startswith("line 3: ")


def test_a_byte_order_mark_is_skipped(write):
    assert rows(write(b'\xef\xbb\xbf{"a": 1}\n{"a": 2}'))[1:] == [(1,), (2,)]


def test_a_file_without_records_is_an_error_unless_its_columns_are_named(write):
    with pytest.raises(RemoteError, match=r"products.jsonl holds no record. Name its keys under `columns:`"):
        rows(write())
    assert rows(write(), columns=["sku"]) == [("sku",)]


def test_a_file_that_vanished_is_told(write):
    source = JsonLinesSource(path=write({"a": 1}))
    source.path.unlink()
    with pytest.raises(RemoteError, match="cannot be read"):
        source.extract(None, Window())


keys = st.sampled_from(["sku", "name", "price", "été"])
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None)
@given(st.lists(st.dictionaries(keys, values, min_size=1), min_size=1))
def test_any_object_is_read_back(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("jsonl") / "any.jsonl"
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    header, *found = rows(path)
    assert set(header) == {key for record in records for key in record}
    assert found == [tuple(record.get(key) for key in header) for record in records]


def test_a_file_that_grows_while_it_is_read_does_not_pass_for_complete(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text('{"sku": "A"}\n' * 3000)
    table = iter(JsonLinesSource(path=path, columns=("sku",)).extract(None, Window()))
    next(table)
    next(table)
    with path.open("a") as file:
        file.write('{"sku": "B')
    with pytest.raises(RemoteError, match="was written to while it was read"):
        list(table)
