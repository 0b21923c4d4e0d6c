import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pimflow import BadValue, ConfigError, Problem
from pimflow_transforms.map import Map

HEADER = ("code", "name", "name@en_US", "name@fr_FR", "weight", "category", "brand")
ROW = ("A", "Chair", "Chair", "Chaise", "12.5", "SEAT", "ACME")


def mapped(columns, *rows, header=HEADER, knows=lambda _: True):
    targets, step = Map(columns=columns).compile(header, knows)
    results = [tuple(step(row)) for row in rows or [ROW]]
    assert all(len(result) == len(targets) for result in results)
    return dict(zip(targets, results[0], strict=True)) if len(results) == 1 else results


def test_columns_are_renamed_and_what_is_not_named_is_dropped():
    assert mapped({"identifier": "code", "label": {"from": "name"}}) == {"identifier": "A", "label": "Chair"}
    assert mapped({"identifier": "code"}) == {"identifier": "A"}


def test_one_column_may_go_to_several():
    assert mapped({"a": "name", "b": "name"}) == {"a": "Chair", "b": "Chair"}


def test_a_constant_is_the_same_for_every_row():
    found = mapped({"sku": "code", "enabled": {"constant": False}, "groups": {"constant": ["a", "b"]}})
    assert found == {"sku": "A", "enabled": False, "groups": ["a", "b"]}


@pytest.mark.parametrize("empty", [None, ""])
def test_a_default_fills_empty_cells_only(empty):
    columns = {"sku": "sku", "f": {"from": "f", "default": "misc"}}
    assert mapped(columns, ("A", empty), ("B", "x"), header=("sku", "f")) == [("A", "misc"), ("B", "x")]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "families.csv"
    path.write_text("category;family\nSEAT;chairs\n0012;desks\n", encoding="utf-8-sig")
    return path


def test_a_table_is_looked_up(table):
    columns = {"sku": "sku", "f": {"from": "c", "table": table}}
    rows = [("1", "SEAT"), ("2", "0012"), ("3", ""), ("4", None)]
    assert mapped(columns, *rows, header=("sku", "c")) == [("1", "chairs"), ("2", "desks"), ("3", ""), ("4", None)]


def test_what_the_table_lacks_is_a_bad_value_with_the_way_out(table):
    cell = mapped({"family": {"from": "category", "table": table}}, (*ROW[:5], "LAMP", ""))["family"]
    assert isinstance(cell, BadValue)
    assert (cell.problem.field, cell.problem.value) == ("category", "LAMP")
    assert cell.problem.reason == "the table families.csv has no line for it"
    assert "families.csv" in cell.problem.remedy


def test_the_default_stands_in_for_what_the_table_lacks(table):
    columns = {"f": {"from": "c", "table": table, "default": "misc"}}
    assert mapped(columns, ("LAMP",), ("SEAT",), ("",), header=("c",)) == [("misc",), ("chairs",), ("misc",)]


def test_columns_of_a_table_may_be_named(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("family,label,category\nchairs,Chairs,SEAT\n")
    columns = {"f": {"from": "category", "table": path, "key": "category", "value": "family"}}
    assert mapped(columns) == {"f": "chairs"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a;b;c\n1;2;3\n", "has 3 columns: say which under `key:` and `value:`"),
        ("a\n1\n", "needs a header and two columns"),
        ("", "needs a header and two columns"),
        ("a;b\nx;1\nx;2\n", "line 3: 'x' has two values, '1' and '2'"),
        ("a;b\nx\n", "cannot be read"),
    ],
)
def test_a_table_that_cannot_serve_is_told(tmp_path, content, message):
    path = tmp_path / "t.csv"
    path.write_text(content)
    with pytest.raises(ConfigError, match=message):
        mapped({"f": {"from": "category", "table": path}})


def test_a_missing_table_is_told_before_anything_runs(tmp_path):
    columns = {"f": {"from": "category", "table": "families.csv"}}
    with pytest.raises(ValidationError, match="does not exist"):
        Map.model_validate({"columns": columns}, context={"folder": tmp_path})
    (tmp_path / "families.csv").write_text("a;b\nSEAT;chairs\n")
    step = Map.model_validate({"columns": columns}, context={"folder": tmp_path}).compile(HEADER, lambda _: True)[1]
    assert tuple(step(ROW)) == ("chairs",)


def test_a_unit_is_written_behind_the_amount():
    columns = {"weight": {"from": "w", "unit": "KILOGRAM"}}
    rows = [("12.50",), (3.0,), ("",), (None,)]
    assert mapped(columns, *rows, header=("w",)) == [("12.50 KILOGRAM",), ("3 KILOGRAM",), ("",), (None,)]


def test_locales_fan_out_from_one_column_or_from_one_each():
    assert mapped({"name-*": {"from": "name", "locales": ["en_US", "de_DE"]}}) == {
        "name-en_US": "Chair",
        "name-de_DE": "Chair",
    }
    assert mapped({"name-*-web": {"from": "name@*", "locales": ["en_US", "fr_FR"]}}) == {
        "name-en_US-web": "Chair",
        "name-fr_FR-web": "Chaise",
    }


def test_locales_may_have_other_codes_in_the_source():
    header = ("label_en", "label_fr")
    columns = {"name-*": {"from": "label_*", "locales": {"en_US": "en", "fr_FR": "fr"}}}
    assert mapped(columns, ("Chair", "Chaise"), header=header) == {"name-en_US": "Chair", "name-fr_FR": "Chaise"}


def test_others_pass_where_the_target_knows_them_and_nothing_mentions_them():
    found = mapped({"sku": "code", "others": "same_code"}, knows=lambda column: column in {"code", "brand", "weight"})
    assert found == {"sku": "A", "weight": "12.5", "brand": "ACME"}


def test_an_unknown_source_column_names_the_near_one():
    with pytest.raises(ConfigError, match=r"^there is no column 'wieght'; did you mean 'weight'\?"):
        mapped({"weight": "wieght"})
    with pytest.raises(ConfigError, match="there is no column 'name@de_DE'"):
        mapped({"name-*": {"from": "name@*", "locales": ["en_US", "de_DE"]}})


def test_a_mapping_that_leaves_nothing_is_told():
    with pytest.raises(ConfigError, match="no column goes on"):
        mapped({"others": "same_code"}, knows=lambda _: False)


def test_a_target_given_twice_is_told():
    with pytest.raises(ConfigError, match=r"^column 'name-en_US' is given twice"):
        mapped({"name-en_US": "name", "name-*": {"from": "name@*", "locales": ["en_US"]}})


def test_bad_values_are_carried_along(table):
    bad = BadValue(Problem("which is unreadable"))
    columns = {"a": "c", "b": {"from": "c", "table": table, "default": "x"}, "d": {"from": "c", "unit": "GRAM"}}
    assert mapped(columns, (bad,), header=("c",)) == {"a": bad, "b": bad, "d": bad}


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a": {"from": "x", "constant": 1}}, "expected either `from: COLUMN` or `constant: VALUE`"),
        ({"a": {}}, "expected either"),
        ({"a": None}, "expected either"),
        ({"a": {"constant": 1, "unit": "GRAM"}}, "a constant takes no"),
        ({"a": {"from": "x", "key": "k"}}, "columns of a `table`, which is not given"),
        ({"a": {"from": "x@*"}}, "name them under `locales:`"),
        ({"a-*": "x"}, "name them under `locales:`"),
        ({"a": {"from": "x", "locales": ["en_US"]}}, r"write `\*` once where the locale belongs"),
        ({"a-*": {"from": "x", "locales": "en_US"}}, r"expected a list such as \[en_US, fr_FR\]"),
        ({"others": "all"}, "`others` can only be `same_code`"),
        ({"a": {"form": "x"}}, "Extra inputs are not permitted"),
        ({"a": 12}, "valid string"),
        ({}, "at least 1 item"),
    ],
)
def test_mistakes_are_told_in_words(columns, message):
    with pytest.raises(ValidationError, match=message):
        Map(columns=columns)


def test_the_place_of_a_mistake_is_the_option_in_the_yaml():
    with pytest.raises(ValidationError) as caught:
        Map(columns={"weight": {"from": "w", "unti": "GRAM"}, "name": {"from": 3}})
    assert [error["loc"] for error in caught.value.errors()] == [
        ("columns", "weight", "unti"),
        ("columns", "name", "from"),
    ]


def test_the_schema_offers_the_short_and_the_long_form():
    short, long = Map.model_json_schema()["$defs"]["Column"]["anyOf"]
    assert {"type": "string"} in short["anyOf"]
    assert set(long["properties"]) >= {"from", "constant", "default", "table", "unit", "locales"}


names = st.lists(
    st.text(st.characters(exclude_characters="*", exclude_categories=["Cs"]), min_size=1), min_size=1, unique=True
)


@settings(deadline=None)
@given(names.filter(lambda found: "others" not in found), st.data())
def test_a_plain_mapping_moves_every_value_to_its_column(header, data):
    row = data.draw(st.tuples(*[st.none() | st.text() | st.integers()] * len(header)))
    chosen = data.draw(st.lists(st.sampled_from(header), min_size=1, unique=True))
    found = mapped({name: name for name in chosen}, row, header=tuple(header))
    assert found == {name: row[header.index(name)] for name in chosen}


def test_same_code_under_another_name_than_others_is_a_mistake():
    with pytest.raises(ValidationError, match="write `others: same_code`"):
        Map.model_validate({"columns": {"other": "same_code"}})
